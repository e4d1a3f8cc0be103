"""Finish the recordings that dead processes left in the spool folder, as if they had sealed them."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import structlog

from media.messages import SealedRecording
from media.patience import Patience
from media.recording_errors import SpoolBroken
from media.sealing import seal_spool
from media.spool import claimed, remove
from ports.blobs import Blobs
from ports.errors import KeyErased, Tampered
from ports.keys import Keys

UNBORN_SECONDS = 60.0  # a recorder that begins has its file's name and its lock within moments

log = structlog.get_logger()


class Recovered(msgspec.Struct, frozen=True):
    """A recording that is sealed now. Tell whoever must know, then `discard`; until then it is found again."""

    scope: str
    room_id: str
    recording: SealedRecording
    path: Path

    async def discard(self) -> None:
        await asyncio.to_thread(remove, self.path)


async def recover(
    spool_dir: Path, *, blobs: Blobs, keys: Keys, patience: Patience | None = None
) -> AsyncIterator[Recovered]:
    """One by one, oldest first, of this folder and those in it; what a living process has is left alone. A spool whose
    key was erased is removed, one that cannot be read is put aside, one that cannot be sealed now stays, and is tried
    again when `patience` says so."""
    spools = await asyncio.to_thread(_spools, spool_dir)
    if patience is not None:
        patience.keep(spools)
    for path in spools:
        if patience is not None and not patience.due(path):
            continue
        with claimed(path) as mine:
            if not mine:
                continue
            found = await _sealed(path, blobs, keys)
            if found is not None:
                yield found
            elif patience is not None:
                patience.failed(path)


async def sweep(spool_dir: Path) -> tuple[str, ...]:
    """Removes what recorders left that died before their spool had its name: there is nothing in it yet. Answers the
    names of those that were put aside, for a person to look at: their ends are not ours to decide."""
    return await asyncio.to_thread(_sweep, spool_dir, time.time())


def _sweep(spool_dir: Path, now: float) -> tuple[str, ...]:
    for path in spool_dir.rglob("*.new"):
        with claimed(path) as mine:
            if mine and now - _modified(path) / 1e9 > UNBORN_SECONDS:
                log.info("spool_unborn_removed", spool=path.name)
                path.unlink(missing_ok=True)
    return tuple(sorted(path.name for path in spool_dir.rglob("*.unreadable")))


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
