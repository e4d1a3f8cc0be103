"""Finding an ID card in a picture: two sights of it, then edges, lines and figures there; then exact corners.

Own work in OpenCV and numpy. A first sight (`sight`) says roughly where a card is, a closer one (`refine`) where its
corners are. That part of the picture is looked at enlarged to one size: edges beside those sides, their lines, the
figures that they make, what speaks for each. Where that leaves doubt, all of it is done once more with the lightness
evened out, for more and weaker lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.edges import find_edges, level
from capture.features import measure
from capture.judge import likelihood
from capture.lines import EACH, find_lines
from capture.quad import area
from capture.refine import refined
from capture.scale import reduced
from capture.search import SUPPORTED, Candidates, find_quads
from capture.sight import Sight, see
from capture.snap import snap

THRESHOLD = 0.45  # below this score nothing is said to be found
SURE = 0.8  # a first look that scores as much is not followed by a second
SIGHTED = 0.9  # nor is a card sought elsewhere that the closer sight is as sure of
DIM = 0.25  # where the closer sight is less sure of a card nothing is looked for
LIKELY, MARGIN = 0.5, 0.02  # of a card that goes past the border: how sure of it, how near in shares of its size
FIRST, SECOND = (EACH, SUPPORTED), (34, 0.28)  # later looks: more lines, sides of which less is seen
BORDER = 0.01  # a corner nearer than this share of the picture's size to its border is cut off
ROOM = 0.18  # of the sighted card's extent, looked at beyond it on each side
LOOKED_AT = 320  # pixels of the long side of that part

cv2.setNumThreads(1)  # many streams share a core; threads inside one frame only cost


@dataclass(frozen=True, slots=True)
class Detection:
    """`corners` TL, TR, BR, BL of the card as it is read, in pixels of the picture that was given, or None when nothing
    scored enough. Which of its long sides is the upper one is what the first sight says, and may be wrong.

    `score` 0..1 is how likely the best figure is right to a tenth of its area, also when it was not enough;
    `cut_off` says that what was seen goes on past the picture's border, also when no corners are given."""

    corners: NDArray[np.float64] | None
    score: float
    cut_off: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """The best figure of a picture and its score; `past`: a card was sighted that goes past the picture's border."""

    corners: NDArray[np.float64] | None
    score: float
    past: bool


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a picture that is looked at, enlarged by `scale` from `corner`; `sight` in its pixels."""

    image: NDArray[np.uint8]
    corner: NDArray[np.int64]
    scale: float
    sight: Sight

    def whole(self, corners: NDArray[np.float64]) -> NDArray[np.float64]:
        """Corners in the pixels of the picture that the part is of."""
        return (corners + 0.5) / self.scale - 0.5 + self.corner


NOTHING = Figure(None, 0.0, False)


def detect(image: NDArray[np.uint8], max_side: int = 640) -> Detection:
    """Search a BGR picture for one card."""
    best = best_figure(image, max_side)
    corners = best.corners if best.score >= THRESHOLD else None
    at_border = corners is not None and _at_border(corners, (image.shape[1], image.shape[0]))
    return Detection(corners, best.score, at_border or (best.past and best.score < SURE))


def best_figure(image: NDArray[np.uint8], max_side: int = 640) -> Figure:
    """The best figure whatever its score, its corners in the picture's own pixels."""
    height, width = image.shape[:2]
    if min(height, width) < 32:
        return NOTHING
    scale = min(1.0, max_side / max(height, width))
    small = reduced(image, scale)
    best = _best(small)
    return best if best.corners is None else replace(best, corners=_exact(image, small, best.corners, scale))


def _best(image: NDArray[np.uint8]) -> Figure:
    """The best figure of as many looks as it takes, before it is made exact."""
    best = NOTHING
    for part, each, supported in looks(image):
        found, traits = measured(part, each, supported)
        score = likelihood(traits)
        best = replace(best, past=best.past or _goes_past(part, (image.shape[1], image.shape[0])))
        if score.max(initial=0.0) > best.score:
            corners = part.whole(_as_read(found.corners[score.argmax()], part.sight))
            best = replace(best, corners=corners, score=float(score.max()))
        if best.score >= SURE:
            break
    return best


def looks(image: NDArray[np.uint8]) -> Iterator[tuple[Part, int, float]]:
    """What is looked at, one after the other while there is doubt, and for how many lines of what support: the part
    that was sighted, and the same with the lightness evened out, sighted anew where there may be no card."""
    sight = see(image)
    if sight is not None:
        sight = refined(image, sight)
        if sight.closer >= DIM:
            yield cut_out(image, sight), *FIRST
    evened = level(image)
    if sight is None or sight.closer < SIGHTED:
        sight = see(evened) or sight
    if sight is not None:
        sight = refined(evened, sight)
        if sight.closer >= DIM:
            yield cut_out(evened, sight), *SECOND


def cut_out(image: NDArray[np.uint8], sight: Sight) -> Part:
    """The part round a sighted card."""
    size = np.array([image.shape[1], image.shape[0]])
    low, high = sight.corners.min(axis=0), sight.corners.max(axis=0)
    room = ROOM * (high - low).max()
    low = np.clip(low - room, 0, size - 33).astype(int)
    high = np.clip(high + room, low + 32, size).astype(int)
    cut = image[low[1] : high[1], low[0] : high[0]]
    scale = LOOKED_AT / max(cut.shape[:2])
    enlarged = reduced(cut, scale) if scale < 1 else cv2.resize(cut, None, fx=scale, fy=scale)
    return Part(enlarged, low, scale, sight.within(low, scale))


def measured(part: Part, each: int, supported: float) -> tuple[Candidates, NDArray[np.float64]]:
    """The figures of one look at a part, and what was measured about each."""
    size = (part.image.shape[1], part.image.shape[0])
    edges = find_edges(part.image)
    found = find_quads(*find_lines(edges, size, part.sight.corners, each), size, supported)
    return found, measure(part.image, edges, found, part.sight)


def _as_read(corners: NDArray[np.float64], sight: Sight) -> NDArray[np.float64]:
    """The corners in the order of those that were sighted."""
    apart = [np.linalg.norm(np.roll(corners, shift, axis=0) - sight.corners, axis=1).sum() for shift in range(4)]
    return np.roll(corners, int(np.argmin(apart)), axis=0)


def _exact(
    image: NDArray[np.uint8], small: NDArray[np.uint8], corners: NDArray[np.float64], scale: float
) -> NDArray[np.float64]:
    corners = snap(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), corners, 2.5)
    if scale == 1:
        return corners
    return snap(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (corners + 0.5) / scale - 0.5, 1.2 / scale)


def _at_border(corners: NDArray[np.float64], size: tuple[int, int]) -> bool:
    """Whether a corner lies at a border of a picture of this size, or beyond it."""
    whole = np.array(size)
    return bool(((corners < whole * BORDER) | (corners > whole * (1 - BORDER) - 1)).any())


def _goes_past(part: Part, size: tuple[int, int]) -> bool:
    """Whether the card that was sighted goes past a border of the picture, or so near that it may."""
    corners = part.whole(part.sight.corners)
    inside = np.minimum(corners, np.array(size) - 1.0 - corners).min() / np.sqrt(area(corners))
    return part.sight.closer >= LIKELY and bool(inside < MARGIN)
