"""The shapes that pages get, exactly as the contract and docs/protocol.md name them. Times are UTC, dates ISO."""

from datetime import date, datetime
from typing import Any, Literal

import msgspec

from cases.casework_views import AttachmentView, DecisionView, LetterView, QueryView
from cases.items import Text
from cases.script import ScriptStep


class View(msgspec.Struct, frozen=True):
    pass


class ItemView(View, frozen=True):
    label: Text
    amount_label: str


class CaseCard(View, frozen=True):
    case_id: str
    case_no: str
    kind: str
    state: str
    version: int
    item: ItemView
    application_date: date
    policyholder: str
    agent: str
    signed: bool
    signed_count: int
    total_count: int
    invited: bool
    room_open: bool
    open_findings: int
    opened_at: datetime
    updated_at: datetime
    query_due: date | None  # the open query's last day; for a customer where something of it is his to answer
    decision: str | None


class AgentView(View, frozen=True):
    id: str
    name: str
    registration_no: str


class HostView(View, frozen=True):
    id: str
    name: str


class PermissionsView(View, frozen=True):
    camera: str
    microphone: str


class ConsentsView(View, frozen=True):
    recording: bool | None
    video_signing: bool | None
    face: bool | None


class ShownView(View, frozen=True):
    """A side that was shown in the call: seconds that were measured of it (None where nobody looked), pictures by what
    they showed, and the digest of the still, for `stills/{sha256}`."""

    at: datetime
    measured_s: float | None
    looks: dict[str, int]
    still: str | None


class IdentityView(View, frozen=True):
    """`match`: side → whether it is like the uploaded photo (same, differs, unsure); `overrides`: side → why the agent
    vouches for it; `read`: side → verdicts of what was read of the still; `shown`: by side. All for staff alone."""

    front_s: float | None
    back_s: float | None
    match: dict[str, str] = {}
    overrides: dict[str, str] = {}
    read: dict[str, dict[str, str]] = {}
    shown: dict[str, ShownView] = {}


class ConfirmationsView(View, frozen=True):
    application: bool | None
    others: bool | None


class PersonView(View, frozen=True):
    id: str
    name: str
    roles: tuple[str, ...]
    adult: bool
    documents_done: int
    documents_total: int
    complete: bool
    phone_verified: bool
    phone_locked: bool
    permissions: PermissionsView | None
    consents: ConsentsView
    name_stated: bool
    identity: IdentityView
    confirmations: ConfirmationsView


class ReadoutView(View, frozen=True):
    """`verdicts`: field (number, name, birth_date, side, mrz) → agrees, differs, unread. For staff alone."""

    verdicts: dict[str, str]
    hints: tuple[str, ...]
    why: str | None


class PhotoView(View, frozen=True):
    id: str
    side: str
    score: float
    quality: tuple[str, ...]
    at: datetime
    cropped: bool
    readout: ReadoutView | None = None
    crop: str | None = None
    document: str = ""


class PhotoTaskView(View, frozen=True):
    id: str
    person_id: str
    label: Text
    requirement: Text
    status: str
    reason: str | None
    photos: tuple[PhotoView, ...]
    camera: str | None = None


class FieldView(View, frozen=True):
    name: str
    page: int
    rect: tuple[float, float, float, float]
    signer: str
    role: str
    mine: bool
    signed: bool
    warnings: tuple[str, ...] = ()  # about its ink, for staff


class SignerView(View, frozen=True):
    person_id: str
    done: bool


class DocumentView(View, frozen=True):
    id: str
    title: Text
    task: str
    revision: int
    status: Literal["preparing", "todo", "done", "returned", "sealed"]
    sha256: str | None
    pages: int
    read_pages: tuple[int, ...]
    my_status: Literal["none", "to_read", "to_sign", "done"]
    fields: tuple[FieldView, ...]
    page_size: tuple[float, float]
    signers: tuple[SignerView, ...]
    return_reason: str | None
    failure: str | None


class RecorderView(View, frozen=True):
    """`written`: of whom there are pictures and sounds now: person id -> camera, microphone."""

    writing: bool
    seconds: float
    age_ms: float | None
    gaps: int
    serial: str
    written: dict[str, tuple[str, ...]] = {}


class SigningView(View, frozen=True):
    unlocked: bool
    reasons: tuple[str, ...]


class PromptView(View, frozen=True):
    step: str
    person_id: str
    asked_at: datetime


class MeetingView(View, frozen=True):
    status: Literal["none", "open", "ended"]
    room_id: str | None = None
    recording: RecorderView | None = None
    signing: SigningView = SigningView(False, ("meeting_not_open",))
    prompt: PromptView | None = None
    registration_card: bool = False
    present: tuple[str, ...] = ()
    screens: dict[str, str] = {}  # who shows his screen, and how: capture or pages


class FindingView(View, frozen=True):
    rule: str
    cite: str
    kind: str
    strength: str
    status: str
    text: str
    quote: str
    subject: str
    doc: str | None
    due: str | None
    satisfied_by: tuple[str, ...]
    who: str


class SubmissionView(View, frozen=True):
    at: datetime
    package_sha256: str


class ReviewView(View, frozen=True):
    outcome: str
    at: datetime


class HistoryView(View, frozen=True):
    seq: int
    at: datetime
    type: str
    actor_kind: str


class CaseView(View, frozen=True):
    version: int
    case_id: str
    case_no: str
    kind: str
    state: str
    item: ItemView
    application_date: date
    opened_at: datetime
    agent: AgentView
    host: HostView | None
    me: str | None
    people: tuple[PersonView, ...]
    photo_tasks: tuple[PhotoTaskView, ...]
    documents: tuple[DocumentView, ...]
    meeting: MeetingView
    script: tuple[ScriptStep, ...]
    findings: tuple[FindingView, ...]
    actions: tuple[str, ...]
    submission: SubmissionView | None
    review: ReviewView | None
    queries: tuple[QueryView, ...]
    attachments: tuple[AttachmentView, ...]
    letters: tuple[LetterView, ...]
    decision: DecisionView | None
    history: tuple[HistoryView, ...]


class SegmentView(View, frozen=True):
    """`url` is there for those who may play it."""

    n: int
    url: str | None
    start_s: float
    duration_s: float
    frames: int
    sha256: str
    rotation: int


class TrackView(View, frozen=True):
    track_id: str
    person_id: str
    name: str
    role: str
    kind: str
    codec: str
    segments: tuple[SegmentView, ...]


class MarkView(View, frozen=True):
    at_s: float
    at: datetime
    type: str
    person_id: str | None
    detail: dict[str, Any]


class GapView(View, frozen=True):
    track_id: str
    from_s: float
    to_s: float
    reason: str


class RecordingRef(View, frozen=True):
    recording_id: str
    serial: str
    started_at: datetime
    seconds: float


class CompositionView(View, frozen=True):
    """The one film of a meeting. `progress` 0..1; `seconds` and `sha256` once it is ready."""

    status: Literal["none", "making", "ready", "failed"]
    progress: float = 0.0
    seconds: float | None = None
    size: int | None = None
    sha256: str | None = None


class RecordingView(View, frozen=True):
    case_no: str
    recording_id: str
    serial: str
    started_at: datetime
    seconds: float
    sealed: bool
    verified: bool
    manifest_sha256: str
    tracks: tuple[TrackView, ...]
    marks: tuple[MarkView, ...]
    gaps: tuple[GapView, ...]
    viewed: tuple[tuple[float, float], ...]
    recordings: tuple[RecordingRef, ...]
    missing_parts: int = 0  # those that never came: their time is a gap
    composition: CompositionView = CompositionView("none")


class JournalEntryView(View, frozen=True):
    seq: int
    id: str
    at: datetime
    type: str
    actor: str
    hash: str


class JournalView(View, frozen=True):
    entries: tuple[JournalEntryView, ...]
    verification: dict[str, Any]
