"""A steady quad from shaky frames: what the page draws, and when it may release the shutter itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.detect import Detection

STEADY_AFTER = 3  # frames in a row
STILL = 0.015  # of the frame's diagonal that a corner may move from one frame to the next
JUMP = 0.08  # more than this is another card: start again
FOLLOW = 0.6  # share of the new corners in the drawn ones
SURE = 0.75  # a lesser score draws a quad and releases no shutter
KEEP = 1  # frames that the quad outlives a miss


@dataclass(frozen=True, slots=True)
class Stable:
    corners: NDArray[np.float64] | None
    steady: bool


class Stabiliser:
    """One stream of frames. `diagonal` is the frame's, in the unit of the corners (sqrt 2 for corners in 0..1)."""

    def __init__(self, diagonal: float = float(np.sqrt(2.0))):
        self._diagonal = diagonal
        self._last: NDArray[np.float64] | None = None
        self._drawn: NDArray[np.float64] | None = None
        self._still = self._missed = 0

    def push(self, detection: Detection, refused: bool = False) -> Stable:
        """The quad to draw after this frame; `steady` after three still frames that are sure and that nothing
        refuses."""
        if detection.corners is None:
            return self._miss()
        corners = self._begun_as_before(detection.corners)
        moved = self._moved(corners)
        self._still = self._still + 1 if moved <= STILL else 1
        if refused or detection.cut_off or detection.score < SURE:
            self._still = 0
        follows = self._drawn is not None and moved <= JUMP
        self._drawn = FOLLOW * corners + (1 - FOLLOW) * self._drawn if follows else corners
        self._last, self._missed = corners, 0
        return Stable(self._drawn, self._still >= STEADY_AFTER)

    def _begun_as_before(self, corners: NDArray[np.float64]) -> NDArray[np.float64]:
        """A card near the diagonal may be told from its other end in the next frame: the same figure all the same."""
        if self._last is None:
            return corners
        orders = [np.roll(corners, shift, axis=0) for shift in range(4)]
        return min(orders, key=lambda order: float(np.linalg.norm(order - self._last)))

    def _miss(self) -> Stable:
        self._still, self._missed = 0, self._missed + 1
        if self._missed > KEEP:
            self._drawn = self._last = None
        return Stable(self._drawn, False)

    def _moved(self, corners: NDArray[np.float64]) -> float:
        """The farthest move of a corner, as a share of the diagonal; a long way when there was no quad before."""
        if self._last is None:
            return 1.0
        return float(np.linalg.norm(corners - self._last, axis=1).max() / self._diagonal)
