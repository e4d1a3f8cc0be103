"""What a card lies on: desks, cloth, stone, and things beside it, drawn. Each takes (height, width) and both chances
and answers float32 BGR."""

import math
import random
from collections.abc import Callable

import cv2
import numpy as np

from bench._capture_cards import SKIN, bars, write

Desk = Callable[[int, int, random.Random, np.random.Generator], np.ndarray]


def noise(height: int, width: int, grain: float, rng: np.random.Generator) -> np.ndarray:
    """Smooth noise of deviation 1, `grain` pixels a bump."""
    small = rng.normal(0, 1, (max(2, int(height / grain)), max(2, int(width / grain)))).astype(np.float32)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def _turned(height: int, width: int, angle: float) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    c, s = math.cos(angle), math.sin(angle)
    return x * c + y * s, y * c - x * s


def plain(h: int, w: int, chance: random.Random, rng: np.random.Generator) -> np.ndarray:
    low, high = chance.choice(((10, 70), (40, 220), (205, 250)))
    base = np.full(3, rng.uniform(low, high)) + rng.uniform(-1, 1, 3) * chance.choice((6, 6, 50))
    bumps = noise(h, w, chance.uniform(30, 90), rng)[..., None] * chance.uniform(0, 5)
    return (np.clip(base, 5, 252) + bumps + rng.normal(0, chance.uniform(0, 4), (h, w, 1))).astype(np.float32)


def wood(h: int, w: int, chance: random.Random, rng: np.random.Generator) -> np.ndarray:
    base = np.array(
        chance.choice(((70, 120, 175), (95, 145, 190), (45, 70, 110), (150, 185, 210), (60, 60, 70))), np.float32
    )
    _, v = _turned(h, w, chance.uniform(0, 3.14))
    swing = noise(h, w, chance.uniform(20, 60), rng) * chance.uniform(10, 50)
    rings = np.sin((v + swing) / chance.uniform(2, 10) + noise(h, w, 20, rng)) * chance.uniform(3, 14)
    image = base * chance.uniform(0.7, 1.2) + (rings + noise(h, w, 1.5, rng) * chance.uniform(1, 6))[..., None]
    if chance.random() < 0.5:
        plank = chance.uniform(50, 200)
        image -= ((np.abs(v % plank - plank / 2) > plank / 2 - chance.uniform(0.8, 2)) * chance.uniform(15, 60))[
            ..., None
        ]
    return image.astype(np.float32)


def marble(h: int, w: int, chance: random.Random, rng: np.random.Generator) -> np.ndarray:
    grain = chance.uniform(15, 60)
    veins = noise(h, w, grain, rng) + 0.5 * noise(h, w, grain * 0.4, rng)
    base = np.array([rng.uniform(215, 240)] * 3) if chance.random() < 0.75 else rng.uniform(20, 220, 3)
    way = -1 if base.mean() > 110 else 1
    return (base + way * (np.exp(-np.abs(veins) * chance.uniform(3, 10)) * chance.uniform(20, 80))[..., None]).astype(
        np.float32
    )


def cloth(h: int, w: int, chance: random.Random, rng: np.random.Generator) -> np.ndarray:
    u, v = _turned(h, w, chance.choice((0.0, chance.uniform(0, 1.5))))
    weave = np.sin(u / chance.uniform(0.5, 4)) + np.sin(v / chance.uniform(0.5, 4))
    folds = noise(h, w, chance.uniform(30, 90), rng) * chance.uniform(3, 16)
    return (rng.uniform(20, 230, 3) + (weave * chance.uniform(2, 14) + folds)[..., None]).astype(np.float32)


def tiles(h: int, w: int, chance: random.Random, rng: np.random.Generator) -> np.ndarray:
    size = chance.uniform(25, 150)
    u, v = _turned(h, w, chance.uniform(0, 1.57))
    check = ((u // size + v // (size * chance.choice((1, 1, 0.5)))) % 2) * chance.uniform(0, 60)
    joint = ((u % size < chance.uniform(1, 3)) | (v % size < chance.uniform(1, 3))) * chance.uniform(-60, 60)
    return (rng.uniform(30, 225, 3) + (check + joint + noise(h, w, 3, rng) * chance.uniform(0, 6))[..., None]).astype(
        np.float32
    )


def grain(h: int, w: int, chance: random.Random, rng: np.random.Generator) -> np.ndarray:
    """Carpet, gravel, leaves: noise of many sizes in colour."""
    image = np.zeros((h, w, 3), np.float32) + rng.uniform(40, 210, 3).astype(np.float32)
    for size in (1.2, 3, 8, 20, 60):
        image += noise(h, w, size, rng)[..., None] * chance.uniform(0, 22) * rng.uniform(0.6, 1.2, 3).astype(np.float32)
    return image


def leaves(h: int, w: int, chance: random.Random, rng: np.random.Generator) -> np.ndarray:
    """Things of all sizes that cover one another, many small and few large: the statistics of any room."""
    image = np.clip(plain(h, w, chance, rng), 0, 255).astype(np.uint8)
    for _ in range(chance.randint(20, 160)):
        size = min(8 / (1.0 - chance.random() * 0.985), max(h, w) * 0.6)
        centre, colour = (int(rng.uniform(0, w)), int(rng.uniform(0, h))), tuple(int(c) for c in rng.uniform(5, 250, 3))
        kind = chance.random()
        if kind < 0.35:
            axes = (max(1, int(size / 2)), max(1, int(size * rng.uniform(0.2, 0.5))))
            cv2.ellipse(image, centre, axes, rng.uniform(0, 180), 0, 360, colour, -1, cv2.LINE_AA)
        elif kind < 0.75:
            box = cv2.boxPoints((centre, (size, size * rng.uniform(0.15, 1)), rng.uniform(0, 180)))
            cv2.fillConvexPoly(image, box.astype(np.int32), colour, cv2.LINE_AA)
        else:
            points = np.array(centre) + rng.normal(0, size / 2, (chance.randint(3, 7), 2))
            cv2.fillPoly(image, [points.astype(np.int32)], colour, cv2.LINE_AA)
    blurred = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 5)) if chance.random() < 0.5 else image
    return blurred.astype(np.float32) + noise(h, w, 2, rng)[..., None] * chance.uniform(0, 6)


def clutter(h: int, w: int, chance: random.Random, rng: np.random.Generator) -> np.ndarray:
    """Paper, pens, books, telephones and keyboards on some desk."""
    image = np.clip(chance.choice((plain, wood, plain, cloth, grain))(h, w, chance, rng), 0, 255).astype(np.uint8)
    for _ in range(chance.randint(2, 10)):
        put(image, chance, rng)
    return image.astype(np.float32)


def carton(h: int, w: int, chance: random.Random, rng: np.random.Generator) -> np.ndarray:
    """A printed box, cover or leaflet that fills the picture: rules, areas, signs and large letters, all askew."""
    side = int(math.hypot(h, w)) + 2
    image = np.clip(plain(side, side, chance, rng), 0, 255).astype(np.uint8)
    inks = [tuple(int(c) for c in rng.uniform(5, 250, 3)) for _ in range(3)]
    for _ in range(chance.randint(0, 4)):
        x, y, wide, tall = (int(rng.uniform(0, 0.8) * side) for _ in range(4))
        cv2.rectangle(image, (x, y), (x + wide, y + tall), chance.choice(inks), chance.choice((-1, -1, 2, 5)))
    for _ in range(chance.randint(0, 8)):
        at = int(rng.uniform(0, side))
        ends = ((0, at), (side, at)) if chance.random() < 0.5 else ((at, 0), (at, side))
        cv2.line(image, *ends, chance.choice(inks), chance.choice((1, 2, 4, 8)), cv2.LINE_AA)
    for _ in range(chance.randint(0, 4)):
        centre, axes = rng.uniform(0, side, 2).astype(int), rng.uniform(0.03, 0.4, 2) * side
        thick = chance.choice((-1, 2, 6, 20))
        cv2.ellipse(image, centre.tolist(), axes.astype(int).tolist(), 0, 0, 360, chance.choice(inks), thick)
    for _ in range(chance.randint(2, 14)):
        size = int(side * min(0.015 / (1.0 - chance.random() * 0.9), 0.15))
        at = (chance.randint(0, side - 1), chance.randint(0, side - 1))
        write(image, chance, at, max(size, 6), chance.randint(3, 16), chance.choice(inks))
    warp = cv2.getRotationMatrix2D((side / 2, side / 2), chance.gauss(0, 40), chance.uniform(1.0, 1.3))
    warp[:, 2] += (w - side) / 2, (h - side) / 2
    image = cv2.warpAffine(image, warp, (w, h), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT)
    if chance.random() < 0.5:
        put(image, chance, rng)
    return image.astype(np.float32)


def put(image: np.ndarray, chance: random.Random, rng: np.random.Generator) -> None:
    h, w = image.shape[:2]
    centre, size = (rng.uniform(0, w), rng.uniform(0, h)), rng.uniform(0.15, 0.9) * min(h, w)
    angle, colour = rng.uniform(0, 180), tuple(int(c) for c in rng.uniform(10, 248, 3))
    kind = chance.choice(("paper", "paper", "slab", "slab", "pen", "keys", "disc", "wire", "hand"))
    if kind in ("paper", "slab"):
        shape = chance.choice((1.41, 1.0, 0.6, 0.3, 0.71, 0.5, chance.uniform(0.3, 1.4)))
        box = cv2.boxPoints((centre, (size, size * shape), angle))
        _lay(image, _sheet(chance) if kind == "paper" else _slab(chance, colour), box)
    elif kind == "pen":
        way = np.array([math.cos(angle), math.sin(angle)]) * size
        ends = [tuple(int(v) for v in np.array(centre) + side * way) for side in (-0.5, 0.5)]
        cv2.line(image, *ends, colour, int(rng.uniform(3, 14)), cv2.LINE_AA)
    elif kind == "keys":
        _lay(image, _keys(chance), cv2.boxPoints((centre, (size * 1.4, size * 0.6), angle)))
    elif kind == "disc":
        cv2.circle(image, [int(v) for v in centre], int(size * 0.3), colour, chance.choice((-1, -1, 3)), cv2.LINE_AA)
    elif kind == "hand":
        cv2.ellipse(
            image, [int(v) for v in centre], (int(size * 0.5), int(size * 0.12)), angle, 0, 360, chance.choice(SKIN), -1
        )
    else:
        points = np.cumsum(rng.normal(0, size / 8, (20, 2)), axis=0) + centre
        cv2.polylines(image, [points.astype(np.int32)], False, colour, chance.randint(1, 5), cv2.LINE_AA)


def _sheet(chance: random.Random) -> np.ndarray:
    sheet = np.full((400, 300, 3), chance.randint(205, 252), np.uint8)
    ink = (chance.randint(20, 130),) * 3
    for y in range(chance.randint(15, 60), 380, chance.randint(12, 30)):
        write(sheet, chance, (24, y), chance.randint(5, 10), chance.randint(8, 30), ink)
    if chance.random() < 0.3:
        bars(sheet, chance, (150, 30, 100, 40), ink)
    if chance.random() < 0.3:
        cv2.rectangle(
            sheet, (30, 100), (270, 260), tuple(chance.randint(60, 240) for _ in range(3)), chance.choice((-1, 2))
        )
    return sheet


def _slab(chance: random.Random, colour: tuple[int, ...]) -> np.ndarray:
    slab = np.full((200, 300, 3), colour, np.uint8)
    if chance.random() < 0.5:
        edge = tuple(chance.randint(0, 250) for _ in range(3))
        cv2.rectangle(slab, (0, 0), (299, 199), edge, chance.choice((4, 10, 24)))
    if chance.random() < 0.2:
        cv2.putText(slab, "".join(chance.choice("AEIMNORST") for _ in range(7)), (20, 110), 0, 1.4, (20, 20, 20), 3)
    return slab


def _keys(chance: random.Random) -> np.ndarray:
    board = np.full((160, 360, 3), chance.choice((30, 60, 200)), np.uint8)
    cap = tuple(chance.randint(20, 235) for _ in range(3))
    for y in range(8, 150, 30):
        for x in range(8, 350, 30):
            cv2.rectangle(board, (x, y), (x + 24, y + 24), cap, -1)
    return board


def _lay(image: np.ndarray, thing: np.ndarray, box: np.ndarray) -> None:
    h, w = thing.shape[:2]
    warp = cv2.getPerspectiveTransform(np.array([[0, h], [0, 0], [w, 0], [w, h]], np.float32), box.astype(np.float32))
    size = (image.shape[1], image.shape[0])
    mask = cv2.warpPerspective(np.full((h, w), 255, np.uint8), warp, size) > 127
    image[mask] = cv2.warpPerspective(thing, warp, size, flags=cv2.INTER_LINEAR)[mask]


DESKS: tuple[Desk, ...] = (
    plain,
    plain,
    plain,
    wood,
    wood,
    marble,
    marble,
    cloth,
    tiles,
    grain,
    leaves,
    leaves,
    leaves,
    clutter,
    clutter,
    clutter,
    clutter,
    carton,
    carton,
    carton,
)
