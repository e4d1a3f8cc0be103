"""What the rest of CVX asks of capture: take a photo, look at a live frame."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.decode import decode, encode_jpeg
from capture.detect import Detection, detect
from capture.errors import FrameRefused
from capture.quality import assess
from capture.rectify import rectify
from capture.stabilise import Stabiliser

FRAME_BYTES = 40_000
FRAME_PIXELS = 1_000_000
KEPT_SIDE = 4096  # pixels; a larger photo is scaled down before it is kept


@dataclass(frozen=True, slots=True)
class AcceptedPhoto:
    """`original` and `card` are JPEG bytes without metadata, `sha256` (hex) is of `original`; `quad` are the corners
    TL, TR, BR, BL as shares 0..1 of the photo. Without a card (or with detection off) the whole picture stands."""

    original: bytes
    card: bytes | None
    width: int
    height: int
    quad: tuple[tuple[float, float], ...] | None
    score: float
    quality: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class LiveFrame:
    """The answer to one live frame: the quad to draw as shares 0..1, or None."""

    corners: tuple[tuple[float, float], ...] | None
    score: float
    cut_off: bool
    hints: tuple[str, ...]
    steady: bool


def accept_photo(data: bytes, detection_on: bool) -> AcceptedPhoto:
    """Decode, turn upright, find the card again (the client's crop is never trusted), re-encode and digest.

    Takes 0.1 to 1 s of one core: run it in a thread or process. Raises PhotoError and its kinds.
    """
    image = _at_most(decode(data), KEPT_SIDE)
    height, width = image.shape[:2]
    original = encode_jpeg(image)
    found = detect(image) if detection_on else Detection(None, 0.0, False)
    quality = assess(image, found, live=False)
    card = encode_jpeg(rectify(image, found.corners)) if found.corners is not None else None
    hints = (*quality.hints, *(("no_card",) if detection_on and card is None else ()))
    digest = hashlib.sha256(original).hexdigest()
    return AcceptedPhoto(
        original, card, width, height, _shares(found.corners, width, height), found.score, hints, digest
    )


def detect_frame(jpeg: bytes) -> tuple[Detection, NDArray[np.uint8]]:
    """Detection in one live frame, and its pixels; FrameRefused when it is over 40 kB or no JPEG."""
    if len(jpeg) > FRAME_BYTES:
        raise FrameRefused(f"{len(jpeg)} bytes")
    if jpeg[:3] != b"\xff\xd8\xff":
        raise FrameRefused("not a JPEG")
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) if _frame_fits(jpeg) else None
    if image is None:
        raise FrameRefused("not decodable")
    return detect(image), image


class LiveCapture:
    """One customer's stream of frames: a detection, its hints and how steady it is. Not shared between streams;
    call it from one thread at a time."""

    def __init__(self) -> None:
        self._stabiliser = Stabiliser()

    def look(self, jpeg: bytes) -> LiveFrame:
        """About 25 ms of one core; FrameRefused as detect_frame."""
        found, image = detect_frame(jpeg)
        quality = assess(image, found, live=True)
        height, width = image.shape[:2]
        shares = Detection(_relative(found.corners, width, height), found.score, found.cut_off)
        stable = self._stabiliser.push(shares, quality.refused)
        return LiveFrame(_tuples(stable.corners), found.score, found.cut_off, quality.hints, stable.steady)


def _at_most(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    scale = side / max(image.shape[:2])
    return image if scale >= 1 else cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _frame_fits(jpeg: bytes) -> bool:
    """Width times height from the JPEG's frame header, before a decoder makes room for it."""
    at = 2
    while at + 9 < len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4])
        if marker in range(0xC0, 0xD0) and marker not in (0xC4, 0xC8, 0xCC):
            height, width = int.from_bytes(jpeg[at + 5 : at + 7]), int.from_bytes(jpeg[at + 7 : at + 9])
            return 32 * 32 <= height * width <= FRAME_PIXELS
        at += 2 + length
    return False


def _relative(corners: NDArray[np.float64] | None, width: int, height: int) -> NDArray[np.float64] | None:
    return None if corners is None else (corners + 0.5) / np.array([width, height])


def _shares(corners: NDArray[np.float64] | None, width: int, height: int) -> tuple[tuple[float, float], ...] | None:
    return _tuples(_relative(corners, width, height))


def _tuples(corners: NDArray[np.float64] | None) -> tuple[tuple[float, float], ...] | None:
    return None if corners is None else tuple((round(float(x), 5), round(float(y), 5)) for x, y in corners)
