"""Work that a request starts and does not wait for. It has an owner that hears of its failure and awaits its end."""

import asyncio
from collections.abc import Coroutine

import structlog

log = structlog.get_logger()


class Chores:
    def __init__(self) -> None:
        self._tasks: set[asyncio.Task] = set()

    def start(self, name: str, work: Coroutine) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def finish(self, seconds: float) -> None:
        """Wait for what is under way; what takes longer is cancelled."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _done(self, task: asyncio.Task) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error:
            code = getattr(error, "code", None)
            log.error("chore_failed", chore=task.get_name(), error=type(error).__name__, code=code)
