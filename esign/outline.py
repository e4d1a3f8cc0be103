"""Ink as filled outlines: each stroke one closed shape, wide where the hand was slow or pressed (S61).

Vectors and not an image: sharp at any size, small, and free of the pad's resolution.
"""

import math
from itertools import pairwise

from .strokes import Ink, Point, Stroke

Polygon = tuple[tuple[float, float], ...]
Box = tuple[float, float, float, float]

_STEPS_OF_A_DOT = 12
_SMOOTHING = 0.7


def outline(ink: Ink) -> tuple[Polygon, ...]:
    """One polygon a stroke, in the pad's coordinates (y grows downwards)."""
    scale = min(ink.width, ink.height) / 90
    return tuple(_shape(_thin(stroke), scale) for stroke in ink.strokes)


def bounds(polygons: tuple[Polygon, ...]) -> Box:
    """(left, top, right, bottom) of all ink; never without extent."""
    xs = [x for polygon in polygons for x, _ in polygon]
    ys = [y for polygon in polygons for _, y in polygon]
    return min(xs), min(ys), max(max(xs), min(xs) + 0.1), max(max(ys), min(ys) + 0.1)


def fit(polygons: tuple[Polygon, ...], width: float, height: float, margin: float) -> tuple[Polygon, ...]:
    """Crop to the ink, scale without distortion into width x height, centre, and turn y upwards as PDF has it."""
    left, top, right, bottom = bounds(polygons)
    scale = min((width - 2 * margin) / (right - left), (height - 2 * margin) / (bottom - top))
    x0 = (width - (right - left) * scale) / 2
    y0 = (height + (bottom - top) * scale) / 2
    return tuple(tuple((x0 + (x - left) * scale, y0 - (y - top) * scale) for x, y in shape) for shape in polygons)


def pdf_operators(polygons: tuple[Polygon, ...]) -> bytes:
    """Path operators that fill the outlines in a dark blue, as ink (ISO 32000-1, 8.5)."""
    lines = ["0.05 0.12 0.36 rg"]
    for polygon in polygons:
        (x, y), *rest = polygon
        lines.append(f"{x:.2f} {y:.2f} m")
        lines.extend(f"{x:.2f} {y:.2f} l" for x, y in rest)
        lines.append("h f")
    return "\n".join(lines).encode()


def _thin(stroke: Stroke) -> Stroke:
    """Without points that repeat a place: they have no direction."""
    kept = [stroke[0]]
    kept.extend(point for before, point in pairwise(stroke) if (point.x, point.y) != (before.x, before.y))
    return tuple(kept)


def _shape(stroke: Stroke, scale: float) -> Polygon:
    if len(stroke) == 1:
        return _dot(stroke[0], scale * 1.3)
    widths = _half_widths(stroke, scale)
    left, right = [], []
    for index, (point, half) in enumerate(zip(stroke, widths, strict=True)):
        nx, ny = _normal(stroke, index)
        left.append((point.x + nx * half, point.y + ny * half))
        right.append((point.x - nx * half, point.y - ny * half))
    return (*left, *_cap(stroke[-1], stroke[-2], widths[-1]), *reversed(right), *_cap(stroke[0], stroke[1], widths[0]))


def _dot(point: Point, radius: float) -> Polygon:
    angles = (2 * math.pi * step / _STEPS_OF_A_DOT for step in range(_STEPS_OF_A_DOT))
    return tuple((point.x + radius * math.cos(a), point.y + radius * math.sin(a)) for a in angles)


def _half_widths(stroke: Stroke, scale: float) -> list[float]:
    """Half of the pen's width at each point, smoothed so that one jumpy sample makes no knot."""
    widths, current = [], None
    steps = (*pairwise(stroke[:2]), *pairwise(stroke))  # the first point is as fast as the way to the second
    for before, point in steps:
        speed = math.hypot(point.x - before.x, point.y - before.y) / max(point.t_ms - before.t_ms, 1)
        target = scale * (0.55 + 0.9 * point.p) * (1.3 / (1 + speed) + 0.3)
        current = target if current is None else current * _SMOOTHING + target * (1 - _SMOOTHING)
        widths.append(current)
    return widths


def _normal(stroke: Stroke, index: int) -> tuple[float, float]:
    before, after = stroke[max(index - 1, 0)], stroke[min(index + 1, len(stroke) - 1)]
    if (before.x, before.y) == (after.x, after.y):  # a sharp turn back: take the way in
        after = stroke[index]
    dx, dy = after.x - before.x, after.y - before.y
    length = math.hypot(dx, dy)
    return -dy / length, dx / length


def _cap(end: Point, before: Point, half: float) -> Polygon:
    """A round end, from the left side to the right as seen along the pen's way out."""
    way = math.atan2(end.y - before.y, end.x - before.x)
    angles = (way + math.pi / 2 - math.pi * step / 5 for step in range(1, 5))
    return tuple((end.x + half * math.cos(a), end.y + half * math.sin(a)) for a in angles)
