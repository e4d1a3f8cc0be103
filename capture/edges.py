"""Edges of a colour picture, with the direction of each."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

BINS = 16  # orientations, 11.25 degrees each
HIGH, LOW = 0.90, 0.45  # the strong threshold as a quantile of the gradients, the weak one as a share of it
STRONGEST, WEAKEST = 140.0, 8.0  # limits of the strong threshold (Sobel units)
ROUNDER = 0.85  # |dx| + |dy| to a length, on average


@dataclass(frozen=True, slots=True)
class Edges:
    """Edge pixels (x, y), the angle of each one's normal in [0, pi), and a picture of orientation bits:
    bit k is set where an edge of orientation k passes within a pixel."""

    points: NDArray[np.float32]
    angles: NDArray[np.float32]
    bits: NDArray[np.uint16]


def find_edges(image: NDArray[np.uint8], high: float = HIGH) -> Edges:
    """Canny on the strongest of the three colour gradients; thresholds come from the picture itself."""
    dx, dy, strength = _gradient(cv2.GaussianBlur(image, (5, 5), 1.1))
    strong = min(max(_quantile(strength[::2, ::2], high) * ROUNDER, WEAKEST), STRONGEST)
    canny = cv2.Canny(dx, dy, LOW * strong, strong, L2gradient=True)
    found = cv2.findNonZero(canny)
    x, y = np.zeros((2, 0), np.int32) if found is None else found.reshape(-1, 2).T
    angles = np.arctan2(dy[y, x].astype(np.float32), dx[y, x].astype(np.float32))
    angles = np.where(angles < 0, angles + np.float32(np.pi), angles) % np.float32(np.pi)
    return Edges(np.stack([x, y], axis=1).astype(np.float32), angles, _bits(canny.shape, y, x, angles))


def level(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture with its lightness evened out piece by piece: edges in shadow and on white come forward."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    gain = cv2.divide(cv2.createCLAHE(3.0, (4, 4)).apply(grey), cv2.max(grey, 1), dtype=cv2.CV_32F)
    return cv2.merge([cv2.multiply(channel, gain, dtype=cv2.CV_8U) for channel in cv2.split(image)])


def orientation_mask(angles: NDArray[np.floating]) -> NDArray[np.uint16]:
    """Bits of the orientations that agree with a line whose normal has this angle."""
    middle = np.floor(angles / np.pi * BINS).astype(int)
    return sum((1 << ((middle + near) % BINS)).astype(np.uint16) for near in (-1, 0, 1))


def _gradient(image: NDArray[np.uint8]) -> tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.uint8]]:
    """Of each pixel's three gradients the strongest (by |dx| + |dy|), and that sum, 255 at the most."""
    out_x = out_y = best = None
    for channel in cv2.split(image):
        dx, dy = cv2.spatialGradient(channel)
        strength = cv2.add(cv2.convertScaleAbs(dx), cv2.convertScaleAbs(dy))
        if best is None:
            out_x, out_y, best = dx, dy, strength
            continue
        stronger = cv2.compare(strength, best, cv2.CMP_GT)
        cv2.copyTo(dx, stronger, out_x)
        cv2.copyTo(dy, stronger, out_y)
        best = cv2.max(best, strength)
    return out_x, out_y, best


def _quantile(strength: NDArray[np.uint8], share: float) -> float:
    counts = np.cumsum(np.bincount(strength.ravel(), minlength=256))
    return float(np.searchsorted(counts, share * counts[-1]))


def _bits(shape: tuple[int, ...], y: NDArray, x: NDArray, angles: NDArray[np.float32]) -> NDArray[np.uint16]:
    bits = np.zeros((shape[0] + 2, shape[1] + 2), np.uint16)
    bits[y + 1, x + 1] = 1 << np.minimum((angles / np.pi * BINS).astype(np.uint16), BINS - 1)
    rows = bits[:-2] | bits[1:-1] | bits[2:]
    return rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:]
