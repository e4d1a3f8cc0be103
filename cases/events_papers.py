"""What happens to a case's papers: opening, documents, photos, reading, signing, submission."""

from datetime import date
from typing import ClassVar, Literal

from capture.crop import Crop
from cases.event import Event
from cases.parts import (
    AgentRef,
    CameraOutcome,
    CaseKind,
    CasePerson,
    Field,
    PlannedDocument,
    PlannedPhotos,
    Side,
    SubmittedDocument,
)


class CaseOpened(Event):
    case_no: str
    kind: CaseKind
    item_code: str
    application_date: date
    clause_received_date: date | None
    agent: AgentRef
    persons: tuple[CasePerson, ...]
    documents: tuple[PlannedDocument, ...]
    photo_tasks: tuple[PlannedPhotos, ...]


class DocumentIssued(Event):
    """`sha256` is of the certified PDF, the version that is shown and signed."""

    document_id: str
    revision: int
    sha256: str
    blob: str
    pages: int
    page_size: tuple[float, float]
    application_date: date
    fields: tuple[Field, ...]


class DocumentAmended(Event):
    """A new revision: every signature and reading of the old one is void (S65)."""

    document_id: str
    revision: int
    changes: dict[str, str]
    reason: str
    application_date: date


class CaseWithdrawn(Event):
    reason: str


class PhotosAcknowledged(Event):
    task_id: str


class CameraReported(Event):
    """What came of the page's asking for the camera that photographs the document, as the page says (S18)."""

    task_id: str
    outcome: CameraOutcome


class PhotoAdded(Event):
    """`crop` says whose corners the card was cut by (`capture.crop`). `document`: empty for what the task asks for."""

    version: ClassVar[int] = 2

    task_id: str
    photo_id: str
    side: Side
    idempotency_key: str
    detection_on: bool
    score: float
    quality: tuple[str, ...]
    quad: tuple[tuple[float, float], ...] | None
    width: int
    height: int
    original_sha256: str
    card_sha256: str | None
    crop: Crop | None
    document: str


class PhotoDeleted(Event):
    """`reason` is set, and the photo stays as a tombstone, once its task had been completed (S24)."""

    task_id: str
    photo_id: str
    reason: str | None


class PhotosCompleted(Event):
    task_id: str


class ReviewRequested(Event):
    """Every photo task is complete: 文件審核 begins."""


class PhotosApproved(Event):
    task_id: str


class PhotosRejected(Event):
    task_id: str
    reason: str


class CaseReadied(Event):
    """Every photo task is approved: the meeting may be opened."""


class PageRead(Event):
    document_id: str
    revision: int
    page: int
    person_id: str


class InkAccepted(Event):
    """`binding` is the digest that ties the ink to document, field, signer, session and challenge."""

    room_id: str
    document_id: str
    revision: int
    field: str
    person_id: str
    ink_sha256: str
    ink_blob: str
    binding: str
    binding_json: str
    warnings: tuple[str, ...]
    override_reason: str | None
    recorded_s: float | None


class InkDiscarded(Event):
    document_id: str
    revision: int
    field: str
    person_id: str
    level: Literal["pad", "confirm"]


class DocumentCompleted(Event):
    document_id: str
    revision: int
    person_id: str


class CaseReturned(Event):
    document_id: str
    reason: str
    person_id: str


class DocumentSigned(Event):
    """The PDF after this field's approval signature. `sha256` is of the whole file so far."""

    document_id: str
    revision: int
    field: str
    person_id: str
    sha256: str
    blob: str


class CaseSubmitted(Event):
    package_sha256: str
    documents: tuple[SubmittedDocument, ...]


class DocumentSealed(Event):
    document_id: str
    revision: int
    sha256: str
    blob: str


class AgentReportFiled(Event):
    """業務人員招攬報告書, with the serial of the recording in it (U2, UW-02.5.1.1)."""

    agent_id: str
    recording_serial: str
    statement: str
