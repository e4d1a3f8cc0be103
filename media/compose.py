"""One MP4 of a sealed recording: all faces side by side, names, case number and clock, gaps shown as gaps.

Theory of operation. The film is made in parts of 32 s. A part depends on the plan and its number alone, is encoded by
fresh encoders (a closed group of pictures; sound with some frames around it, see compose_audio), and is put as a
sealed blob. Whoever is killed goes on after the last finished part, and the parts come out the same. At the end the
index is computed from the heads of the parts, and their data is copied behind it: nothing is encoded twice, nothing
held whole, nothing in the clear on disk.
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from pathlib import Path

import av
import msgspec
import structlog

from media import compose_audio, compose_video
from media.compose_part import Part, head_bytes, pack, read_head, runs_of
from media.compose_plan import Order, Plan, plan
from media.compose_source import Clips, Fetch
from media.manifest import Manifest, read_signed
from media.messages import Value
from media.mp4 import file_head
from media.recording_errors import CompositionBroken, ManifestInvalid
from ports.blobs import Blobs
from ports.errors import BlobExists, Tampered

HEAD_GUESS = 64 << 10

log = structlog.get_logger()


class Composed(Value, frozen=True):
    """The film. `size` in bytes; `unopened` are the segments of which it shows plates, since they are no files."""

    blob: str
    sha256: str
    size: int
    seconds: float
    unopened: tuple[str, ...] = ()


async def compose(
    order: Order, *, blobs: Blobs, font: Path, progress: Callable[[int, int], None] = lambda done, of: None
) -> Composed:
    """Makes what is missing of the film. `progress` hears how many parts there are of how many. Raises ManifestInvalid,
    CompositionBroken, and what the blobs raise."""
    film = plan(order, [await _manifest(order.scope, source.blob, source.sha256, blobs) for source in order.manifests])
    making = _Making(film, order, blobs, font)
    parts = await making.parts(progress)
    return await making.join(parts)


def film_blob(recording_id: str) -> str:
    return f"recordings/{recording_id}/composition.mp4"


def _folder(recording_id: str) -> str:
    return f"recordings/{recording_id}/composition/"


async def _manifest(scope: str, blob: str, digest: str, blobs: Blobs) -> Manifest:
    data = await blobs.get(blob, scope=scope)
    if sha256(data).hexdigest() != digest:
        raise ManifestInvalid("not the one that was sealed")
    return read_signed(data).manifest


class _Making:
    def __init__(self, film: Plan, order: Order, blobs: Blobs, font: Path):
        self._plan, self._order, self._blobs, self._font = film, order, blobs, font
        self._digest = film.digest

    async def parts(self, progress: Callable[[int, int], None]) -> list[Part]:
        made: list[Part] = []
        clips = Clips(self._fetch(asyncio.get_running_loop()))
        stage = compose_video.Stage(self._plan, self._font, clips)
        try:
            for number in range(self._plan.parts):
                made.append(await self._there(number) or await self._make(stage, number, clips))
                progress(number + 1, self._plan.parts)
        finally:
            stage.close()
        return made

    async def join(self, parts: list[Part]) -> Composed:
        name = film_blob(self._order.recording_id)
        try:
            info = await self._blobs.put(name, self._joined(parts), scope=self._order.scope)
        except BlobExists:  # left by a crash before anyone heard of it
            await self._blobs.delete(name)
            info = await self._blobs.put(name, self._joined(parts), scope=self._order.scope)
        unopened = tuple(sorted({blob for part in parts for blob in part.unopened}))
        return Composed(info.name, info.sha256, info.size, self._plan.seconds, unopened)

    async def _joined(self, parts: list[Part]) -> AsyncIterator[bytes]:
        yield file_head(parts)
        for part in parts:
            data = await self._blobs.get(self._name(part.number), scope=self._order.scope)
            yield data[head_bytes(data) :]

    async def _there(self, number: int) -> Part | None:
        """None where it is still to be made; one of another plan, or that nobody can read, is removed."""
        name = self._name(number)
        if not await self._blobs.exists(name):
            return None
        try:
            part = await self._head(name)
        except (msgspec.DecodeError, struct.error, Tampered) as error:
            log.warning("part_unreadable", blob=name, error=type(error).__name__)
            part = None
        if part is not None and part.digest == self._digest:
            return part
        await self._blobs.delete(name)
        return None

    async def _head(self, name: str) -> Part:
        data = await self._blobs.read(name, 0, HEAD_GUESS, scope=self._order.scope)
        if head_bytes(data) > len(data):
            data = await self._blobs.read(name, 0, head_bytes(data), scope=self._order.scope)
        return read_head(data)

    async def _make(self, stage: compose_video.Stage, number: int, clips: Clips) -> Part:
        try:
            part, data = await asyncio.to_thread(make_part, self._plan, self._digest, stage, number, clips)
        except (av.FFmpegError, ArithmeticError, IndexError, ValueError) as broken:
            raise CompositionBroken(f"part {number}: {type(broken).__name__}") from broken
        await self._blobs.put(self._name(number), data, scope=self._order.scope)
        return part

    def _fetch(self, loop: asyncio.AbstractEventLoop) -> Fetch:
        """For the thread that encodes: it waits while this loop reads."""

        def fetch(blob: str, start: int, length: int) -> bytes:
            reading = self._blobs.read(blob, start, length, scope=self._order.scope)
            return asyncio.run_coroutine_threadsafe(reading, loop).result()

        return fetch

    def _name(self, number: int) -> str:
        return f"{_folder(self._order.recording_id)}part-{number:04d}"


def make_part(film: Plan, digest: str, stage: compose_video.Stage, number: int, clips: Clips) -> tuple[Part, bytes]:
    """The head of a part, and its bytes."""
    video_setup, delay, pictures, shown = compose_video.encode(stage, film.frames_of(number))
    audio_setup, heard = compose_audio.encode(film, number, clips)
    part = Part(
        digest=digest,
        number=number,
        video_setup=video_setup,
        audio_setup=audio_setup,
        delay=delay,
        pictures=tuple(pictures),
        sounds=tuple(len(sound) for sound in heard),
        runs=runs_of(len(shown), len(heard)),
        unopened=tuple(sorted(clips.unopened)),
    )
    return part, pack(part, shown, heard)
