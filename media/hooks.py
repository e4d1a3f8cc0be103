"""What a worker reports to whoever composed it: async callables, awaited one after another and tried again."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain, repeat
from typing import Any

import structlog

from media.messages import SealedRecording
from ports.clock import Clock

RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)  # meanwhile those behind it wait: their order tells something
LATER_SECONDS = (10.0, 30.0, 60.0, 120.0, 300.0)  # of what fails for good: the others go on
CAPACITY = 256

log = structlog.get_logger()

RecordingHook = Callable[[str, str, str, datetime], Awaitable[None]]


async def _nothing(*arguments: Any, **named: Any) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """recording_*: (scope, room_id, recording_id, at), started with part= and the zero of the part's clock as `at`;
    recording_sealed: (scope, room_id, SealedRecording), once a part."""

    recording_started: Callable[..., Awaitable[None]] = _nothing
    recording_stalled: RecordingHook = _nothing
    recording_resumed: RecordingHook = _nothing
    recording_sealed: Callable[[str, str, SealedRecording], Awaitable[None]] = _nothing


Report = Callable[[], Awaitable[None]]


class HookRunner:
    """Runs a room's reports in their order. One that fails is tried again, ever slower, until it succeeds or the
    runner is closed; after the first pauses it no longer holds up those behind it. `post` never waits."""

    def __init__(self, clock: Clock, capacity: int = CAPACITY):
        self._clock = clock
        self._queue: asyncio.Queue[Report] = asyncio.Queue(capacity)
        self._left: dict[Report, int] = {}  # posted and not done, and how often each has failed
        self._late: dict[Report, asyncio.Task[None]] = {}
        self._task = asyncio.create_task(self._run(), name="media-hooks")

    def post(self, hook: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        report = partial(hook, *arguments)
        try:
            self._queue.put_nowait(report)
        except asyncio.QueueFull:
            log.error("media_hook_dropped", hook=_name(hook))
        else:
            self._left[report] = 0

    async def close(self, seconds: float) -> None:
        """Give what is left `seconds` to finish, and what failed often one more try. What remains is in the log."""
        try:
            async with asyncio.timeout(seconds):
                await self._queue.join()
                await self._end([*self._late.values()])
                for report in self._late:
                    await self._succeeds(report)
        except TimeoutError:
            pass
        finally:
            await self._end([self._task, *self._late.values()])
        if self._left:
            log.error("media_hooks_unfinished", hooks=[_name(report) for report in self._left])

    async def _run(self) -> None:
        while True:
            report = await self._queue.get()
            if not await self._succeeds_within(report, RETRY_SECONDS):
                log.error("media_hook_put_off", hook=_name(report))
                pauses = chain(LATER_SECONDS, repeat(LATER_SECONDS[-1]))
                self._late[report] = asyncio.create_task(self._later(report, pauses), name="media-hook-late")
            self._queue.task_done()

    async def _succeeds_within(self, report: Report, pauses: tuple[float, ...]) -> bool:
        for pause in pauses:
            if await self._succeeds(report):
                return True
            await self._clock.sleep(pause)
        return await self._succeeds(report)

    async def _later(self, report: Report, pauses: chain[float]) -> None:
        for pause in pauses:
            await self._clock.sleep(pause)
            if await self._succeeds(report):
                del self._late[report]
                return

    async def _succeeds(self, report: Report) -> bool:
        try:
            await report()
        except Exception as error:  # noqa: BLE001 -- whatever it raises, it is tried again
            self._left[report] += 1
            tell = log.exception if self._left[report] == 1 else log.warning
            tell("media_hook_failed", hook=_name(report), times=self._left[report], error=type(error).__name__)
            return False
        del self._left[report]
        return True

    @staticmethod
    async def _end(tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


def _name(hook: Callable[..., Any]) -> str:
    while isinstance(hook, partial):
        hook = hook.func
    return getattr(hook, "__name__", type(hook).__name__)
