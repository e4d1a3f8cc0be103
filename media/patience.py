"""When to try again what failed: after pauses that grow with each failure."""

from collections.abc import Collection, Hashable

from ports.clock import Clock

PAUSES = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0)


class Patience:
    """Of several things, each known by its key; what never failed is due at once."""

    def __init__(self, clock: Clock):
        self._clock = clock
        self._failed: dict[Hashable, tuple[int, float]] = {}  # how often, and when it is due again

    def due(self, key: Hashable) -> bool:
        _, at = self._failed.get(key, (0, 0.0))
        return self._clock.monotonic() >= at

    def failed(self, key: Hashable) -> None:
        times, _ = self._failed.get(key, (0, 0.0))
        pause = PAUSES[min(times, len(PAUSES) - 1)]
        self._failed[key] = (times + 1, self._clock.monotonic() + pause)

    def keep(self, keys: Collection[Hashable]) -> None:
        """Forget all others."""
        self._failed = {key: value for key, value in self._failed.items() if key in keys}
