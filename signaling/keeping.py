"""Work that goes on for as long as the process does."""

from collections.abc import Awaitable, Callable

import structlog

from ports.clock import Clock

PAUSE_SECONDS = 1.0

log = structlog.get_logger()


async def keep(name: str, work: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Do `work` again and again until cancelled. A failure (bus, database) is logged by name and tried again after a
    pause: what it missed is fetched by the poll of the heads."""
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - see above
            log.error("kept_work_failed", work=name, error=type(error).__name__, code=getattr(error, "code", None))
        await clock.sleep(PAUSE_SECONDS)
