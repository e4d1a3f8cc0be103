"""The recorder of one room: a participant that only listens, and tells the truth about what is on the disk.

Theory of operation. The event loop assembles frames and queues them (`TrackSink`, `WriteBehind.put`: neither waits);
one thread seals and syncs them. The recorder counts as writing only while every track that should be heard has a frame
on the disk that is not older than 3 s, so a dead disk, a dead thread, a full queue and a silent sender all show the
same way. A watch looks twice a second and reports changes; every 15 s a signed head of the spool is put elsewhere.
"""

import asyncio
import errno
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Any, Literal

import structlog

from media import heads
from media.entries import RECORDING, Began, Ended, Lost, Marked, pack_entries
from media.manifest import make_serial
from media.messages import RecorderEvent, RecorderStatus, RequestKeyframe, SealedRecording, Source, TrackInfo
from media.payloads import FORMATS
from media.recording_errors import MarkTooLarge, RecorderClosed, SpoolUnwritable, UnsupportedCodec
from media.sealing import seal_spool
from media.spool import KEY_BYTES, SpoolHeader, SpoolWriter, remove
from media.tape import Tape
from media.tracksink import STALE_MS, TrackSink
from media.writebehind import LIMIT_BYTES, WriteBehind
from ports.blobs import Blobs
from ports.clock import Clock
from ports.keys import Keys

EventType = Literal["started", "stalled", "resumed", "failed"]
LOOK_EVERY_S = 0.5
HEAD_EVERY_S = 15.0
MARK_LIMIT = 64 << 10
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")

log = structlog.get_logger()


class Recorder:
    """``scope`` names the key; ``on_event`` is called in the event loop and must not wait. ``serial`` is made from the
    id where none is given; ``room_id`` is kept for whoever recovers the recording, and so is ``part``, which counts the
    recorders of one recording. ``began_at``: when the first of them began, where this is another."""

    def __init__(
        self,
        *,
        scope: str,
        recording_id: str,
        blobs: Blobs,
        keys: Keys,
        clock: Clock,
        spool_dir: Path,
        on_event: Callable[[RecorderEvent], None],
        serial: str | None = None,
        room_id: str = "",
        part: int = 1,
        began_at: datetime | None = None,
        queue_bytes: int = LIMIT_BYTES,
    ):
        if not NAME.fullmatch(recording_id):
            raise ValueError("recording_id must be 1 to 64 letters, digits, - or _")
        self.recording_id = recording_id
        self.serial = serial or make_serial(recording_id, clock.now().date())
        self._scope, self._blobs, self._keys, self._clock = scope, blobs, keys, clock
        self._path = spool_dir / f"{recording_id}-{token_hex(4)}.spool"
        self._on_event, self._room_id, self._part, self._began_at = on_event, room_id, part, began_at
        self._queue_bytes = queue_bytes
        self._tape: Tape | None = None
        self._watches: list[asyncio.Task[None]] = []
        self._sinks: list[TrackSink] = []
        self._started = self._stalled = self._ended = False
        self._sealing = asyncio.Lock()
        self._sealed: SealedRecording | None = None

    async def start(self) -> None:
        """The spool is on the disk, its key wrapped, when it returns. Raises KeyErased, SpoolUnwritable."""
        key = os.urandom(KEY_BYTES)
        header = SpoolHeader(self._scope, await self._keys.wrap(self._scope, key))
        try:
            spool = await asyncio.to_thread(self._open_spool, header, key)
        except OSError as failed:
            raise SpoolUnwritable(errno.errorcode.get(failed.errno or 0, "unknown")) from failed
        self._name = spool.head
        tape = self._tape = Tape(WriteBehind(spool, self._queue_bytes), self._clock)
        began = Began(0, self.recording_id, self.serial, self._room_id, tape.began_at, self._part)
        tape.write(RECORDING, began)
        self._watches = [asyncio.create_task(self._watch(tape)), asyncio.create_task(self._vouch(tape))]
        for task in self._watches:
            task.add_done_callback(_tell_failure)

    def _open_spool(self, header: SpoolHeader, key: bytes) -> SpoolWriter:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return SpoolWriter(self._path, header, key)

    def open_track(self, info: TrackInfo, request_keyframe: RequestKeyframe) -> TrackSink:
        """A sink for one connection's packets of this track. Opened again with the same track id, it goes on in a new
        segment. Raises UnsupportedCodec, RecorderClosed."""
        if info.codec not in FORMATS:
            raise UnsupportedCodec(info.codec)
        if not NAME.fullmatch(info.track_id):
            raise ValueError("track_id must be 1 to 64 letters, digits, - or _")
        self._sinks = [sink for sink in self._sinks if sink.is_open]
        sink = TrackSink(self._running(), info, request_keyframe)
        self._sinks.append(sink)
        return sink

    def status(self) -> RecorderStatus:
        tape = self._tape
        if tape is None:
            return RecorderStatus()
        until, worst = tape.frames_until_ms(), self._worst_age_ms(tape)
        sinks = [sink for sink in self._sinks if sink.is_open]
        stalled = self._fault(tape) is not None
        written = any(sink.expected and sink.written for sink in sinks)
        return RecorderStatus(
            writing=written and not stalled and not self._ended,
            seconds=(until or 0) / 1000 + self._before_s(tape),
            last_frame_age_ms=worst,
            gaps=tape.gaps.total,
            tracks=len(sinks),
            stalled=stalled,
            written={} if self._ended else _written(sinks, tape.now_ms()),
        )

    def _before_s(self, tape: Tape) -> float:
        """Of the recording, before this part of it."""
        return max((tape.began_at - self._began_at).total_seconds(), 0.0) if self._began_at else 0.0

    def mark(self, label: str, at: datetime, data: dict[str, Any]) -> None:
        """An entry of the timeline. Raises MarkTooLarge, RecorderClosed."""
        tape = self._running()
        entry = Marked(max(round((at - tape.began_at).total_seconds() * 1000), 0), label, at, data)
        if len(pack_entries([entry])) > MARK_LIMIT:
            raise MarkTooLarge(label)
        tape.write(RECORDING, entry)

    async def seal(self, reason: str) -> SealedRecording:
        """Ends the recording and puts its files; again, it gives the same. Where that fails the spool stays, and a
        further call or recovery tries again."""
        async with self._sealing:
            if self._sealed is None:
                await self._end(reason)
                sealed = await seal_spool(self._path, blobs=self._blobs, keys=self._keys)
                self._sealed = sealed.recording
            return self._sealed

    async def discard(self) -> None:
        """Remove the spool, once whoever must know of the sealed recording has been told. Until then recovery would
        tell them."""
        if self._sealed is None:
            raise RecorderClosed("not sealed")
        await asyncio.to_thread(remove, self._path)
        self.release()

    def release(self) -> None:
        """Leave an ended recording to recovery, sealed or not."""
        if self._tape is not None and self._ended:
            self._tape.writer.release()

    async def _end(self, reason: str) -> None:
        tape = self._tape
        if tape is None:
            raise RecorderClosed("not started")
        if not self._ended:
            for sink in self._sinks:
                sink.close(reason)
            if tape.lost:
                tape.write(RECORDING, Lost(tape.now_ms(), tape.lost))
            tape.write(RECORDING, Ended(tape.now_ms(), reason, self._clock.now()))
            self._ended = True
        for task in self._watches:
            task.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)  # a failure was told when it happened
        if not await asyncio.to_thread(tape.writer.finish):
            self._tell("failed", {"reason": "disk"})

    def _running(self) -> Tape:
        if self._tape is None or self._ended:
            raise RecorderClosed(self.recording_id)
        return self._tape

    def _worst_age_ms(self, tape: Tape) -> int | None:
        now = tape.now_ms()
        return max((sink.age_ms(now) for sink in self._sinks if sink.expected), default=None)

    def _fault(self, tape: Tape) -> str | None:
        """Why what should be recorded is not, None where it is."""
        if not tape.writer.alive and not self._ended:
            return "writer"
        if tape.writer.error is not None:
            return "disk"
        if tape.lost_ms is not None and tape.now_ms() - tape.lost_ms < STALE_MS:
            return "queue"
        worst = self._worst_age_ms(tape)
        return "frames" if worst is not None and worst > STALE_MS else None

    async def _watch(self, tape: Tape) -> None:
        while True:
            self._look(tape)
            await self._clock.sleep(LOOK_EVERY_S)

    def _look(self, tape: Tape) -> None:
        if not self._started and tape.frames_until_ms() is not None:
            self._started = True
            self._tell("started", {}, tape.began_at)
        fault = self._fault(tape)
        if (fault is not None) != self._stalled:
            self._stalled = fault is not None
            self._tell("stalled" if fault else "resumed", {"reason": fault} if fault else {})

    def _tell(self, kind: EventType, detail: dict[str, Any], at: datetime | None = None) -> None:
        log.info("recorder_" + kind, recording_id=self.recording_id, **detail)
        self._on_event(RecorderEvent(kind, at or self._clock.now(), detail))

    async def _vouch(self, tape: Tape) -> None:
        while True:
            await self._clock.sleep(HEAD_EVERY_S)
            records, digest = tape.writer.head
            head = heads.Head(self.recording_id, self._name, records, digest, self._clock.now())
            try:
                await heads.publish(head, scope=self._scope, blobs=self._blobs, keys=self._keys)
            except Exception:  # whatever the store raises: the recording goes on, and the next head says as much
                log.exception("recording_head_not_published", recording_id=self.recording_id)


def _written(sinks: list[TrackSink], now_ms: int) -> dict[str, tuple[Source, ...]]:
    seen: dict[str, set[Source]] = {}
    for sink in sinks:
        if sink.seen(now_ms):
            seen.setdefault(sink.info.person_id, set()).add(sink.info.source)
    return {person_id: tuple(sorted(sources)) for person_id, sources in seen.items()}


def _tell_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (failed := task.exception()) is not None:
        log.error("recorder_watch_failed", exc_info=failed)
