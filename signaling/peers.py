"""Who is at the other end of a connection, and what signaling asks of the house it is in."""

from collections.abc import AsyncGenerator, Collection, Mapping
from typing import Protocol

import msgspec

from media.messages import ParticipantSpec, RoomEvent, Roster


class Peer(msgspec.Struct, frozen=True):
    """A person behind a login session, as the server knows him; never what the client says he is."""

    id: str
    kind: str
    name: str
    unit: str
    session_id: str


class House(Protocol):
    """What the owner of the connection decides: signaling itself knows no case and no login. `ref` names what a room
    or a notice is about, opaque here."""

    async def arrive(self, environ: Mapping[str, object]) -> Peer | None:
        """Who opens this connection, by the cookie of the request; None turns him away."""
        ...

    async def current(self, peer: Peer) -> bool:
        """Whether his login is still good. Asked before every message."""
        ...

    async def may_stay(self, peer: Peer, ref: str) -> bool:
        """Whether he still belongs in a room about `ref`. Asked before every message about the room."""
        ...

    async def joined(self, peer: Peer, ref: str) -> None:
        """He is in the room about `ref` from now on."""
        ...

    async def left(self, peer: Peer, ref: str, reason: str) -> None:
        """He is no longer in it."""
        ...

    async def names(self, ref: str) -> Mapping[str, str]:
        """Person id -> name, of those who may be in a room about `ref`."""
        ...

    async def mine(self, peer: Peer) -> Collection[str]:
        """Every ref that concerns him."""
        ...

    async def heads(self, refs: Collection[str]) -> Mapping[str, int]:
        """The present version of each."""
        ...

    def explain(self, error: Exception) -> tuple[str, str]:
        """Stable code and a message for people."""
        ...


class Rooms(Protocol):
    """The part of media/client.py that signaling uses."""

    async def join(self, room_id: str, spec: ParticipantSpec) -> Roster: ...

    async def resume(self, room_id: str, participant_id: str, connections: str) -> Roster: ...

    async def publish(self, room_id: str, participant_id: str, sdp: str, sources: Mapping[str, str]) -> str: ...

    async def answer(self, room_id: str, participant_id: str, sdp: str, offer_id: str) -> None: ...

    async def mute(self, room_id: str, participant_id: str, source: str, muted: bool) -> None: ...

    async def leave(self, room_id: str, participant_id: str, reason: str) -> None: ...

    async def away(self, room_id: str, participant_id: str) -> None: ...

    def events(self, room_id: str) -> AsyncGenerator[RoomEvent]: ...
