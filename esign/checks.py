"""Does this ink look like the name, written out? Advice only: it warns, a person decides.

Cursive signers must not be locked out, so no check refuses. This is no biometric verification.
"""

import math
from collections.abc import Callable
from itertools import pairwise
from statistics import fmean, pstdev

from .strokes import Ink, Stroke

_MIN_MS, _MAX_MS = 400, 120_000
_MIN_BOX = 0.25, 0.20
_MAX_OUTSIDE = 0.02
_MIN_SPEED_VARIATION = 0.15
_MIN_PATH = 0.3  # of the pad's shorter side, for each character
_MIN_TURN = math.pi  # of direction, for each character: a straight line has none
_CJK = ("\u3400", "\u9fff"), ("\U00020000", "\U0003ffff")


def check(ink: Ink, name: str) -> tuple[str, ...]:
    """Codes of what looks odd in `ink` as the signature of `name`; empty when nothing does."""
    return tuple(code for code, odd in _CHECKS.items() if odd(ink, characters(name)))


def characters(name: str) -> int:
    """How many characters one would write: CJK ones each, other words as one."""
    cjk = sum(_is_cjk(c) for c in name)
    words = "".join(" " if _is_cjk(c) else c for c in name).split()
    return max(1, cjk + len(words))


def _is_cjk(character: str) -> bool:
    return any(first <= character <= last for first, last in _CJK)


def _few_strokes(ink: Ink, count: int) -> bool:
    return len(ink.strokes) < count


def _short(ink: Ink, count: int) -> bool:
    return sum(map(_length, ink.strokes)) < count * _MIN_PATH * min(ink.width, ink.height)


def _simple(ink: Ink, count: int) -> bool:
    """Little change of direction, counting the way from stroke to stroke: a line, a row of ticks."""
    return sum(map(_turning, ink.strokes)) + math.pi / 2 * (len(ink.strokes) - 1) < count * _MIN_TURN


def _small(ink: Ink, _: int) -> bool:
    xs, ys = [p.x for p in ink.points()], [p.y for p in ink.points()]
    return max(xs) - min(xs) < _MIN_BOX[0] * ink.width or max(ys) - min(ys) < _MIN_BOX[1] * ink.height


def _outside(ink: Ink, _: int) -> bool:
    inside = [0 <= p.x <= ink.width and 0 <= p.y <= ink.height for p in ink.points()]
    return inside.count(False) > _MAX_OUTSIDE * len(inside)


def _duration(ink: Ink) -> int:
    return ink.strokes[-1][-1].t_ms - ink.strokes[0][0].t_ms


def _even(ink: Ink, _: int) -> bool:
    """A hand speeds up and slows down; a program does not."""
    speeds = [
        math.dist((a.x, a.y), (b.x, b.y)) / (b.t_ms - a.t_ms)
        for stroke in ink.strokes
        for a, b in pairwise(stroke)
        if b.t_ms > a.t_ms
    ]
    return len(speeds) < 3 or pstdev(speeds) < _MIN_SPEED_VARIATION * fmean(speeds)


def _unseparated(ink: Ink, count: int) -> bool:
    """Fewer blocks with a gap between them than characters, along the line of writing (S61)."""
    horizontal = _blocks([(min(p.x for p in s), max(p.x for p in s)) for s in ink.strokes], ink.width * 0.012)
    vertical = _blocks([(min(p.y for p in s), max(p.y for p in s)) for s in ink.strokes], ink.height * 0.012)
    return max(horizontal, vertical) < count


def _blocks(spans: list[tuple[float, float]], gap: float) -> int:
    blocks, end = 0, -math.inf
    for first, last in sorted(spans):
        blocks += first > end + gap
        end = max(end, last)
    return blocks


def _length(stroke: Stroke) -> float:
    return sum(math.dist((a.x, a.y), (b.x, b.y)) for a, b in pairwise(stroke))


def _turning(stroke: Stroke) -> float:
    ways = [math.atan2(b.y - a.y, b.x - a.x) for a, b in pairwise(stroke) if (a.x, a.y) != (b.x, b.y)]
    return sum(abs(math.remainder(b - a, math.tau)) for a, b in pairwise(ways))


_CHECKS: dict[str, Callable[[Ink, int], bool]] = {
    "ink_few_strokes": _few_strokes,
    "ink_short": _short,
    "ink_too_simple": _simple,
    "ink_too_small": _small,
    "ink_outside_pad": _outside,
    "ink_too_fast": lambda ink, _: _duration(ink) < _MIN_MS,
    "ink_too_slow": lambda ink, _: _duration(ink) > _MAX_MS,
    "ink_speed_even": _even,
    "ink_characters_joined": _unseparated,
}
