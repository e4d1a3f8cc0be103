"""The process behind a `Look`: decodes one camera and hands five pictures a second to a watcher that it is given.

Every frame is decoded, since each needs the one before; a picture is made of those that are looked at. The next is
looked at before 200 ms are over, so that one that shows nothing leaves a gap of at most 400 ms.
"""

import os
import resource
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Protocol

import av
import msgspec
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from media.look import FRAME, LENGTH, ORDER, PROGRESS, RESULT, STREAM, message

NICE = 10
MEMORY = 2 << 30  # bytes of address space: the decoder and what looks take a third of it
MOST_PIXELS = 4096 * 2304  # no camera sends more; who shows his card chooses the size of his pictures
EVERY = 18_000  # ticks of 90 kHz: 200 ms
DECODERS = {"VP8": "vp8", "VP9": "vp9", "H264": "h264"}


class Watcher(Protocol):
    """Pictures (BGR) with their RTP times (90 kHz, 32 bits) -> what is known so far; in the end, bytes of its own."""

    def look(self, picture: NDArray[np.uint8], timestamp: int) -> dict[str, Any]: ...

    def restart(self) -> None: ...

    def result(self) -> bytes: ...


class Pace:
    """Which frames are looked at: the last one before 200 ms would be over, by the distance of frames so far."""

    def __init__(self) -> None:
        self._looked: int | None = None
        self._before = 0
        self._step = 0

    def due(self, timestamp: int) -> bool:
        if self._looked is not None:
            step = (timestamp - self._before) & 0xFFFFFFFF
            self._step = min(step, EVERY)
            since = (timestamp - self._looked) & 0xFFFFFFFF
            if since + self._step <= EVERY:
                self._before = timestamp
                return False
        self._looked = self._before = timestamp
        return True


class Stream:
    """One publication's frames."""

    def __init__(self, codec: str):
        self._decoder = av.CodecContext.create(DECODERS[codec], "r")
        self._decoder.thread_count = 1
        self._decoder.options = {"max_pixels": str(MOST_PIXELS)}
        self._pace = Pace()

    def picture(self, timestamp: int, turn: int, data: bytes) -> NDArray[np.uint8] | None:
        """None where it is not its turn, or it cannot be decoded."""
        try:
            frames = self._decoder.decode(av.Packet(data))
        except FFmpegError:
            return None
        if not frames or not self._pace.due(timestamp):
            return None
        picture = frames[-1].to_ndarray(format="bgr24")
        return np.ascontiguousarray(np.rot90(picture, -turn // 90)) if turn else picture


def run(new_watcher: Callable[[bytes], Watcher], source: BinaryIO, target: BinaryIO) -> None:
    """Until the source ends; then the result is told."""
    watcher: Watcher | None = None
    stream: Stream | None = None
    for kind, data in _messages(source):
        if kind == ORDER:
            watcher = new_watcher(data)
        elif kind == STREAM:
            stream = Stream(data.decode())
            watcher.restart()
        else:
            timestamp, turn = FRAME.unpack_from(data)
            picture = stream.picture(timestamp, turn, data[FRAME.size :])
            if picture is not None:
                _tell(target, PROGRESS, msgspec.json.encode(watcher.look(picture, timestamp)))
    if watcher is not None:
        _tell(target, RESULT, watcher.result())


def serve(new_watcher: Callable[[bytes], Watcher]) -> None:
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    av.logging.set_level(av.logging.PANIC)
    run(new_watcher, sys.stdin.buffer, sys.stdout.buffer)


def _messages(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        kind, length = LENGTH.unpack(head)
        yield kind, source.read(length)


def _tell(target: BinaryIO, kind: int, data: bytes) -> None:
    target.write(message(kind, data))
    target.flush()
