"""Finding an ID card in a picture: edges, lines, figures, the colour step; then its corners at full resolution.

Own work in numpy and OpenCV. The prior on shape is that of an ID-1 card seen in space; a card that is cut off is
completed by the borders of the picture and said to be cut off.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.contrast import colour_step
from capture.edges import find_edges
from capture.lines import find_lines
from capture.quad import clockwise
from capture.search import find_quads
from capture.snap import snap

THRESHOLD = 0.75  # below this score nothing is said to be found
GUESS = 0.62  # from this score on a figure at the border is still worth saying that something is cut off
FINALISTS = 80
STEP, FULL = 0.70, 1.57  # weight of the colour step; the total that counts as a score of 1
BORDER = 0.01  # a corner nearer than this share of the picture's size to its border is cut off

cv2.setNumThreads(1)  # many streams share a core; threads inside one frame only cost


@dataclass(frozen=True, slots=True)
class Detection:
    """`corners` TL, TR, BR, BL in pixels of the picture that was given, or None when nothing scored enough.

    `score` 0..1 is that of the best figure, also when it was not enough; `cut_off` says that what was seen goes on
    past the picture's border, also when its corners are too unsure to be given."""

    corners: NDArray[np.float64] | None
    score: float
    cut_off: bool


def detect(image: NDArray[np.uint8], max_side: int = 640) -> Detection:
    """Search a BGR picture for one card. About 20 ms on one core at a long side of `max_side`."""
    corners, score, virtual = best_figure(image, max_side)
    if corners is None or score < GUESS:
        return Detection(None, score, False)
    cut_off = bool(virtual.any()) or _at_border(corners, image)
    return Detection(clockwise(corners) if score >= THRESHOLD else None, score, cut_off)


def best_figure(
    image: NDArray[np.uint8], max_side: int = 640
) -> tuple[NDArray[np.float64] | None, float, NDArray[np.bool_]]:
    """The best figure whatever its score: corners in the picture's pixels, score, which sides are borders."""
    nothing = None, 0.0, np.zeros(4, bool)
    height, width = image.shape[:2]
    if min(height, width) < 32:
        return nothing
    scale = min(1.0, max_side / max(height, width))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    edges = find_edges(small)
    if len(edges.points) < 40:
        return nothing
    size = (small.shape[1], small.shape[0])
    found = find_quads(*find_lines(edges, size), size)
    if len(found.support) == 0:
        return nothing
    step = colour_step(small, found.corners[:FINALISTS], found.virtual[:FINALISTS])
    total = found.support[:FINALISTS] + STEP * step
    best = int(total.argmax())
    score = float(np.clip(total[best] / FULL, 0.0, 1.0))
    corners, virtual = found.corners[best], found.virtual[best]
    corners = snap(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), corners, 2.5, virtual)
    if scale < 1:
        corners = (corners + 0.5) / scale - 0.5
        corners = snap(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), corners, 1.2 / scale, virtual)
    return corners, score, virtual


def _at_border(corners: NDArray[np.float64], image: NDArray[np.uint8]) -> bool:
    height, width = image.shape[:2]
    margin = np.array([width, height]) * BORDER
    return bool(((corners < margin) | (corners > np.array([width, height]) - 1 - margin)).any())
