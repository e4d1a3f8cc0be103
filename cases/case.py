"""A case as it stands: the fold of its journal. Every fact keeps the id of the entry it comes from (`source`)."""

from datetime import date, datetime

import msgspec

from cases.casework import Attachment, Decision, Letter, Query, RecordedAssessment
from cases.films import Composition
from cases.papers import Document, Ink, PhotoTask
from cases.parts import AgentRef, CaseKind, CasePerson, Role, SubmittedDocument
from cases.rooms import Answer, Meeting, Party, Recording
from cases.state import State
from cases.taipei import taipei_date


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
    opened: frozenset[str]  # the recordings that the reviewer had opened by then
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
    redo_at: datetime | None = None  # when a reviewer last asked for 重錄
    callback: Callback | None = None
    agent_report: AgentReport | None = None
    noticed: frozenset[str] = frozenset()
    compositions: dict[str, Composition] = {}  # by recording
    viewed: dict[tuple[str, str], tuple[tuple[float, float], ...]] = {}  # by viewer and recording
    queries: tuple[Query, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    assessments: tuple[RecordedAssessment, ...] = ()
    decision: Decision | None = None
    letter_at: datetime | None = None  # 未承保通知函
    letters: tuple[Letter, ...] = ()
    withdrawn_forms: tuple[Document, ...] = ()
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
    def sealed_recordings(self) -> tuple[Recording, ...]:
        """In the order of their meetings."""
        sealed = {recording.room_id: recording for recording in self.recordings if recording.sealed}
        return tuple(sealed[meeting.room_id] for meeting in self.meetings if meeting.room_id in sealed)

    def recording_of(self, recording_id: str) -> Recording | None:
        return next((recording for recording in self.recordings if recording.recording_id == recording_id), None)

    def shown_in(self, recording: Recording) -> frozenset[str]:
        """The persons of the case whom it shows or lets hear."""
        return frozenset(track.person_id for track in recording.tracks if self.person(track.person_id))

    def opened_by(self, viewer_id: str) -> frozenset[str]:
        """The recordings that he has opened."""
        return frozenset(recording_id for viewer, recording_id in self.viewed if viewer == viewer_id)

    @property
    def papers(self) -> tuple[Document, ...]:
        """The documents, and the forms that were taken back."""
        return (*self.documents, *self.withdrawn_forms)

    @property
    def forms_to_sign(self) -> tuple[Document, ...]:
        """Those on demand that nobody has finished yet."""
        return tuple(document for document in self.documents if document.added and not document.done)

    @property
    def open_query(self) -> Query | None:
        """At most one runs at a time."""
        return next((query for query in self.queries if query.open), None)

    def attachment(self, attachment_id: str) -> Attachment | None:
        return next((a for a in self.attachments if a.attachment_id == attachment_id), None)

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
        said: dict[str, Answer] = {}
        for meeting in self.meetings:
            said |= meeting.party(person_id).confirmations
        return any(not answer.yes for answer in said.values())
