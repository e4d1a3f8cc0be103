"""Synthetic ink: strokes that look like handwriting to the checks, different at every signing."""

import math
import random


def sign(name: str, seed: int, width: int = 800, height: int = 360) -> dict:
    """Ink as the pad sends it: one block a character, four to seven strokes each, times in milliseconds."""
    rng = random.Random(f"{name}/{seed}")
    strokes, clock = [], 0.0
    cell = width * 0.8 / max(1, len(name))
    for index in range(len(name)):
        left = width * 0.1 + index * cell
        for _ in range(rng.randint(4, 7)):
            clock += rng.uniform(60, 160)
            stroke, clock = _stroke(rng, left + cell * 0.1, height * 0.18, cell * 0.75, height * 0.62, clock)
            strokes.append(stroke)
        clock += rng.uniform(150, 320)
    return {"width": width, "height": height, "strokes": strokes}


def _stroke(rng: random.Random, x: float, y: float, w: float, h: float, clock: float) -> tuple[list, float]:
    """One bent stroke inside a box; the pen slows at both ends as a hand does."""
    x0, y0 = x + rng.random() * w, y + rng.random() * h
    x1, y1 = x + rng.random() * w, y + rng.random() * h
    bend, count, points = rng.uniform(-0.35, 0.35), rng.randint(9, 16), []
    for step in range(count):
        along = (1 - math.cos(math.pi * step / (count - 1))) / 2
        sideways = math.sin(math.pi * along) * bend
        px = x0 + (x1 - x0) * along - (y1 - y0) * sideways
        py = y0 + (y1 - y0) * along + (x1 - x0) * sideways
        pressure = 0.35 + 0.5 * math.sin(math.pi * along) + rng.uniform(-0.05, 0.05)
        points.append([round(px, 1), round(py, 1), round(clock), round(min(1.0, max(0.05, pressure)), 2)])
        clock += rng.uniform(9, 21)
    return points, clock
