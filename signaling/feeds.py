"""What a room says, brought to the connections of this process that are in it: one subscription a room."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Protocol

import msgspec
import structlog

from media.messages import (
    ParticipantGone,
    Reason,
    RecorderChanged,
    RoomClosed,
    RoomEvent,
    RoomOffer,
    Roster,
    RosterChanged,
    Showing,
)
from signaling.peers import House

COME_AGAIN = Reason.WORKER_LOST
GOES_ON = (Reason.WORKER_LOST, Reason.LEASE_LOST, Reason.DRAINED)  # not the meeting ends, only the room where it was

log = structlog.get_logger()


class Listener(Protocol):
    """A connection in a room."""

    def next_offer(self, offer_id: str) -> str: ...

    async def tell(self, event: str, body: dict) -> None: ...

    async def put_out(self, reason: str) -> None: ...


class Feed:
    """One room: its events, and who of this process hears them."""

    def __init__(self, room_id: str, ref: str, house: House) -> None:
        self.room_id = room_id
        self.ref = ref
        self.listeners: dict[str, Listener] = {}
        self._house = house
        self._names: Mapping[str, str] = {}

    async def hear(self, event: RoomEvent) -> None:
        await _ON[type(event)](self, event)

    async def describe(self, roster: Roster, me: str) -> list[dict]:
        """The roster as a participant sees it: names filled in, himself marked."""
        if any(entry.person_id not in self._names for entry in roster.participants):
            self._names = await self._house.names(self.ref)
        return [_entry(entry, self._names, me) for entry in roster.participants]

    async def _offer(self, event: RoomOffer) -> None:
        listener = self.listeners.get(event.participant_id)
        if listener:
            body = {"id": listener.next_offer(event.id), "sdp": event.sdp, "tracks": msgspec.to_builtins(event.tracks)}
            await listener.tell("room.offer", body)

    async def _roster(self, event: RosterChanged) -> None:
        for participant_id, listener in tuple(self.listeners.items()):
            await listener.tell("room.roster", {"participants": await self.describe(event.roster, participant_id)})

    async def _recorder(self, event: RecorderChanged) -> None:
        s = event.status
        age = s.last_frame_age_ms
        body = {"writing": s.writing, "seconds": s.seconds, "age_ms": age, "gaps": s.gaps, "stalled": s.stalled}
        body["written"] = msgspec.to_builtins(s.written)
        for listener in tuple(self.listeners.values()):
            await listener.tell("room.recorder", body)

    async def _showing(self, event: Showing) -> None:
        """To all: the guided timer of whoever shows his card, and of the agent (S53)."""
        body = {"person_id": event.person_id, **event.data}
        for listener in tuple(self.listeners.values()):
            await listener.tell("room.showing", body)

    async def _gone(self, event: ParticipantGone) -> None:
        listener = self.listeners.get(event.participant_id)
        if listener and event.reason not in ("left", "replaced"):
            await listener.put_out(event.reason)

    async def tell_others(self, speaker: str, event: str, body: dict) -> None:
        for participant_id, listener in tuple(self.listeners.items()):
            if participant_id != speaker:
                await listener.tell(event, body)

    async def close(self, reason: str) -> None:
        """All at once: one whose absence cannot be written down now does not hold up the others."""
        leaving = (listener.put_out(reason) for listener in tuple(self.listeners.values()))
        for failed in await asyncio.gather(*leaving, return_exceptions=True):
            if isinstance(failed, Exception):
                log.error("put_out_failed", room_id=self.room_id, error=type(failed).__name__)


_ON: dict[type, Callable[[Feed, RoomEvent], Awaitable[None]]] = {
    RoomOffer: Feed._offer,
    RosterChanged: Feed._roster,
    RecorderChanged: Feed._recorder,
    ParticipantGone: Feed._gone,
    Showing: Feed._showing,
}


def _entry(entry, names: Mapping[str, str], me: str) -> dict:
    return {
        "participant_id": entry.participant_id,
        "person_id": entry.person_id,
        "name": names.get(entry.person_id, ""),
        "role": entry.role,
        "order": entry.order,
        "me": entry.participant_id == me,
        "connected": entry.connected,
        "sources": msgspec.to_builtins(entry.sources),
    }


class Feeds:
    """The rooms that connections of this process are in; each has one task that ends with its last listener."""

    def __init__(self, events: Callable[[str], AsyncGenerator[RoomEvent]], house: House) -> None:
        self._events = events
        self._house = house
        self._feeds: dict[str, tuple[Feed, asyncio.Task]] = {}
        self._ending: set[asyncio.Task] = set()

    def __len__(self) -> int:
        return len(self._feeds)

    async def enter(self, room_id: str, ref: str, participant_id: str, listener: Listener) -> Feed:
        """From here on `listener` hears what concerns this participant."""
        if room_id not in self._feeds:
            feed = Feed(room_id, ref, self._house)
            task = asyncio.create_task(self._pump(feed), name=f"feed {room_id}")
            task.add_done_callback(self._ending.discard)
            self._feeds[room_id] = feed, task
        feed, _ = self._feeds[room_id]
        feed.listeners[participant_id] = listener
        return feed

    def of(self, room_id: str) -> Feed | None:
        feed, _ = self._feeds.get(room_id, (None, None))
        return feed

    def find(self, room_id: str, participant_id: str) -> Listener | None:
        feed = self.of(room_id)
        return feed.listeners.get(participant_id) if feed else None

    async def exit(self, room_id: str, participant_id: str, listener: Listener) -> None:
        feed, task = self._feeds.get(room_id, (None, None))
        if feed is None or feed.listeners.get(participant_id) is not listener:
            return
        del feed.listeners[participant_id]
        if not feed.listeners:
            del self._feeds[room_id]
            await self._stop(task)

    async def close(self) -> None:
        tasks = [*(task for _, task in self._feeds.values()), *self._ending]
        self._feeds.clear()
        for task in tasks:
            await self._stop(task)

    async def _pump(self, feed: Feed) -> None:
        async with aclosing(self._events(feed.room_id)) as events:
            reason = await self._bring_all(feed, events)
            if feed.listeners:
                self._detach(feed)
                await feed.close(reason)

    async def _bring_all(self, feed: Feed, events: AsyncIterator[RoomEvent]) -> str:
        """Until the room closes, and why. Where it goes on elsewhere, those inside are told to come again."""
        try:
            async for event in events:
                if isinstance(event, RoomClosed):
                    return COME_AGAIN if event.reason in GOES_ON else event.reason
                await self._bring(feed, event)
                if not feed.listeners:
                    break
        except Exception as error:  # noqa: BLE001 - whatever ended the feed, nobody may stay in a room that is mute
            log.error("room_feed_failed", room_id=feed.room_id, error=type(error).__name__)
        return COME_AGAIN

    def _detach(self, feed: Feed) -> None:
        """Whoever comes again while the others are still being told gets a feed that lives."""
        if self.of(feed.room_id) is feed:
            self._ending.add(self._feeds.pop(feed.room_id)[1])

    @staticmethod
    async def _bring(feed: Feed, event: RoomEvent) -> None:
        """One event that fails (its names cannot be read now) costs nobody the room: the next roster mends it."""
        try:
            await feed.hear(event)
        except Exception as error:  # noqa: BLE001 - see above
            log.error("room_event_failed", room_id=feed.room_id, kind=type(event).__name__, error=type(error).__name__)

    @staticmethod
    async def _stop(task: asyncio.Task) -> None:
        """A feed may end itself: its last event puts out its last listener."""
        if task is not asyncio.current_task():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
