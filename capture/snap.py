"""Corners to a fraction of a pixel: each side moves onto the strongest step near it, at the picture's own size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from capture.quad import intersection

SAMPLES = 64
ENDS = 0.08  # of a side left out at each end: a card's corners are round


def snap(
    grey: NDArray[np.uint8], corners: NDArray[np.float64], reach: float, fixed: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """`corners` moved by at most `reach` pixels; sides in `fixed` (borders of the picture) stay."""
    sides = [_line(corners[i], corners[(i + 1) % 4]) for i in range(4)]
    for i in range(4):
        if not fixed[i]:
            sides[i] = _snapped(grey, corners[i], corners[(i + 1) % 4], reach, sides[i])
    moved = []
    for i in range(4):
        point = intersection(sides[i - 1], sides[i])
        near = point is not None and np.linalg.norm(point - corners[i]) <= 2.0 * reach
        moved.append(point if near else corners[i])
    return np.array(moved)


def _line(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    normal = np.array([start[1] - end[1], end[0] - start[0]])
    normal /= max(float(np.hypot(*normal)), 1e-9)
    return np.array([*normal, normal @ start])


def _snapped(
    grey: NDArray[np.uint8],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    reach: float,
    line: NDArray[np.float64],
) -> NDArray[np.float64]:
    """A line through the peaks of the gradient across the side, fitted twice, far peaks losing their weight."""
    share = np.linspace(ENDS, 1 - ENDS, SAMPLES)[:, None]
    base = start + (end - start) * share
    offsets = np.arange(-np.ceil(reach) - 1, np.ceil(reach) + 2)
    profile = _bilinear(grey, base[:, None] + offsets[:, None] * line[:2])
    gradient = np.abs(profile[:, 2:] - profile[:, :-2])
    peak = gradient.argmax(axis=1)
    strength = gradient[np.arange(SAMPLES), peak]
    shift = offsets[1:-1][peak] + _parabola(gradient, peak)
    t = share[:, 0] - 0.5
    weight = np.minimum(strength, 40.0)
    for width in (reach, 1.5, 0.8):
        slope, middle = _weighted_line(t, shift, weight)
        residual = shift - (slope * t + middle)
        weight = np.minimum(strength, 40.0) / (1.0 + (residual / width) ** 2) ** 2
    good = (np.abs(residual) < 1.5).mean()
    if good < 0.3 or abs(middle) > reach:
        return line
    return _line(start + line[:2] * (middle - slope / 2), end + line[:2] * (middle + slope / 2))


def _weighted_line(t: NDArray, y: NDArray, weight: NDArray) -> tuple[float, float]:
    total = weight.sum() + 1e-9
    mean_t, mean_y = (weight * t).sum() / total, (weight * y).sum() / total
    slope = (weight * (t - mean_t) * (y - mean_y)).sum() / max((weight * (t - mean_t) ** 2).sum(), 1e-9)
    return float(slope), float(mean_y - slope * mean_t)


def _parabola(gradient: NDArray[np.float64], peak: NDArray[np.int64]) -> NDArray[np.float64]:
    rows, last = np.arange(len(peak)), gradient.shape[1] - 1
    left = gradient[rows, np.maximum(peak - 1, 0)]
    right = gradient[rows, np.minimum(peak + 1, last)]
    bend = left - 2 * gradient[rows, peak] + right
    return np.where(bend < -1e-6, np.clip(0.5 * (left - right) / np.minimum(bend, -1e-6), -0.5, 0.5), 0.0)


def _bilinear(grey: NDArray[np.uint8], points: NDArray[np.float64]) -> NDArray[np.float64]:
    height, width = grey.shape
    x, y = np.clip(points[..., 0], 0, width - 1.001), np.clip(points[..., 1], 0, height - 1.001)
    x0, y0 = x.astype(int), y.astype(int)
    fx, fy = x - x0, y - y0
    top = grey[y0, x0] * (1 - fx) + grey[y0, x0 + 1] * fx
    bottom = grey[y0 + 1, x0] * (1 - fx) + grey[y0 + 1, x0 + 1] * fx
    return top * (1 - fy) + bottom * fy
