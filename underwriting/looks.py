"""What was looked at: paths and parameters by value, and derived values that bring along what they looked at.

Most rules say nothing, so what a look brings along is put together only when somebody asks a finding for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any


class Held:
    """A derived value that was worked out once: the answer, or why there is none, and its own looks."""

    __slots__ = ("args", "compute", "read", "stop", "value")

    def __init__(self, compute: Callable[..., Any], args: tuple[Any, ...]):
        self.compute, self.args = compute, args
        self.value: Any = None
        self.stop: tuple[str, str] | None = None  # path and reason of the Unknown
        self.read: dict[Any, Any] = {}

    @property
    def name(self) -> str:
        """How it stands in a trace: derived:insurance_age(insured)."""
        said = (getattr(arg, "role", arg[0] if isinstance(arg, tuple) and arg else arg) for arg in self.args)
        return f"derived:{self.compute.__name__}({', '.join(map(str, said))})"


class Looks(Mapping[str, Any]):
    """Read-only: path or name -> value, in the order of the looks."""

    __slots__ = ("_flat", "_read")

    def __init__(self, read: Mapping[Any, Any]):
        self._read, self._flat = read, None

    def __getitem__(self, key: str) -> Any:
        return self._all()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def _all(self) -> dict[str, Any]:
        if self._flat is None:
            self._flat = {}
            _flatten(self._read, self._flat, set())
        return self._flat


def _flatten(read: Mapping[Any, Any], into: dict[str, Any], seen: set[int]) -> None:
    for key, value in read.items():
        if not isinstance(key, Held):
            into[key] = _brief(value)
        elif id(key) not in seen:
            seen.add(id(key))
            _flatten(key.read, into, seen)
            if isinstance(key.value, str | int | float | date):
                into[key.name] = key.value


def _brief(value: Any) -> Any:
    """A list of objects stands for its members by name: each that a rule looked into has a path of its own."""
    if isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        return tuple(_named(entry) for entry in value)
    return value


def _named(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    return next((entry[key] for key in ("id", "title", "line", "type", "name") if isinstance(entry.get(key), str)), "?")
