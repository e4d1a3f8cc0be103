"""Every message of the conversation as a frozen struct. Imperative from the client, declarative from the server."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from signaling.errors import ProtocolError

PROTOCOL_VERSION = 1
SDP_BYTES = 65_536
FRAME_BYTES = 40_960

Id = Annotated[str, Meta(min_length=1, max_length=64)]
Sdp = Annotated[str, Meta(min_length=1, max_length=SDP_BYTES)]
Source = Literal["camera", "microphone", "screen"]


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what a client sends."""


class Hello(Message, frozen=True):
    """Always the first: who the client program is, and the protocol versions it speaks."""

    client: Annotated[str, Meta(max_length=32)]
    versions: Annotated[tuple[int, ...], Meta(min_length=1, max_length=8)]


class Watch(Message, frozen=True):
    """Tell me when these cases, or all of mine, have a new version."""

    case_ids: Annotated[tuple[Id, ...], Meta(max_length=500)] | Literal["mine"]


class RoomJoin(Message, frozen=True):
    """`connections`: a name of the client's own for the pair of connections that follows. `resume`: it still has those
    that it named so, and asks to go on with them."""

    ticket: Annotated[str, Meta(min_length=1, max_length=2048)]
    connections: Annotated[str, Meta(max_length=64)] = ""
    resume: bool = False


class RoomPublish(Message, frozen=True):
    """Offer of the publish connection with all candidates in it; `sources` names what each mid carries."""

    sdp: Sdp
    sources: Annotated[dict[Annotated[str, Meta(max_length=16)], Source], Meta(max_length=4)]


class RoomAnswer(Message, frozen=True):
    """Answer to the `room.offer` with this id."""

    id: Id
    sdp: Sdp


class RoomMute(Message, frozen=True):
    source: Source
    muted: bool


class RoomLeave(Message, frozen=True):
    pass


class PageAt(Message, frozen=True):
    """Where in the pages this person is, so that the agent sees the same (S56)."""

    case_id: Id
    page: Annotated[str, Meta(min_length=1, max_length=64)]
    document_id: Id | None = None
    page_no: Annotated[int, Meta(ge=1, le=1000)] | None = None


class CaptureFrame(Message, frozen=True):
    """One small JPEG of the viewfinder, for live edge detection."""

    seq: Annotated[int, Meta(ge=0)]
    jpeg: Annotated[bytes, Meta(min_length=1, max_length=FRAME_BYTES)]


REQUESTS: Mapping[str, type[Message]] = {
    "hello": Hello,
    "watch": Watch,
    "room.join": RoomJoin,
    "room.publish": RoomPublish,
    "room.answer": RoomAnswer,
    "room.mute": RoomMute,
    "room.leave": RoomLeave,
    "page.at": PageAt,
    "capture.frame": CaptureFrame,
}

NOTICES = ("case.version", "room.offer", "room.roster", "room.recorder", "room.showing", "room.closed", "page.at")


def parse(event: str, arguments: tuple) -> Message:
    """The message that arrived under this name; `ProtocolError` tells what is wrong with it."""
    kind = REQUESTS.get(event)
    if kind is None:
        raise ProtocolError("unknown message type")
    if len(arguments) > 1:
        raise ProtocolError("a message has one argument")
    try:
        return msgspec.convert(arguments[0] if arguments else {}, kind, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise ProtocolError(str(error)) from None
