"""How fast one login session may ask. A page at work stays far below; a program gone wild is told when to come back."""

from collections import OrderedDict

from ports.clock import Clock
from server.errors import TooManyRequests
from signaling.limits import Bucket

PER_SECOND = 20.0
BURST = 80.0
REMEMBERED = 10_000


class Throttle:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, session_id: str) -> None:
        """Counts one request of the session. Raises TooManyRequests."""
        now = self._clock.monotonic()
        bucket = self._buckets.setdefault(session_id, Bucket(PER_SECOND, BURST, now))
        self._buckets.move_to_end(session_id)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)  # asked longest ago, so it is full by now
        if not bucket.take(now):
            raise TooManyRequests(retry_after=1)
