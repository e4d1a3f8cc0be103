"""How alike a card that is shown looks to an uploaded photo (capture/likeness.py): the same card under other light, the
other side, another person's card of the same kind, a card of another kind, a sheet of paper; all drawn.

Likeness tells which side of which kind of card is shown. It does not tell people apart.
"""

import argparse
import random
from collections import Counter, defaultdict
from typing import Any

import cv2
import numpy as np

from bench._capture_cards import HEIGHT, WIDTH, bars, portrait, write
from bench._capture_desks import DESKS
from bench._table import show
from capture.detect import detect
from capture.likeness import CARD_SCORE, Likeness
from capture.rectify import rectify

KINDS, QUICK_KINDS, SHOWINGS = 30, 8, 4  # layouts of cards; pictures of each showing
SIZE = (640, 480)
CASES = ("same", "other_side", "other_person", "other_kind", "paper")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=1)


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    cv2.setNumThreads(1)
    kinds = QUICK_KINDS if arguments.quick else KINDS
    measured: dict[str, list[float]] = defaultdict(list)
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for kind in range(kinds):
        _measure(arguments.seed * 1000 + kind, measured, seen)
    result = {case: _figures(measured[case], seen[case]) for case in CASES}
    show([{"shown": case, **result[case]} for case in CASES])
    return result


def _measure(seed: int, measured: dict[str, list[float]], seen: dict[str, Counter[str]]) -> None:
    """The photos of one person's card, and what is shown instead of its front."""
    mine = {side: draw(seed, 1, side) for side in ("front", "back")}
    known = Likeness({side: _photo(card, seed) for side, card in mine.items()})
    shown = {
        "same": mine["front"],
        "other_side": mine["back"],
        "other_person": draw(seed, 2, "front"),
        "other_kind": draw(seed + 500, 1, "front"),
        "paper": _paper(seed),
    }
    for case, card in shown.items():
        for number in range(SHOWINGS):
            picture = scene(card, random.Random(f"{seed}/{case}/{number}"))
            seen[case][known.see(picture)] += 1
            found = detect(picture)
            if found.corners is not None and found.score >= CARD_SCORE:
                measured[case].append(known.alike(rectify(picture, found.corners, 320))["front"][0])


def _figures(alike: list[float], seen: Counter[str]) -> dict[str, float]:
    total = seen.total()
    quantiles = np.quantile(alike, (0.1, 0.5, 0.9)).round(2).tolist() if alike else [None] * 3
    shares = {f"as_{what}": round(seen[what] / total, 3) for what in ("front", "back", "card", "nothing")}
    named = zip(("alike_p10", "alike_p50", "alike_p90"), quantiles, strict=True)
    return {"pictures": total, "found": len(alike), **dict(named), **shares}


def draw(kind: int, person: int, side: str) -> np.ndarray:
    """A card: ground, title and places are of its kind, portrait and writing of its person."""
    layout, own = random.Random(f"{kind}/{side}"), random.Random(f"{kind}/{person}")
    image, ink = _ground(layout), tuple(layout.randint(10, 70) for _ in range(3))
    write(image, layout, (layout.randint(25, 200), 24), layout.randint(24, 40), 9, ink)
    left = 30
    if side == "front":
        x = layout.choice((28, WIDTH - 190))
        portrait(image, own, x, 90, 150, 190)
        left = 200 if x < 100 else 30
    lines = layout.randint(3, 5)
    size = layout.randint(20, 30)
    for line in range(lines):
        at = (left, 95 + line * (200 // lines))
        write(image, random.Random(f"{kind}/{side}/{line}"), at, size, 3, ink)  # what stands before each value
        write(image, own, (at[0] + 4 * size, at[1]), size, own.randint(4, 8), ink)
    if side == "back":
        bars(image, own, (60, HEIGHT - 80, 420, 55), ink)
    return image


def _ground(chance: random.Random) -> np.ndarray:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    waves = sum(np.sin(chance.uniform(0.02, 0.1) * x + 6 * np.sin(chance.uniform(0.01, 0.06) * y)) for _ in range(3))
    tone = np.array([chance.randint(195, 245) for _ in range(3)], np.float32)
    return np.ascontiguousarray(np.clip(tone + 4 * waves[..., None], 0, 255).astype(np.uint8))


def _paper(seed: int) -> np.ndarray:
    chance = random.Random(f"{seed}/paper")
    image = np.full((HEIGHT, WIDTH, 3), 240, np.uint8)
    for line in range(14):
        write(image, chance, (40, 24 + 27 * line), 14, 34, (40, 40, 40))
    return image


def _photo(card: np.ndarray, seed: int) -> np.ndarray:
    """As uploaded: laid straight, in the light of its day."""
    chance = random.Random(f"{seed}/photo")
    lit = np.clip(card * chance.uniform(0.8, 1.1), 0, 255).astype(np.uint8)
    return cv2.GaussianBlur(lit, (0, 0), chance.uniform(0.3, 1.0))


def scene(card: np.ndarray, chance: random.Random) -> np.ndarray:
    """The card held to a camera: turned, tilted, in other light, blurred, with a reflection, coded like a call."""
    rng = np.random.default_rng(chance.randrange(1 << 30))
    width, height = SIZE
    desk = chance.choice(DESKS)(height, width, chance, rng).astype(np.float32)
    wide = width * chance.uniform(0.45, 0.8)
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [wide / 2, wide * HEIGHT / WIDTH / 2]
    turn = np.radians(chance.gauss(0, 8))
    turned = half @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    lean = [chance.uniform(-0.12, 0.12), chance.uniform(-0.12, 0.12)]
    depth = 1 + turned @ lean / wide * 2
    corners = turned / depth[:, None] + [width / 2 + chance.gauss(0, 20), height / 2 + chance.gauss(0, 15)]
    flat = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float32)
    warp = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    cover = cv2.warpPerspective(np.ones((HEIGHT, WIDTH), np.float32), warp, SIZE)[..., None]
    image = desk * (1 - cover) + cv2.warpPerspective(card, warp, SIZE, flags=cv2.INTER_AREA) * cover
    slope = np.linspace(-1, 1, width)[None, :, None] * chance.uniform(-0.25, 0.25)
    image = image * (chance.uniform(0.55, 1.1) + slope)
    if chance.random() < 0.3:
        spot = np.zeros((height, width), np.float32)
        at = tuple(int(v) for v in corners.mean(axis=0) + np.array((chance.gauss(0, 60), chance.gauss(0, 40))))
        cv2.circle(spot, at, chance.randint(15, 45), 1.0, -1)
        image = image + 160 * cv2.GaussianBlur(spot, (0, 0), 12)[..., None]
    image = cv2.GaussianBlur(image, (0, 0), chance.uniform(0.3, 1.8)) + rng.normal(0, 4, image.shape)
    coded = cv2.imencode(".jpg", np.clip(image, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 55])[1]
    picture = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    return cv2.flip(picture, 1) if chance.random() < 0.3 else picture
