"""What was read of a card, against what the case says of the person. Pure.

Three answers a field: `agrees`, `differs`, `unread`. Reading errs, so a difference is told only where what was read is
sound by itself: a number whose checksum holds, a date behind its label, a name that is another and no slip of a stroke.
Everything in between is `unread`, and the agent looks himself. Nothing is changed by it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from capture import idnumber, mrz
from capture.readout import Line
from capture.rocdate import dates_in

Verdict = Literal["agrees", "differs", "unread"]
Field = Literal["number", "name", "birth_date", "side", "mrz"]
Side = Literal["front", "back", "other"]

# What only one side says. 出生地 stands on the back, 出生年月日 on the front.
FRONT_WORDS = (
    "姓名",
    "出生年",
    "出生日",
    "性別",
    "性别",
    "發證",
    "发证",
    "國籍",
    "国籍",
    "NATIONALITY",
    "SEX",
    "DATEOFBIRTH",
)
BACK_WORDS = ("住址", "地址", "配偶", "役別", "役别", "父", "母", "出生地", "ADDRESS")
NAME_LABELS = ("中文姓名", "姓名", "NAME")
BIRTH_LABELS = ("出生地", "出生", "DATEOFBIRTH", "BIRTH")
FIELDS: dict[Side, tuple[Field, ...]] = {
    "front": ("number", "name", "birth_date", "side"),
    "back": ("side",),
    "other": (),
}
SURE_NAME = 0.9  # of the engine, before another name counts as one


@dataclass(frozen=True, slots=True)
class Expected:
    """What the case says. `number` of any kind in `idnumber`; `names` in every script that a document may use; `side`
    that the photo was taken for; `passport`: the document is one, which has a machine-readable zone. With what the case
    does not know (an empty number, no name, no date) nothing is compared: `unread`."""

    number: str
    names: tuple[str, ...]
    birth_date: date | None
    side: Side
    passport: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """`verdicts` hold the fields that this side bears; `read` what was read for them, which is personal."""

    verdicts: dict[Field, Verdict] = field(default_factory=dict)
    read: dict[Field, str] = field(default_factory=dict)


def unread(expected: Expected) -> Reading:
    """Where nothing could be read at all."""
    return Reading(dict.fromkeys(_fields(expected), "unread"))


def compare(lines: Sequence[Line], expected: Expected, today: date) -> Reading:
    texts = tuple(unicodedata.normalize("NFKC", line.text) for line in lines)
    zone = mrz.find(texts, today) if expected.passport else None
    if zone is not None and zone.holds:
        return _by_zone(zone, expected)
    found: Mapping[Field, tuple[Verdict, str]] = {
        "number": _number(texts, expected.number),
        "name": _name(texts, [line.score for line in lines], expected.names),
        "birth_date": _birth(texts, expected.birth_date),
        "side": _side(texts, expected.side),
        "mrz": ("unread", ""),
    }
    fields = _fields(expected)
    if expected.side == "back" and found["number"][0] != "unread":
        fields = ("number", *fields)  # a back need not bear it; where it does, it counts
    return Reading(
        {name: found[name][0] for name in fields}, {name: found[name][1] for name in fields if found[name][1]}
    )


def _fields(expected: Expected) -> tuple[Field, ...]:
    return ("number", "name", "birth_date", "mrz") if expected.passport else FIELDS[expected.side]


def _by_zone(zone: mrz.Zone, expected: Expected) -> Reading:
    """A Taiwanese passport has the national number as its optional data; the passport's own is in no case."""
    name = _latin(f"{zone.surname} {zone.given}")
    born = zone.birth_date.isoformat() if zone.birth_date else ""
    verdicts: dict[Field, Verdict] = {
        "number": _same(zone.optional, expected.number) if idnumber.kind_of(zone.optional) else "unread",
        "name": "agrees" if name in map(_latin, expected.names) else "unread",
        "birth_date": _same(born, expected.birth_date.isoformat() if expected.birth_date else ""),
        "mrz": "agrees",
    }
    read: dict[Field, str] = {"number": zone.optional, "name": name, "birth_date": born}
    return Reading(verdicts, {key: text for key, text in read.items() if text})


def _number(texts: Iterable[str], expected: str) -> tuple[Verdict, str]:
    texts = tuple(texts)
    found = idnumber.found_in(texts) if expected else ()
    if expected in found:
        return "agrees", expected
    if found:
        return "differs", found[0]
    return ("agrees", expected) if expected and expected in idnumber.mended_in(texts) else ("unread", "")


def _name(texts: Sequence[str], scores: Sequence[float], names: Sequence[str]) -> tuple[Verdict, str]:
    """A name behind its label that shares at most half of its characters is another one."""
    plain = [_plain(text) for text in texts]
    for name in filter(None, names):
        if any(_plain(name) in text for text in plain):
            return "agrees", name
    for text, score in zip(plain, scores, strict=True):
        label = next((label for label in NAME_LABELS if label in text), None)
        said = text.partition(label)[2] if label else ""
        written = [name for name in names if _script(name) == _script(said)]
        if len(said) >= 2 and written and score >= SURE_NAME:
            far = all(_shared(said, _plain(name)) * 2 <= max(len(said), len(_plain(name))) for name in written)
            return ("differs", said) if far else ("unread", said)
    return "unread", ""


def _birth(texts: Sequence[str], expected: date | None) -> tuple[Verdict, str]:
    """A date elsewhere on the card is of its issue; one behind the label, in its line or the next, is of birth."""
    if expected is None:
        return "unread", ""
    if any(expected in dates_in(text) for text in texts):
        return "agrees", expected.isoformat()
    for at, text in enumerate(texts):
        label = next((label for label in BIRTH_LABELS if label in _plain(text)), None)
        if label is None or label == "出生地":
            continue
        dates = dates_in(text) or (dates_in(texts[at + 1]) if at + 1 < len(texts) else ())
        if dates:
            return "differs", dates[0].isoformat()
    return "unread", ""


def _side(texts: Sequence[str], expected: Side) -> tuple[Verdict, str]:
    plain = [_plain(text) for text in texts]
    back = sum(any(word in text for text in plain) for word in BACK_WORDS)
    front = sum(any(word in text and "出生地" not in text for text in plain) for word in FRONT_WORDS)
    if front == back or expected == "other":
        return "unread", ""
    seen = "front" if front > back else "back"
    return _same(seen, expected), seen


def _same(read: str, expected: str) -> Verdict:
    if not read or not expected:
        return "unread"
    return "agrees" if read == expected else "differs"


def _plain(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).upper() if char.isalnum())


def _latin(name: str) -> str:
    """As a machine-readable zone writes it: letters, one space between words."""
    return " ".join("".join(char if char.isalpha() else " " for char in name.upper().replace("-", " ")).split())


def _script(text: str) -> str:
    return "latin" if text[:1].isascii() else "han"


def _shared(first: str, second: str) -> int:
    return (Counter(first) & Counter(second)).total()
