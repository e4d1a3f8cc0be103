"""What is done to RTP between one sender and many receivers, pure over bytes and numbers (RFC 3550).

Times are monotonic seconds that the caller passes in.
"""

import math
import struct
from typing import NamedTuple

from media.extensions import HEADER_SIZE
from media.rtcp import Reception, SenderReport

HEADER = struct.Struct("!BBHII")
KEYFRAME_INTERVAL = 1.0
BANDWIDTH_CAP = 1_500_000
BANDWIDTH_FLOOR = 300_000
BANDWIDTH_FRESH = 5.0

_pack = struct.Struct("!BBHI").pack


def payload_of(packet: bytes) -> bytes:
    """The payload without header, extensions and padding; empty for padding only and for what is malformed."""
    first = packet[0]
    start = HEADER_SIZE + 4 * (first & 0x0F)
    if first & 0x10:
        if len(packet) < start + 4:
            return b""
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4])
    if first & 0x20:
        return packet[start : max(start, len(packet) - packet[-1])]
    return packet[start:]


class Position(NamedTuple):
    """Where an outgoing stream stands: the next sequence number, and the media time that belongs to the moment `at`."""

    sequence: int
    time: int
    at: float

    def time_at(self, now: float, clock_rate: int) -> int:
        return self.time + round((now - self.at) * clock_rate) & 0xFFFFFFFF


class Rewrite:
    """Gives a track the identity that one receiver negotiated. Sequence numbers and media times move by a constant,
    so that order, loss and spacing stay as they were sent. `turned`: the header extension for each of the 16
    orientations, where the receiver negotiated them."""

    __slots__ = ("_first", "_payload_type", "_sequence", "_tail", "_tails", "_time", "ssrc")

    def __init__(
        self,
        ssrc: int,
        payload_type: int,
        extension: bytes,
        sequence: int,
        time: int,
        turned: tuple[bytes, ...] = (),
    ):
        self.ssrc = ssrc
        self._payload_type = payload_type
        self._first = 0x90 if extension else 0x80
        self._tail = ssrc.to_bytes(4) + extension
        self._tails = tuple(ssrc.to_bytes(4) + block for block in turned)
        self._sequence = sequence
        self._time = time

    def header(self, marker: int, sequence: int, time: int, orientation: int | None = None) -> bytes:
        """`marker`: 0x80 or 0. `orientation`: of the packets that say how the picture is turned."""
        start = _pack(
            self._first,
            marker | self._payload_type,
            (sequence + self._sequence) & 0xFFFF,
            (time + self._time) & 0xFFFFFFFF,
        )
        return start + (self._tail if orientation is None or not self._tails else self._tails[orientation])

    def original(self, sequence: int) -> int:
        """The sender's number of the packet that has this one here."""
        return (sequence - self._sequence) & 0xFFFF

    def position(self, newest: int, time: int, at: float) -> Position:
        """Where the stream stands after the packet `newest`; the sender's media time was `time` at the moment `at`."""
        return Position((newest + 1 + self._sequence) & 0xFFFF, (time + self._time) & 0xFFFFFFFF, at)

    def report(self, report: SenderReport) -> SenderReport:
        """The same wall time, the media time that this receiver sees."""
        return SenderReport(self.ssrc, report.ntp, (report.rtp + self._time) & 0xFFFFFFFF)


class Arrivals:
    """Counts what arrives of one stream, for the receiver reports (RFC 3550 A.1, A.3, A.8)."""

    __slots__ = (
        "_base",
        "_clock_rate",
        "_cycles",
        "_expected_before",
        "_jitter",
        "_received_before",
        "_report",
        "_report_at",
        "_transit",
        "last",
        "newest",
        "received",
    )

    def __init__(self, clock_rate: int):
        self.received = 0
        self.last = -math.inf
        self._clock_rate = clock_rate
        self._base = self.newest = -1
        self._cycles = 0
        self._jitter = 0.0
        self._transit: float | None = None
        self._expected_before = self._received_before = 0
        self._report, self._report_at = 0, -math.inf

    def add(self, sequence: int, time: int, now: float) -> None:
        if self.newest < 0:
            self._base = self.newest = sequence
        elif 0 < (sequence - self.newest) & 0xFFFF < 0x8000:
            if sequence < self.newest:
                self._cycles += 0x10000
            self.newest = sequence
        self.received += 1
        self.last = now
        transit = now * self._clock_rate - time
        if self._transit is not None and abs(difference := transit - self._transit) < 0x7FFFFFFF:
            self._jitter += (abs(difference) - self._jitter) / 16
        self._transit = transit

    def heard_report(self, report: SenderReport, now: float) -> None:
        self._report, self._report_at = report.ntp >> 16 & 0xFFFFFFFF, now

    def reception(self, ssrc: int, now: float) -> Reception:
        """The block to report now; the share of loss counts since the last call."""
        expected = self._cycles + self.newest - self._base + 1
        expected_since, received_since = expected - self._expected_before, self.received - self._received_before
        self._expected_before, self._received_before = expected, self.received
        lost_since = expected_since - received_since
        delay = min(now - self._report_at, 65535.0) if self._report else 0.0
        return Reception(
            ssrc=ssrc,
            fraction_lost=min(255, (lost_since << 8) // expected_since) if lost_since > 0 else 0,
            packets_lost=max(-0x800000, min(expected - self.received, 0x7FFFFF)),
            highest_sequence=(self._cycles + self.newest) & 0xFFFFFFFF,
            jitter=int(self._jitter) & 0xFFFFFFFF,
            last_report=self._report,
            delay=int(delay * 65536),
        )


class KeyframeThrottle:
    """At most one request a second reaches the sender; one that came too early waits and is sent when it may be."""

    __slots__ = ("_interval", "_last", "_wanted")

    def __init__(self, interval: float = KEYFRAME_INTERVAL):
        self._interval = interval
        self._last = -math.inf
        self._wanted = False

    def want(self) -> None:
        self._wanted = True

    def due(self, now: float) -> bool:
        """Whether to send a request now; a True is counted as sent."""
        if not self._wanted or now - self._last < self._interval:
            return False
        self._wanted, self._last = False, now
        return True


class HeldInterval(NamedTuple):
    frames: int
    seconds: float
    longest_gap: float


class FrameHold:
    """Counts video frames (packets with a newer media time) and the longest wait between two, from `started` on."""

    __slots__ = ("_frames", "_last", "_longest", "_started", "_time")

    def __init__(self, started: float):
        self._started = self._last = started
        self._frames = 0
        self._longest = 0.0
        self._time: int | None = None

    def add(self, time: int, now: float) -> None:
        if self._time is not None and not 0 < (time - self._time) & 0xFFFFFFFF < 0x80000000:
            return
        self._time = time
        self._frames += 1
        self._longest = max(self._longest, now - self._last)
        self._last = now

    def new_stream(self) -> None:
        """The camera was published again: its media times start anew, the wait goes on."""
        self._time = None

    def end(self, now: float) -> HeldInterval:
        return HeldInterval(self._frames, now - self._started, max(self._longest, now - self._last))


def upstream_bandwidth(reports: list[tuple[float, int]], now: float) -> int:
    """Bits per second that a video sender is asked to stay under: the least that a receiver in trouble can take, within
    limits. `reports`: (when, bits per second) of receivers that lose packets."""
    fresh = [bits for at, bits in reports if now - at < BANDWIDTH_FRESH]
    return max(BANDWIDTH_FLOOR, min([BANDWIDTH_CAP, *fresh]))
