"""Cards drawn for tests: an invented ID-1 card on a desk, seen in perspective."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.quad import FOCAL, ID1, area

CARD = (856, 540)  # pixels of the flat card
SPIN = {"flat": 0.0, "slanted": 20.0, "diagonal": 43.0, "upright": 90.0}


@dataclass(frozen=True, slots=True)
class Scene:
    image: NDArray[np.uint8]
    corners: NDArray[np.float64]  # TL, TR, BR, BL of the drawing, whichever way it lies


def flat_card(seed: int = 1, colour: tuple[int, int, int] = (222, 216, 196)) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    card = np.full((CARD[1], CARD[0], 3), colour, np.uint8)
    _portrait(card[150:440, 50:270], tuple(int(c) for c in rng.integers(60, 140, 3)))
    for row in range(6):
        y, length = 110 + 66 * row, int(rng.integers(180, 420))
        cv2.putText(card, "CVX" * 8, (320, y), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (60, 50, 40), 2)
        cv2.rectangle(card, (320 + length, y - 30), (CARD[0], y + 12), colour, -1)
    return card


def _portrait(box: NDArray[np.uint8], coat: tuple[int, ...]) -> None:
    """Head and shoulders."""
    box[:] = (206, 196, 182)
    middle, high = box.shape[1] // 2, box.shape[0]
    cv2.ellipse(box, (middle, high), (100, 90), 0, 180, 360, coat, -1)
    cv2.ellipse(box, (middle, high * 2 // 5), (68, 88), 0, 0, 360, (30, 34, 40), -1)
    cv2.ellipse(box, (middle, high * 9 // 20), (52, 74), 0, 0, 360, (150, 180, 220), -1)
    for side in (-1, 1):
        cv2.circle(box, (middle + side * 20, high * 2 // 5), 6, (30, 30, 30), -1)
    cv2.ellipse(box, (middle, high * 14 // 25), (20, 5), 0, 0, 180, (70, 70, 150), 3)


def scene(
    spin: float = 0.0, *, lean: float = 0.0, width: float = 0.55, centre: tuple[float, float] = (0.5, 0.5),
    size: tuple[int, int] = (1280, 960), desk: tuple[int, int, int] = (70, 85, 110),
    card: NDArray[np.uint8] | None = None,
    light: float = 1.0, seed: int = 3,
) -> Scene:  # fmt: skip
    """A card of `width` (share of the long side), turned by `spin` degrees, leaning back by `lean`."""
    drawn = flat_card() if card is None else card
    corners = seen(spin, lean, width, centre, size)
    flat = np.array([[0, 0], [CARD[0], 0], [CARD[0], CARD[1]], [0, CARD[1]]], np.float32) - 0.5
    warp = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    picture = cv2.warpPerspective(drawn, warp, size, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpPerspective(np.full(drawn.shape[:2], 255, np.uint8), warp, size)[..., None] / 255.0
    table = np.full((size[1], size[0], 3), desk, np.float64)
    mixed = picture * mask + table * (1 - mask)
    noise = np.random.default_rng(seed).normal(0, 2.0, mixed.shape)
    return Scene(np.clip(mixed * light + noise, 0, 255).astype(np.uint8), corners)


def seen(
    spin: float, lean: float, width: float, centre: tuple[float, float], size: tuple[int, int]
) -> NDArray[np.float64]:
    """Corners of a flat card through a pinhole of the focal length that `quad.FOCAL` names."""
    focal = FOCAL * max(size)
    half = np.array([[-1, -1 / ID1], [1, -1 / ID1], [1, 1 / ID1], [-1, 1 / ID1]]) * width / 2
    turn, back = np.deg2rad(spin), np.deg2rad(lean)
    x = half[:, 0] * np.cos(turn) - half[:, 1] * np.sin(turn)
    y = half[:, 0] * np.sin(turn) + half[:, 1] * np.cos(turn)
    depth = 1.15 + y * np.sin(back)
    points = np.stack([x, y * np.cos(back)], axis=1) / depth[:, None] * focal
    return points + np.array(centre) * size


def iou(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    common, _ = cv2.intersectConvexConvex(first.astype(np.float32), second.astype(np.float32))
    return float(common / (area(first) + area(second) - common))


def jpeg(image: NDArray[np.uint8], quality: int = 88) -> bytes:
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
