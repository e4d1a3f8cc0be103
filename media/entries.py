"""What a spool holds: everything that a recording is made of, in the order in which it happened.

``at_ms`` is the recording's own clock: milliseconds since it began. ``stream`` numbers the segments of one spool from
1; stream 0 is the recording itself. ``timestamp`` is unwrapped RTP time.
"""

from datetime import datetime
from typing import Any

import msgspec

from media.messages import Codec, Kind, Source

RECORDING = 0


class Entry(msgspec.Struct, frozen=True, array_like=True):
    at_ms: int


class Began(Entry, frozen=True, tag="began"):
    """``part``: which of the recording this is."""

    recording_id: str
    serial: str
    room_id: str
    at: datetime
    part: int = 1


class SegmentBegan(Entry, frozen=True, tag="segment"):
    """``at_ms`` and ``at`` are those of the first packet. ``number`` counts the segments of the track from 1.
    ``rotation``: degrees by which the pictures are to be turned clockwise to stand upright."""

    stream: int
    number: int
    track_id: str
    participant_id: str
    person_id: str
    role: str
    source: Source
    kind: Kind
    codec: Codec
    clock_rate: int
    timestamp: int
    at: datetime
    rotation: int = 0


class Frame(Entry, frozen=True, tag="frame", gc=False):
    timestamp: int
    key: bool
    width: int
    height: int
    data: bytes


class Report(Entry, frozen=True, tag="report"):
    """A sender report (RFC 3550 section 6.4.1): the sender's clock as 64-bit NTP time, and what its RTP time was."""

    stream: int
    ntp: int
    timestamp: int


class SegmentEnded(Entry, frozen=True, tag="segment_ended"):
    stream: int
    reason: str


class Muted(Entry, frozen=True, tag="muted"):
    track_id: str
    muted: bool


class Marked(Entry, frozen=True, tag="mark"):
    label: str
    at: datetime
    data: dict[str, Any]


class Lost(Entry, frozen=True, tag="lost"):
    """Frames that came and are not here: the disk did not follow, or the track had too many segments."""

    frames: int


class Ended(Entry, frozen=True, tag="ended"):
    """The last entry of a spool that lost nothing at its end."""

    reason: str
    at: datetime


AnyEntry = Began | SegmentBegan | Frame | Report | SegmentEnded | Muted | Marked | Lost | Ended
pack_entries = msgspec.msgpack.Encoder().encode
unpack_entries = msgspec.msgpack.Decoder(list[AnyEntry]).decode
