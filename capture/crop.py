"""Whose corners a photo is cut by: the server's own, or those that the customer dragged.

What was dragged is never believed by itself. Where the server finds the same figure, its own corners are taken; where
it finds nothing or something else, it looks again near the dragged figure alone. What is left is the customer's word,
and is marked so for the agent.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.detect import Detection, detect
from capture.errors import QuadInvalid
from capture.quad import area, clockwise

Crop = Literal["detected", "supported", "manual"]
Shares = tuple[tuple[float, float], ...]

SAME = 0.9  # intersection over union from which two figures are one
SMALLEST = 0.02  # of the photo
AROUND = 0.12  # of the figure's size, the desk round it that the second look needs


def choose(image: NDArray[np.uint8], detection_on: bool, dragged: Shares | None) -> tuple[Detection, Crop | None]:
    """The figure to cut out, in pixels of the photo, and whose it is. Raises QuadInvalid."""
    wanted = None if dragged is None else _pixels(dragged, image)
    found = detect(image) if detection_on or wanted is not None else Detection(None, 0.0, False)
    if wanted is None:
        return found, "detected" if found.corners is not None else None
    if found.corners is not None and overlap(found.corners, wanted) >= SAME:
        return found, "detected"
    near = _look_near(image, wanted)
    if near.corners is not None and overlap(near.corners, wanted) >= SAME:
        return near, "supported"
    return Detection(wanted, near.score, False), "manual"


def overlap(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Intersection over union of two convex figures."""
    common, _ = cv2.intersectConvexConvex(first.astype(np.float32), second.astype(np.float32))
    return float(common / max(float(area(first) + area(second)) - common, 1e-9))


def _pixels(dragged: Shares, image: NDArray[np.uint8]) -> NDArray[np.float64]:
    shares = np.array(dragged, np.float64)
    if shares.shape != (4, 2) or not np.isfinite(shares).all() or shares.min() < 0 or shares.max() > 1:
        raise QuadInvalid("four corners within the photo")
    corners = clockwise(shares * [image.shape[1], image.shape[0]] - 0.5)
    if not cv2.isContourConvex(corners.astype(np.float32).reshape(-1, 1, 2)):
        raise QuadInvalid("not convex")
    if area(corners) < SMALLEST * image.shape[0] * image.shape[1]:
        raise QuadInvalid("too small")
    return corners


def _look_near(image: NDArray[np.uint8], wanted: NDArray[np.float64]) -> Detection:
    """Detection in the part of the photo round the figure."""
    low, high = wanted.min(axis=0), wanted.max(axis=0)
    room = AROUND * (high - low)
    left, top = np.maximum(np.floor(low - room), 0).astype(int)
    right, bottom = np.ceil(high + room).astype(int) + 1
    near = detect(np.ascontiguousarray(image[top:bottom, left:right]))
    corners = None if near.corners is None else near.corners + np.array([left, top])
    return Detection(corners, near.score, False)
