"""What counts as a gap of a track: for the console while it is recorded, and for the manifest when it is sealed. Pure.

A *hole* is time without a frame within a segment, by the sender's clock: packets that only came late leave none. A
*break* is time between the end of one segment and the start of the next, on the recording's clock.
"""

HOLE_MS = 500
SEAM_MS = 100  # between two segments; no more is a seam, not a break
STILL_MS = 33  # how long the last picture of a segment stands


def is_hole(before: int, after: int, clock_rate: int) -> bool:
    """Between two frames of a segment, by their unwrapped RTP times."""
    return (after - before) * 1000 > HOLE_MS * clock_rate


def is_break(end_ms: int, start_ms: int) -> bool:
    return start_ms - end_ms > SEAM_MS


class GapCount:
    """The gaps of a recording's tracks as they come, but for the silence that a participant wanted. `total` is what the
    manifest will list: only that it places segments by all reports of the sender, and here by their arrival."""

    def __init__(self) -> None:
        self.total = 0
        self._until_ms: dict[str, int] = {}
        self._wanted: set[str] = set()  # tracks that were muted at some time since their last frame

    def muted(self, track_id: str) -> None:
        self._wanted.add(track_id)

    def begins(self, track_id: str, start_ms: int) -> None:
        """A segment begins."""
        until = self._until_ms.get(track_id)
        self._count(track_id, until is not None and is_break(until, start_ms))

    def goes_on(self, track_id: str, hole: bool, muted: bool) -> None:
        """A frame was taken, and `hole` lies before it."""
        if hole:
            self._count(track_id, hole)
        if not muted and self._wanted:
            self._wanted.discard(track_id)

    def ends(self, track_id: str, until_ms: int) -> None:
        """The segment lasted until then."""
        self._until_ms[track_id] = until_ms

    def _count(self, track_id: str, gap: bool) -> None:
        self.total += gap and track_id not in self._wanted
