"""Is the photo good enough to read? Hints by code, the most important first (CAPTURE.md, quality)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.detect import Detection
from capture.quad import side_lengths, tilt
from capture.rectify import rectify

HINTS = ("out_of_frame", "too_far", "too_dark", "glare", "blurred", "tilted")  # in this order, one at a time
MEASURED = (640, 404)  # pixels at which the thresholds were taken
MARGIN = 24
SHARP, SHARP_REFUSE = 25.0, 8.0  # variance of the Laplacian
REBLUR, REBLUR_REFUSE = 0.43, 0.15  # share of the gradient that one more blur takes away, for low light
GLARE = 0.02  # of the card
DARK = 70.0  # mean grey
LIVE_WIDTH, PHOTO_WIDTH = 200.0, 600.0  # of the card, in pixels of the picture
SPOTS, SPOT_APART = (32, 32), 6.0  # grey levels; saved anew at most 3, moved by 1 % of its width 14 and more
TILT, TILT_REFUSE = 25.0, 35.0  # degrees


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured. `hints` are for the customer, `refused` says that the photo should not be used."""

    sharpness: float
    reblur: float
    glare: float
    brightness: float
    card_width: float
    tilt: float
    hints: tuple[str, ...]
    refused: bool


def assess(image: NDArray[np.uint8], detection: Detection, *, live: bool) -> Quality:
    """Measure the card that was found in the picture; without one only `out_of_frame` when it is cut off."""
    if detection.corners is None:
        hints = ("out_of_frame",) if detection.cut_off else ()
        return Quality(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, hints, detection.cut_off)
    card = rectify(image, detection.corners, MEASURED[0])
    inner = card[MARGIN:-MARGIN, MARGIN:-MARGIN]
    grey = cv2.cvtColor(inner, cv2.COLOR_BGR2GRAY)
    sharpness, reblur = float(cv2.Laplacian(grey, cv2.CV_64F).var()), _lost_by_blurring(grey)
    brightness, width = float(grey.mean()), float(side_lengths(detection.corners).max())
    measured = (
        sharpness,
        reblur,
        _glare(inner),
        brightness,
        width,
        tilt(detection.corners, (image.shape[1], image.shape[0])),
    )
    hints = _hints(*measured, cut_off=detection.cut_off, needed=LIVE_WIDTH if live else PHOTO_WIDTH)
    return Quality(*measured, hints, _refused(sharpness, reblur, measured[-1], detection.cut_off))


def same_side(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> bool:
    """Whether two cards show the same side: correlation of their small high-passed pictures, either way up."""
    one, other = _fingerprint(first), _fingerprint(second)
    return max(float((one * other).mean()), float((one * other[::-1, ::-1]).mean())) > 0.55


def same_picture(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> bool:
    """Whether two grey pictures are one photo, in whatever size and quality it was saved: no spot of them is otherwise.
    The other side of a card, taken from the same place, differs in many; the same side taken again in some."""
    shape = first.shape[1] / first.shape[0], second.shape[1] / second.shape[0]
    if abs(shape[0] - shape[1]) > 0.01 * shape[0]:
        return False
    one, other = (cv2.resize(each, SPOTS, interpolation=cv2.INTER_AREA).astype(float) for each in (first, second))
    apart = one - other
    return float(np.abs(apart - np.median(apart)).max()) <= SPOT_APART


def _hints(
    sharpness: float,
    reblur: float,
    glare: float,
    brightness: float,
    width: float,
    lean: float,
    *,
    cut_off: bool,
    needed: float,
) -> tuple[str, ...]:
    dark = brightness < DARK
    blurred = reblur < REBLUR if dark else sharpness < SHARP
    found = {
        "out_of_frame": cut_off,
        "too_far": width < needed,
        "too_dark": dark,
        "glare": glare > GLARE,
        "blurred": blurred,
        "tilted": lean > TILT,
    }
    return tuple(code for code in HINTS if found[code])


def _refused(sharpness: float, reblur: float, lean: float, cut_off: bool) -> bool:
    return cut_off or (sharpness < SHARP_REFUSE and reblur < REBLUR_REFUSE) or lean > TILT_REFUSE


def _lost_by_blurring(grey: NDArray[np.uint8]) -> float:
    before = _gradient(grey)
    return 1.0 - _gradient(cv2.GaussianBlur(grey, (0, 0), 1.5)) / max(before, 1e-6)


def _gradient(grey: NDArray[np.uint8]) -> float:
    dx, dy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return float(cv2.magnitude(dx, dy).mean())


def _glare(card: NDArray[np.uint8]) -> float:
    """The largest white blob as a share of the card."""
    hsv = cv2.cvtColor(card, cv2.COLOR_BGR2HSV)
    white = ((hsv[..., 2] >= 250) & (hsv[..., 1] < 30)).astype(np.uint8)
    white = cv2.morphologyEx(white, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(white)
    return float(stats[1:, cv2.CC_STAT_AREA].max() / white.size) if count > 1 else 0.0


def _fingerprint(card: NDArray[np.uint8]) -> NDArray[np.float64]:
    upright = card if card.shape[1] >= card.shape[0] else cv2.rotate(card, cv2.ROTATE_90_CLOCKWISE)
    small = cv2.resize(cv2.cvtColor(upright, cv2.COLOR_BGR2GRAY), (64, 40), interpolation=cv2.INTER_AREA).astype(float)
    high = small - cv2.GaussianBlur(small, (0, 0), 6)
    return (high - high.mean()) / max(float(high.std()), 1e-6)
