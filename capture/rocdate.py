"""Dates as identity documents of Taiwan print them: 民國 years and western ones. Pure."""

import re
from collections.abc import Iterator
from datetime import date

ROC = 1911  # 民國 1 is 1912

_NUMBERS = re.compile(
    r"(?<!\d)(?P<year>\d{2,4})\s*(?:年|[./\-\s])\s*(?P<month>\d{1,2})\s*(?:月|[./\-\s])\s*(?P<day>\d{1,2})(?!\d)"
)
_SOLID = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2}|0\d{2}|1[01]\d)(?P<month>\d{2})(?P<day>\d{2})(?!\d)")


def dates_in(text: str) -> tuple[date, ...]:
    """Every date that is named, in order: 民國75年3月8日, 075/03/08, 1986.3.8, 19860308. Years of up to three digits
    are 民國; impossible dates are none."""
    plain = text.translate(_FULL_WIDTH)
    return tuple(dict.fromkeys(found for found in _all(plain)))


def _all(text: str) -> Iterator[date]:
    for match in _NUMBERS.finditer(text):
        yield from _made(match["year"], match["month"], match["day"])
    for match in _SOLID.finditer(text):
        yield from _made(match["year"], match["month"], match["day"])


def _made(year: str, month: str, day: str) -> Iterator[date]:
    number = int(year) + (ROC if len(year) <= 3 else 0)
    try:
        yield date(number, int(month), int(day))
    except ValueError:
        return


_FULL_WIDTH = str.maketrans("０１２３４５６７８９／－．　", "0123456789/-. ")
