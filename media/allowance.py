"""How much one participant may send. REMB asks; of who does not listen for seconds, what is beyond this is dropped."""

from media.forwarding import BANDWIDTH_CAP

BITS_PER_SECOND = 3 * BANDWIDTH_CAP
PATIENCE_SECONDS = 3.0  # of twice as much, before anything is dropped, and of nothing, before nothing is any more


class Allowance:
    """A bucket that fills with what is sent and empties at the allowed rate; looked at five times a second."""

    def __init__(self, bits_per_second: float = BITS_PER_SECOND):
        self._rate = bits_per_second / 8
        self._level = 0.0
        self._received = 0
        self._at: float | None = None
        self.over = False

    def ceiling(self, received: int, now: float) -> float:
        """`received`: bytes so far, also those that were dropped. Up to how many may pass until the next look."""
        passed = now - self._at if self._at is not None else 0.0
        full = self._rate * PATIENCE_SECONDS
        self._level = min(max(self._level + received - self._received - self._rate * passed, 0.0), 2 * full)
        self._received, self._at = received, now
        self.over = self._level > (0.0 if self.over else full)
        return received + self._rate * passed if self.over else float("inf")
