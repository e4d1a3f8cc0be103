"""A bounded inbox of room events for one reader: a newer snapshot replaces an older one that was not read yet."""

import asyncio
from collections.abc import AsyncIterator

from media.messages import ParticipantGone, RoomEvent, RoomOffer, Showing

CAPACITY = 64


class EventBox:
    """Of the roster, the recorder and each participant's offer only the newest waits, so a slow reader catches up at
    once and memory stays small. `dropped` counts departures that did not fit."""

    def __init__(self, capacity: int = CAPACITY):
        self.dropped = 0
        self._capacity = capacity
        self._waiting: dict[tuple[str, ...], RoomEvent] = {}
        self._filled = asyncio.Event()
        self._closed = False

    def put(self, event: RoomEvent) -> None:
        key = _key(event)
        self._waiting.pop(key, None)
        if len(self._waiting) >= self._capacity:
            del self._waiting[next(iter(self._waiting))]
            self.dropped += 1
        self._waiting[key] = event
        self._filled.set()

    def close(self) -> None:
        """What waits is still read; then the iteration ends."""
        self._closed = True
        self._filled.set()

    async def __aiter__(self) -> AsyncIterator[RoomEvent]:
        while True:
            await self._filled.wait()
            if self._waiting:
                yield self._waiting.pop(next(iter(self._waiting)))
            elif self._closed:
                return
            else:
                self._filled.clear()


def _key(event: RoomEvent) -> tuple[str, ...]:
    if isinstance(event, RoomOffer | ParticipantGone | Showing):
        return (type(event).__name__, event.participant_id)
    return (type(event).__name__,)
