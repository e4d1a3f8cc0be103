"""The shapes of facts (FACTS.md): each check gives the value typed, or Unknown(path, "malformed")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

CENTURIES = range(1800, 2300)  # a date outside these is a slip of the pen
TAIPEI = timezone(timedelta(hours=8))
LARGEST = 10**15  # NTD: an amount beyond this is one too


class Unknown(Exception):
    """A rule asked for a fact that is not stated, or that is not of the shape that FACTS.md gives."""

    def __init__(self, path: str, reason: str = "unknown"):
        super().__init__(path)
        self.path, self.reason = path, reason


def boolean(path: str, value: Any) -> bool | None:
    if not isinstance(value, bool | None):
        raise Unknown(path, "malformed")
    return value


def string(path: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Unknown(path, "malformed")
    return value


def number(path: str, value: Any) -> int | float:
    """NaN fails the comparison."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST < value < LARGEST:
        raise Unknown(path, "malformed")
    return value


def day_of(path: str, value: Any) -> date:
    """The day of a date or moment; a moment that says its zone counts by its day in Taiwan."""
    text = string(path, value)
    try:
        found = date.fromisoformat(text[:10])
        if len(text) > 16 and (text[-1] == "Z" or text[-6] in "+-"):
            found = datetime.fromisoformat(text).astimezone(TAIPEI).date()
    except (ValueError, OverflowError):
        raise Unknown(path, "malformed") from None
    if found.year not in CENTURIES:
        raise Unknown(path, "malformed")
    return found


def by_path(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Every fact under the path that leads to it, objects and lists too: "insured.age", "products.0". A name that
    has a point in it leads nowhere."""
    found: dict[str, Any] = {}
    below: list[tuple[str, Iterable[tuple[Any, Any]]]] = [("", facts.items())]
    for above, held in below:
        for key, value in held:
            if type(key) is str and "." in key:
                continue
            path = f"{above}{key}"
            found[path] = value
            if type(value) is dict:
                below.append((f"{path}.", value.items()))
            elif type(value) is list:
                below.append((f"{path}.", enumerate(value)))
    return found


def objects(value: Any, path: str) -> tuple[dict[str, Any], ...]:
    """Each entry as an object with an id; a bare title counts as an object of that title."""
    if not isinstance(value, list | tuple):
        raise Unknown(path, "malformed")
    out = []
    for index, entry in enumerate(value):
        if isinstance(entry, str):
            entry = {"title": entry}
        if not isinstance(entry, dict):
            raise Unknown(f"{path}.{index}", "malformed")
        for key, value in entry.items():
            if not _plain(key, value):
                raise Unknown(f"{path}.{index}.{key}", "malformed")
        flat = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
        out.append({**flat, "id": str(entry.get("id", f"{path}[{index}]"))})
    return tuple(out)


def _plain(key: str, value: Any) -> bool:
    """Evidence is flat: a scalar or a list of names; only a rider's insured is a person of its own."""
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return key == "insured" or not isinstance(value, dict)
