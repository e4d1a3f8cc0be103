"""A case as it stands: the fold of its journal. Every fact keeps the id of the entry it comes from (`source`)."""

from datetime import date, datetime

import msgspec

from cases.parts import AgentRef, CaseKind, CasePerson, Field, Permission, Role, SubmittedDocument, Track
from cases.state import State
from cases.taipei import taipei_date


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


class PhotoTask(msgspec.Struct, frozen=True):
    task_id: str
    person_id: str
    id_type: str
    acknowledged: bool = False
    completed: bool = False
    approved: bool = False
    approval: str | None = None  # source
    rejection: str | None = None  # the agent's reason
    photos: tuple[Photo, ...] = ()

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
    """`issues` holds every revision that was issued; the rest belongs to the current revision only."""

    document_id: str
    code: str
    task: str
    signers: tuple[str, ...]
    application_date: date
    revision: int = 1
    changes: dict[str, str] = {}
    issues: tuple[Issued, ...] = ()
    returned: str | None = None
    reads: frozenset[tuple[str, int]] = frozenset()
    inks: tuple[Ink, ...] = ()
    completions: tuple[Completion, ...] = ()
    signed: tuple[File, ...] = ()
    sealed: File | None = None

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


class Answer(msgspec.Struct, frozen=True):
    """What somebody said on the recording: the span from the question to the answer holds it (S51)."""

    yes: bool
    asked_at: datetime
    at: datetime
    source: str
    recorded_s: float | None = None


class Shown(msgspec.Struct, frozen=True):
    seconds: float
    frames: int
    at: datetime
    source: str


class Party(msgspec.Struct, frozen=True):
    """One person in one meeting. `sessions` are the device sessions whose phone was verified there."""

    person_id: str
    sessions: tuple[str, ...] = ()
    verification: str | None = None
    verified_at: datetime | None = None
    locked_out: bool = False
    permissions: tuple[Permission, Permission] | None = None
    consents: dict[str, Answer] = {}
    name: Answer | None = None
    identity: dict[str, Shown] = {}
    confirmations: dict[str, Answer] = {}


class Prompt(msgspec.Struct, frozen=True):
    step: str
    person_id: str
    asked_at: datetime


class Card(msgspec.Struct, frozen=True):
    registration_no: str
    at: datetime
    source: str


class Meeting(msgspec.Struct, frozen=True):
    room_id: str
    recording_id: str
    serial: str
    host: AgentRef
    opened_at: datetime
    parties: tuple[Party, ...]
    present: tuple[str, ...] = ()
    prompt: Prompt | None = None
    card: Card | None = None
    stalls: int = 0
    ended_at: datetime | None = None
    end_reason: str | None = None

    def party(self, person_id: str) -> Party:
        return next((party for party in self.parties if party.person_id == person_id), Party(person_id))


class Recording(msgspec.Struct, frozen=True):
    recording_id: str
    room_id: str
    serial: str
    started_at: datetime
    seconds: float = 0.0
    manifest_blob: str = ""
    manifest_sha256: str = ""
    tracks: tuple[Track, ...] = ()
    source: str | None = None  # of the sealing; None while it is being written

    @property
    def sealed(self) -> bool:
        return self.source is not None


class Submission(msgspec.Struct, frozen=True):
    at: datetime
    package_sha256: str
    documents: tuple[SubmittedDocument, ...]
    source: str


class Review(msgspec.Struct, frozen=True):
    outcome: str
    reasons: tuple[str, ...]
    recording_id: str
    reviewer_id: str
    unit: str | None
    at: datetime
    source: str


class Callback(msgspec.Struct, frozen=True):
    outcome: str
    at: datetime
    source: str


class AgentReport(msgspec.Struct, frozen=True):
    recording_serial: str
    at: datetime
    source: str


class HistoryEntry(msgspec.Struct, frozen=True):
    seq: int
    at: datetime
    type: str
    actor_kind: str


class Case(msgspec.Struct, frozen=True):
    case_id: str
    case_no: str
    kind: CaseKind
    item_code: str
    state: State
    version: int
    opened_at: datetime
    updated_at: datetime
    planned_date: date
    clause_received_date: date | None
    agent: AgentRef
    persons: tuple[CasePerson, ...]
    photo_tasks: tuple[PhotoTask, ...]
    documents: tuple[Document, ...]
    source: str
    meetings: tuple[Meeting, ...] = ()
    recordings: tuple[Recording, ...] = ()
    submission: Submission | None = None
    review: Review | None = None
    callback: Callback | None = None
    agent_report: AgentReport | None = None
    noticed: frozenset[str] = frozenset()
    viewed: dict[str, tuple[tuple[float, float], ...]] = {}
    history: tuple[HistoryEntry, ...] = ()

    @property
    def meeting(self) -> Meeting | None:
        """The latest one, open or ended."""
        return self.meetings[-1] if self.meetings else None

    @property
    def open_meeting(self) -> Meeting | None:
        return self.meeting if self.meeting and self.meeting.ended_at is None else None

    @property
    def recording(self) -> Recording | None:
        """The latest sealed one, which is what a reviewer judges."""
        return next((recording for recording in reversed(self.recordings) if recording.sealed), None)

    @property
    def inks(self) -> tuple[Ink, ...]:
        return tuple(ink for document in self.documents for ink in document.inks)

    @property
    def application_date(self) -> date:
        """The day in Taipei on which the first person signed (U10); until then the planned one."""
        first = min((ink.at for ink in self.inks), default=None)
        return taipei_date(first) if first else self.planned_date

    def person(self, person_id: str) -> CasePerson | None:
        return next((person for person in self.persons if person.person_id == person_id), None)

    def holder(self, role: Role) -> CasePerson | None:
        return next((person for person in self.persons if role in person.roles), None)

    def document(self, document_id: str) -> Document | None:
        return next((document for document in self.documents if document.document_id == document_id), None)

    def photo_task(self, task_id: str) -> PhotoTask | None:
        return next((task for task in self.photo_tasks if task.task_id == task_id), None)

    def complete(self, person_id: str) -> bool:
        """This person has finished every document that is his to finish (S66)."""
        return all(d.completed_by(person_id) for d in self.documents if person_id in d.signers)

    def last_party(self, person_id: str) -> Party:
        """This person in the latest meeting he answered anything in, else in the latest meeting."""
        for meeting in reversed(self.meetings):
            party = meeting.party(person_id)
            if party.consents or party.sessions:
                return party
        return Party(person_id)

    def denied(self, person_id: str) -> bool:
        """Said no to 是否由您本人親簽, and did not take it back in a later meeting (S71)."""
        return any(not answer.yes for answer in self.last_party(person_id).confirmations.values())
