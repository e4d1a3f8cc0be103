"""One connection: its owner tasks, its inbox, its place in a room. Nobody else touches its state; others tell it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from media.errors import MediaError, ParticipantUnknown, RoomUnknown
from media.messages import ParticipantSpec, Roster
from ports.clock import Clock
from signaling.delivery import Notices, Watcher
from signaling.errors import NotInRoom, ProtocolError, SessionEnded, StaleOffer, TooManyMessages, UnsupportedVersion
from signaling.feeds import Feed, Feeds
from signaling.grants import Grants, JoinGrant
from signaling.lanes import Inbox, Newest
from signaling.limits import Bucket, Limits
from signaling.messages import (
    PROTOCOL_VERSION,
    CaptureFrame,
    Hello,
    Message,
    PageAt,
    RoomAnswer,
    RoomJoin,
    RoomLeave,
    RoomMute,
    RoomPublish,
    parse,
)
from signaling.peers import House, Peer, Rooms
from signaling.seat import Seat, Seats

TAKEN_OVER = "taken_over"

Extra = Callable[["Session", Message], Awaitable[dict]]


@dataclass(frozen=True, slots=True)
class Wiring:
    """What every connection of a process shares. `further` handles the message types that are not about rooms."""

    house: House
    rooms: Rooms
    feeds: Feeds
    seats: Seats
    grants: Grants
    notices: Notices
    clock: Clock
    limits: Limits
    further: Mapping[type[Message], Extra]
    ice_servers: Callable[[Peer], list[dict]]
    server_version: str


class Session:
    """See the module. `emit(event, body)` sends, `hang_up()` ends the connection."""

    def __init__(self, sid: str, peer: Peer, wiring: Wiring, emit: Callable[[str, dict], Awaitable[None]]) -> None:
        self.sid = sid
        self.peer = peer
        self.wiring = wiring
        self.seat: Seat | None = None
        self.feed: Feed | None = None
        self.watcher = Watcher(self._tell_version, self._mine)
        self.state: dict[type, object] = {}
        self._emit = emit
        self._greeted = False
        self._offers = 0
        self._offer_id = ""
        self._bucket = Bucket(wiring.limits.messages_per_second, wiring.limits.burst, wiring.clock.monotonic())
        self._inbox = Inbox(self._handle, wiring.limits.inbox)
        self._newest = {
            CaptureFrame: Newest(self._handle, wiring.limits.frames_per_second, wiring.clock),
            PageAt: Newest(self._handle, wiring.limits.pages_per_second, wiring.clock),
        }

    @property
    def participant_id(self) -> str:
        return self.seat.participant_id if self.seat else ""

    async def run(self) -> None:
        """The owner: handles what arrives until cancelled."""
        self.wiring.notices.add(self.watcher)
        try:
            async with asyncio.TaskGroup() as group:
                for lane in (self._inbox, *self._newest.values()):
                    group.create_task(lane.run())
        finally:
            self.wiring.notices.remove(self.watcher)

    async def request(self, event: str, arguments: tuple) -> dict:
        """What a client asked, and its acknowledgement."""
        if not self._bucket.take(self.wiring.clock.monotonic()):
            raise TooManyMessages
        message = parse(event, arguments)
        if not (self._greeted or isinstance(message, Hello)):
            raise ProtocolError("hello comes first")
        return await self._newest.get(type(message), self._inbox).post(message)

    async def tell(self, event: str, body: dict) -> None:
        await self._emit(event, body)

    def next_offer(self, offer_id: str) -> str:
        """The name of an offer for the client; the worker's own is kept for the answer."""
        self._offers += 1
        self._offer_id = offer_id
        return str(self._offers)

    async def put_out(self, reason: str) -> None:
        """His place is gone, by no wish of his: taken over by himself elsewhere, or lost with the room."""
        if self.seat is None:
            return
        seat = await self._stand_up()
        try:  # before he is told: he may be back at once, and that he left must not be written after that he came
            if reason != TAKEN_OVER:
                await self._give_up(seat, reason)
        finally:
            await self.tell("room.closed", {"room_id": seat.room_id, "reason": reason})

    async def watch(self, refs: tuple[str, ...], *, all_mine: bool) -> dict[str, int]:
        return await self.wiring.notices.watch(self.watcher, refs, all_mine=all_mine)

    async def tell_room(self, event: str, body: dict) -> None:
        """To the others of this room, in whatever process they are."""
        if self.seat:
            await self.wiring.seats.say(self.seat, event, body)

    async def _handle(self, message: Message) -> dict:
        if not await self.wiring.house.current(self.peer):
            raise SessionEnded
        own = _ROOM.get(type(message))
        if own:
            return await own(self, message)
        return await self.wiring.further[type(message)](self, message)

    async def _hello(self, message: Hello) -> dict:
        if PROTOCOL_VERSION not in message.versions:
            raise UnsupportedVersion
        self._greeted = True
        peer = self.peer
        principal = {"id": peer.id, "kind": peer.kind, "name": peer.name, "unit": peer.unit}
        return {"server": self.wiring.server_version, "version": PROTOCOL_VERSION, "principal": principal}

    async def _join(self, message: RoomJoin) -> dict:
        grant = await self.wiring.grants.redeem(message.ticket, self.peer.session_id)
        if not await self.wiring.house.may_stay(self.peer, grant.ref):
            raise NotInRoom
        seat = Seat(grant.room_id, grant.participant_id, grant.ref)
        if self.seat and not (message.resume and self.seat == seat):
            await self.leave("left")
        feed = await self._sit(seat)
        roster, resumed = await self._enter(grant, message)
        return {
            "participant_id": grant.participant_id,
            "room_id": grant.room_id,
            "case_id": grant.ref,
            "roster": await feed.describe(roster, grant.participant_id),
            "resumed": resumed,
            "ice_servers": self.wiring.ice_servers(self.peer),
        }

    async def _enter(self, grant: JoinGrant, message: RoomJoin) -> tuple[Roster, bool]:
        """Into the room and into the record of it, or into neither."""
        try:
            entered = await self._take_place(grant, message)
        except Exception:
            if self.seat:  # or he was put out meanwhile, with the room
                await self._stand_up()
            raise
        if self.seat is None:
            raise NotInRoom
        try:
            await self.wiring.house.joined(self.peer, grant.ref)
        except Exception:
            await self.leave("refused")
            raise
        return entered

    async def _take_place(self, grant: JoinGrant, message: RoomJoin) -> tuple[Roster, bool]:
        """The roster, and whether his connections of before stayed: what is recorded of him then goes on unbroken."""
        if message.resume:
            with suppress(ParticipantUnknown, RoomUnknown):
                place = grant.room_id, grant.participant_id, message.connections
                return await self.wiring.rooms.resume(*place), True
        spec = ParticipantSpec(
            grant.participant_id, grant.person_id, grant.role, order=grant.order, connections=message.connections
        )
        return await self.wiring.rooms.join(grant.room_id, spec), False

    async def _sit(self, seat: Seat) -> Feed:
        """Hear the room before joining, so that the first offer is not missed."""
        await self.wiring.seats.take(seat, self.sid)
        before = self.wiring.feeds.find(seat.room_id, seat.participant_id)
        if before and before is not self:
            await before.put_out(TAKEN_OVER)
        self.seat = seat
        self.feed = feed = await self.wiring.feeds.enter(seat.room_id, seat.ref, seat.participant_id, self)
        return feed

    async def _stand_up(self) -> Seat:
        """Hear the room no longer."""
        seat, self.seat, self.feed = self.seat, None, None
        await self.wiring.feeds.exit(seat.room_id, seat.participant_id, self)
        return seat

    async def _give_up(self, seat: Seat, reason: str) -> bool:
        """Leave the seat free, unless a newer connection of the same person has it."""
        if not await self.wiring.seats.is_mine(seat, self.sid):
            return False
        await self.wiring.seats.free(seat)
        await self.wiring.house.left(self.peer, seat.ref, reason)
        return True

    async def _publish(self, message: RoomPublish) -> dict:
        seat = await self._seated()
        sdp = await self.wiring.rooms.publish(seat.room_id, seat.participant_id, message.sdp, message.sources)
        return {"sdp": sdp}

    async def _answer(self, message: RoomAnswer) -> dict:
        seat = await self._seated()
        if message.id != str(self._offers):
            raise StaleOffer
        await self.wiring.rooms.answer(seat.room_id, seat.participant_id, message.sdp, self._offer_id)
        return {}

    async def _mute(self, message: RoomMute) -> dict:
        seat = await self._seated()
        await self.wiring.rooms.mute(seat.room_id, seat.participant_id, message.source, message.muted)
        return {}

    async def _leave(self, message: RoomLeave) -> dict:
        await self.leave("left")
        return {}

    async def leave(self, reason: str) -> None:
        if self.seat:
            await self._depart(await self._stand_up(), reason)

    async def linger(self) -> None:
        """After a lost connection: keep the place for a while, then leave unless he is back."""
        if self.seat:
            seat = await self._stand_up()
            await self._tell_away(seat)
            await self.wiring.clock.sleep(self.wiring.limits.grace_seconds)
            await self._depart(seat, "network")

    async def _tell_away(self, seat: Seat) -> None:
        """The others see at once that his connection is gone. Nothing depends on it: silence shows the same later."""
        if await self.wiring.seats.is_mine(seat, self.sid):
            with suppress(MediaError):
                await self.wiring.rooms.away(seat.room_id, seat.participant_id)

    async def _depart(self, seat: Seat, reason: str) -> None:
        if await self._give_up(seat, reason):
            await self.wiring.rooms.leave(seat.room_id, seat.participant_id, reason)

    async def _seated(self) -> Seat:
        if self.seat is None:
            raise NotInRoom
        if not await self.wiring.house.may_stay(self.peer, self.seat.ref):
            await self.leave("left")
            raise NotInRoom
        return self.seat

    async def _tell_version(self, ref: str, version: int) -> None:
        await self.tell("case.version", {"case_id": ref, "version": version})

    async def _mine(self):
        return await self.wiring.house.mine(self.peer)


_ROOM: dict[type[Message], Callable[[Session, Message], Awaitable[dict]]] = {
    Hello: Session._hello,
    RoomJoin: Session._join,
    RoomPublish: Session._publish,
    RoomAnswer: Session._answer,
    RoomMute: Session._mute,
    RoomLeave: Session._leave,
}
