"""Finding an ID card in a picture: a first sight of it all, then edges, lines and figures there; then exact corners.

Own work in OpenCV and numpy. The first sight (`sight`) says roughly where a card is. That part of the picture is looked
at enlarged to one size: its edges, their lines, the figures that those make, what speaks for each. Where that leaves
doubt, a second look is taken with the lightness evened out, for more and weaker lines.
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
from capture.search import SUPPORTED, Candidates, find_quads
from capture.sight import Sight, see
from capture.snap import snap

THRESHOLD = 0.58  # below this score nothing is said to be found
SURE, HOPELESS = 0.8, 0.004  # a first look that scores more, or less, is not followed by a second,
SIGHTED = 0.9  # or less, unless the first sight is as sure as this that there is a card
CUT = 0.15  # from this score on a figure that goes past the border is worth saying that something is cut off
FIRST, SECOND = (EACH, SUPPORTED), (34, 0.28)  # later looks: more lines, sides of which less is seen
BORDER = 0.01  # a corner nearer than this share of the picture's size to its border is cut off
ROOM = 0.25  # of the sighted card's extent, looked at beyond it on each side
LOOKED_AT, WHOLE_AT = 400, 480  # pixels of the long side of that part, and of the whole picture

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
    """The best whole figure of a picture and its score, and that of the best one that goes past the border."""

    corners: NDArray[np.float64] | None
    score: float
    cut_score: float


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a picture that is looked at, enlarged by `scale` from `corner`; `borders` says which of its borders
    (top, right, bottom, left) are the picture's own. `sight` in its pixels."""

    image: NDArray[np.uint8]
    corner: NDArray[np.int64]
    scale: float
    borders: tuple[bool, bool, bool, bool]
    sight: Sight


NOTHING = Figure(None, 0.0, 0.0)


def detect(image: NDArray[np.uint8], max_side: int = 640) -> Detection:
    """Search a BGR picture for one card."""
    best = best_figure(image, max_side)
    at_border = best.corners is not None and bool(_past_border(best.corners, (image.shape[1], image.shape[0])))
    cut_off = best.cut_score >= CUT and (at_border or best.cut_score > best.score)
    corners = best.corners if best.score >= THRESHOLD else None
    return Detection(corners, best.score, cut_off or (at_border and corners is not None))


def best_figure(image: NDArray[np.uint8], max_side: int = 640) -> Figure:
    """The best figure whatever its score, its corners in the picture's own pixels."""
    height, width = image.shape[:2]
    if min(height, width) < 32:
        return NOTHING
    scale = min(1.0, max_side / max(height, width))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    sight = see(small)
    if sight is None:
        return NOTHING
    best, part = _best(small, sight)
    if best.corners is None:
        return best
    corners = _as_read((best.corners + 0.5) / part.scale - 0.5 + part.corner, sight)
    return Figure(_exact(image, small, corners, scale), best.score, best.cut_score)


def _best(image: NDArray[np.uint8], sight: Sight) -> tuple[Figure, Part]:
    """The best figure of as many looks as it takes, in the pixels of the part that it was found in."""
    found: list[tuple[Figure, Part]] = []
    for part, evened in looks(image, sight):
        found.append((_look(part, *(SECOND if evened else FIRST)), part))
        best, where = max(found, key=lambda look: look[0].score)
        if best.score >= SURE or (best.score < HOPELESS and sight.likelihood < SIGHTED):
            break
    return Figure(best.corners, best.score, max(look.cut_score for look, _ in found)), where


def looks(image: NDArray[np.uint8], sight: Sight) -> Iterator[tuple[Part, bool]]:
    """What is looked at, one after the other while there is doubt, and whether weaker lines are asked for: the part
    that was sighted, the whole picture with its lightness evened out, and the part so."""
    part = cut_out(image, sight)
    yield part, False
    yield _evened(whole(image, sight)), True
    yield _evened(part), True


def _evened(part: Part) -> Part:
    return replace(part, image=level(part.image))


def whole(image: NDArray[np.uint8], sight: Sight) -> Part:
    return _part(image, sight, np.zeros(2, int), np.array(image.shape[1::-1]), WHOLE_AT)


def cut_out(image: NDArray[np.uint8], sight: Sight) -> Part:
    """The part round a sighted card."""
    size = np.array([image.shape[1], image.shape[0]])
    low, high = sight.corners.min(axis=0), sight.corners.max(axis=0)
    room = ROOM * (high - low).max()
    low = np.clip(low - room, 0, size - 33).astype(int)
    high = np.clip(high + room, low + 32, size).astype(int)
    return _part(image, sight, low, high, LOOKED_AT)


def _part(image: NDArray[np.uint8], sight: Sight, low: NDArray, high: NDArray, long: int) -> Part:
    size = (image.shape[1], image.shape[0])
    cut = image[low[1] : high[1], low[0] : high[0]]
    scale = long / max(cut.shape[:2])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    borders = (low[1] == 0, high[0] == size[0], high[1] == size[1], low[0] == 0)
    return Part(
        cv2.resize(cut, None, fx=scale, fy=scale, interpolation=way), low, scale, borders, sight.within(low, scale)
    )


def _look(part: Part, each: int, supported: float) -> Figure:
    found, traits = measured(part, each, supported)
    cut = found.virtual.any(axis=1)
    score = likelihood(traits, cut)
    past = cut | _past_border(found.corners, (part.image.shape[1], part.image.shape[0]), part.borders)
    cut_score = float(score[past].max(initial=0.0))
    if cut.all():  # or there is none
        return Figure(None, 0.0, cut_score)
    best = int(np.where(cut, -1.0, score).argmax())
    return Figure(found.corners[best], float(score[best]), cut_score)


def measured(part: Part, each: int, supported: float) -> tuple[Candidates, NDArray[np.float64]]:
    """The figures of one look at a part, and what was measured about each."""
    size = (part.image.shape[1], part.image.shape[0])
    edges = find_edges(part.image)
    found = find_quads(*find_lines(edges, size, each), size, supported, part.borders)
    return found, measure(part.image, edges, found, part.sight)


def _as_read(corners: NDArray[np.float64], sight: Sight) -> NDArray[np.float64]:
    """The corners in the order of the first sight's."""
    apart = [np.linalg.norm(np.roll(corners, shift, axis=0) - sight.corners, axis=1).sum() for shift in range(4)]
    return np.roll(corners, int(np.argmin(apart)), axis=0)


def _exact(
    image: NDArray[np.uint8], small: NDArray[np.uint8], corners: NDArray[np.float64], scale: float
) -> NDArray[np.float64]:
    corners = snap(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), corners, 2.5)
    if scale == 1:
        return corners
    return snap(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (corners + 0.5) / scale - 0.5, 1.2 / scale)


def _past_border(
    corners: NDArray[np.float64], size: tuple[int, int], borders: tuple[bool, ...] = (True, True, True, True)
) -> NDArray[np.bool_]:
    """Which figures (n, 4, 2) have a corner at a border of a picture of this size, or beyond it."""
    whole, (top, right, bottom, left) = np.array(size), borders
    before = (corners < whole * BORDER) & np.array([left, top])
    after = (corners > whole * (1 - BORDER) - 1) & np.array([right, bottom])
    return (before | after).any(axis=(-2, -1))
