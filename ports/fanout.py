"""The receiving end of a channel: a bounded queue that drops the oldest, so that a slow reader never holds memory."""

import asyncio
from collections import deque
from typing import Self

Message = tuple[str, bytes]


class Inbox:
    """Async iterator of (channel, payload). `dropped` counts what a slow reader missed, `reconnects` how often
    messages may have been lost on the way; whoever reads must be able to fetch the present state (Views)."""

    def __init__(self, capacity: int):
        self.dropped = 0
        self.reconnects = 0
        self._messages: deque[Message] = deque()
        self._capacity = capacity
        self._ready = asyncio.Event()
        self._closed = False

    def put(self, channel: str, payload: bytes) -> None:
        if len(self._messages) == self._capacity:
            self._messages.popleft()
            self.dropped += 1
        self._messages.append((channel, payload))
        self._ready.set()

    def close(self) -> None:
        """What is queued can still be read; then the iteration ends."""
        self._closed = True
        self._ready.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        while not self._messages:
            if self._closed:
                raise StopAsyncIteration
            self._ready.clear()
            await self._ready.wait()
        return self._messages.popleft()
