"""The media plane as others see it: rooms, participants, offers and recordings, over sockets to the workers.

No aiortc here. A worker is found through the key-value store (see placement), so any process may ask for any room.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from media import placement, wire
from media.errors import (
    MediaError,
    MediaUnavailable,
    RoomElsewhere,
    RoomUnknown,
    WorkerDraining,
    WorkerFull,
    WorkerGone,
)
from media.eventbox import EventBox
from media.link import Link
from media.messages import (
    HeldFrames,
    ParticipantSpec,
    Reason,
    RoomClosed,
    RoomEvent,
    RoomOpened,
    RoomSpec,
    RoomStatus,
    Roster,
    SealedRecording,
    Source,
)
from ports.errors import KeyValueUnavailable
from ports.keyvalue import KeyValue

REQUEST_SECONDS = 5.0
NEGOTIATION_SECONDS = 10.0
SEALING_SECONDS = 60.0
RETURN_SECONDS = 3.0
WATCH_SECONDS = 2.0
VIGIL_SECONDS = 0.4
ANSWER_SECONDS = 0.5
POLL_SECONDS = 0.25
OPEN_SECONDS = 2.5
OPENING_SECONDS = 6.0  # all attempts together


class MediaClient:
    """All methods raise MediaUnavailable (code media_unavailable or media_timeout) when no worker answers, and
    RoomUnknown when no worker holds the room."""

    def __init__(self, keyvalue: KeyValue, secret: bytes, return_seconds: float = RETURN_SECONDS):
        """`secret`: shared with the workers (see handshake)."""
        self._keyvalue, self._secret = keyvalue, secret
        self._return_seconds = return_seconds
        self._links: dict[str, Link] = {}
        self._connecting: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # one that hangs holds up no other
        self._closed = False

    async def open_room(self, room_id: str, spec: RoomSpec) -> RoomOpened:
        """Open the room on the worker with most to spare; a room that is open already stays where it is, and of many
        who ask at once one opens it. Raises WorkerFull when every worker refuses."""
        refused: set[str] = set()
        last: MediaError | None = None
        until = self._loop_time() + OPENING_SECONDS
        while self._loop_time() < until:
            held = await placement.worker_of(self._keyvalue, room_id)
            worker = held or placement.choose(await self._others(refused))
            if worker is None:
                break
            try:
                return await self._ask_worker(worker.url, wire.OpenRoom(room_id, spec), RoomOpened, OPEN_SECONDS)
            except WorkerGone as refusal:
                last = refusal
                await placement.forget(self._keyvalue, room_id, worker)
            except (WorkerFull, WorkerDraining, RoomElsewhere, MediaUnavailable) as refusal:
                last = refusal
                if held is None and not isinstance(refusal, RoomElsewhere):
                    refused.add(worker.worker_id)
                else:
                    await asyncio.sleep(POLL_SECONDS)  # a lease runs out, a room that ends lets go
        if isinstance(last, WorkerFull | WorkerDraining) or (
            last is None and await placement.live_workers(self._keyvalue)
        ):
            raise WorkerFull("every media worker is full")
        raise MediaUnavailable("no media worker takes the room") from last

    async def _others(self, refused: set[str]) -> tuple[placement.WorkerInfo, ...]:
        return tuple(w for w in await placement.live_workers(self._keyvalue) if w.worker_id not in refused)

    async def join(self, room_id: str, spec: ParticipantSpec) -> Roster:
        """Take a place in the room. Joining again with the same participant_id replaces the old connections and keeps
        the place. Raises RoomFull, RoomEnded."""
        return await self._ask(room_id, wire.Join(room_id, spec), Roster)

    async def resume(self, room_id: str, participant_id: str, connections: str) -> Roster:
        """Be heard of again in a place whose connections stayed, where they are still those that were named so on
        joining. Raises ParticipantUnknown: then `join` is the way."""
        return await self._ask(room_id, wire.Resume(room_id, participant_id, connections), Roster)

    async def publish(self, room_id: str, participant_id: str, sdp: str, sources: dict[str, Source]) -> str:
        """Offer of the participant's publish connection -> answer. `sources`: mid -> source. A changed ICE user
        fragment means a new connection, else the present one is renegotiated. Raises BadDescription, WrongSource."""
        body = wire.Publish(room_id, participant_id, sdp, sources)
        return await self._ask(room_id, body, str, NEGOTIATION_SECONDS)

    async def answer(self, room_id: str, participant_id: str, sdp: str, offer_id: str = "") -> None:
        """The participant's answer to the RoomOffer with this id. Raises NothingOffered, OfferReplaced,
        BadDescription."""
        body = wire.Answer(room_id, participant_id, sdp, offer_id)
        await self._ask(room_id, body, None, NEGOTIATION_SECONDS)

    async def mute(self, room_id: str, participant_id: str, source: Source, muted: bool) -> None:
        await self._ask(room_id, wire.Mute(room_id, participant_id, source, muted), None)

    async def leave(self, room_id: str, participant_id: str, reason: str = Reason.LEFT) -> None:
        """Leaving twice, or a room that has ended, is fine."""
        try:
            await self._ask(room_id, wire.Leave(room_id, participant_id, reason), None)
        except RoomUnknown:
            return

    async def away(self, room_id: str, participant_id: str) -> None:
        """His page is gone and may come back: the others see it, his place stays. Joining again ends it."""
        await self._ask(room_id, wire.Away(room_id, participant_id), None)

    async def status(self, room_id: str) -> RoomStatus:
        return await self._ask(room_id, wire.Status(room_id), RoomStatus)

    async def mark(self, room_id: str, label: str, data: dict[str, Any]) -> None:
        """An entry of the recording's timeline, opaque to the worker."""
        await self._ask(room_id, wire.Mark(room_id, label, data), None)

    async def hold(self, room_id: str, participant_id: str, label: str, order: bytes = b"") -> str:
        """Begin to count the camera frames that the server receives from the participant -> hold_id. With an `order`,
        they are looked at as well, and `Showing` tells what is seen."""
        return await self._ask(room_id, wire.Hold(room_id, participant_id, label, order), str)

    async def release(self, room_id: str, hold_id: str) -> HeldFrames:
        """End a hold. Raises HoldUnknown."""
        return await self._ask(room_id, wire.Release(room_id, hold_id), HeldFrames)

    async def close_room(self, room_id: str, reason: str) -> SealedRecording:
        """End the room and seal its recording. Asked again, also after the worker is gone, answers the same."""
        sealed = await self._keyvalue.get(f"sealed:{room_id}")
        if sealed is not None:
            return msgspec.json.decode(sealed, type=SealedRecording)
        return await self._ask(room_id, wire.CloseRoom(room_id, reason), SealedRecording, SEALING_SECONDS)

    async def events(self, room_id: str) -> AsyncIterator[RoomEvent]:
        """What happens in the room, beginning with its present state, until RoomClosed. A lost connection is taken up
        again; RoomClosed("worker_lost") comes as soon as it is certain that the worker has the room no more, and at the
        latest 4 s after its last sign of life."""
        until = self._loop_time() + self._return_seconds
        while not self._closed and (link := await self._link_to_holder(room_id, until)) is not None:
            try:
                async with link.watch(room_id, WATCH_SECONDS) as box, self._vigil(room_id, link, box):
                    async for event in box:
                        yield event
                        if isinstance(event, RoomClosed):
                            return
                    if not (link.closed or self._closed):  # the vigil ended it; a silent worker is not waited for
                        yield RoomClosed(Reason.WORKER_LOST)
                        return
            except RoomUnknown:
                break
            except MediaUnavailable:
                await asyncio.sleep(POLL_SECONDS)
            until = self._loop_time() + self._return_seconds
        if not self._closed:
            yield RoomClosed(Reason.WORKER_LOST)

    async def close(self) -> None:
        self._closed = True
        for link in self._links.values():
            await link.close()
        self._links.clear()

    async def _ask(self, room_id: str, body: wire.Body, expected: Any, seconds: float = REQUEST_SECONDS) -> Any:
        worker = await placement.worker_of(self._keyvalue, room_id)
        if worker is None:
            raise RoomUnknown("no media worker holds this room")
        return await self._ask_worker(worker.url, body, expected, seconds)

    async def _ask_worker(self, url: str, body: wire.Body, expected: Any, seconds: float = REQUEST_SECONDS) -> Any:
        return await (await self._link(url)).ask(body, expected, seconds)

    async def _link(self, url: str) -> Link:
        if self._closed:
            raise MediaUnavailable("this client is closed")
        async with self._connecting[url]:
            link = self._links.get(url)
            if link is not None and link.closed:
                await link.close()
                link = None
            if link is None:
                link = self._links[url] = await Link.open(url, self._secret)
            return link

    async def _link_to_holder(self, room_id: str, until: float) -> Link | None:
        """A connection to the worker that holds the room; None when nobody does, or it cannot be reached by then."""
        while not self._closed and self._loop_time() < until:
            worker = await self._holder(room_id)
            if worker is None:
                return None
            try:
                return await self._link(worker.url)
            except WorkerGone:
                return None
            except MediaUnavailable:
                await asyncio.sleep(POLL_SECONDS)
        return None

    @asynccontextmanager
    async def _vigil(self, room_id: str, link: Link, box: EventBox) -> AsyncIterator[None]:
        """While the block lasts: a worker that holds the room no more, or has fallen silent, ends the box."""
        task = asyncio.create_task(self._watch_over(room_id, link, box), name="media-vigil")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _watch_over(self, room_id: str, link: Link, box: EventBox) -> None:
        held = await self._holder(room_id)
        while True:
            await asyncio.sleep(VIGIL_SECONDS)
            holder = await self._holder(room_id)
            if holder is not None and (held is None or holder.worker_id == held.worker_id):
                held = holder
            elif holder is not None or not await self._answers(room_id, link):
                box.close()
                return

    async def _answers(self, room_id: str, link: Link) -> bool:
        """Whether the worker still has the room, although the store knows of no lease: it may have lost its memory."""
        try:
            await link.ask(wire.Status(room_id), RoomStatus, ANSWER_SECONDS)
        except MediaError:
            return False
        return True

    async def _holder(self, room_id: str) -> placement.WorkerInfo | None:
        """An outage of the store says nothing about the worker: it is waited out."""
        while not self._closed:
            try:
                return await placement.worker_of(self._keyvalue, room_id)
            except KeyValueUnavailable:
                await asyncio.sleep(POLL_SECONDS)
        return None

    @staticmethod
    def _loop_time() -> float:
        return asyncio.get_running_loop().time()
