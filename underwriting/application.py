"""Facts as a rule sees them: typed, traced, and unknown when nobody has said them.

`need` stops the rule with `Unknown` when the fact is not stated; `evaluate` turns that into a PENDING finding with
the path. `stated` is for exceptions and special circumstances (cannot sign, waiver of the review period), which
apply only when somebody states them. Every look is written into `read`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from underwriting.model import Parameter

UNKNOWN = "(unknown)"
CENTURIES = range(1800, 2300)  # a date outside these is a slip of the pen
PARTIES = ("policyholder", "insured")
SIGNING_ROLES = (*PARTIES, "payer", "legal_representative", "guardian", "assistant")


class Unknown(Exception):
    """A rule asked for a fact that is not stated, or that is not of the shape that FACTS.md gives."""

    def __init__(self, path: str, reason: str = "unknown"):
        super().__init__(path)
        self.path, self.reason = path, reason


@dataclass(frozen=True, slots=True)
class Person:
    """A natural person of the case under the role that leads; `roles` are all of his."""

    id: str
    role: str
    roles: tuple[str, ...]


class Application:
    """The facts of one application and the parameters in force, for one evaluation."""

    def __init__(self, facts: Mapping[str, Any], parameters: Mapping[str, Parameter], as_of: date | None):
        self._facts, self._parameters, self._as_of = facts, parameters, as_of
        self._entries: dict[str, tuple[dict[str, Any], ...]] = {}
        self.read: dict[str, Any] = {}

    def stated(self, path: str, default: Any = None) -> Any:
        value = self._look(path)
        self.read[path] = UNKNOWN if value is Unknown else value
        return default if value is Unknown or value is None else value

    def need(self, path: str) -> Any:
        value = self._look(path)
        if value is Unknown:
            self.read[path] = UNKNOWN
            raise Unknown(path)
        self.read[path] = value
        return value

    def flag(self, path: str) -> bool:
        value = self.need(path)
        if not isinstance(value, bool | None):
            raise Unknown(path, "malformed")
        return bool(value)

    def text(self, path: str) -> str:
        value = self.need(path)
        if not isinstance(value, str):
            raise Unknown(path, "malformed")
        return value

    def day(self, path: str) -> date:
        try:
            found = date.fromisoformat(self.text(path)[:10])
        except ValueError:
            raise Unknown(path, "malformed") from None
        if found.year not in CENTURIES:
            raise Unknown(path, "malformed")
        return found

    def years(self, path: str) -> int:
        value = self.need(path)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 200:
            raise Unknown(path, "malformed")
        return int(value)

    def entries(self, path: str) -> tuple[dict[str, Any], ...]:
        """The objects of a list of evidence; a list that nobody has stated holds nothing yet."""
        stated = self.stated(path, ())
        if path not in self._entries:
            self._entries[path] = _objects(stated, path)
        return self._entries[path]

    def listed(self, path: str) -> tuple[dict[str, Any], ...]:
        """The objects of a list that has to be stated (it may be empty)."""
        return _objects(self.need(path) or (), path)

    def about(self, person: Person, name: str) -> str:
        """The path that states this about the person: what one of his roles says holds for all."""
        for role in person.roles:
            if self._look(f"{role}.{name}") is not Unknown:
                return f"{role}.{name}"
        return f"{person.role}.{name}"

    def parameter(self, name: str) -> Any:
        parameter = self._parameters[name]
        value = parameter.at(self._as_of or self.day("application.date"))
        self.read[f"parameter:{name}"] = value
        return value

    @property
    def case_kind(self) -> str:
        return str(self.stated("application.case_kind", "new_business"))

    @property
    def remote(self) -> bool:
        return self.stated("application.remote") is True

    def people(self, roles: tuple[str, ...]) -> tuple[Person, ...]:
        """The natural persons under these roles, one entry a person (same id = same person)."""
        found: dict[str, list[str]] = {}
        for role in roles:
            block = self._look(role)
            if isinstance(block, Mapping) and block.get("type") != "corporate":
                found.setdefault(str(block.get("id", role)), []).append(role)
        return tuple(Person(person_id, _first(named), tuple(named)) for person_id, named in found.items())

    def _look(self, path: str) -> Any:
        value: Any = self._facts
        for key in path.split("."):
            if isinstance(value, Mapping):
                value = value.get(key, Unknown)
            elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
                value = value[int(key)]
            else:
                return Unknown
        return value


def _first(roles: list[str]) -> str:
    """The role that names a person of several roles: the cover is on the insured, so that one leads."""
    return "insured" if "insured" in roles else roles[0]


def _objects(value: Any, path: str) -> tuple[dict[str, Any], ...]:
    """Each entry as an object with an id; a bare title counts as an object of that title."""
    if not isinstance(value, list | tuple):
        raise Unknown(path, "malformed")
    out = []
    for index, entry in enumerate(value):
        if isinstance(entry, str):
            entry = {"title": entry}
        if not isinstance(entry, Mapping):
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
    return key == "insured" or not isinstance(value, Mapping)
