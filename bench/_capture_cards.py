"""Invented cards, drawn flat, for fitting what finds them: no text that means anything, no face of anyone."""

import random

import cv2
import numpy as np

WIDTH, HEIGHT = 642, 405  # pixels: ID-1 at 7.5 a millimetre
PAGE_HEIGHT = 452  # a passport's data page, 125 x 88 mm, to the same width
RADIUS = 24  # of a card's corners
FACES = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_PLAIN)
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
SKIN = ((172, 200, 236), (150, 182, 224), (190, 214, 245), (96, 124, 168), (70, 92, 130))  # BGR


def card(chance: random.Random, page: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """(picture, mask 0..255) of one card, or of a passport's page with the page above it."""
    height = PAGE_HEIGHT if page else HEIGHT
    image, ink = _ground(chance, height)
    chance.choice((_front, _front, _front, _back, _plain))(image, chance, ink)
    if chance.random() < 0.3:
        inset = chance.randint(8, 40)
        cv2.rectangle(
            image, (inset, inset), (WIDTH - inset, height - inset), _tone(chance, 120, 220), chance.choice((1, 2, 4))
        )
    mask = np.full((height, WIDTH), 255, np.uint8)
    if not page and chance.random() < 0.92:
        mask[:] = 0
        _round(mask, RADIUS)
    return image, mask


def _ground(chance: random.Random, height: int) -> tuple[np.ndarray, tuple[int, int, int]]:
    kind = chance.choice(("pale", "pale", "pale", "white", "dark", "any"))
    low, high = {"pale": (190, 252), "white": (236, 253), "dark": (25, 110), "any": (60, 235)}[kind]
    first, last = (np.array(_tone(chance, low, high), np.float32) for _ in range(2))
    y, x = np.mgrid[0:height:2, 0:WIDTH:2].astype(np.float32)
    share = np.clip(x / WIDTH * chance.uniform(-1, 1) + y / height * chance.uniform(-1, 1), 0, 1)[..., None]
    waves = np.zeros(x.shape, np.float32)
    for _ in range(3):
        a, b, c = chance.uniform(0.01, 0.12), chance.uniform(0.01, 0.1), chance.uniform(0, 6)
        waves += np.sin(a * x + chance.uniform(2, 9) * np.sin(b * y + c) + c)
    image = first * (1 - share) + last * share + (chance.uniform(1, 14) * (np.abs(waves / 3) - 0.4))[..., None]
    image = cv2.resize(np.clip(image, 0, 255).astype(np.uint8), (WIDTH, height), interpolation=cv2.INTER_LINEAR)
    ink = _tone(chance, 10, 80) if image.mean() > 120 else _tone(chance, 190, 250)
    if chance.random() < 0.35:
        band = chance.randint(30, 90)
        cv2.rectangle(image, (0, 0), (WIDTH, band), _tone(chance, 40, 230), -1)
    return image, ink


def _front(image: np.ndarray, chance: random.Random, ink: tuple[int, int, int]) -> None:
    height = image.shape[0]
    write(
        image, chance, (chance.randint(25, 200), 24), chance.randint(24, 40), chance.randint(6, 12), _ink(chance, ink)
    )
    wide = chance.randint(110, 230)
    tall = int(wide * chance.uniform(1.2, 1.35))
    at_left = chance.random() < 0.6
    x = chance.randint(20, 45) if at_left else WIDTH - wide - chance.randint(20, 45)
    portrait(image, chance, x, chance.randint(75, 105), wide, tall)
    left = x + wide + 22 if at_left else chance.randint(24, 44)
    y = chance.randint(80, 100)
    while y < height - 60:
        size = chance.randint(13, 28)
        write(image, chance, (left, y), size, chance.randint(4, 14), ink)
        y += size + chance.randint(10, 24)
    if chance.random() < 0.8:
        below = (chance.randint(24, 300), height - chance.randint(44, 60))
        write(image, chance, below, chance.randint(24, 36), chance.randint(6, 10), _ink(chance, ink))
    if chance.random() < 0.3:
        cv2.rectangle(image, (left, 190), (left + 62, 238), (90, 175, 205), -1)
    if chance.random() < 0.3:
        cv2.circle(
            image,
            (chance.randint(300, 600), chance.randint(180, 360)),
            chance.randint(20, 60),
            _tone(chance, 120, 240),
            2,
        )


def _back(image: np.ndarray, chance: random.Random, ink: tuple[int, int, int]) -> None:
    height = image.shape[0]
    if chance.random() < 0.3:
        cv2.rectangle(image, (0, 30), (WIDTH, 110), (30, 28, 26), -1)
    for y in range(chance.randint(24, 130), height - 150, chance.randint(34, 60)):
        write(image, chance, (36, y), chance.randint(16, 26), chance.randint(5, 22), ink)
    if chance.random() < 0.5:
        for row in range(chance.choice((2, 3))):
            text = "".join(chance.choice(LETTERS + "<<<<<<<<") for _ in range(30))
            cv2.putText(image, text, (24, height - 100 + 36 * row), FACES[0], 0.9, ink, 2, cv2.LINE_AA)
    else:
        bars(image, chance, (60, height - 110, chance.randint(200, 500), 60), ink)


def _plain(image: np.ndarray, chance: random.Random, ink: tuple[int, int, int]) -> None:
    write(image, chance, (36, 30), chance.randint(28, 46), chance.randint(5, 9), _ink(chance, ink))
    if chance.random() < 0.5:
        cv2.rectangle(image, (60, 150), (130, 205), (90, 175, 205), -1)
    write(image, chance, (40, image.shape[0] - 130), 38, 12, ink)
    write(image, chance, (40, image.shape[0] - 60), 22, chance.randint(6, 14), ink)


def portrait(image: np.ndarray, chance: random.Random, x: int, y: int, wide: int, tall: int) -> None:
    """Head and shoulders in a box, lit from a side."""
    box = image[y : y + tall, x : x + wide]
    tall = box.shape[0]
    box[:] = np.array(_tone(chance, 150, 255))
    middle, hair, skin = wide // 2, _tone(chance, 10, 220 if chance.random() < 0.4 else 90), chance.choice(SKIN)
    shoulders = (int(wide * 0.47), int(tall * chance.uniform(0.25, 0.4)))
    cv2.ellipse(box, (middle, int(tall * 1.02)), shoulders, 0, 180, 360, _tone(chance, 10, 240), -1)
    if chance.random() < 0.5:  # hair down to the shoulders
        cv2.ellipse(box, (middle, int(tall * 0.6)), (int(wide * 0.36), int(tall * 0.42)), 0, 0, 360, hair, -1)
        cv2.ellipse(box, (middle, int(tall * 0.75)), (int(wide * 0.14), int(tall * 0.2)), 0, 0, 360, skin, -1)
    cv2.ellipse(box, (middle, int(tall * 0.38)), (int(wide * 0.31), int(tall * 0.3)), 0, 0, 360, hair, -1)
    cv2.ellipse(box, (middle, int(tall * 0.45)), (int(wide * 0.24), int(tall * 0.26)), 0, 0, 360, skin, -1)
    dark = tuple(int(v * 0.5) for v in skin)
    for side in (-1, 1):
        cv2.circle(box, (middle + side * int(wide * 0.1), int(tall * 0.42)), max(2, wide // 40), (30, 30, 30), -1)
        brow = (middle + side * int(wide * 0.1), int(tall * 0.37))
        cv2.ellipse(box, brow, (int(wide * 0.06), 3), 0, 180, 360, hair, 2)
    cv2.line(box, (middle, int(tall * 0.44)), (middle + chance.choice((-4, 4)), int(tall * 0.52)), dark, 2)
    cv2.ellipse(box, (middle, int(tall * 0.58)), (int(wide * 0.08), 3), 0, 0, 180, (70, 70, 150), 2)
    if chance.random() < 0.7:
        _lit(box, chance)
    if chance.random() < 0.5:
        box[:] = cv2.cvtColor(cv2.cvtColor(box, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)


def _lit(box: np.ndarray, chance: random.Random) -> None:
    """Soft as a photograph: no edge is hard, and light falls off to a side."""
    v, u = np.mgrid[-1 : 1 : box.shape[0] * 1j, -1 : 1 : box.shape[1] * 1j]
    light = 1 + chance.uniform(-0.3, 0.3) * u + chance.uniform(-0.3, 0.3) * v - chance.uniform(0, 0.25) * (u**2 + v**2)
    soft = cv2.GaussianBlur(box, (0, 0), chance.uniform(0.8, box.shape[1] / 40))
    grain = np.random.default_rng(chance.getrandbits(32)).normal(0, chance.uniform(0, 7), (*box.shape[:2], 1))
    box[:] = np.clip(soft * light[..., None] + grain, 0, 255)


def write(
    image: np.ndarray, chance: random.Random, at: tuple[int, int], size: int, count: int, ink: tuple[int, ...]
) -> None:
    """A line of print from its upper left corner: Latin letters, or signs of strokes in square cells."""
    x, y = at
    if chance.random() < 0.4:
        text = "".join(chance.choice(LETTERS + "  ") for _ in range(count))
        cv2.putText(
            image, text, (x, y + size), chance.choice(FACES[:3]), size / 30, ink, max(1, size // 14), cv2.LINE_AA
        )
        return
    thick = max(1, size // 12)
    for number in range(count):
        left = x + int(number * size * 1.08)
        if left + size > image.shape[1] - 10 or chance.random() < 0.06:
            continue
        for _ in range(chance.randint(3, 6)):
            a, b = (chance.randint(0, size) for _ in range(2))
            kind = chance.random()
            ends = ((0, a), (size, a)) if kind < 0.4 else ((a, 0), (a, size)) if kind < 0.75 else ((a, 0), (b, size))
            (x0, y0), (x1, y1) = ends
            cv2.line(image, (left + x0 * 9 // 10, y + y0), (left + x1 * 9 // 10, y + y1), ink, thick, cv2.LINE_AA)


def bars(image: np.ndarray, chance: random.Random, box: tuple[int, int, int, int], ink: tuple[int, ...]) -> None:
    x, y, wide, tall = box
    at = x
    while at < x + wide:
        bar = chance.choice((2, 3, 5))
        cv2.rectangle(image, (at, y), (at + bar, y + tall), ink, -1)
        at += bar + chance.choice((2, 3, 5))


def _tone(chance: random.Random, low: int, high: int) -> tuple[int, int, int]:
    """A colour: three close levels, or now and then three of their own."""
    if chance.random() < 0.3:
        return tuple(chance.randint(low, high) for _ in range(3))
    middle = chance.randint(low, high)
    return tuple(min(max(middle + chance.randint(-22, 22), 0), 255) for _ in range(3))


def _ink(chance: random.Random, ink: tuple[int, int, int]) -> tuple[int, int, int]:
    return ink if chance.random() < 0.5 else chance.choice(((50, 40, 150), (120, 60, 30), (60, 110, 40)))


def _round(mask: np.ndarray, radius: int) -> None:
    height, width = mask.shape
    cv2.rectangle(mask, (radius, 0), (width - 1 - radius, height), 255, -1)
    cv2.rectangle(mask, (0, radius), (width, height - 1 - radius), 255, -1)
    for x in (radius, width - 1 - radius):
        for y in (radius, height - 1 - radius):
            cv2.circle(mask, (x, y), radius, 255, -1, cv2.LINE_AA)
