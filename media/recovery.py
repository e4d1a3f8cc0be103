"""At a worker's start: finish the recordings that a dead process left in the spool folder, as if it had sealed them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import structlog

from media.messages import SealedRecording
from media.recording_errors import SpoolBroken
from media.sealing import seal_spool
from media.spool import in_use, remove
from ports.blobs import Blobs
from ports.errors import KeyErased, Tampered
from ports.keys import Keys

log = structlog.get_logger()


class Recovered(msgspec.Struct, frozen=True):
    """A recording that is sealed now. Tell whoever must know, then `discard`; until then it is found again."""

    scope: str
    room_id: str
    recording: SealedRecording
    path: Path

    async def discard(self) -> None:
        await asyncio.to_thread(remove, self.path)


async def recover(spool_dir: Path, *, blobs: Blobs, keys: Keys) -> AsyncIterator[Recovered]:
    """One by one, oldest first; those of living processes are left alone. A spool whose key was erased is removed, one
    that cannot be read is put aside."""
    for path in await asyncio.to_thread(_left_behind, spool_dir):
        try:
            sealed = await seal_spool(path, blobs=blobs, keys=keys)
        except KeyErased:
            log.info("spool_erased", spool=path.name)
            await asyncio.to_thread(remove, path)
        except (SpoolBroken, Tampered):
            log.error("spool_unreadable", spool=path.name)
            await asyncio.to_thread(path.rename, path.with_suffix(".unreadable"))
        else:
            yield Recovered(sealed.scope, sealed.room_id, sealed.recording, path)


def _left_behind(spool_dir: Path) -> list[Path]:
    if not spool_dir.is_dir():
        return []
    left = [path for path in spool_dir.glob("*.spool") if not in_use(path)]
    return sorted(left, key=lambda path: path.stat().st_mtime)
