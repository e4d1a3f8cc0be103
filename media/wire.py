"""The protocol between a media worker and those who use it: msgpack messages behind a 4-byte length.

Each request carries an id that its reply or failure repeats; events of watched rooms come between them.
"""

import asyncio
import struct
from typing import Any

import msgspec

from media.errors import BadRequest
from media.messages import ParticipantSpec, RoomEvent, RoomSpec, Source, Value

MAX_MESSAGE = 1 << 20
_LENGTH = struct.Struct("!I")


class OpenRoom(Value, frozen=True, tag="open_room"):
    room_id: str
    spec: RoomSpec


class Join(Value, frozen=True, tag="join"):
    room_id: str
    spec: ParticipantSpec


class Resume(Value, frozen=True, tag="resume"):
    room_id: str
    participant_id: str
    connections: str


class Publish(Value, frozen=True, tag="publish"):
    room_id: str
    participant_id: str
    sdp: str
    sources: dict[str, Source]


class Answer(Value, frozen=True, tag="answer"):
    """``offer_id``: of the offer that is answered; empty where the caller does not know it."""

    room_id: str
    participant_id: str
    sdp: str
    offer_id: str = ""


class Mute(Value, frozen=True, tag="mute"):
    room_id: str
    participant_id: str
    source: Source
    muted: bool


class Leave(Value, frozen=True, tag="leave"):
    room_id: str
    participant_id: str
    reason: str


class Away(Value, frozen=True, tag="away"):
    room_id: str
    participant_id: str


class Status(Value, frozen=True, tag="status"):
    room_id: str


class Mark(Value, frozen=True, tag="mark"):
    room_id: str
    label: str
    data: dict[str, Any]


class Hold(Value, frozen=True, tag="hold"):
    """``order``: for whoever looks at the pictures meanwhile; not read here."""

    room_id: str
    participant_id: str
    label: str
    order: bytes = b""


class Release(Value, frozen=True, tag="release"):
    room_id: str
    hold_id: str


class CloseRoom(Value, frozen=True, tag="close_room"):
    room_id: str
    reason: str


class Watch(Value, frozen=True, tag="watch"):
    """Events of the room follow, first a snapshot: roster, recorder, offers that wait for an answer."""

    room_id: str


class Unwatch(Value, frozen=True, tag="unwatch"):
    room_id: str


Body = (
    OpenRoom
    | Join
    | Resume
    | Publish
    | Answer
    | Mute
    | Leave
    | Away
    | Status
    | Mark
    | Hold
    | Release
    | CloseRoom
    | Watch
    | Unwatch
)


class Request(Value, frozen=True):
    id: int
    body: Body


class _Envelope(Value, frozen=True):
    id: int
    body: msgspec.Raw


class Reply(Value, frozen=True, tag="reply"):
    id: int
    result: msgspec.Raw = msgspec.Raw(msgspec.msgpack.encode(None))


class Failure(Value, frozen=True, tag="failure"):
    id: int
    code: str
    message: str


class Happened(Value, frozen=True, tag="event"):
    room_id: str
    event: RoomEvent


Down = Reply | Failure | Happened


def frame(message: Request | Down) -> bytes:
    payload = msgspec.msgpack.encode(message)
    if len(payload) > MAX_MESSAGE:
        raise BadRequest(f"{len(payload)} bytes are too many for a message")
    return _LENGTH.pack(len(payload)) + payload


async def read_frame(reader: asyncio.StreamReader) -> bytes | None:
    """The next message's bytes, None at the end of the stream. Raises BadRequest for an impossible length."""
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        if length > MAX_MESSAGE:
            raise BadRequest(f"{length} bytes announced")
        return await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def decode_request(data: bytes) -> tuple[int, msgspec.Raw]:
    """The id of a request and its body, still undecoded: a body that is wrong gets a failure with its id."""
    envelope = _decode(data, _Envelope)
    return envelope.id, envelope.body


def decode_body(body: msgspec.Raw) -> Body:
    return _decode(body, Body)


def decode_down(data: bytes) -> Down:
    return _decode(data, Down)


def _decode(data: bytes, expected: Any) -> Any:
    try:
        return msgspec.msgpack.decode(data, type=expected)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadRequest("not a message of this protocol") from error
