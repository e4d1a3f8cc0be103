"""Numbers on identity documents of Taiwan: the national ID and both kinds of 統一證號. Pure.

A number is a letter and nine digits; the letter stands for two digits, and the eleven digits, weighted, sum to a
multiple of ten. The new residence number (since 2021-01-02) is built like a national one with 8 or 9 as its second
character; the old one, accepted until the end of 2030, has a letter there, of which the last digit counts.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

Kind = Literal["national_id", "residence_permit", "old_residence_permit"]

LETTERS = dict(
    A=10, B=11, C=12, D=13, E=14, F=15, G=16, H=17, J=18, K=19, L=20, M=21, N=22, P=23, Q=24, R=25, S=26, T=27, U=28,
    V=29, X=30, Y=31, W=32, Z=33, I=34, O=35,
)  # fmt: skip
WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
OLD_UNTIL = date(2030, 12, 31)
KINDS: dict[str, Kind] = dict.fromkeys("12", "national_id") | dict.fromkeys("89", "residence_permit")
KINDS |= dict.fromkeys("ABCD", "old_residence_permit")

_FORM = re.compile(r"[A-Z][A-D1289]\d{8}")
# What an engine takes for a digit's neighbour in shape, and for a letter's.
_DIGITS = str.maketrans("OQDILZSGBT", "0001125687")
_LETTERS = str.maketrans("0125678", "OIZSGTB")
_RUNS = re.compile(r"[A-Z0-9]{10,}")
_GAPS = re.compile(r"(?<=[A-Z0-9])[ \-.·:]+(?=[A-Z0-9])")


def kind_of(number: str) -> Kind | None:
    """What a number is by its form and checksum, None for what is none. A123456789 is one."""
    if _FORM.fullmatch(number) is None:
        return None
    letter, second = LETTERS[number[0]], number[1]
    digits = [letter // 10, letter % 10, LETTERS[second] % 10 if second.isalpha() else int(second)]
    digits += [int(digit) for digit in number[2:]]
    held = sum(weight * digit for weight, digit in zip(WEIGHTS, digits, strict=True)) % 10 == 0
    return KINDS[second] if held else None


def accepted_on(kind: Kind, day: date) -> bool:
    """Old residence numbers are accepted until the end of 2030."""
    return kind != "old_residence_permit" or day <= OLD_UNTIL


def found_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Every number whose checksum holds, as it is written, in the order of the texts."""
    return tuple(dict.fromkeys(run for run in _candidates(texts) if kind_of(run)))


def mended_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Numbers whose checksum holds once a letter among the digits (or a digit for the letter) is taken for the one
    that looks like it. One of ten such readings holds by chance: they may confirm a number, and never contradict it."""
    mended = (_mended(run) for run in _candidates(texts))
    return tuple(dict.fromkeys(number for number in mended if kind_of(number)))


def _candidates(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        for run in _RUNS.findall(_GAPS.sub("", _halved(text).upper())):
            yield from (run[at : at + 10] for at in range(len(run) - 9))


def _mended(run: str) -> str:
    second = run[1] if run[1] in "ABCD" else run[1].translate(_DIGITS)
    return run[0].translate(_LETTERS) + second + run[2:].translate(_DIGITS)


def _halved(text: str) -> str:
    """Full-width letters and digits as ASCII."""
    return "".join(chr(ord(char) - 0xFEE0) if "！" <= char <= "～" else char for char in text)
