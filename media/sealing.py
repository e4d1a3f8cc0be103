"""From a spool to files: the one path, for a recording that was ended and for one whose process died.

Sealing again is harmless: segments come out the same to the byte, and where the manifest is there already it is the
answer. A recording that went on after a worker was lost has one manifest a part; each spool finds its own.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path

import msgspec
import structlog

from media import heads
from media.assembler import EncodedFrame
from media.entries import Began, Frame, Report, SegmentBegan
from media.layout import Stored, lay_out
from media.manifest import digest, read_signed, signed, summary
from media.messages import SealedRecording
from media.recording_errors import SegmentConflict, SegmentUnreadable, SpoolBroken
from media.segment import Segment, extension, mux
from media.spool import SpoolReader, read_header
from media.timing import pace
from ports.blobs import Blobs
from ports.errors import BlobExists
from ports.keys import Keys

CHUNK = 1 << 20

log = structlog.get_logger()


class SealedSpool(msgspec.Struct, frozen=True):
    """``room_id`` is what the recorder was given, for whoever must be told."""

    scope: str
    room_id: str
    recording: SealedRecording


async def seal_spool(path: Path, *, blobs: Blobs, keys: Keys) -> SealedSpool:
    """Raises SpoolBroken, KeyErased, and what the blobs raise; the spool stays where it is."""
    header = read_header(path)
    key = await keys.unwrap(header.scope, header.wrapped)
    unread = await asyncio.to_thread(partial(SpoolReader, path, key, unread=True))
    sealed = await _Sealing(unread, header.scope, blobs, keys).sealed_before()
    if sealed is not None:  # and perhaps told to nobody: it need not be decrypted for that
        return sealed
    spool = await asyncio.to_thread(SpoolReader, path, key)
    return await _Sealing(spool, header.scope, blobs, keys).run()


class _Sealing:
    def __init__(self, spool: SpoolReader, scope: str, blobs: Blobs, keys: Keys):
        self._spool, self._scope, self._blobs, self._keys = spool, scope, blobs, keys
        self._began = next((entry for entry in spool.recording if isinstance(entry, Began)), None)
        self._problems: list[str] = []

    async def run(self) -> SealedSpool:
        if self._began is None:
            raise SpoolBroken(self._spool.path.name)
        for part in count(self._began.part):  # a number that another spool has taken is not ours
            sealed = await self._seal_as(part, self._began)
            if sealed is not None:
                return SealedSpool(self._scope, self._began.room_id, sealed)
        raise AssertionError("unreachable")

    async def sealed_before(self) -> SealedSpool | None:
        """By the manifest alone, if it is of this very spool."""
        if self._began is None:
            return None
        for part in count(self._began.part):
            name = f"{_folder(self._began.recording_id, part)}manifest.json"
            if not await self._blobs.exists(name):
                return None
            sealed = await self._as_sealed_before(name)
            if sealed is not None:
                return SealedSpool(self._scope, self._began.room_id, sealed)
        raise AssertionError("unreachable")

    async def _seal_as(self, part: int, began: Began) -> SealedRecording | None:
        """None where this part belongs to another spool."""
        name = f"{_folder(began.recording_id, part)}manifest.json"
        if await self._blobs.exists(name):
            return await self._as_sealed_before(name)
        try:
            stored = await self._store_segments(_folder(began.recording_id, part))
        except SegmentConflict:
            return None
        data = await self._manifest(part, began, stored)
        try:
            await self._blobs.put(name, data, scope=self._scope)
        except BlobExists:
            return await self._as_sealed_before(name)
        return summary(read_signed(data).manifest, name, sha256(data).hexdigest())

    async def _as_sealed_before(self, name: str) -> SealedRecording | None:
        data = await self._blobs.get(name, scope=self._scope)
        manifest = read_signed(data).manifest
        if manifest.spool.head != self._spool.head:
            return None
        return summary(manifest, name, sha256(data).hexdigest())

    async def _store_segments(self, folder: str) -> list[Stored]:
        begun = [entry for entry in self._spool.recording if isinstance(entry, SegmentBegan)]
        self._problems = []
        stored = [await self._store_segment(folder, entry) for entry in begun]
        return [one for one in stored if one is not None]

    async def _store_segment(self, folder: str, began: SegmentBegan) -> Stored | None:
        name = f"{folder}{began.track_id}/{began.number}.{extension(began.codec)}"
        try:
            segment = await asyncio.to_thread(self._mux, began)
        except SegmentUnreadable as failed:
            log.error("segment_unreadable", blob=name, reason=str(failed))
            self._problems.append(f"segment_unreadable {began.track_id}/{began.number}")
            return None
        if segment is None:
            return None
        hashed = await asyncio.to_thread(lambda: sha256(segment.data).hexdigest())
        await self._put(name, segment.data, hashed)
        size = len(segment.data)
        return Stored(began, msgspec.structs.replace(segment, data=b""), name, hashed, size)

    def _mux(self, began: SegmentBegan) -> Segment | None:
        """Times of the device that took it are stretched to those of its sender, so that sound and picture do not part
        in an hour."""
        own = [entry for entry in self._spool.recording if isinstance(entry, Report) and entry.stream == began.stream]
        stretch = pace(own, began.clock_rate)
        frames = [
            EncodedFrame(
                began.timestamp + round((frame.timestamp - began.timestamp) * stretch),
                frame.at_ms / 1000,
                frame.key,
                frame.data,
                frame.width,
                frame.height,
            )
            for frame in self._spool.entries(began.stream)
            if isinstance(frame, Frame)
        ]
        return mux(frames, began.codec, began.clock_rate) if frames else None

    async def _put(self, name: str, data: bytes, hashed: str) -> None:
        try:
            await self._blobs.put(name, _chunks(data), scope=self._scope)
        except BlobExists:
            there = await self._blobs.get(name, scope=self._scope)
            if sha256(there).hexdigest() != hashed:
                raise SegmentConflict(name) from None

    async def _manifest(self, part: int, began: Began, stored: Sequence[Stored]) -> bytes:
        fault = await self._fault(began.recording_id)
        manifest = lay_out(part, self._spool, stored, fault, tuple(self._problems))
        return signed(manifest, await self._keys.public_key(), await self._keys.sign(digest(manifest)))

    async def _fault(self, recording_id: str) -> str | None:
        ports = {"scope": self._scope, "blobs": self._blobs, "keys": self._keys}
        if not await heads.agrees(self._spool, recording_id, **ports):
            return "cut"
        return self._spool.broken or (None if self._spool.ended else "unended")


def _folder(recording_id: str, part: int) -> str:
    return f"recordings/{recording_id}/" if part == 1 else f"recordings/{recording_id}/part-{part}/"


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), CHUNK):
        yield data[at : at + CHUNK]
