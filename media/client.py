"""The media plane as others see it: rooms, participants, offers and recordings, over sockets to the workers.

No aiortc here. A worker is found through the key-value store (see placement), so any process may ask for any room.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from media import placement, wire
from media.errors import MediaUnavailable, RoomElsewhere, RoomUnknown, WorkerDraining, WorkerFull
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
from ports.keyvalue import KeyValue

REQUEST_SECONDS = 5.0
NEGOTIATION_SECONDS = 10.0
SEALING_SECONDS = 60.0
RETURN_SECONDS = 10.0
POLL_SECONDS = 0.25
OPEN_ATTEMPTS = 20


class MediaClient:
    """All methods raise MediaUnavailable (code media_unavailable or media_timeout) when no worker answers, and
    RoomUnknown when no worker holds the room."""

    def __init__(self, keyvalue: KeyValue, secret: bytes, return_seconds: float = RETURN_SECONDS):
        """`secret`: shared with the workers (see handshake)."""
        self._keyvalue, self._secret = keyvalue, secret
        self._return_seconds = return_seconds
        self._links: dict[str, Link] = {}
        self._connecting = asyncio.Lock()
        self._closed = False

    async def open_room(self, room_id: str, spec: RoomSpec) -> RoomOpened:
        """Open the room on the worker with most to spare; a room that is open already stays where it is. Raises
        WorkerFull when every worker refuses."""
        held = await placement.worker_of(self._keyvalue, room_id)
        workers = () if held else await placement.live_workers(self._keyvalue)
        if held is None and not workers:
            raise MediaUnavailable("no media worker is running")
        for _ in range(OPEN_ATTEMPTS):
            worker = held or placement.choose(workers)
            if worker is None:
                break
            try:
                return await self._ask_worker(worker.url, wire.OpenRoom(room_id, spec), RoomOpened)
            except (WorkerFull, WorkerDraining, MediaUnavailable):
                if held is not None:
                    raise
                workers = tuple(other for other in workers if other != worker)
            except RoomElsewhere:
                await asyncio.sleep(POLL_SECONDS)
                held = await placement.worker_of(self._keyvalue, room_id)
        raise WorkerFull("every media worker is full")

    async def join(self, room_id: str, spec: ParticipantSpec) -> Roster:
        """Take a place in the room. Joining again with the same participant_id replaces the old connections and keeps
        the place. Raises RoomFull, RoomEnded."""
        return await self._ask(room_id, wire.Join(room_id, spec), Roster)

    async def publish(self, room_id: str, participant_id: str, sdp: str, sources: dict[str, Source]) -> str:
        """Offer of the participant's publish connection -> answer. `sources`: mid -> source. A changed ICE user
        fragment means a new connection, else the present one is renegotiated. Raises BadDescription, WrongSource."""
        body = wire.Publish(room_id, participant_id, sdp, sources)
        return await self._ask(room_id, body, str, NEGOTIATION_SECONDS)

    async def answer(self, room_id: str, participant_id: str, sdp: str) -> None:
        """The participant's answer to the last RoomOffer. Raises NothingOffered, BadDescription."""
        await self._ask(room_id, wire.Answer(room_id, participant_id, sdp), None, NEGOTIATION_SECONDS)

    async def mute(self, room_id: str, participant_id: str, source: Source, muted: bool) -> None:
        await self._ask(room_id, wire.Mute(room_id, participant_id, source, muted), None)

    async def leave(self, room_id: str, participant_id: str, reason: str = Reason.LEFT) -> None:
        """Leaving twice, or a room that has ended, is fine."""
        try:
            await self._ask(room_id, wire.Leave(room_id, participant_id, reason), None)
        except RoomUnknown:
            return

    async def status(self, room_id: str) -> RoomStatus:
        return await self._ask(room_id, wire.Status(room_id), RoomStatus)

    async def mark(self, room_id: str, label: str, data: dict[str, Any]) -> None:
        """An entry of the recording's timeline, opaque to the worker."""
        await self._ask(room_id, wire.Mark(room_id, label, data), None)

    async def hold(self, room_id: str, participant_id: str, label: str) -> str:
        """Begin to count the camera frames that the server receives from the participant -> hold_id."""
        return await self._ask(room_id, wire.Hold(room_id, participant_id, label), str)

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
        again; a room that does not come back within 10 s ends with RoomClosed("worker_lost")."""
        while (link := await self._find_again(room_id)) is not None:
            try:
                async with link.watch(room_id, REQUEST_SECONDS) as box:
                    async for event in box:
                        yield event
                        if isinstance(event, RoomClosed):
                            return
            except (MediaUnavailable, RoomUnknown):
                await asyncio.sleep(POLL_SECONDS)
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
        async with self._connecting:
            link = self._links.get(url)
            if link is not None and link.closed:
                await link.close()
                link = None
            if link is None:
                link = self._links[url] = await Link.open(url, self._secret)
            return link

    async def _find_again(self, room_id: str) -> Link | None:
        for _ in range(round(self._return_seconds / POLL_SECONDS)):
            worker = None if self._closed else await placement.worker_of(self._keyvalue, room_id)
            if self._closed:
                return None
            if worker is not None:
                try:
                    return await self._link(worker.url)
                except MediaUnavailable:
                    pass
            await asyncio.sleep(POLL_SECONDS)
        return None
