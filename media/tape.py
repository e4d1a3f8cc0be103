"""The recording's clock and counters, and its way to the disk: what the tracks of one recorder share."""

from collections import Counter
from datetime import datetime, timedelta

from media.entries import RECORDING, AnyEntry, Frame
from media.gaps import GapCount
from media.writebehind import WriteBehind
from ports.clock import Clock


class Tape:
    """``*_ms`` are milliseconds since the recording began; ``arrived`` is the clock's monotonic time."""

    def __init__(self, writer: WriteBehind, clock: Clock):
        self.writer = writer
        self.began_at = clock.now()
        self.gaps = GapCount()
        self.lost = 0  # frames that came and are not recorded
        self.lost_ms: int | None = None  # when last
        self.muted: set[str] = set()  # tracks, as the last that was written of them says
        self._clock = clock
        self._began = clock.monotonic()
        self._streams = RECORDING
        self._numbers: Counter[str] = Counter()

    def now_ms(self) -> int:
        return self.at_ms(self._clock.monotonic())

    def at_ms(self, arrived: float) -> int:
        return max(round((arrived - self._began) * 1000), 0)

    def wall(self, at_ms: int) -> datetime:
        return self.began_at + timedelta(milliseconds=at_ms)

    def write(self, stream: int, entry: AnyEntry) -> bool:
        """False: the queue is full; a frame is then lost and counted."""
        taken = self.writer.put(stream, entry)
        if not taken:
            self.lose(isinstance(entry, Frame))
        return taken

    def lose(self, frames: int = 1) -> None:
        """What came is not recorded."""
        self.lost += frames
        self.lost_ms = self.now_ms()

    def durable_ms(self, stream: int) -> int | None:
        """Of the stream's newest entry on the disk."""
        return self.writer.durable_ms.get(stream)

    def frames_until_ms(self) -> int | None:
        """Of the newest frame on the disk, of any track."""
        return max((at for stream, at in self.writer.durable_ms.copy().items() if stream != RECORDING), default=None)

    def next_stream(self) -> int:
        self._streams += 1
        return self._streams

    def next_number(self, track_id: str) -> int:
        """The segments of a track count from 1, over all its sinks."""
        self._numbers[track_id] += 1
        return self._numbers[track_id]
