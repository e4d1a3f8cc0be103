"""Ends that go on whoever asked for them: of connections that need a moment to close."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger()


class Closings:
    """Owns each end until it is over. Who waits for one may be cancelled; the end itself goes on."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def begin(self, end: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        task = asyncio.create_task(end, name="media-closing")
        self._tasks.add(task)
        task.add_done_callback(self._over)
        return task

    async def wait(self) -> None:
        """For all of them, and those that begin meanwhile."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("media_closing_failed", exc_info=task.exception())
