"""Straight lines from edges: a Hough transform in which each edge votes only for lines along itself."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.edges import Edges, orientation_mask
from capture.quad import area

DEGREES = 180
RHO = 2.0  # pixels a bin
SPREAD = (-2, -1, 0, 1, 2)  # degrees by which an edge's direction may be wrong
FEWEST = 6  # votes that a line needs
PEAKS = 3  # times as many are looked at as are kept
WINDOW = 0.2  # of the long side: the stretch over which a line has to be good
APART = 3.0  # pixels between two lines at the ends of a stretch, at the least
EACH = 24  # lines kept at the most of those that run across, and of those that run down
REACH = 0.25  # of a figure's size: how far from where it is thought to be a side may run
CLOSE = 0.06  # of the long side: a line nearer than this to a told one stands for it
TURNED = 0.5  # sine of the angle by which an edge of a side may run otherwise


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines n.p = rho, with `along` the unit direction that runs rightwards (across) or downwards (down).

    A line that is `told` is a side of the figure that is thought to be there, where no edge shows it.
    `covered[i, t]` counts the supported pixels of line i up to position t - first. `enters` and `leaves` are the
    positions at which a line comes into the picture and goes out of it."""

    normal: NDArray[np.float32]
    rho: NDArray[np.float32]
    along: NDArray[np.float32]
    told: NDArray[np.bool_]
    covered: NDArray[np.float32]
    first: float
    enters: NDArray[np.float32]
    leaves: NDArray[np.float32]

    def coverage(self, index: NDArray, start: NDArray, end: NDArray) -> NDArray[np.float32]:
        """Share of the pixels between two positions along a line that lie on an edge of its direction; what is
        outside the picture is not asked."""
        a = (np.clip(start, self.enters[index], self.leaves[index]) - self.first).astype(np.int32)
        b = (np.clip(end, self.enters[index], self.leaves[index]) - self.first).astype(np.int32)
        return (self.covered[index, b] - self.covered[index, a]) / np.maximum(b - a, 1)


def find_lines(edges: Edges, size: tuple[int, int], near: NDArray[np.float64], each: int = EACH) -> tuple[Lines, Lines]:
    """The lines across and the lines down a picture of `size` (width, height) that may be sides of a figure whose
    corners are about at `near` (4, 2); sides that are told come last."""
    sides, reach = _sides(near), REACH * float(np.sqrt(area(near))) + RHO
    steep = np.abs(sides[:, 0]) - np.abs(sides[:, 1])
    first = int(steep[0::2].sum() > steep[1::2].sum())  # of the figure's sides that runs across
    beside = _beside(edges, sides, reach)
    hough = _vote(beside, size)
    peaks = _peaks(hough, near, reach)
    across, down = (
        _lines(edges, size, _fitted(beside, hough, peaks, pair, PEAKS * each), sides[pair::2], axis, each)
        for axis, pair in ((0, first), (1, 1 - first))
    )
    return across, down


def _sides(figure: NDArray[np.float64]) -> NDArray[np.float64]:
    """(nx, ny, rho) of each side's line."""
    along = np.roll(figure, -1, axis=0) - figure
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.maximum(np.linalg.norm(along, axis=1), 1e-6)[:, None]
    return np.column_stack([normal, (normal * figure).sum(axis=1)])


@dataclass(frozen=True, slots=True)
class _Beside:
    """Edge pixels (x, y) that may belong to a side, and the angle of each one's normal."""

    points: NDArray[np.float32]
    angles: NDArray[np.float32]


def _beside(edges: Edges, sides: NDArray[np.float64], reach: float) -> _Beside:
    x, y = edges.points.T
    wanted = np.zeros(len(x), bool)
    for nx, ny, rho in sides.astype(np.float32):
        turned = np.abs(np.sin(edges.angles - np.arctan2(ny, nx)))
        wanted |= (np.abs(x * nx + y * ny - rho) < reach) & (turned < TURNED)
    return _Beside(edges.points[wanted], edges.angles[wanted])


@dataclass(frozen=True, slots=True)
class _Hough:
    """`votes` [degree, column], column = rho / RHO + offset; `bins` [spread, edge] are where each edge voted."""

    votes: NDArray[np.float32]
    bins: NDArray[np.int32]
    offset: int


def _vote(edges: _Beside, size: tuple[int, int]) -> _Hough:
    offset = int(np.hypot(*size) / RHO) + 2
    width = 2 * offset + 1
    theta = np.deg2rad(np.arange(DEGREES)).astype(np.float32)
    cosines, sines = np.cos(theta), np.sin(theta)
    degree = np.rint(np.rad2deg(edges.angles)).astype(np.int32) + np.array(SPREAD, np.int32)[:, None]
    degree %= DEGREES
    rho = edges.points[:, 0] * cosines[degree] + edges.points[:, 1] * sines[degree]
    bins = degree * width + np.rint(rho / RHO).astype(np.int32) + offset
    votes = np.bincount(bins.ravel(), minlength=DEGREES * width)
    return _Hough(votes.reshape(DEGREES, width).astype(np.float32), bins, offset)


@dataclass(frozen=True, slots=True)
class _Peaks:
    """Lines with more votes than any beside them; `sides` (2, n): whether it may be the figure's first side or the one
    opposite, and whether one of the others."""

    degree: NDArray[np.intp]
    column: NDArray[np.intp]
    votes: NDArray[np.float32]
    sides: NDArray[np.bool_]


def _peaks(hough: _Hough, near: NDArray[np.float64], reach: float) -> _Peaks:
    """A line that may be a side passes both its ends within `reach`."""
    votes = cv2.blur(hough.votes, (3, 1))
    degree, column = np.nonzero((votes >= cv2.dilate(votes, np.ones((5, 5), np.uint8))) & (votes > FEWEST))
    theta, rho = np.deg2rad(degree), (column - hough.offset) * RHO
    close = np.abs(near @ np.stack([np.cos(theta), np.sin(theta)]) - rho) < reach  # (corner, line)
    along = close & np.roll(close, -1, axis=0)
    return _Peaks(degree, column, votes[degree, column], along[:2] | along[2:])


def _fitted(beside: _Beside, hough: _Hough, peaks: _Peaks, pair: int, most: int) -> tuple[NDArray, NDArray]:
    """Each peak's line by least squares through the edges that voted for it or for its neighbours in rho."""
    of_pair = np.flatnonzero(peaks.sides[pair])
    top = of_pair[np.argsort(peaks.votes[of_pair])[-most:]]
    degree, column = peaks.degree[top], peaks.column[top]
    width = hough.votes.shape[1]
    owner = np.full(hough.votes.size, -1, np.int16)
    for side in (-1, 1, 0):
        owner[np.clip(degree * width + column + side, 0, owner.size - 1)] = np.arange(len(degree))
    line = owner[hough.bins.ravel()]
    voted = np.flatnonzero(line >= 0)
    line, points = line[voted], beside.points[voted % len(beside.points)]
    theta, rho = np.deg2rad(degree), (column - hough.offset) * RHO
    cosine, sine = np.cos(theta), np.sin(theta)
    d = points[:, 0] * cosine[line] + points[:, 1] * sine[line] - rho[line]
    t = points[:, 1] * cosine[line] - points[:, 0] * sine[line]
    total = [np.bincount(line, weight, len(theta)) for weight in (np.ones_like(d), d, t, t * t, t * d)]
    count = total[0] + 1e-6
    mean_d, mean_t = total[1] / count, total[2] / count
    spread, joint = total[3] / count - mean_t**2, total[4] / count - mean_t * mean_d
    slope = np.where((count > 12) & (spread > 100), joint / np.maximum(spread, 1e-6), 0.0)
    # d = mean_d + slope (t - mean_t): turn the normal against the slope, keep the line's middle where it is
    turned = theta - np.arctan(slope)
    x = (rho + mean_d) * cosine - mean_t * sine
    y = (rho + mean_d) * sine + mean_t * cosine
    return turned, x * np.cos(turned) + y * np.sin(turned)


def _lines(
    edges: Edges,
    size: tuple[int, int],
    fitted: tuple[NDArray, NDArray],
    told: NDArray[np.float64],
    axis: int,
    each: int,
) -> Lines:
    theta, rho = fitted
    normal = np.stack([np.cos(theta), np.sin(theta)], axis=1)
    covered, _ = _cover(edges, size, normal, rho, np.stack([-normal[:, 1], normal[:, 0]], axis=1), step=2)
    best = _distinct(covered, int(WINDOW * max(size) / 2), normal, rho)[:each]
    theta, rho = theta[best], rho[best]
    normal = np.stack([np.cos(theta), np.sin(theta)], axis=1)
    told = told[_unseen(told, normal, rho, size)]
    normal, rho = np.concatenate([normal, told[:, :2]]), np.concatenate([rho, told[:, 2]])
    along = np.stack([-normal[:, 1], normal[:, 0]], axis=1)
    along *= np.where(along[:, axis] < 0, -1.0, 1.0)[:, None]
    covered, first = _cover(edges, size, normal, rho, along)
    ends = (end.astype(np.float32) for end in _within(size, normal * rho[:, None], along))
    is_told = np.arange(len(rho)) >= len(theta)
    return Lines(*(a.astype(np.float32) for a in (normal, rho, along)), is_told, covered, first, *ends)


def _unseen(told: NDArray, normal: NDArray, rho: NDArray, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Which of the told lines no found one runs along within the picture."""
    along = np.stack([-told[:, 1], told[:, 0]], axis=1)
    base = told[:, :2] * told[:, 2:]
    ends = [base + along * end[:, None] for end in _within(size, base, along)]
    apart = [np.abs(end @ normal.T - rho) for end in ends]
    return ~(np.maximum(*apart) < CLOSE * max(size)).any(axis=1)


def _within(size: tuple[int, int], base: NDArray, along: NDArray) -> tuple[NDArray, NDArray]:
    """The first and the last t for which base + t along lies in the picture; equal where it never does."""
    slope = np.where(np.abs(along) < 1e-6, 1e-6, along)
    borders = np.stack([-base / slope, (np.array(size) - 1.0 - base) / slope])
    enters, leaves = borders.min(axis=0).max(axis=1), borders.max(axis=0).min(axis=1)
    reach = np.hypot(*size) - 1.0
    enters = np.clip(enters, -reach, reach)
    return enters, np.maximum(np.clip(leaves, -reach, reach), enters)


def _distinct(covered: NDArray, window: int, normal: NDArray, rho: NDArray) -> NDArray:
    """The lines with the best supported stretch, leaving out those that run along a better one there."""
    stretch = covered[:, window:] - covered[:, :-window]
    at, support = stretch.argmax(axis=1), stretch.max(axis=1)
    along = np.stack([-normal[:, 1], normal[:, 0]], axis=1)
    first = -(covered.shape[1] // 2) * 2
    near = np.ones((len(rho), len(rho)), bool)
    for end in (at, at + window):
        point = normal * rho[:, None] + along * (first + 2 * end)[:, None]
        near &= np.abs(point @ normal.T - rho) < APART  # [i, j]: line j passes by this end of i's stretch
    order, kept = np.argsort(-support), []
    free = np.ones(len(rho), bool)
    for i in order:
        if free[i]:
            kept.append(i)
            free &= ~near[:, i]  # whoever's own stretch lies on line i
    return np.array(kept, dtype=int)


def _cover(
    edges: Edges, size: tuple[int, int], normal: NDArray, rho: NDArray, along: NDArray, step: int = 1
) -> tuple[NDArray[np.float32], float]:
    reach = int(np.hypot(*size))
    t = np.arange(-reach, reach + 1, step, dtype=np.float32)
    normal, along, rho = (a.astype(np.float32) for a in (normal, along, rho))
    if len(rho) == 0:
        return np.zeros((0, len(t)), np.float32), float(-reach)  # remap takes no empty map
    x = (normal[:, 0] * rho)[:, None] + along[:, :1] * t
    y = (normal[:, 1] * rho)[:, None] + along[:, 1:] * t
    seen = cv2.remap(edges.bits, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    angle = np.arctan2(normal[:, 1], normal[:, 0]) % np.pi
    hit = (seen & orientation_mask(angle)[:, None]) != 0
    return np.cumsum(hit, axis=1, dtype=np.float32), float(-reach)
