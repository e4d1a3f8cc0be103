"""An invented hand: pseudo characters of curved strokes, with a speed and pressure that vary as a hand's do."""

import math
import random

from esign.strokes import Ink, parse_ink


def handwriting(seed=1, characters=3, width=900, height=300):
    rng = random.Random(seed)
    step = width / (characters + 0.6)
    strokes, clock = [], 0
    for character in range(characters):
        left = step * (character + 0.35)
        for _ in range(9):
            clock += rng.randint(60, 140)
            stroke = _stroke(rng, left, step * 0.6, height, clock)
            clock = stroke[-1][2]
            strokes.append(stroke)
    return {"width": width, "height": height, "strokes": strokes}


def _stroke(rng, left, width, height, clock):
    (ax, ay), (bx, by) = [(left + rng.random() * width, height * rng.uniform(0.15, 0.85)) for _ in range(2)]
    mx, my = (ax + bx) / 2 + rng.uniform(-0.2, 0.2) * width, (ay + by) / 2 + rng.uniform(-0.2, 0.2) * height
    points = []
    for index in range(16):
        u = index / 15
        e = u * u * (3 - 2 * u)
        x = (1 - e) ** 2 * ax + 2 * e * (1 - e) * mx + e * e * bx
        y = (1 - e) ** 2 * ay + 2 * e * (1 - e) * my + e * e * by
        points.append([x, y, clock, 0.3 + 0.5 * math.sin(math.pi * u)])
        clock += rng.randint(7, 10)
    return points


def ink(seed=1, **kwargs) -> Ink:
    return parse_ink(handwriting(seed, **kwargs))
