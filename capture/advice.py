"""One piece of advice at a time, which stays long enough to be read."""

from __future__ import annotations

from collections.abc import Sequence

SEARCH, HOLD, STEADY = "search", "hold", "steady"  # beside the hints of quality.py
ENTER = 2  # frames in a row that bring another piece of advice
REST = 4  # frames that one stands at least: half a second at eight a second


class Advice:
    """One stream of frames. What is said changes only after the same other thing was seen in ENTER frames in a row, and
    not before the last one stood for REST frames; that all is well is said at once, since the shutter depends on it."""

    def __init__(self) -> None:
        self._said = SEARCH
        self._other = ""
        self._seen = 0
        self._stood = REST

    def push(self, found: bool, hints: Sequence[str], steady: bool) -> str:
        """The code to show after this frame; `hints` the most important first. Of several faults the one that is shown
        already stays, so that two that come and go do not take turns."""
        now = self._now(found, hints, steady)
        self._stood += 1
        if now == self._said:
            self._seen = 0
            return self._said
        self._seen = self._seen + 1 if now == self._other else 1
        self._other = now
        if now == STEADY or (self._seen >= ENTER and self._stood >= REST):
            self._said, self._seen, self._stood = now, 0, 0
        return self._said

    def _now(self, found: bool, hints: Sequence[str], steady: bool) -> str:
        if hints:
            return self._said if self._said in hints else hints[0]
        if not found:
            return SEARCH
        return STEADY if steady else HOLD
