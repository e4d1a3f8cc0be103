"""Everything that can happen to a case, in the past tense. The set is closed.

A stored body is `{"v": version, ...fields}`. Changing the shape of an event means a new `version` and an upcaster in
`codec.py`; old entries are never rewritten. Times are the journal's (`Entry.at`, UTC).
"""

from datetime import date, datetime
from typing import Any, ClassVar, Literal

import msgspec

from cases.parts import (
    AgentRef,
    CallbackOutcome,
    CaseKind,
    CasePerson,
    Confirmation,
    Consent,
    Field,
    Permission,
    PlannedDocument,
    PlannedPhotos,
    ReviewOutcome,
    Side,
    SubmittedDocument,
    Track,
)

EffectKind = Literal["issue", "sign", "seal", "notice"]


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: ClassVar[int] = 1


# --- the case and its papers -------------------------------------------------------------------------------------


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


# --- photos ------------------------------------------------------------------------------------------------------


class PhotosAcknowledged(Event):
    task_id: str


class PhotoAdded(Event):
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


# --- the meeting -------------------------------------------------------------------------------------------------


class RoomOpened(Event):
    room_id: str
    recording_id: str
    serial: str
    host: AgentRef


class CodeSent(Event):
    room_id: str
    person_id: str
    message_id: str
    expires_at: datetime


class CodeRefused(Event):
    """A wrong code; `locked` when no try is left, which the agent must see (S38)."""

    room_id: str
    person_id: str
    locked: bool


class PhoneVerified(Event):
    """Verified and agreed in one click: `text_version` is the text that was agreed to."""

    room_id: str
    person_id: str
    session_id: str
    text_version: str


class PermissionsReported(Event):
    room_id: str
    person_id: str
    camera: Permission
    microphone: Permission


class PersonJoined(Event):
    room_id: str
    person_id: str


class PersonLeft(Event):
    room_id: str
    person_id: str
    reason: str


class Prompted(Event):
    room_id: str
    step: str
    person_id: str


class ConsentGiven(Event):
    """`asked_at` to the entry's own time is the span of the recording that holds the spoken answer (S51)."""

    room_id: str
    person_id: str
    consent: Consent
    asked_at: datetime
    recorded_s: float | None


class ConsentRefused(Event):
    room_id: str
    person_id: str
    consent: Consent
    asked_at: datetime


class NameStated(Event):
    room_id: str
    person_id: str
    asked_at: datetime
    recorded_s: float | None


class RegistrationCardShown(Event):
    room_id: str
    agent_id: str
    registration_no: str
    valid_until: date | None
    registry: dict[str, Any]


class IdentityShown(Event):
    """Timed on frames that the server received. `longest_gap_ms` is None in entries from before it was measured."""

    version: ClassVar[int] = 2

    room_id: str
    person_id: str
    side: Literal["front", "back"]
    seconds: float
    frames: int
    longest_gap_ms: int | None
    started_at: datetime
    ended_at: datetime


class SignatureConfirmed(Event):
    room_id: str
    person_id: str
    confirmation: Confirmation
    asked_at: datetime
    recorded_s: float | None


class SignatureDenied(Event):
    """A 「否」 to 是否由您本人親簽: the signed facts of this person are retracted (S71)."""

    room_id: str
    person_id: str
    confirmation: Confirmation
    asked_at: datetime


class MeetingEnded(Event):
    room_id: str
    reason: str | None


class RecordingStarted(Event):
    room_id: str
    recording_id: str


class RecordingStalled(Event):
    room_id: str
    recording_id: str
    detail: str


class RecordingResumed(Event):
    room_id: str
    recording_id: str


class RecordingSealed(Event):
    """`started_at` is the zero of the recording's clock: every offset of its segments counts from it."""

    room_id: str
    recording_id: str
    serial: str
    manifest_blob: str
    manifest_sha256: str
    seconds: float
    tracks: tuple[Track, ...]
    started_at: datetime


# --- reading and signing -----------------------------------------------------------------------------------------


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


# --- after the submission ----------------------------------------------------------------------------------------


class CaseAssessed(Event):
    """What the rule core said then, with its edition: an audit never depends on newer code."""

    moment: Literal["submission", "decision"]
    edition: str
    outcome: str
    findings: tuple[dict[str, Any], ...]


class NoticeSent(Event):
    notice: Literal["submission"]
    person_id: str
    message_id: str


class EffectFailed(Event):
    """What a job could not do and will not try again. `code` is the error's."""

    effect: EffectKind
    document_id: str | None
    code: str


class RecordingViewed(Event):
    """`ranges` in seconds of the recording, empty when it was opened. `recording_id` is None in entries from when only
    the latest recording of a case was shown."""

    version: ClassVar[int] = 2

    viewer_id: str
    recording_id: str | None
    ranges: tuple[tuple[float, float], ...]


class RecordingReviewed(Event):
    recording_id: str
    outcome: ReviewOutcome
    reasons: tuple[str, ...]
    note: str
    reviewer_id: str
    unit: str | None


class CallbackCompleted(Event):
    outcome: CallbackOutcome
    caller_id: str


class InformationRequested(Event):
    outcome: Literal["correct", "redo"]
    reasons: tuple[str, ...]


class CaseAccepted(Event):
    reviewer_id: str


class CaseDeclined(Event):
    reviewer_id: str
    reasons: tuple[str, ...]


class EvidenceExported(Event):
    viewer_id: str
    sha256: str


EVENTS: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__subclasses__()}
