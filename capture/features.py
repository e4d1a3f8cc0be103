"""What tells a card from any other figure: numbers about each candidate, all of them shares without a unit.

Measured on many figures at once, on the reduced picture.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.edges import Edges
from capture.quad import ID1, area, in_space
from capture.search import Candidates
from capture.sight import Sight

SAMPLES = 24  # along a side
AWAY = 5.0  # pixels from the border, inside and outside
CLEAR = 9.0  # a step of this many levels is as good as any: its being there all round counts, not its size
SPREAD = 30.0  # levels of unrest beyond which there is no more
CORNER = (0.05, 0.16)  # the stretch of a side next to a corner, behind the rounding
INSIDE, DOWN = np.linspace(0.14, 0.86, 8), np.linspace(0.14, 0.86, 10)  # where the inside is looked at for print
OFF, OFF_MOST = 0.15, 0.45  # log ratio off a card's shape: the unit, and where it makes no more difference
RADIUS = 3.18 / 85.60  # of a card's corners, over its width
BLANK = 0.06  # less print than this share is hardly any
NAMES = (
    "side mean", "side second", "side least", "overrun mean", "overrun most", "step mean", "step second", "step least",
    "corner mean", "corner least", "off", "off squared", "skew", "small", "large", "print", "blank",
    "unrest inside", "unrest outside", "inside differs", "sharp", "round", "outside",
    "sides and steps", "sides squared", "corners and sides",
    "likely", "closer", "spread", "covered", "around", "edge covered", "apart", "apart squared",
    "sides and covered", "steps and covered",
)  # fmt: skip


def measure(image: NDArray[np.uint8], edges: Edges, found: Candidates, sight: Sight) -> NDArray[np.float64]:
    """(n, len(NAMES)) of n figures of this part of a picture."""
    if len(found.corners) == 0:
        return np.zeros((0, len(NAMES)))
    sides = np.sort(found.sides, axis=1)
    steps, unrest = _borders(image, found)
    steps = np.sort(steps, axis=1)
    corners = np.sort(_corners(edges, found), axis=1)
    size = (image.shape[1], image.shape[0])
    printed, whole = _print(edges, found), sides.mean(axis=1)
    columns = [
        sides.mean(axis=1), sides[:, 1], sides[:, 0], found.overrun.mean(axis=1), found.overrun.max(axis=1),
        steps.mean(axis=1), steps[:, 1], steps[:, 0], corners.mean(axis=1), corners[:, 0],
        *_shape(found, size), *_size(found, size), printed, np.maximum(BLANK - printed, 0) / BLANK,
        *unrest, *_rounding(edges, found, size), _outside(found, size),
        whole * steps.mean(axis=1), whole**2, whole * corners.mean(axis=1),
        *_sighted(found, sight, whole, steps.mean(axis=1)),
    ]  # fmt: skip
    return np.stack(columns, axis=1).astype(np.float64)


def _sighted(found: Candidates, sight: Sight, sides: NDArray, steps: NDArray) -> tuple[NDArray, ...]:
    """How the figure agrees with the first sight: what is on a card within its sides, beyond them and next to them."""
    middle = found.corners.mean(axis=1, keepdims=True)
    ring = np.concatenate([found.corners, (found.corners + np.roll(found.corners, -1, axis=1)) / 2], axis=1) - middle
    shares = np.array([0.4, 0.75, 0.9, 1.12, 1.3])[:, None, None]
    on = sight.covered(middle[:, None] + ring[:, None] * shares).mean(axis=2)  # (n, 5)
    size = np.sqrt(np.maximum(area(sight.corners), 1.0))
    order = [
        np.linalg.norm(found.corners - np.roll(sight.corners, shift, axis=0), axis=-1).mean(axis=-1)
        for shift in range(4)
    ]
    apart = np.minimum(np.min(order, axis=0) / size, 0.5)
    covered = on[:, :2].mean(axis=1)
    same = np.ones(len(apart))
    return (
        sight.likelihood * same, sight.closer * same, min(sight.spread, 0.3) * same,
        covered, on[:, 3:].mean(axis=1), on[:, 2], apart, apart**2, sides * covered, steps * covered,
    )  # fmt: skip


def _shape(found: Candidates, size: tuple[int, int]) -> tuple[NDArray, NDArray, NDArray]:
    """How far the ratio in space is from a card's, and how skew the figure is."""
    ratio, cosine = in_space(found.corners, size)
    length = np.abs(np.log(np.maximum(ratio, 1e-6)))
    off = np.minimum(np.abs(length - np.log(ID1)), OFF_MOST) / OFF
    return off, off**2, np.minimum(cosine, 0.5)


def _size(found: Candidates, size: tuple[int, int]) -> tuple[NDArray, NDArray]:
    share = np.sqrt(area(found.corners) / (size[0] * size[1]))
    return np.maximum(0.35 - share, 0) / 0.35, np.maximum(share - 0.35, 0) / 0.35


def _borders(image: NDArray[np.uint8], found: Candidates) -> tuple[NDArray, tuple[NDArray, NDArray, NDArray]]:
    """The colour step across each side (n, 4), 0..1; and how restless the stripe inside and that outside are along
    a side, and how much the sides' insides differ."""
    blurred = cv2.blur(image, (3, 3))
    start = found.corners
    along = np.roll(start, -1, axis=1) - start
    length = np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-6)
    normal = np.stack([-along[..., 1], along[..., 0]], axis=-1) / length  # clockwise: inwards
    points = start[:, :, None] + along[:, :, None] * np.linspace(0.1, 0.9, SAMPLES)[:, None]
    inside, outside = (_colours(blurred, points + way * normal[:, :, None]) for way in (AWAY, -AWAY))
    middle = inside.mean(axis=2)
    step = np.minimum(np.linalg.norm(inside - outside, axis=-1) / CLEAR, 1.0).mean(axis=-1)
    apart = np.minimum(np.abs(middle - middle.mean(axis=1, keepdims=True)).mean(axis=(1, 2)) / SPREAD, 1.0)
    return step, (_unrest(inside), _unrest(outside), apart)


def _unrest(colours: NDArray[np.float32]) -> NDArray[np.float64]:
    jumps = np.abs(np.diff(colours, axis=2)).mean(axis=-1)
    return np.minimum(jumps, SPREAD).mean(axis=(1, 2)) / SPREAD


def _corners(edges: Edges, found: Candidates) -> NDArray[np.float64]:
    """How much of the two stretches next to each corner lies on an edge (n, 4)."""
    along = np.roll(found.corners, -1, axis=1) - found.corners
    near = np.linspace(*CORNER, 6)[:, None]
    first = _on_edge(edges, found.corners[:, :, None] + along[:, :, None] * near)
    last = _on_edge(edges, found.corners[:, :, None] + along[:, :, None] * (1 - near))
    return (first + np.roll(last, 1, axis=1)) / 2


def _rounding(edges: Edges, found: Candidates, size: tuple[int, int]) -> tuple[NDArray, NDArray]:
    """Whether edges run right into the corners, as those of paper do, and whether they cut them, as a card's do."""
    ratio, _ = in_space(found.corners, size)
    wide = (ratio > 1)[:, None]
    radius = np.where(np.array([[True, False, True, False]]) == wide, RADIUS, RADIUS * ID1)[:, :, None]  # of each side
    onward = (np.roll(found.corners, -1, axis=1) - found.corners) * radius
    back = np.roll(-onward, 1, axis=1)
    stretch = np.array([0.0, 0.12, 0.24, 0.36])[:, None]
    corner = found.corners[:, :, None]
    ends = [_on_edge(edges, corner + way[:, :, None] * stretch) for way in (onward, back)]
    arc = _on_edge(edges, corner + (onward + back)[:, :, None] * np.array([0.22, 0.29, 0.36])[:, None])
    return (ends[0] + ends[1]).mean(axis=1) / 2, arc.mean(axis=1)


def _outside(found: Candidates, size: tuple[int, int]) -> NDArray[np.float64]:
    """How far the farthest corner lies outside the picture, in tenths of its long side."""
    beyond = np.maximum(-found.corners, found.corners - (np.array(size) - 1)).max(axis=(1, 2))
    return np.maximum(beyond, 0) / (0.1 * max(size))


def _print(edges: Edges, found: Candidates) -> NDArray[np.float64]:
    u, v = (grid.ravel()[:, None] for grid in np.meshgrid(INSIDE, DOWN))
    a, b, c, d = (found.corners[:, None, i] for i in range(4))
    inside = (a * (1 - u) + b * u) * (1 - v) + (d * (1 - u) + c * u) * v
    return np.minimum(_on_edge(edges, inside), 0.3)


def _on_edge(edges: Edges, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of the points (..., n, 2) that lie on an edge of any direction."""
    height, width = edges.bits.shape
    x, y = np.rint(points[..., 0]).astype(np.int32), np.rint(points[..., 1]).astype(np.int32)
    within = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    hit = edges.bits[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)] != 0
    return (hit & within).mean(axis=-1)


def _colours(image: NDArray[np.uint8], points: NDArray[np.float64]) -> NDArray[np.float32]:
    height, width = image.shape[:2]
    x = np.clip(np.rint(points[..., 0]), 0, width - 1).astype(np.int32)
    y = np.clip(np.rint(points[..., 1]), 0, height - 1).astype(np.int32)
    return image[y, x].astype(np.float32)
