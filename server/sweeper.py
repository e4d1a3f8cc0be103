"""Clears away what processes that died left in the blob store: files of photos that no case knows, and uploads that
nobody finished."""

import structlog

from cases.desk import Desk
from cases.photo_blobs import settle_leftovers
from cases.uploads import drop_leftovers
from ports.errors import PortError

TURN_SECONDS = 1800.0

log = structlog.get_logger()


class Sweeper:
    """One for a system; more do no harm."""

    def __init__(self, desk: Desk):
        self._desk = desk

    async def run(self) -> None:
        """Until cancelled. What fails is tried again in the next turn."""
        while True:
            try:
                await self.turn()
            except (PortError, OSError) as error:
                log.warning("sweep_missed", error=type(error).__name__)
            await self._desk.clock.sleep(TURN_SECONDS)

    async def turn(self) -> None:
        photos, uploads = await settle_leftovers(self._desk), await drop_leftovers(self._desk)
        if photos or uploads:
            log.info("swept", photos=photos, uploads=uploads)
