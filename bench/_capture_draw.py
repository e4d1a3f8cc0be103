"""Scenes for fitting and measuring: an invented card on a drawn desk, seen by a telephone's camera.

Everything is drawn by this file and the two beside it (`_capture_cards`, `_capture_desks`), from a seed.
"""

import random
from dataclasses import dataclass

import cv2
import numpy as np

from bench._capture_cards import SKIN, card
from bench._capture_desks import DESKS, clutter, noise

LONG = 640  # pixels of the long side, unless asked otherwise
KINDS = ("card",) * 12 + ("cut",) * 4 + ("none",) * 4  # of twenty scenes


@dataclass(frozen=True)
class Drawn:
    """`kind`: card (whole), cut (a part is outside), none. `corners` (4, 2) TL, TR, BR, BL as read, or None."""

    kind: str
    image: np.ndarray
    corners: np.ndarray | None


def draw(seed: int, kind: str | None = None, long: int = LONG) -> Drawn:
    chance, rng = random.Random(seed), np.random.default_rng(seed)
    kind = kind or KINDS[seed % len(KINDS)]
    short = long * chance.choice((3, 3, 2.25)) // 4
    width, height = (int(v) for v in ((long, short) if chance.random() < 0.5 else (short, long)))
    image = chance.choice((*DESKS, clutter))(height, width, chance, rng)
    page = chance.random() < 0.1
    corners = None
    if kind != "none":
        flat, mask = card(chance, page)
        corners = _posed(chance, (width, height), flat.shape[1] / flat.shape[0], cut=kind == "cut")
        image = _laid(image, flat, mask, corners, chance, rng, page)
    image = _seen(image, corners, chance, rng)
    return Drawn(kind, image, corners)


def _posed(chance: random.Random, size: tuple[int, int], shape: float, *, cut: bool) -> np.ndarray:
    """Corners of a card before the camera: any way round, leaning, near or far."""
    focal = max(size) * chance.uniform(0.75, 1.25)
    while True:
        spin = (
            chance.choice((0, 0, 90, 180, 270)) + chance.gauss(0, 12)
            if chance.random() < 0.7
            else chance.uniform(0, 360)
        )
        lean = [chance.gauss(0, 16) for _ in range(2)]
        x, y, z = (
            cv2.Rodrigues(np.deg2rad([[a * b] for a in axis]).astype(float))[0]
            for axis, b in (((1, 0, 0), lean[0]), ((0, 1, 0), lean[1]), ((0, 0, 1), spin))
        )
        fill = chance.uniform(0.45, 1.15) if cut else chance.uniform(0.3, 0.99)
        across = abs(np.cos(np.deg2rad(spin))) > 0.7
        away = focal / (fill * size[0 if across else 1])
        room = 0.5 if cut else 0.2
        shift = (
            np.array([chance.uniform(-room, room) * size[0], chance.uniform(-room, room) * size[1], 0]) / focal * away
        )
        flat = np.array(
            [[-0.5, -0.5 / shape, 0], [0.5, -0.5 / shape, 0], [0.5, 0.5 / shape, 0], [-0.5, 0.5 / shape, 0]]
        )
        points = flat @ (x @ y @ z).T + shift + np.array([0, 0, away])
        if points[:, 2].min() < 0.2 * away:
            continue
        corners = points[:, :2] / points[:, 2:] * focal + np.array(size) / 2 - 0.5
        if _fits(corners, size, cut):
            return corners


def _fits(corners: np.ndarray, size: tuple[int, int], cut: bool) -> bool:
    beyond = np.maximum(-corners, corners - (np.array(size) - 1)).max()
    if not cut:
        return bool(beyond < -2)
    frame = np.array([[0, 0], [size[0], 0], size, [0, size[1]]], np.float32)
    seen, _ = cv2.intersectConvexConvex(corners.astype(np.float32), frame)
    return bool(beyond > 0.015 * max(size)) and 0.5 < seen / cv2.contourArea(corners.astype(np.float32)) < 0.97


def _laid(image, flat, mask, corners, chance, rng, page):
    """The card on the desk, with its shadow; a passport's page with the page above it."""
    size, (h, w) = (image.shape[1], image.shape[0]), flat.shape[:2]
    whole = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32) - 0.5
    warp = cv2.getPerspectiveTransform(whole, corners.astype(np.float32))
    if chance.random() < 0.22:
        image = image - image.mean(axis=(0, 1)) + flat.mean(axis=(0, 1)) + rng.uniform(-16, 16) + rng.uniform(-4, 4, 3)
        image = np.clip(image, 0, 252).astype(np.float32)
    if page:
        _, other = card(chance, page)
        above = np.clip(flat[::-1].mean(axis=(0, 1)) + rng.normal(0, 3, flat.shape), 0, 255).astype(np.uint8)
        up = warp @ np.array([[1, 0, 0], [0, 1, -h], [0, 0, 1.0]])
        image = _over(image, above, other, up, size)[0]
    if chance.random() < 0.3:
        image = _hand(image, corners, chance)
    cover = cv2.warpPerspective(mask, warp, size, flags=cv2.INTER_AREA)
    shift = np.float32([[1, 0, chance.uniform(-4, 4)], [0, 1, chance.uniform(0, 4)]])
    shade = cv2.GaussianBlur(cv2.warpAffine(cover, shift, size), (0, 0), chance.uniform(1, 6)) / 255.0
    image = image * (1 - chance.uniform(0, 0.45) * shade[..., None])
    image, cover = _over(
        image, cv2.GaussianBlur(flat, (0, 0), 0.9) if w > 1.6 * _long(corners) else flat, mask, warp, size
    )
    if chance.random() < 0.25:
        image = _glare(image, cover, corners, chance)
    if chance.random() < 0.25:
        image = _fingers(image, corners, chance)
    return image


def _long(corners: np.ndarray) -> float:
    return float(np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1).max())


def _over(image, flat, mask, warp, size) -> tuple[np.ndarray, np.ndarray]:
    seen = cv2.warpPerspective(flat, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.warpPerspective(mask, warp, size, flags=cv2.INTER_LINEAR)[..., None] / np.float32(255)
    return image * (1 - cover) + seen * cover, cover


def _glare(image, cover, corners, chance):
    h, w = image.shape[:2]
    spot = corners[0] + (corners[1] - corners[0]) * chance.random() + (corners[3] - corners[0]) * chance.random()
    blob = np.zeros((h, w), np.float32)
    axes = [max(2, int(_long(corners) * chance.uniform(0.05, 0.3))) for _ in range(2)]
    cv2.ellipse(blob, [int(v) for v in spot], axes, chance.uniform(0, 180), 0, 360, 1.0, -1)
    blob = cv2.GaussianBlur(blob, (0, 0), chance.uniform(3, 20))[..., None]
    return image + blob * cover * chance.uniform(80, 260)


def _hand(image, corners, chance):
    """A hand under the card: a large patch of skin beneath a side."""
    image, side = np.ascontiguousarray(image, np.float32), chance.randrange(4)
    at = (corners[side] + corners[(side + 1) % 4]) / 2
    axes = [int(_long(corners) * chance.uniform(0.2, 0.55)) for _ in range(2)]
    tone = tuple(float(v) * chance.uniform(0.7, 1) for v in chance.choice(SKIN))
    cv2.ellipse(image, [int(v) for v in at], axes, chance.uniform(0, 180), 0, 360, tone, -1, cv2.LINE_AA)
    return image


def _fingers(image, corners, chance):
    image, centre = np.ascontiguousarray(image, np.float32), corners.mean(axis=0)
    tone = tuple(float(v) * chance.uniform(0.7, 1) for v in chance.choice(SKIN))
    for _ in range(chance.randint(1, 3)):
        side = chance.randrange(4)
        edge = corners[side] + (corners[(side + 1) % 4] - corners[side]) * chance.uniform(0.1, 0.9)
        out = (edge - centre) / max(float(np.linalg.norm(edge - centre)), 1e-6) * _long(corners)
        tip, end = edge - out * chance.uniform(0.0, 0.15), edge + out * 1.5
        width = max(2, int(_long(corners) * chance.uniform(0.08, 0.2)))
        cv2.line(image, [int(v) for v in tip], [int(v) for v in end], tone, width, cv2.LINE_AA)
    return image


def _seen(image, corners, chance, rng):
    """Light, lens and sensor."""
    h, w = image.shape[:2]
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    light = 1 + (x / w - 0.5) * chance.uniform(-0.4, 0.4) + (y / h - 0.5) * chance.uniform(-0.4, 0.4)
    if chance.random() < 0.35:  # the edge of a shadow
        c, s = np.cos(a := chance.uniform(0, 6.28)), np.sin(a)
        d = (x - w * chance.random()) * c + (y - h * chance.random()) * s
        light *= 1 - chance.uniform(0.15, 0.55) / (1 + np.exp(np.clip(-d / chance.uniform(0.8, 25), -30, 30)))
    if chance.random() < 0.15:
        light *= chance.uniform(0.2, 0.55)
    image = image * light[..., None] * rng.uniform(0.92, 1.08, 3).astype(np.float32) * chance.uniform(0.85, 1.15)
    if chance.random() < 0.7:
        image = cv2.GaussianBlur(image, (0, 0), chance.uniform(0.3, 1.6))
    if chance.random() < 0.1:
        length = chance.randint(3, 9)
        kernel = np.zeros((length, length), np.float32)
        a = chance.uniform(0, 3.14)
        tip = np.array([np.cos(a), np.sin(a)]) * length / 2
        cv2.line(kernel, [int(length / 2 - v) for v in tip], [int(length / 2 + v) for v in tip], 1.0)
        image = cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1))
    image = image + rng.normal(0, 1, (h, w, 3)).astype(np.float32) * chance.uniform(0, 6)
    image = image + noise(h, w, 1.5, rng)[..., None] * chance.uniform(0, 5)
    sharp = np.clip(image, 0, 255).astype(np.uint8)
    return cv2.imdecode(cv2.imencode(".jpg", sharp, [cv2.IMWRITE_JPEG_QUALITY, chance.randint(45, 95)])[1], 1)
