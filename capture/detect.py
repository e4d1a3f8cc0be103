"""Finding an ID card in a picture: edges, lines, figures, what speaks for each; then corners at full resolution.

Own work in numpy and OpenCV. A first look is taken at the picture as it is; where that leaves doubt, a second one at
the picture with its lightness evened out, for more and weaker lines. Every figure of both is judged alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.edges import find_edges, level
from capture.features import measure
from capture.judge import likelihood
from capture.lines import EACH, find_lines
from capture.quad import clockwise
from capture.search import SUPPORTED, find_quads
from capture.snap import snap

THRESHOLD = 0.58  # below this score nothing is said to be found
SURE, HOPELESS = 0.8, 0.0004  # a first look that scores more, or less, is not followed by a second
CUT = 0.15  # from this score on a figure that goes past the border is worth saying that something is cut off
SECOND_EACH, SECOND_SUPPORTED = 40, 0.28  # the second look: more lines, sides of which less is seen
BORDER = 0.01  # a corner nearer than this share of the picture's size to its border is cut off

cv2.setNumThreads(1)  # many streams share a core; threads inside one frame only cost


@dataclass(frozen=True, slots=True)
class Detection:
    """`corners` TL, TR, BR, BL in pixels of the picture that was given, or None when nothing scored enough.

    `score` 0..1 is how likely the best figure is right to a tenth of its area, also when it was not enough;
    `cut_off` says that what was seen goes on past the picture's border, also when no corners are given."""

    corners: NDArray[np.float64] | None
    score: float
    cut_off: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """The best whole figure of a picture and its score, and that of the best one that goes past the border."""

    corners: NDArray[np.float64] | None
    score: float
    cut_score: float


def detect(image: NDArray[np.uint8], max_side: int = 640) -> Detection:
    """Search a BGR picture for one card. 10 to 30 ms on one core at a long side of `max_side`."""
    best = best_figure(image, max_side)
    at_border = best.corners is not None and _at_border(best.corners, image)
    cut_off = best.cut_score >= CUT and (at_border or best.cut_score > best.score)
    corners = clockwise(best.corners) if best.corners is not None and best.score >= THRESHOLD else None
    return Detection(corners, best.score, cut_off or (at_border and corners is not None))


def best_figure(image: NDArray[np.uint8], max_side: int = 640) -> Figure:
    """The best figure whatever its score, its corners in the picture's own pixels."""
    height, width = image.shape[:2]
    if min(height, width) < 32:
        return Figure(None, 0.0, 0.0)
    scale = min(1.0, max_side / max(height, width))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    best = _look(small, EACH, SUPPORTED)
    if HOPELESS <= best.score < SURE:
        second = _look(level(small), SECOND_EACH, SECOND_SUPPORTED)
        winner = max(best, second, key=lambda figure: figure.score)
        best = Figure(winner.corners, winner.score, max(best.cut_score, second.cut_score))
    if best.corners is None:
        return best
    return Figure(_exact(image, small, best.corners, scale), best.score, best.cut_score)


def _look(image: NDArray[np.uint8], each: int, supported: float) -> Figure:
    edges = find_edges(image)
    if len(edges.points) < 40:
        return Figure(None, 0.0, 0.0)
    size = (image.shape[1], image.shape[0])
    found = find_quads(*find_lines(edges, size, each), size, supported)
    cut = found.virtual.any(axis=1)
    score = likelihood(measure(image, edges, found), cut)
    past = cut | _past_border(found.corners, size)
    cut_score = float(score[past].max(initial=0.0))
    if cut.all():  # or there is none
        return Figure(None, 0.0, cut_score)
    best = int(np.where(cut, -1.0, score).argmax())
    return Figure(found.corners[best], float(score[best]), cut_score)


def _exact(
    image: NDArray[np.uint8], small: NDArray[np.uint8], corners: NDArray[np.float64], scale: float
) -> NDArray[np.float64]:
    free = np.zeros(4, bool)
    corners = snap(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), corners, 2.5, free)
    if scale == 1:
        return corners
    return snap(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (corners + 0.5) / scale - 0.5, 1.2 / scale, free)


def _past_border(corners: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Which figures (n, 4, 2) have a corner at the border of a picture of this size, or beyond it."""
    whole = np.array(size)
    return ((corners < whole * BORDER) | (corners > whole * (1 - BORDER) - 1)).any(axis=(-2, -1))


def _at_border(corners: NDArray[np.float64], image: NDArray[np.uint8]) -> bool:
    return bool(_past_border(corners, (image.shape[1], image.shape[0])))
