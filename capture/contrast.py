"""The colour step across the border of a figure: a card differs from what it lies on, all the way round."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SAMPLES = 24  # along a side
AWAY = 5.0  # pixels from the border, inside and outside
UNSEEN = 0.6
CLEAR = 9.0  # a step of this many levels is as good as any: its being there all round counts, not its size


def colour_step(
    image: NDArray[np.uint8], corners: NDArray[np.float64], virtual: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """0..1 for each of the figures (n, 4, 2): how clear the step is on the four sides, the weaker ones counting.
    A side that is a border of the picture (`virtual`) has no outside and counts as UNSEEN."""
    blurred = cv2.blur(image, (3, 3))
    start, end = corners, np.roll(corners, -1, axis=1)
    along = end - start
    length = np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-6)
    normal = np.stack([-along[..., 1], along[..., 0]], axis=-1) / length  # clockwise: inwards
    share = np.linspace(0.1, 0.9, SAMPLES)[:, None]
    points = start[:, :, None] + along[:, :, None] * share
    inside = _colours(blurred, points + AWAY * normal[:, :, None])
    outside = _colours(blurred, points - AWAY * normal[:, :, None])
    step = np.minimum(np.linalg.norm(inside - outside, axis=-1) / CLEAR, 1.0)
    sides = np.where(virtual, UNSEEN, step.mean(axis=-1))
    return 0.5 * sides.mean(axis=-1) + 0.5 * np.sort(sides, axis=-1)[:, :2].mean(axis=-1)


def _colours(image: NDArray[np.uint8], points: NDArray[np.float64]) -> NDArray[np.float32]:
    height, width = image.shape[:2]
    x = np.clip(np.rint(points[..., 0]), 0, width - 1).astype(np.int32)
    y = np.clip(np.rint(points[..., 1]), 0, height - 1).astype(np.int32)
    return image[y, x].astype(np.float32)
