"""Edges of a colour picture, with the direction of each."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

BINS = 16  # orientations, 11.25 degrees each
HIGH, LOW = 0.90, 0.45  # the strong threshold as a quantile of the gradients, the weak one as a share of it
STRONGEST, WEAKEST = 140.0, 8.0  # limits of the strong threshold (Sobel units)


@dataclass(frozen=True, slots=True)
class Edges:
    """Edge pixels (x, y), the angle of each one's normal in [0, pi), and a picture of orientation bits:
    bit k is set where an edge of orientation k passes within a pixel."""

    points: NDArray[np.float32]
    angles: NDArray[np.float32]
    bits: NDArray[np.uint16]


def find_edges(image: NDArray[np.uint8], high: float = HIGH) -> Edges:
    """Canny on the strongest of the three colour gradients; thresholds come from the picture itself."""
    dx, dy = _gradient(cv2.GaussianBlur(image, (5, 5), 1.1))
    strong = float(np.quantile(_strength(dx, dy)[::3, ::3], high))
    strong = min(max(strong, WEAKEST), STRONGEST)
    canny = cv2.Canny(dx, dy, LOW * strong, strong, L2gradient=True)
    y, x = np.nonzero(canny)
    angles = np.arctan2(dy[y, x].astype(np.float32), dx[y, x].astype(np.float32)) % np.float32(np.pi)
    points = np.stack([x, y], axis=1).astype(np.float32)
    return Edges(points, angles, _bits(canny.shape, y, x, angles))


def orientation_mask(angles: NDArray[np.floating]) -> NDArray[np.uint16]:
    """Bits of the orientations that agree with a line whose normal has this angle."""
    middle = np.floor(angles / np.pi * BINS).astype(int)
    return sum((1 << ((middle + near) % BINS)).astype(np.uint16) for near in (-1, 0, 1))


def _gradient(image: NDArray[np.uint8]) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    dx = cv2.Sobel(image, cv2.CV_16S, 1, 0)
    dy = cv2.Sobel(image, cv2.CV_16S, 0, 1)
    out_x, out_y = dx[..., 0].copy(), dy[..., 0].copy()
    best = _strength(out_x, out_y)
    for channel in (1, 2):
        other = _strength(dx[..., channel], dy[..., channel])
        stronger = other > best
        np.copyto(out_x, dx[..., channel], where=stronger)
        np.copyto(out_y, dy[..., channel], where=stronger)
        np.maximum(best, other, out=best)
    return out_x, out_y


def _strength(dx: NDArray[np.int16], dy: NDArray[np.int16]) -> NDArray[np.float32]:
    return cv2.magnitude(dx.astype(np.float32), dy.astype(np.float32))


def _bits(shape: tuple[int, ...], y: NDArray, x: NDArray, angles: NDArray[np.float32]) -> NDArray[np.uint16]:
    bits = np.zeros((shape[0] + 2, shape[1] + 2), np.uint16)
    bits[y + 1, x + 1] = 1 << np.minimum((angles / np.pi * BINS).astype(np.uint16), BINS - 1)
    rows = bits[:-2] | bits[1:-1] | bits[2:]
    return rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:]
