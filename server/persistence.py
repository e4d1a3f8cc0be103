"""Trying again without end: what the journal asks for is done, however long a part that it needs is away."""

import asyncio
from collections.abc import Awaitable, Callable

from ports.clock import Clock

FIRST_PAUSE, GROWTH, LONGEST_PAUSE = 0.25, 1.8, 60.0


async def persist(
    attempt: Callable[[], Awaitable[None]],
    *,
    clock: Clock,
    ending: asyncio.Event,
    told: Callable[[Exception, float], None],
) -> bool:
    """True once an attempt succeeds, False when the process ends first. `told` hears of each failure, with the seconds
    since the first attempt began."""
    began, pause = clock.monotonic(), FIRST_PAUSE
    while not ending.is_set():
        try:
            await attempt()
            return True
        except Exception as error:  # noqa: BLE001 -- whatever it was, it is told and tried again
            told(error, clock.monotonic() - began)
        await _pause(clock, pause, ending)
        pause = min(pause * GROWTH, LONGEST_PAUSE)
    return False


async def _pause(clock: Clock, seconds: float, ending: asyncio.Event) -> None:
    waits = [asyncio.create_task(clock.sleep(seconds)), asyncio.create_task(ending.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
