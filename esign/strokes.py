"""Ink: what a hand drew on the pad, as points in our own model (S60, S61).

Coordinates are CSS pixels of the pad from its top left, rounded to 0.1 px; times are milliseconds from the first
point; pressure is 0..1, rounded to 0.01. Raw strokes are personal data: they never enter a PDF or a log.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec

from .errors import InkEmpty, InkMalformed, InkTimeBackwards, InkTooLarge

MAX_STROKES = 400
MAX_POINTS = 20_000
MAX_SIDE = 8_192
MAX_MILLISECONDS = 600_000
_MAX_PACKED = 1_000_000


class Point(msgspec.Struct, frozen=True, array_like=True):
    """One sample: `[x, y, t_ms, p]` on the wire."""

    x: float
    y: float
    t_ms: int
    p: float = 0.5


Stroke = tuple[Point, ...]


class Ink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    width: float
    height: float
    strokes: tuple[Stroke, ...]

    def points(self) -> Iterator[Point]:
        return (point for stroke in self.strokes for point in stroke)


class _LooseInk(msgspec.Struct, forbid_unknown_fields=True):
    width: float
    height: float
    strokes: list[list[list[float]]]


def parse_ink(data: object) -> Ink:
    """`{"width", "height", "strokes": [[[x, y, t_ms, p?], ...], ...]}` -> Ink, or an InkError."""
    _limit(data)
    try:
        raw = msgspec.convert(data, _LooseInk)
    except msgspec.ValidationError as error:
        raise InkMalformed(str(error)) from None
    ink = Ink(_side(raw.width), _side(raw.height), tuple(_stroke(stroke) for stroke in raw.strokes if stroke))
    _check_points(ink)
    return ink


def _limit(data: object) -> None:
    """Counts before anything is copied, so that a huge message costs nothing."""
    strokes = data.get("strokes") if isinstance(data, dict) else None
    if not isinstance(strokes, list) or not all(isinstance(stroke, list) for stroke in strokes):
        raise InkMalformed("strokes must be a list of lists")
    if len(strokes) > MAX_STROKES or sum(len(stroke) for stroke in strokes) > MAX_POINTS:
        raise InkTooLarge(f"more than {MAX_STROKES} strokes or {MAX_POINTS} points")


def _side(value: float) -> float:
    if not 1 <= value <= MAX_SIDE:
        raise InkMalformed("the pad's sides are 1 to 8192 pixels")
    return round(value, 1)


def _stroke(points: Iterable[list[float]]) -> Stroke:
    return tuple(_point(values) for values in points)


def _point(values: list[float]) -> Point:
    if len(values) not in (3, 4):
        raise InkMalformed("a point is [x, y, t_ms] or [x, y, t_ms, p]")
    x, y, t_ms, p = (*values, 0.5)[:4]
    # Written so that NaN is refused too: every comparison with it is false.
    if not (abs(x) <= MAX_SIDE and abs(y) <= MAX_SIDE and 0 <= t_ms <= MAX_MILLISECONDS and 0 <= p <= 1):
        raise InkMalformed("a point is outside of any pad, time or pressure")
    return Point(round(x, 1) + 0.0, round(y, 1) + 0.0, round(t_ms), round(p, 2))


def _check_points(ink: Ink) -> None:
    if not ink.strokes:
        raise InkEmpty("no stroke")
    if any(after.t_ms < before.t_ms for before, after in pairwise(ink.points())):
        raise InkTimeBackwards("time runs backwards")


def pack(ink: Ink) -> bytes:
    """The canonical bytes of an ink: differences as zigzag varints. Equal inks give equal bytes."""
    out = bytearray()
    for value in (_tenths(ink.width), _tenths(ink.height), len(ink.strokes)):
        _put(out, value)
    before = (0, 0, 0, 0)
    for stroke in ink.strokes:
        _put(out, len(stroke))
        for point in stroke:
            now = (_tenths(point.x), _tenths(point.y), point.t_ms, round(point.p * 100))
            for a, b in zip(before, now, strict=True):
                _put(out, b - a)
            before = now
    return bytes(out)


def unpack(data: bytes) -> Ink:
    """The inverse of `pack`; raises InkMalformed for anything that `pack` does not write."""
    values = _values(data)
    try:
        width, height, count = next(values), next(values), next(values)
        now = [0, 0, 0, 0]
        strokes = tuple(_unpack_stroke(values, now) for _ in range(count))
    except (StopIteration, RuntimeError):
        raise InkMalformed("packed ink ends early") from None
    if next(values, None) is not None:
        raise InkMalformed("bytes after the last stroke")
    return Ink(width / 10, height / 10, strokes)


def _unpack_stroke(values: Iterator[int], now: list[int]) -> Stroke:
    points = []
    for _ in range(next(values)):
        for axis in range(4):
            now[axis] += next(values)
        points.append(Point(now[0] / 10, now[1] / 10, now[2], now[3] / 100))
    return tuple(points)


def _tenths(value: float) -> int:
    return round(value * 10)


def _put(out: bytearray, value: int) -> None:
    zigzag = value << 1 if value >= 0 else (-value << 1) - 1
    while zigzag > 0x7F:
        out.append(zigzag & 0x7F | 0x80)
        zigzag >>= 7
    out.append(zigzag)


def _values(data: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield (value >> 1) ^ -(value & 1)
            value = shift = 0


def compress(ink: Ink) -> bytes:
    return zlib.compress(pack(ink), 9)


def decompress(data: bytes) -> Ink:
    engine = zlib.decompressobj()
    try:
        packed = engine.decompress(data, _MAX_PACKED)
    except zlib.error:
        raise InkMalformed("not packed ink") from None
    if not engine.eof:
        raise InkTooLarge("packed ink is too long")
    return unpack(packed)


def ink_sha256(ink: Ink) -> str:
    """Hex SHA-256 of the canonical bytes: what events and bindings name instead of the strokes."""
    return hashlib.sha256(pack(ink)).hexdigest()
