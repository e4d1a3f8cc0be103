"""Corners to a fraction of a pixel: each side moves onto the strongest step near it, at the picture's own size."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.quad import crossings

SAMPLES = 64
ENDS = 0.08  # of a side left out at each end: a card's corners are round
SHARE = np.linspace(ENDS, 1 - ENDS, SAMPLES)
STRONG = 40.0  # levels beyond which a step weighs no more
GOOD = 0.3  # of the samples have to lie on the line


def snap(grey: NDArray[np.uint8], corners: NDArray[np.float64], reach: float) -> NDArray[np.float64]:
    """`corners` (4, 2) clockwise, moved by at most about `reach` pixels; a side without a clear step stays."""
    along = np.roll(corners, -1, axis=0) - corners
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    slope, middle = _lines(grey, corners, along, normal, reach)
    shift = middle[:, None] + slope[:, None] * np.array([-0.5, 0.5])  # at each side's ends
    ends = np.stack([corners, corners + along], axis=1) + normal[:, None] * shift[..., None]
    moved = crossings(ends)
    near = np.linalg.norm(moved - corners, axis=1) <= 2.0 * reach
    return np.where(near[:, None], moved, corners)


def _lines(grey, corners, along, normal, reach) -> tuple[NDArray, NDArray]:
    """Slope (pixels a side) and middle of each side's line through the peaks of the gradient across it, fitted three
    times, far peaks losing their weight; 0 where too few lie on it."""
    offsets = np.arange(-np.ceil(reach) - 1, np.ceil(reach) + 2)
    base = corners[:, None] + along[:, None] * SHARE[:, None]
    points = (base[:, :, None] + normal[:, None, None] * offsets[:, None]).reshape(-1, len(offsets), 2)
    height, width = grey.shape
    inside = ((base > 1) & (base < np.array([width, height]) - 2)).all(axis=2)
    left, top = np.maximum(np.floor(points.min(axis=(0, 1))).astype(int) - 1, 0)  # remap wants small pictures
    part = grey[top : int(points[..., 1].max()) + 3, left : int(points[..., 0].max()) + 3]
    if part.size == 0:
        return np.zeros(4), np.zeros(4)
    at = (points - np.array([left, top])).astype(np.float32)
    profile = cv2.remap(part.astype(np.float32), at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    gradient = np.abs(profile[:, 2:] - profile[:, :-2])
    peak = gradient.argmax(axis=1)
    strength = gradient[np.arange(len(peak)), peak].reshape(4, SAMPLES)
    shift = (offsets[1:-1][peak] + _parabola(gradient, peak)).reshape(4, SAMPLES)
    t, strong = SHARE - 0.5, np.minimum(strength, STRONG) * inside
    weight = strong
    for width in (reach, 1.5, 0.8):
        slope, middle = _weighted_line(t, shift, weight)
        residual = shift - (slope[:, None] * t + middle[:, None])
        weight = strong / (1.0 + (residual / width) ** 2) ** 2
    good = ((np.abs(residual) < 1.5) & inside).mean(axis=1)
    keep = (good >= GOOD) & (np.abs(middle) <= reach)
    return slope * keep, middle * keep


def _weighted_line(t: NDArray, y: NDArray, weight: NDArray) -> tuple[NDArray, NDArray]:
    total = weight.sum(axis=1) + 1e-9
    mean_t, mean_y = (weight * t).sum(axis=1) / total, (weight * y).sum(axis=1) / total
    away = t - mean_t[:, None]
    slope = (weight * away * (y - mean_y[:, None])).sum(axis=1) / np.maximum((weight * away**2).sum(axis=1), 1e-9)
    return slope, mean_y - slope * mean_t


def _parabola(gradient: NDArray[np.float32], peak: NDArray[np.int64]) -> NDArray[np.float64]:
    rows, last = np.arange(len(peak)), gradient.shape[1] - 1
    left = gradient[rows, np.maximum(peak - 1, 0)]
    right = gradient[rows, np.minimum(peak + 1, last)]
    bend = left - 2 * gradient[rows, peak] + right
    return np.where(bend < -1e-6, np.clip(0.5 * (left - right) / np.minimum(bend, -1e-6), -0.5, 0.5), 0.0)
