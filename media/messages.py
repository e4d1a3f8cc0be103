"""Everything that crosses a boundary of the media plane: frozen structs, no aiortc, no I/O.

Times are aware UTC datetimes; ``seconds`` are floats; sizes and counts are ints. ``arrived`` values elsewhere are
monotonic seconds of the worker's clock.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec

Source = Literal["camera", "microphone", "screen"]
Kind = Literal["video", "audio"]
Codec = Literal["VP8", "VP9", "AV1", "H264", "opus"]
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,50}$")]
RequestKeyframe = Callable[[], None]


class Reason(StrEnum):
    """Why the media plane itself ended something. A caller of `leave` and `close_room` gives its own words."""

    LEFT = "left"
    REPLACED = "replaced"
    UNPUBLISHED = "unpublished"
    SILENT = "silent"
    ROOM_CLOSED = "room_closed"
    ROOM_EMPTY = "room_empty"
    HOST_LOST = "host_lost"
    DRAINED = "drained"
    LEASE_LOST = "lease_lost"
    WORKER_LOST = "worker_lost"


SOURCE_KIND: dict[str, Kind] = {"camera": "video", "screen": "video", "microphone": "audio"}


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the frozen structs of this package."""


# ---- what a room is opened with -------------------------------------------------------------------------------------


class RoomSpec(Value, frozen=True):
    """A room to open: ``scope`` names the key of its recording, ``serial`` is printed, ``seats``: how many people are
    to come. ``part``: the least that the recorder of this opening may count as, where the recording goes on after a
    lost worker; ``began_at``: when the first part began, where there is one."""

    scope: str
    recording_id: Identifier
    serial: str
    seats: int = 3
    part: int = 1
    began_at: datetime | None = None


class RoomOpened(Value, frozen=True):
    worker_id: str


class ParticipantSpec(Value, frozen=True):
    """Who joins. ``order`` is the wanted place in the roster (host 0); equal orders go by time of joining.
    ``connections`` names the pair of connections that the page makes for this joining (see `resume`)."""

    participant_id: Identifier
    person_id: str
    role: str
    order: int = 1
    connections: str = ""


# ---- the roster -----------------------------------------------------------------------------------------------------


class SourceState(Value, frozen=True):
    """``on``: published; ``muted``: what the participant says; ``receiving``: packets reach the server (S42)."""

    on: bool = False
    muted: bool = False
    receiving: bool = False


class RosterEntry(Value, frozen=True):
    participant_id: str
    person_id: str
    role: str
    order: int
    sources: dict[str, SourceState] = {}
    connected: bool = False


class Roster(Value, frozen=True):
    participants: tuple[RosterEntry, ...] = ()


class OfferedTrack(Value, frozen=True):
    mid: str
    participant_id: str
    person_id: str
    source: Source


# ---- the recording --------------------------------------------------------------------------------------------------


class TrackInfo(Value, frozen=True):
    """One published track as the recorder sees it; ``clock_rate`` in Hz."""

    track_id: str
    participant_id: str
    person_id: str
    role: str
    source: Source
    kind: Kind
    codec: Codec
    clock_rate: int
    payload_type: int


class RecorderStatus(Value, frozen=True):
    """``gaps``: those that the manifest will list, but for what is missing because its sender had muted it.
    ``seconds`` count from the start of the recording, whatever part of it this is. ``written``: by person id, the
    camera and microphone of which pictures and sounds, not muted, reach the disk now."""

    writing: bool = False
    seconds: float = 0.0
    last_frame_age_ms: int | None = None
    gaps: int = 0
    tracks: int = 0
    stalled: bool = False
    written: dict[str, tuple[Source, ...]] = {}


class SegmentRef(Value, frozen=True):
    """``start_ms``: offset from the start of the recording. ``rotation``: degrees clockwise that make it upright."""

    blob: str
    sha256: str
    start_ms: int
    duration_ms: int
    frames: int
    rotation: int = 0


class SealedTrack(Value, frozen=True):
    track_id: str
    participant_id: str
    person_id: str
    role: str
    source: Source
    kind: Kind
    codec: Codec
    frames: int
    seconds: float
    segments: tuple[SegmentRef, ...] = ()


class SealedRecording(Value, frozen=True):
    """``started_at`` is the zero of the recording's clock: every ``start_ms`` counts from it. It lies before the first
    frame, and so before the event that says that the recorder writes. ``reason``: why the room was closed, one of
    `Reason` or the closing caller's word; "recovered" where its process died before anyone said.
    ``part``: a recording that went on after a worker was lost has more than one."""

    recording_id: str
    serial: str
    manifest_blob: str
    manifest_sha256: str
    seconds: float
    tracks: tuple[SealedTrack, ...] = ()
    started_at: datetime | None = None
    reason: str = ""
    part: int = 1


class RecorderEvent(Value, frozen=True):
    """``type``: started (first frame written; ``at`` is the zero of its clock, which lies before), stalled, resumed,
    failed."""

    type: Literal["started", "stalled", "resumed", "failed"]
    at: datetime
    detail: dict[str, Any] = {}


# ---- held frames ----------------------------------------------------------------------------------------------------


class HeldFrames(Value, frozen=True):
    """Video frames of one participant that the server received between hold and release (S53: 5 s). ``looked``: what
    was made of the pictures by whoever the worker hands them to; empty where nobody looked."""

    frames: int
    seconds: float
    longest_gap_ms: int
    started_at: datetime
    ended_at: datetime
    looked: bytes = b""


class RoomStatus(Value, frozen=True):
    room_id: str
    worker_id: str
    roster: Roster
    recorder: RecorderStatus


# ---- events of a room -----------------------------------------------------------------------------------------------


class RoomOffer(Value, frozen=True, tag="offer"):
    """The subscribe connection of ``participant_id`` needs an answer to ``sdp``, under this ``id``."""

    participant_id: str
    sdp: str
    tracks: tuple[OfferedTrack, ...] = ()
    id: str = ""


class RosterChanged(Value, frozen=True, tag="roster"):
    roster: Roster


class RecorderChanged(Value, frozen=True, tag="recorder"):
    status: RecorderStatus


class ParticipantGone(Value, frozen=True, tag="gone"):
    participant_id: str
    reason: str


class Showing(Value, frozen=True, tag="showing"):
    """What is known so far of the pictures of a hold; ``data`` is of whoever looks at them."""

    participant_id: str
    person_id: str
    hold_id: str
    data: dict[str, Any]


class RoomClosed(Value, frozen=True, tag="closed"):
    reason: str


RoomEvent = RoomOffer | RosterChanged | RecorderChanged | ParticipantGone | Showing | RoomClosed
