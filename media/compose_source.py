"""Segments as files that libav reads by ranges, so that no segment is ever held whole."""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress

import av
import structlog

from media.compose_plan import Clip

BLOCK = 1 << 20  # a sealed blob is read in pieces of this size anyway
KEPT = 3

log = structlog.get_logger()

Fetch = Callable[[str, int, int], bytes]  # blob, start, length: blocks until they are there


class RangeFile:
    """What libav asks of a file."""

    def __init__(self, blob: str, size: int, fetch: Fetch):
        self._blob, self._size, self._fetch = blob, size, fetch
        self._at = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def read(self, length: int = -1) -> bytes:
        number, skip = divmod(self._at, BLOCK)
        wanted = self._size - self._at if length < 0 else length
        piece = self._block(number)[skip : skip + wanted] if self._at < self._size else b""
        self._at += len(piece)
        return piece

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = (0, self._at, self._size)[whence] + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            self._blocks[number] = self._fetch(self._blob, number * BLOCK, min(BLOCK, self._size - number * BLOCK))
            if len(self._blocks) > KEPT:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(number)
        return self._blocks[number]


class Clips:
    """Opens clips; `unopened` are the blobs of those that are no files, which the film shows as plates and silence."""

    def __init__(self, fetch: Fetch):
        self._fetch = fetch
        self.unopened: set[str] = set()

    def open(self, clip: Clip) -> av.container.InputContainer | None:
        try:
            container = av.open(RangeFile(clip.blob, clip.size, self._fetch))
            container.streams[0].codec_context.thread_count = 1
        except (av.FFmpegError, IndexError) as error:
            if clip.blob not in self.unopened:
                log.error("clip_unopened", blob=clip.blob, error=type(error).__name__)
                self.unopened.add(clip.blob)
            return None
        return container


def seek(container: av.container.InputContainer, at_ms: float) -> None:
    """To the last place before `at_ms` of the file from which can be decoded; the start where there is none."""
    stream = container.streams[0]
    with suppress(av.FFmpegError):  # a file of one key frame has no index
        container.seek(max(int(at_ms / 1000 / stream.time_base), 0), stream=stream, backward=True)
