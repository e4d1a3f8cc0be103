"""Four-sided figures: order of corners, area, and their shape in space. Pure geometry on arrays (..., 4, 2).

Corners run TL, TR, BR, BL as seen in the picture; pixel centres at integer coordinates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
ID1 = 85.60 / 53.98  # ISO/IEC 7810 ID-1, width over height
ID3 = 125.0 / 88.0  # the same, ID-3: a passport's page
FOCAL = 1.15  # a phone camera's focal length over the picture's long side, typical


def clockwise(corners: Points) -> Points:
    """The same figure as TL, TR, BR, BL: by angle round the centre, from the corner nearest the origin."""
    centre = corners.mean(axis=0)
    angle = np.arctan2(*(corners - centre).T[::-1])
    ordered = corners[np.argsort(angle)]
    return np.roll(ordered, -int(np.argmin(ordered.sum(axis=1))), axis=0)


def area(corners: Points) -> NDArray[np.float64]:
    x, y = corners[..., 0], corners[..., 1]
    return 0.5 * np.abs((x * np.roll(y, -1, axis=-1) - y * np.roll(x, -1, axis=-1)).sum(axis=-1))


def side_lengths(corners: Points) -> NDArray[np.float64]:
    return np.linalg.norm(np.roll(corners, -1, axis=-2) - corners, axis=-1)


def in_space(corners: Points, size: tuple[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Width over height and the cosine of the angle between the sides, of the flat figure that is seen so.
    `size` is (width, height) of the picture."""
    across, down = _sides_in_space(corners, size)
    width, height = np.linalg.norm(across, axis=-1), np.linalg.norm(down, axis=-1)
    cosine = (across * down).sum(axis=-1) / np.maximum(width * height, 1e-12)
    return width / np.maximum(height, 1e-12), np.abs(cosine)


def tilt(corners: Points, size: tuple[int, int]) -> float:
    """Degrees by which the figure leans out of the picture's plane."""
    normal = np.cross(*_sides_in_space(corners, size))
    return float(np.degrees(np.arccos(min(abs(normal[2]) / max(float(np.linalg.norm(normal)), 1e-12), 1.0))))


def _sides_in_space(corners: Points, size: tuple[int, int]) -> tuple[Points, Points]:
    """The figure's two directions in the camera's space, to a common scale.

    The homography from the unit square, with the camera's own distortion of directions taken out (after Zhang and
    He 2007, with a typical focal length instead of one solved from the vanishing points, which a card held nearly
    parallel does not determine).
    """
    focal = FOCAL * max(size)
    p = (corners - np.array(size) / 2.0) / focal
    p0, p1, p2, p3 = p[..., 0, :], p[..., 1, :], p[..., 2, :], p[..., 3, :]
    d1, d2, d3 = p1 - p2, p3 - p2, p0 - p1 + p2 - p3
    whole = _cross(d1, d2)
    whole = np.where(np.abs(whole) < 1e-12, 1e-12, whole)
    g, h = _cross(d3, d2) / whole, _cross(d1, d3) / whole
    across = np.concatenate([p1 - p0 + g[..., None] * p1, g[..., None]], axis=-1)
    down = np.concatenate([p3 - p0 + h[..., None] * p3, h[..., None]], axis=-1)
    return across, down


def crossings(sides: Points) -> Points:
    """Where each side (..., 4, 2, 2), given by two points, meets the one before it: (..., 4, 2)."""
    start, way = sides[..., 0, :], sides[..., 1, :] - sides[..., 0, :]
    before_start, before_way = np.roll(start, 1, axis=-2), np.roll(way, 1, axis=-2)
    whole = _cross(before_way, way)
    whole = np.where(np.abs(whole) < 1e-6, 1e-6, whole)
    return before_start + before_way * (_cross(start - before_start, way) / whole)[..., None]


def _cross(a: Points, b: Points) -> NDArray[np.float64]:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
