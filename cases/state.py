"""The state machine of a case, as a table and nothing else.

Rule 1: whether an event is possible in a state is decided here; a missing key is the error (`WrongState`).
Rule 2: only what a person decides is a state; everything else is derived from events (ARCHITECTURE, State).
Gates that need more than the state (who, order of steps, the live recorder, the assessment) are in `gates.py`.
"""

from enum import StrEnum

from cases.event import Event
from cases.events_casework import (
    AttachmentAdded,
    AttachmentChecked,
    CaseDecided,
    FormAdded,
    FormWithdrawn,
    LetterIssued,
    LetterKept,
    QueryAnswered,
    QueryCancelNoticed,
    QueryIssued,
    QueryLapsed,
    QueryReminded,
    QueryWithdrawn,
)
from cases.events_composition import CompositionFailed, CompositionMade
from cases.events_identity import PhotoRead, ShownCardRead
from cases.events_meeting import (
    CodeRefused,
    CodeSent,
    ConsentGiven,
    ConsentRefused,
    IdentityShown,
    MeetingEnded,
    NameStated,
    PermissionsReported,
    PersonJoined,
    PersonLeft,
    PhoneVerified,
    Prompted,
    RecordingCompleted,
    RecordingPartMissing,
    RecordingPartSealed,
    RecordingResumed,
    RecordingSealed,
    RecordingStalled,
    RecordingStarted,
    RegistrationCardShown,
    RoomOpened,
    ScreenAllowed,
    ScreenEnded,
    ScreenRefused,
    SignatureConfirmed,
    SignatureDenied,
)
from cases.events_papers import (
    AgentReportFiled,
    CameraReported,
    CaseOpened,
    CaseReadied,
    CaseReturned,
    CaseSubmitted,
    CaseWithdrawn,
    DocumentAmended,
    DocumentCompleted,
    DocumentIssued,
    DocumentSealed,
    DocumentSigned,
    InkAccepted,
    InkDiscarded,
    PageRead,
    PhotoAdded,
    PhotoDeleted,
    PhotosAcknowledged,
    PhotosApproved,
    PhotosCompleted,
    PhotosRejected,
    ReviewRequested,
)
from cases.events_review import (
    CallbackCompleted,
    CaseAccepted,
    CaseAssessed,
    CaseDeclined,
    EffectFailed,
    EvidenceExported,
    InformationRequested,
    NoticeSent,
    RecordingReviewed,
    RecordingViewed,
)


class State(StrEnum):
    OPEN = "open"  # 待拍照
    IN_REVIEW = "in_review"  # 文件審核
    READY = "ready"  # 可視訊
    SUBMITTED = "submitted"  # 已送出
    UNDER_REVIEW = "under_review"  # 覆核
    PENDING = "pending"  # 照會
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"  # 照會逾期，逕行取消


def _staying(state: State, *kinds: type[Event]) -> dict[type[Event], State]:
    return dict.fromkeys(kinds, state)


_PAPERS = (DocumentIssued, DocumentAmended, PageRead)
_ROOM = (
    CodeSent,
    CodeRefused,
    PhoneVerified,
    PermissionsReported,
    PersonJoined,
    PersonLeft,
    Prompted,
    ConsentGiven,
    ConsentRefused,
    NameStated,
    ScreenAllowed,
    ScreenRefused,
    ScreenEnded,
    RegistrationCardShown,
    IdentityShown,
    MeetingEnded,
    RecordingStarted,
    RecordingStalled,
    RecordingResumed,
)
_CONFIRMING = (SignatureConfirmed, SignatureDenied)
_FINISHING = (DocumentSigned, DocumentSealed, CaseAssessed, AgentReportFiled)
# The underwriter asks and is answered beside the review of the recording.
_CASEWORK = (
    QueryIssued,
    QueryReminded,
    QueryCancelNoticed,
    QueryAnswered,
    QueryWithdrawn,
    AttachmentAdded,
    AttachmentChecked,
    FormAdded,
    FormWithdrawn,
    DocumentIssued,
    PageRead,
)

TRANSITIONS: dict[State | None, dict[type[Event], State]] = {
    None: {CaseOpened: State.OPEN},
    State.OPEN: {
        **_staying(State.OPEN, *_PAPERS, PhotosAcknowledged, PhotoAdded, PhotoDeleted, PhotosCompleted),
        **_staying(State.OPEN, PhotosApproved, PhotosRejected),
        ReviewRequested: State.IN_REVIEW,
        CaseWithdrawn: State.WITHDRAWN,
    },
    State.IN_REVIEW: {
        # A photo deleted now opens its task again, without taking the case back from the agent.
        **_staying(State.IN_REVIEW, *_PAPERS, PhotosAcknowledged, PhotoAdded, PhotoDeleted, PhotosCompleted),
        **_staying(State.IN_REVIEW, PhotosApproved),
        PhotosRejected: State.OPEN,
        CaseReadied: State.READY,
        CaseWithdrawn: State.WITHDRAWN,
    },
    State.READY: {
        **_staying(State.READY, *_PAPERS, *_ROOM, RoomOpened, RecordingSealed, RecordingCompleted),
        **_staying(State.READY, InkAccepted, InkDiscarded, DocumentCompleted, DocumentSigned, CaseReturned),
        CaseSubmitted: State.SUBMITTED,
        CaseWithdrawn: State.WITHDRAWN,
    },
    State.SUBMITTED: {
        **_staying(State.SUBMITTED, *_ROOM, *_CONFIRMING, *_FINISHING, *_CASEWORK),
        QueryLapsed: State.CANCELLED,
        RecordingSealed: State.UNDER_REVIEW,
        RecordingCompleted: State.UNDER_REVIEW,
    },
    State.UNDER_REVIEW: {
        # A room that ends late, or a second recording of it, changes nothing any more.
        **_staying(State.UNDER_REVIEW, *_FINISHING, PersonLeft, MeetingEnded, RecordingSealed, RecordingCompleted),
        **_staying(State.UNDER_REVIEW, RecordingReviewed, CallbackCompleted, CaseDecided, *_CASEWORK),
        QueryLapsed: State.CANCELLED,
        RoomOpened: State.PENDING,  # to sign a form on demand
        InformationRequested: State.PENDING,
        CaseAccepted: State.ACCEPTED,
        CaseDeclined: State.DECLINED,
    },
    State.PENDING: {
        # 補正 is judged anew by the reviewer; 重錄 and forms on demand bring another meeting, whose recording comes
        # back for review.
        **_staying(State.PENDING, *_ROOM, *_CONFIRMING, *_FINISHING, *_CASEWORK, RoomOpened, CallbackCompleted),
        **_staying(State.PENDING, InkAccepted, InkDiscarded, DocumentCompleted),
        QueryLapsed: State.CANCELLED,
        RecordingSealed: State.UNDER_REVIEW,
        RecordingCompleted: State.UNDER_REVIEW,
        RecordingReviewed: State.UNDER_REVIEW,
        CaseWithdrawn: State.WITHDRAWN,
    },
    State.ACCEPTED: {},
    State.DECLINED: {},
    State.WITHDRAWN: {},
    State.CANCELLED: {},
}

# What is written down about a case without being a step of it: who looked, what was sent or failed, what became of a
# part of a recording, what was read of a photo, whether a camera was allowed. In any state.
ASIDE: frozenset[type[Event]] = frozenset(
    {
        RecordingViewed,
        EvidenceExported,
        NoticeSent,
        EffectFailed,
        LetterIssued,
        LetterKept,
        CompositionMade,
        CompositionFailed,
        RecordingPartSealed,
        RecordingPartMissing,
        CameraReported,
        PhotoRead,
        ShownCardRead,
    }
)
