"""How much one connection may say."""

from dataclasses import dataclass

from signaling.messages import SDP_BYTES


@dataclass(frozen=True, slots=True)
class Limits:
    """Rates are per second; `grace_seconds` is how long a lost connection keeps its place in a room;
    `connections` of one login session at once; `backlog` packets that a client has not read yet."""

    messages_per_second: float = 30.0
    burst: int = 90
    frames_per_second: float = 8.0
    pages_per_second: float = 2.0
    inbox: int = 32
    backlog: int = 256
    connections: int = 16
    grace_seconds: float = 10.0
    packet_bytes: int = SDP_BYTES + 8192


class Bucket:
    """Token bucket: `burst` at once, `rate` a second in the long run."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._at = now

    def take(self, now: float) -> bool:
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
