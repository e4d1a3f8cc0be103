"""RTP packets to encoded frames, without decoding. Pure: bytes and arrival times in, whole frames out.

Theory of operation. `ReorderWindow` puts the packets of one stream back in sequence order and drops duplicates; a hole
is waited for until it is too old to be repaired or too much has come after it, then it is given up and marked by None.
`Assembler` joins the ordered packets of one RTP time to a frame. A frame with a hole is dropped, and of video
everything after it, too, until the next key frame, since nothing between could be decoded; `wants_keyframe` says so to
whoever can ask for one. Nothing here raises on bytes from the network.
"""

from struct import Struct

import msgspec

from media.payloads import FORMATS

WINDOW = 512  # packets: as many as a sender keeps for repair, over a second at 3 Mbps
HOLD, HOLD_S = 64, 0.25  # packets or seconds, at the start: the first to come need not be the first that was sent
HOLE_S = 0.5  # a slow stream would fill the window too late
REPAIR_S = 1.2  # the same for video: missing packets are asked for again (media/loss.py) for a second
FAR_BEHIND = 1024  # packets; two of them in a row are a sender that began anew, not a late copy
FRAME_LIMIT = 2 << 20  # bytes
HEAD = Struct("!BBHII")


class Packet(msgspec.Struct, frozen=True, gc=False):
    sequence: int
    timestamp: int
    marker: bool
    payload: bytes
    arrived: float


class EncodedFrame(msgspec.Struct, frozen=True, gc=False):
    """``timestamp``: RTP time, unwrapped, in units of the clock rate. ``arrived``: its first packet, in seconds."""

    timestamp: int
    arrived: float
    key: bool
    data: bytes
    width: int = 0
    height: int = 0


def parse_rtp(data: bytes | memoryview, payload_type: int, arrived: float) -> Packet | None:
    """None for what is no RTP of version 2 (RFC 3550 section 5.1). Another payload type counts as empty: it takes a
    place in the order and holds no media."""
    data, end = bytes(data), len(data)
    if end < 12 or data[0] >> 6 != 2:
        return None
    first, second, sequence, timestamp, _ = HEAD.unpack_from(data)
    start = 12 + 4 * (first & 0x0F)
    if first & 0x10:
        if end < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    if first & 0x20:
        end -= data[-1]
    payload = data[start:end] if second & 0x7F == payload_type else b""
    return Packet(sequence, timestamp, bool(second & 0x80), payload, arrived)


class Unwrap:
    """Counts of `bits` bits to a count without end: each is taken as the nearest to the highest before."""

    def __init__(self, bits: int):
        self._span = 1 << bits
        self.highest: int | None = None

    def __call__(self, value: int) -> int:
        if self.highest is None:
            self.highest = value + self._span
            return self.highest
        whole = self.near(value)
        self.highest = max(self.highest, whole)
        return whole

    def near(self, value: int) -> int:
        """As a call, but remembers nothing. Only after a first call."""
        assert self.highest is not None
        half = self._span >> 1
        return self.highest + (value - self.highest + half) % self._span - half


class ReorderWindow:
    """Sequence order for one stream; holds at most 512 packets, and a hole for at most `patience` seconds."""

    def __init__(self, patience: float = HOLE_S) -> None:
        self._patience = patience
        self._restart()
        self.duplicates = 0
        self.holes = 0

    def _restart(self) -> None:
        self._unwrap = Unwrap(16)
        self._waiting: dict[int, Packet] = {}
        self._next: int | None = None
        self._since: float | None = None  # when the packet after the hole at `_next` came, if that is known
        self._stray: int | None = None

    def push(self, packet: Packet) -> list[Packet | None]:
        """What is in order now; None where packets were lost for good."""
        if not self._waiting and self._next is not None and packet.sequence == self._next & 0xFFFF:  # nearly always
            self._unwrap.highest = self._next
            self._next += 1
            return [packet]
        sequence = self._unwrap(packet.sequence)
        if self._next is not None and sequence < self._next:
            return self._late(sequence, packet)
        if sequence in self._waiting:
            self.duplicates += 1
            return []
        if not self._waiting:
            self._since = packet.arrived
        self._waiting[sequence] = packet
        if self._next is None:
            if len(self._waiting) < HOLD and self._waited(packet.arrived) < HOLD_S:
                return []
            self._next = min(self._waiting)
        return self._drain(packet.arrived)

    def flush(self) -> list[Packet | None]:
        """All that is left, holes marked."""
        ready: list[Packet | None] = []
        while self._waiting:
            lowest = min(self._waiting)
            if self._next is not None and lowest != self._next:
                ready.append(self._give_up())
            self._next = lowest + 1
            ready.append(self._waiting.pop(lowest))
        return ready

    def _drain(self, now: float) -> list[Packet | None]:
        ready: list[Packet | None] = []
        assert self._next is not None
        while self._waiting:
            packet = self._waiting.pop(self._next, None)
            if packet is not None:
                ready.append(packet)
                self._next += 1
                self._since = None
            elif self._unwrap.highest - self._next >= WINDOW or self._waited(now) > self._patience:
                ready.append(self._give_up())
                self._next = min(self._waiting)
            else:
                break
        return ready

    def _waited(self, now: float) -> float:
        if self._since is None:
            self._since = self._waiting[min(self._waiting)].arrived
        return now - self._since

    def _give_up(self) -> None:
        self.holes += 1

    def _late(self, sequence: int, packet: Packet) -> list[Packet | None]:
        assert self._next is not None
        anew = self._stray == sequence - 1
        self._stray = sequence if self._next - sequence > FAR_BEHIND else None
        if not (anew and self._stray):
            self.duplicates += 1
            return []
        lost = [*self.flush(), self._give_up()]
        self._restart()
        return lost + self.push(packet)


class Assembler:
    """Encoded frames of one track. ``codec``: a key of FORMATS; ``payload_type``: that of the codec."""

    def __init__(self, codec: str, payload_type: int):
        self._format = FORMATS[codec]
        self._payload_type = payload_type
        self._video = codec != "opus"
        self._window = ReorderWindow(REPAIR_S if self._video else HOLE_S)
        self._unwrap_time = Unwrap(32)
        self._parts: list[bytes] = []
        self._size = 0
        self._time = 0
        self._stamp = -1  # of the packet before, as it was sent
        self._began = 0.0
        self.wants_keyframe = self._video
        self.dropped = 0  # frames, for want of a key frame or of a packet

    def push(self, data: bytes | memoryview, arrived: float) -> list[EncodedFrame]:
        """The frames that this packet completes, in order of time of sending."""
        packet = parse_rtp(data, self._payload_type, arrived)
        return [] if packet is None else self._join(self._window.push(packet))

    def flush(self) -> list[EncodedFrame]:
        """At the end of the track."""
        return self._join(self._window.flush())

    def restart(self) -> None:
        """Forget the frame in progress; video goes on with a key frame."""
        self._parts, self._size = [], 0
        self.wants_keyframe = self._video

    def unwrapped(self, timestamp: int) -> int | None:
        """The RTP time of a sender report on the scale of the frames. None before any packet."""
        return None if self._unwrap_time.highest is None else self._unwrap_time.near(timestamp)

    def _join(self, packets: list[Packet | None]) -> list[EncodedFrame]:
        frames: list[EncodedFrame] = []
        for packet in packets:
            if packet is None:
                self._break()
            elif packet.payload:
                self._feed(packet, frames)
        return frames

    def _feed(self, packet: Packet, frames: list[EncodedFrame]) -> None:
        if packet.timestamp != self._stamp or not self._parts:
            self._next_frame(packet.timestamp, frames)
        piece = self._format.unpack(packet.payload)
        if piece is None or not (self._parts or piece.start) or self._size + len(piece.data) > FRAME_LIMIT:
            self._break()
            return
        if not self._parts:
            self._began = packet.arrived
        self._parts.append(piece.data)
        self._size += len(piece.data)
        if packet.marker or not self._video:
            self._finish(frames)

    def _next_frame(self, timestamp: int, frames: list[EncodedFrame]) -> None:
        if self._parts:  # whole without its marker: no packet is missing here
            self._finish(frames)
        self._stamp, self._time = timestamp, self._unwrap_time(timestamp)

    def _finish(self, frames: list[EncodedFrame]) -> None:
        parts = self._parts
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        self._parts, self._size = [], 0
        shape = self._format.inspect(data)
        if self.wants_keyframe and not shape.key:
            self.dropped += 1
            return
        self.wants_keyframe = False
        frames.append(EncodedFrame(self._time, self._began, shape.key, data, shape.width, shape.height))

    def _break(self) -> None:
        self.dropped += bool(self._parts)
        self.restart()
