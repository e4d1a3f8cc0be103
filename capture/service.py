"""What the rest of CVX asks of capture: take a photo, look at a live frame, compare two cards."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.advice import Advice
from capture.container import check_container
from capture.crop import Crop, Shares, choose
from capture.decode import MOST_BYTES, decode, encode_jpeg
from capture.detect import Detection, detect
from capture.errors import FrameRefused, PhotoTooLarge
from capture.quad import ID1, ID3
from capture.quality import MEASURED, assess, same_picture, same_side
from capture.rectify import rectify
from capture.scale import at_most
from capture.stabilise import Stabiliser

FRAME_BYTES = 40_000
FRAME_PIXELS = 1_000_000
KEPT_SIDE = 4096  # pixels; a larger photo is scaled down before it is kept
DIM = 45.0  # mean grey of a frame in which nothing can be found for want of light


@dataclass(frozen=True, slots=True)
class AcceptedPhoto:
    """`original` and `card` are JPEG bytes without metadata, `sha256` (hex) is of `original`; `quad` are the corners
    TL, TR, BR, BL as shares 0..1 of the photo, and `crop` says whose they are. Without a card (or with detection off)
    the whole picture stands."""

    original: bytes
    card: bytes | None
    width: int
    height: int
    quad: tuple[tuple[float, float], ...] | None
    score: float
    quality: tuple[str, ...]
    sha256: str
    crop: Crop | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What one live frame shows: corners as shares 0..1 of it, or None; `refused`: no photo should be taken of it."""

    corners: Shares | None
    score: float
    cut_off: bool
    hints: tuple[str, ...]
    refused: bool


@dataclass(frozen=True, slots=True)
class LiveFrame:
    """The answer to one live frame: the quad to draw as shares 0..1, or None; `hint` is the one thing to say now."""

    corners: Shares | None
    score: float
    cut_off: bool
    hints: tuple[str, ...]
    hint: str
    steady: bool


def accept_photo(
    data: bytes,
    detection_on: bool,
    dragged: Shares | None = None,
    *,
    passport: bool = False,
    most_bytes: int = MOST_BYTES,
) -> AcceptedPhoto:
    """Decode, turn upright, find the card again (the client's crop is never trusted), re-encode and digest. `dragged`
    are the corners as the customer laid them: see `crop.choose`.

    Takes 0.1 to 1 s of one core: run it in a thread or process. Raises PhotoError and its kinds.
    """
    if len(data) > most_bytes:
        raise PhotoTooLarge(f"{len(data)} bytes")
    check_container(data)
    image = at_most(decode(data, KEPT_SIDE), KEPT_SIDE)
    height, width = image.shape[:2]
    original = encode_jpeg(image)
    found, crop = choose(image, detection_on, dragged)
    quality = assess(image, found, live=False)
    ratio = ID3 if passport else ID1
    card = encode_jpeg(rectify(image, found.corners, ratio=ratio)) if found.corners is not None else None
    hints = (*quality.hints, *(("no_card",) if detection_on and card is None else ()))
    digest = hashlib.sha256(original).hexdigest()
    quad = _tuples(_relative(found.corners, width, height))
    return AcceptedPhoto(original, card, width, height, quad, found.score, hints, digest, crop)


def shown_before(card: bytes, others: Sequence[bytes]) -> int | None:
    """Which of the other cards shows the same side as this one; all are `AcceptedPhoto.card`s."""
    one = _pixels(card)
    return next((index for index, other in enumerate(others) if same_side(one, _pixels(other))), None)


def sent_before(picture: bytes, others: Sequence[bytes]) -> int | None:
    """Which of the other whole photos is the same one; all are `AcceptedPhoto.original`s."""
    one = _grey(picture)
    return next((index for index, other in enumerate(others) if same_picture(one, _grey(other))), None)


def seen_before(picture: bytes, others: Sequence[bytes]) -> int | None:
    """Which of the other whole photos shows the same side of a card, as far as one is found in both."""
    one = _card_in(picture)
    cards = (_card_in(other) for other in others) if one is not None else ()
    return next((index for index, card in enumerate(cards) if card is not None and same_side(one, card)), None)


def detect_frame(jpeg: bytes) -> tuple[Detection, NDArray[np.uint8]]:
    """Detection in one live frame, and its pixels; FrameRefused when it is over 40 kB or no JPEG."""
    if len(jpeg) > FRAME_BYTES:
        raise FrameRefused(f"{len(jpeg)} bytes")
    if jpeg[:3] != b"\xff\xd8\xff":
        raise FrameRefused("not a JPEG")
    image = _pixels(jpeg) if _frame_fits(jpeg) else None
    if image is None:
        raise FrameRefused("not decodable")
    return detect(image), image


def look_at(jpeg: bytes) -> Looked:
    """One live frame by itself: 10 to 30 ms of one core, run it in a process. FrameRefused as detect_frame."""
    found, image = detect_frame(jpeg)
    quality = assess(image, found, live=True)
    height, width = image.shape[:2]
    dim = found.corners is None and not quality.hints and float(image.mean()) < DIM
    hints = ("too_dark",) if dim else quality.hints
    corners = _tuples(_relative(found.corners, width, height))
    return Looked(corners, found.score, found.cut_off, hints, quality.refused)


class LiveCapture:
    """One customer's stream of frames, in their order: how steady they are, and what to say. Not shared between
    streams; a new one for each time that the camera is opened."""

    def __init__(self) -> None:
        self._stabiliser = Stabiliser()
        self._advice = Advice()

    def push(self, looked: Looked) -> LiveFrame:
        corners = None if looked.corners is None else np.array(looked.corners)
        stable = self._stabiliser.push(Detection(corners, looked.score, looked.cut_off), looked.refused)
        hint = self._advice.push(stable.corners is not None, looked.hints, stable.steady)
        return LiveFrame(_tuples(stable.corners), looked.score, looked.cut_off, looked.hints, hint, stable.steady)

    def look(self, jpeg: bytes) -> LiveFrame:
        return self.push(look_at(jpeg))


def _pixels(jpeg: bytes) -> NDArray[np.uint8]:
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


def _grey(jpeg: bytes) -> NDArray[np.uint8]:
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_2)


def _card_in(jpeg: bytes) -> NDArray[np.uint8] | None:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_REDUCED_COLOR_2)
    found = detect(image)
    return rectify(image, found.corners, MEASURED[0]) if found.corners is not None else None


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


def _tuples(corners: NDArray[np.float64] | None) -> Shares | None:
    return None if corners is None else tuple((round(float(x), 5), round(float(y), 5)) for x, y in corners)
