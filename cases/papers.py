"""Photos and documents of a case as they stand. Every fact keeps the id of the entry it comes from (`source`)."""

from datetime import date, datetime

import msgspec

from cases.parts import Field


class Readout(msgspec.Struct, frozen=True):
    """What the reading of a photo made of each field: agrees, differs or unread; hints for staff, and why nothing could
    be read."""

    verdicts: dict[str, str]
    hints: tuple[str, ...]
    why: str | None
    source: str


WANTED_SIDES = ("front", "back")
PASSPORT = "passport"


class Photo(msgspec.Struct, frozen=True):
    photo_id: str
    side: str
    idempotency_key: str
    score: float
    quality: tuple[str, ...]
    cropped: bool
    original_sha256: str
    card_sha256: str | None
    at: datetime
    source: str
    deleted: str | None = None  # the reason on a tombstone
    crop: str | None = None  # whose corners: detected, supported, manual
    document: str = ""  # what it shows, where that is not the task's own kind
    readout: Readout | None = None


class PhotoTask(msgspec.Struct, frozen=True):
    """`finished`: photos that were there at some 完成, which no longer leave without a trace (S24). `refused`: those
    that the agent rejected, until the task is completed again."""

    task_id: str
    person_id: str
    id_type: str
    acknowledged: bool = False
    completed: bool = False
    approved: bool = False
    approval: str | None = None  # source
    rejection: str | None = None  # the agent's reason
    photos: tuple[Photo, ...] = ()
    finished: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    cameras: tuple[str, ...] = ()  # what came of asking for the camera, whenever that changed (S18)

    @property
    def unchanged(self) -> bool:
        """Rejected, and nothing new among the photos since."""
        return bool(self.refused) and {photo.photo_id for photo in self.kept} <= self.refused

    @property
    def missing(self) -> tuple[str, ...]:
        """Sides of the document itself that are not among the photos."""
        there = {photo.side for photo in self.kept if photo.document in ("", self.id_type)}
        return tuple(side for side in WANTED_SIDES if side not in there)

    @property
    def kept(self) -> tuple[Photo, ...]:
        return tuple(photo for photo in self.photos if photo.deleted is None)

    @property
    def status(self) -> str:
        if self.approved:
            return "approved"
        if self.completed:
            return "uploaded"
        if self.rejection is not None:
            return "rejected"
        return "acknowledged" if self.acknowledged else "todo"


class Issued(msgspec.Struct, frozen=True):
    revision: int
    sha256: str
    blob: str
    pages: int
    page_size: tuple[float, float]
    fields: tuple[Field, ...]
    at: datetime
    source: str


class Ink(msgspec.Struct, frozen=True):
    field: str
    person_id: str
    ink_sha256: str
    ink_blob: str
    binding: str
    at: datetime
    source: str
    recorded_s: float | None
    warnings: tuple[str, ...] = ()


class Completion(msgspec.Struct, frozen=True):
    person_id: str
    at: datetime
    source: str


class File(msgspec.Struct, frozen=True):
    """A PDF made from the issued one: after a field's approval signature (`field`), or sealed (`field` empty)."""

    revision: int
    field: str
    sha256: str
    blob: str
    at: datetime
    source: str


class Document(msgspec.Struct, frozen=True):
    """`issues` holds every revision that was issued; the rest belongs to the current revision only. `lines`: what a
    form on demand is about."""

    document_id: str
    code: str
    task: str
    signers: tuple[str, ...]
    application_date: date
    added: bool = False  # on demand, after the submission
    lines: tuple[str, ...] = ()
    revision: int = 1
    changes: dict[str, str] = {}
    issues: tuple[Issued, ...] = ()
    returned: str | None = None
    reads: frozenset[tuple[str, int]] = frozenset()
    inks: tuple[Ink, ...] = ()
    completions: tuple[Completion, ...] = ()
    signed: tuple[File, ...] = ()
    sealed: File | None = None
    failure: str | None = None  # code of the error that ended its making

    @property
    def issued(self) -> Issued | None:
        """The current revision as it is shown and signed, None while it is being made."""
        last = self.issues[-1] if self.issues else None
        return last if last and last.revision == self.revision else None

    @property
    def done(self) -> bool:
        return set(self.signers) == {completion.person_id for completion in self.completions}

    def completed_by(self, person_id: str) -> bool:
        return any(completion.person_id == person_id for completion in self.completions)

    def fields_of(self, person_id: str) -> tuple[Field, ...]:
        fields = self.issued.fields if self.issued else ()
        return tuple(field for field in fields if field.person_id == person_id)

    def inked(self, field: str) -> Ink | None:
        return next((ink for ink in self.inks if ink.field == field), None)

    def pages_read(self, person_id: str) -> tuple[int, ...]:
        return tuple(sorted(page for reader, page in self.reads if reader == person_id))
