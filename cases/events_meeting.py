"""What happens in and around the room."""

from datetime import date, datetime
from typing import Any, ClassVar, Literal

from cases.event import Event
from cases.parts import (
    AgentRef,
    Confirmation,
    Consent,
    Permission,
    Track,
)

ScreenBy = Literal["capture", "pages"]


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


class ScreenAllowed(Event):
    """`how`: the screen itself, or, where a page cannot take it, the pages that the person looks at (S47)."""

    room_id: str
    person_id: str
    how: ScreenBy
    asked_at: datetime


class ScreenRefused(Event):
    """By the person, or by a device that can show nothing."""

    room_id: str
    person_id: str
    why: Literal["refused", "unsupported"]
    asked_at: datetime


class ScreenEnded(Event):
    """The person shows it no more."""

    room_id: str
    person_id: str


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
    """`seconds` count for the rules: what was measured of the card itself (`measured_s`, in the camera's time), or,
    where the agent vouches for it (`override_reason`), of the frames that the server received. `match`: whether the
    card is like the uploaded photo (same, differs, unsure), `looks`: pictures looked at, by what they showed. The still
    is the sharpest picture of that side, or where it was never seen, of what was shown instead. `longest_gap_ms` and
    all of these are None in entries from before."""

    version: ClassVar[int] = 3

    room_id: str
    person_id: str
    side: Literal["front", "back"]
    seconds: float
    frames: int
    longest_gap_ms: int | None
    started_at: datetime
    ended_at: datetime
    measured_s: float | None
    match: Literal["same", "differs", "unsure"] | None
    looks: dict[str, int] | None
    override_reason: str | None
    still_blob: str | None
    still_sha256: str | None


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
    """The first frame is on the disk. A recording that goes on after a lost worker starts again, as its next `part`.
    `began_at`: the zero of the part's clock; None where the worker did not say."""

    version: ClassVar[int] = 3

    room_id: str
    recording_id: str
    part: int = 1
    began_at: datetime | None = None


class RecordingStalled(Event):
    room_id: str
    recording_id: str
    detail: str


class RecordingResumed(Event):
    room_id: str
    recording_id: str


class RecordingPartSealed(Event):
    """The files of one part are whole and hashed, while others are missing yet or the meeting goes on; or it came after
    its time. `started_at` is the zero of the part's clock: every offset of its segments counts from it."""

    room_id: str
    recording_id: str
    serial: str
    manifest_blob: str
    manifest_sha256: str
    seconds: float
    tracks: tuple[Track, ...]
    started_at: datetime
    part: int = 1


class RecordingSealed(RecordingPartSealed):
    """The part with which the recording is whole."""

    version: ClassVar[int] = 2


class RecordingPartMissing(Event):
    """A part was started and never came: what it held is a gap, unless it still comes."""

    room_id: str
    recording_id: str
    part: int


class RecordingCompleted(Event):
    """The recording is as whole as it will be, without a new part: the meeting ended when all parts were sealed, or
    those that lack were given up."""

    room_id: str
    recording_id: str
