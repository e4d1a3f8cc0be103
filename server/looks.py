"""Live frames are looked at in processes of their own: the event loop of the web role never waits for a picture, and
one customer's frames take no more than one process at a time."""

import asyncio
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context

import structlog

from capture.errors import FrameRefused
from capture.service import Looked, look_at
from server.tether import die_with_parent

MOST = 8

log = structlog.get_logger()


class Looks:
    """Processes start with the first frames that need them. Each customer waits for the answer to his last frame
    (`signaling.lanes.Newest`), so at most one of each stands in line here, first come, first served."""

    def __init__(self, processes: int | None = None) -> None:
        self._processes = processes or min(MOST, max(1, (os.cpu_count() or 2) - 1))
        self._pool: ProcessPoolExecutor | None = None

    async def look(self, jpeg: bytes) -> Looked:
        """Raises FrameRefused, also when the process that looked died: the next frame gets a new one."""
        if self._pool is None:
            start = partial(die_with_parent, os.getpid())
            self._pool = ProcessPoolExecutor(self._processes, get_context("spawn"), initializer=start)
        pool = self._pool
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, look_at, jpeg)
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = None
                log.error("look_process_died")
            # Dropped while its thread still tidies up, a broken pool may lock itself for good (CPython gh-125451).
            await asyncio.to_thread(pool.shutdown)
            raise FrameRefused("the process that looked at it died") from None

    async def close(self) -> None:
        if self._pool:
            await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)
