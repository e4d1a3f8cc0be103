"""Finish the recordings that dead processes left in the spool folder, as if they had sealed them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import structlog

from media.messages import SealedRecording
from media.recording_errors import SpoolBroken
from media.sealing import seal_spool
from media.spool import claimed, remove
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
    """One by one, oldest first, of this folder and those in it; what a living process has is left alone. A spool whose
    key was erased is removed, one that cannot be read is put aside, one that cannot be sealed now stays."""
    for path in await asyncio.to_thread(_spools, spool_dir):
        with claimed(path) as mine:
            found = await _sealed(path, blobs, keys) if mine else None
            if found is not None:
                yield found


async def _sealed(path: Path, blobs: Blobs, keys: Keys) -> Recovered | None:
    try:
        sealed = await seal_spool(path, blobs=blobs, keys=keys)
    except KeyErased:
        log.info("spool_erased", spool=path.name)
        await asyncio.to_thread(remove, path)
    except (SpoolBroken, Tampered):
        log.error("spool_unreadable", spool=path.name)
        await asyncio.to_thread(path.rename, path.with_suffix(".unreadable"))
    except Exception:  # whatever the store raises: the others come first, and the next turn tries again
        log.exception("spool_not_sealed", spool=path.name)
    else:
        return Recovered(sealed.scope, sealed.room_id, sealed.recording, path)
    return None


def _spools(spool_dir: Path) -> list[Path]:
    found = [(_modified(path), path) for path in spool_dir.rglob("*.spool")]
    return [path for modified, path in sorted(found) if modified]


def _modified(path: Path) -> int:
    """In nanoseconds; 0 where it is gone: living workers remove what they have sealed."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
