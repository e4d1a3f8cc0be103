"""A few at a time, and a clear answer to whoever would wait too long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cases.errors import PhotosBusy

AT_ONCE = 2  # photos that are decoded in one process: up to 0.8 GB each
QUEUE = 16
PATIENCE = 15.0  # seconds
COME_AGAIN = 5  # seconds


class Turns:
    """At most `at_once` inside, at most `queue` waiting, none of them longer than `patience` seconds."""

    def __init__(self, at_once: int = AT_ONCE, queue: int = QUEUE, patience: float = PATIENCE) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._queue, self._patience, self._waiting = queue, patience, 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Raises PhotosBusy."""
        await self._wait()
        try:
            yield
        finally:
            self._free.release()

    async def _wait(self) -> None:
        if self._waiting >= self._queue:
            raise PhotosBusy(retry_after=COME_AGAIN)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError:
            raise PhotosBusy(retry_after=COME_AGAIN) from None
        finally:
            self._waiting -= 1
