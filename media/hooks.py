"""What a worker reports to whoever composed it: async callables, awaited one after another and tried again."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from media.messages import SealedRecording, TrackInfo
from ports.clock import Clock

RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
CAPACITY = 256

log = structlog.get_logger()

RecordingHook = Callable[[str, str, str, datetime], Awaitable[None]]


async def _nothing(*arguments: Any, **named: Any) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """recording_*: (scope, room_id, recording_id, at), started with part= and the zero of the part's clock as `at`;
    recording_sealed: (scope, room_id, SealedRecording), once a part; track_on: (scope, room_id, TrackInfo, at);
    track_off: (scope, room_id, TrackInfo, reason, at)."""

    recording_started: Callable[..., Awaitable[None]] = _nothing
    recording_stalled: RecordingHook = _nothing
    recording_resumed: RecordingHook = _nothing
    recording_sealed: Callable[[str, str, SealedRecording], Awaitable[None]] = _nothing
    track_on: Callable[[str, str, TrackInfo, datetime], Awaitable[None]] = _nothing
    track_off: Callable[[str, str, TrackInfo, str, datetime], Awaitable[None]] = _nothing


class HookRunner:
    """Runs a room's reports in their order. One that fails is tried again, ever slower, until it succeeds or the
    runner is closed; then what is left is named in the log. `post` never waits."""

    def __init__(self, clock: Clock, capacity: int = CAPACITY):
        self._clock = clock
        self._queue: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue(capacity)
        self._task = asyncio.create_task(self._run(), name="media-hooks")

    def post(self, hook: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        try:
            self._queue.put_nowait(partial(hook, *arguments))
        except asyncio.QueueFull:
            log.error("media_hook_dropped", hook=_name(hook))

    async def close(self, seconds: float) -> None:
        """Give what is queued `seconds` to finish."""
        try:
            async with asyncio.timeout(seconds):
                await self._queue.join()
        except TimeoutError:
            log.error("media_hooks_unfinished", left=self._queue.qsize() + 1)
        finally:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while True:
            call = await self._queue.get()
            await self._until_done(call)
            self._queue.task_done()

    async def _until_done(self, call: partial) -> None:
        attempt = 0
        while not await self._succeeds(call):
            await self._clock.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
            attempt += 1

    async def _succeeds(self, call: partial) -> bool:
        try:
            await call()
        except Exception:
            log.exception("media_hook_failed", hook=_name(call.func))
            return False
        return True


def _name(hook: Callable[..., Any]) -> str:
    while isinstance(hook, partial):
        hook = hook.func
    return getattr(hook, "__name__", type(hook).__name__)
