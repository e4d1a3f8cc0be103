"""Machine-readable zones of travel documents: ICAO Doc 9303 parts 4 (TD3), 5 (TD1) and 6 (TD2). Pure.

Each zone repeats its fields with a check digit: the characters' values (0-9, A-Z as 10-35, < as 0), weighted 7, 3, 1,
modulo ten (part 3, 4.9).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Format = Literal["TD1", "TD2", "TD3"]
Span = tuple[int, int, int]  # line, from, to

ALPHABET = re.compile(r"[A-Z0-9<]+")
SHAPES: dict[Format, tuple[int, int]] = {"TD1": (3, 30), "TD2": (2, 36), "TD3": (2, 44)}
FUTURE = 10  # years that an expiry may lie ahead before it is of the last century


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each field stands; the check digit is the character behind it. `whole`: what the last digit is of."""

    number: Span
    birth: Span
    expiry: Span
    whole: tuple[Span, ...]
    whole_digit: tuple[int, int]
    nationality: Span
    sex: tuple[int, int]
    name: Span
    optional: Span | None = None


LAYOUTS: dict[Format, Layout] = {
    "TD1": Layout((0, 5, 14), (1, 0, 6), (1, 8, 14), ((0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29)), (1, 29),
                  (1, 15, 18), (1, 7), (2, 0, 30)),
    "TD2": Layout((1, 0, 9), (1, 13, 19), (1, 21, 27), ((1, 0, 10), (1, 13, 20), (1, 21, 35)), (1, 35),
                  (1, 10, 13), (1, 20), (0, 5, 36)),
    "TD3": Layout((1, 0, 9), (1, 13, 19), (1, 21, 27), ((1, 0, 10), (1, 13, 20), (1, 21, 43)), (1, 43),
                  (1, 10, 13), (1, 20), (0, 5, 44), (1, 28, 42)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Zone:
    """`failed` names the check digits that do not hold: number, birth, expiry, optional, whole. A date that is none,
    or not told in full, is None."""

    format: Format
    kind: str
    issuer: str
    number: str
    surname: str
    given: str
    nationality: str
    sex: Literal["M", "F", "X"]
    birth_date: date | None
    expires: date | None
    optional: str
    failed: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.failed


def check_digit(field: str) -> str:
    """Of characters of the alphabet."""
    return str(sum(_value(char) * (7, 3, 1)[at % 3] for at, char in enumerate(field)) % 10)


def parse(lines: Sequence[str], today: date) -> Zone | None:
    """The zone that these lines are, whether its check digits hold or not; None for other lines. `today` tells the
    century: nobody is born after it, and no document runs for longer than ten years."""
    for name, (count, width) in SHAPES.items():
        if len(lines) == count and all(len(line) == width and ALPHABET.fullmatch(line) for line in lines):
            return _zone(name, LAYOUTS[name], lines, today)
    return None


def find(texts: Iterable[str], today: date) -> Zone | None:
    """The first zone among lines of text as an engine reads them, spaces and near misses of < taken out. A zone whose
    check digits hold goes before one whose do not."""
    rows = [_row(text) for text in texts]
    zones = [
        zone
        for count, _ in SHAPES.values()
        for at in range(len(rows) - count + 1)
        if (zone := parse(rows[at : at + count], today)) is not None
    ]
    return min(zones, key=lambda zone: len(zone.failed), default=None)


def _zone(name: Format, layout: Layout, lines: Sequence[str], today: date) -> Zone:
    number, birth, expiry = (_at(lines, span) for span in (layout.number, layout.birth, layout.expiry))
    number, number_digit, optional = _long_number(name, lines, number)
    last = lines[layout.whole_digit[0]][layout.whole_digit[1]]
    failed = [
        label
        for label, field, digit in (
            ("number", number, number_digit),
            ("birth", birth, _after(lines, layout.birth)),
            ("expiry", expiry, _after(lines, layout.expiry)),
            ("whole", "".join(_at(lines, span) for span in layout.whole), last),
        )
        if check_digit(field) != digit
    ]
    if layout.optional and not _optional_holds(_at(lines, layout.optional), _after(lines, layout.optional)):
        failed.append("optional")
    surname, _, given = _at(lines, layout.name).partition("<<")
    line, column = layout.sex
    return Zone(
        format=name,
        kind=lines[0][:2].rstrip("<"),
        issuer=lines[0][2:5].rstrip("<"),
        number=number.rstrip("<"),
        surname=_words(surname),
        given=_words(given),
        nationality=_at(lines, layout.nationality).rstrip("<"),
        sex={"M": "M", "F": "F"}.get(lines[line][column], "X"),
        birth_date=_day(birth, today.year),
        expires=_day(expiry, today.year + FUTURE),
        optional=optional or (_words(_at(lines, layout.optional)) if layout.optional else ""),
        failed=tuple(failed),
    )


def _long_number(name: Format, lines: Sequence[str], number: str) -> tuple[str, str, str]:
    """The number, its check digit, and what else is optional. TD1 and TD2 carry the rest of a number of more than nine
    characters in the optional field: then the digit's place has a filler, and the digit ends the rest (part 5)."""
    if name == "TD3":
        return number, lines[1][9], ""
    digit, rest = (lines[0][14], lines[0][15:30]) if name == "TD1" else (lines[1][9], lines[1][28:35])
    if digit != "<":
        return number, digit, _words(rest)
    head, _, tail = rest.partition("<")
    return (number + head[:-1], head[-1], _words(tail)) if len(head) > 1 else (number, digit, _words(rest))


def _optional_holds(field: str, digit: str) -> bool:
    """An empty field may have a filler for its digit (part 4, 4.2.2.2)."""
    return check_digit(field) == digit or (not field.strip("<") and digit == "<")


def _day(field: str, newest: int) -> date | None:
    """YYMMDD, the latest year that is not after `newest`."""
    if not field.isdigit():
        return None
    year = newest - (newest - int(field[:2])) % 100
    try:
        return date(year, int(field[2:4]), int(field[4:]))
    except ValueError:
        return None


def _row(text: str) -> str:
    return text.upper().translate(_NEAR).replace(" ", "")


_NEAR = str.maketrans({"«": "<<", "‹": "<", "〈": "<", "《": "<<", "＜": "<", "≤": "<", "く": "<"})


def _at(lines: Sequence[str], span: Span) -> str:
    line, start, end = span
    return lines[line][start:end]


def _after(lines: Sequence[str], span: Span) -> str:
    return lines[span[0]][span[2]]


def _words(field: str) -> str:
    return " ".join(field.replace("<", " ").split())


def _value(char: str) -> int:
    return 0 if char == "<" else int(char, 36)
