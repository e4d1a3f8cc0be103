"""How long a side of a card was shown (S53): spans of hits in RTP time. Pure; time stamps in, seconds out.

A span runs from its first hit to its last, with no gap of more than 400 ms between two; each side needs 5.0 s in one
span. Time stamps are 32 bits of a 90 kHz clock and wrap.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Side = Literal["front", "back"]
SIDES: tuple[Side, Side] = ("front", "back")

RATE = 90_000
GAP_MS = 400
NEEDED_SECONDS = 5.0
_WRAP = 1 << 32


@dataclass(slots=True)
class Span:
    """In ticks since the first picture. `best` is the longest that there was."""

    first: int | None = None
    last: int = 0
    best: int = 0

    def hit(self, now: int) -> None:
        if self.first is None:
            self.first = now
        self.last = now
        self.best = max(self.best, now - self.first)


@dataclass(slots=True)
class Spans:
    """One showing. What comes late or twice is not looked at again."""

    _now: int | None = None
    _stamp: int = 0
    _sides: dict[Side, Span] = field(default_factory=lambda: {side: Span() for side in SIDES})

    def push(self, timestamp: int, side: Side | None) -> None:
        """A picture was looked at, and shows this side or none."""
        now = self._unwrapped(timestamp)
        if now is None:
            return
        for span in self._sides.values():
            if span.first is not None and (now - span.last) * 1000 > GAP_MS * RATE:
                span.first = None
        if side is not None:
            self._sides[side].hit(now)

    def restart(self) -> None:
        """Another stream begins, whose times say nothing about those before: no span goes on."""
        self._now = None
        for span in self._sides.values():
            span.first = None

    def seconds(self, side: Side) -> float:
        """Of the span that goes on, 0 where none does."""
        span = self._sides[side]
        return 0.0 if span.first is None else (span.last - span.first) / RATE

    def longest(self, side: Side) -> float:
        return self._sides[side].best / RATE

    def shown(self, side: Side) -> bool:
        return self._sides[side].best >= NEEDED_SECONDS * RATE

    def _unwrapped(self, timestamp: int) -> int | None:
        if self._now is None:
            self._now, self._stamp = 0, timestamp
            return 0
        step = (timestamp - self._stamp) % _WRAP
        if not 0 < step < _WRAP // 2:
            return None
        self._now, self._stamp = self._now + step, timestamp
        return self._now
