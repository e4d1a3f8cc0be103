"""The words of the rule core: what a rule answers, what an assessment is, what a rulebook holds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

NOTHING: Mapping[str, Any] = MappingProxyType({})
# The first kind that has an open finding names the outcome. What is not listed is a requirement.
SEVERITY = ("REJECT", "RETURN", "CANCEL", "CAP_EXCEEDED", "POSTPONE")
REQUIREMENTS = frozenset(
    ["PENDING", "DOC", "SIGN", "EXAM", "CALL", "RECORD", "SURVEY", "CALL_OR_SURVEY", "WITNESS", "VISIT", "ATTEST"]
)


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One answer of one rule, about one subject.

    A rule gives the kind, the text and the attributes of that kind; `evaluate` adds rule, cite, quote, `before` (when
    the finding says nothing else) and `read` (every fact path and parameter that the rule looked at). `person` is the
    role that it is about, `persons` and `signers` are role keys, `items` what is still lacking, `satisfied_by` the ids
    of the evidence that closed it, `missing` the path of a fact that nobody has stated. `who` has to act, `before`
    says by which step. `cap`, `total`, `excess` are NTD or the unit of the line (a day's benefit, policies).
    """

    kind: str
    text: str
    status: str = "open"
    subject: str = "case"
    who: str = "agent"
    before: str = ""
    strength: str = "required"
    rule: str = ""
    cite: str = ""
    quote: str = ""
    person: str | None = None
    line: str | None = None
    doc: str | None = None
    signers: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    value: Any = None
    cap: int | float | None = None
    total: int | float | None = None
    excess: int | float | None = None
    due: str | None = None
    to: str | None = None
    action: str | None = None
    scope: str | None = None
    reason: str | None = None
    missing: str | None = None
    field: str | None = None
    satisfied_by: tuple[str, ...] = ()
    read: Mapping[str, Any] = NOTHING

    def as_dict(self) -> dict[str, Any]:
        """JSON-able; attributes that this kind does not carry are left out (FACTS.md)."""
        out = {}
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value is not None and value != () and value != {}:
                out[name] = _plain(value)
        return out


@dataclass(frozen=True, slots=True)
class Value:
    """A computed value with a meaning for the application, by its name in FACTS.md."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Assessment:
    rulebook: str
    as_of: date | None
    outcome: str
    values: Mapping[str, Any]
    findings: tuple[Finding, ...]
    out_of_scope: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "rulebook": self.rulebook,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "outcome": self.outcome,
            "values": _plain(self.values),
            "findings": [finding.as_dict() for finding in self.findings],
            "out_of_scope": list(self.out_of_scope),
        }


@dataclass(frozen=True, slots=True)
class Section:
    """A paragraph of the manual: how it is cited and what it says; `reason` when no rule is made of it."""

    id: str
    cite: str
    quote: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number or table of the manual by date, newest row last, with the section that prints it."""

    name: str
    section: str
    rows: tuple[tuple[date, Any], ...]

    def at(self, day: date) -> Any:
        """The row in force on `day`. The first row also covers earlier days: who asks has chosen the edition."""
        chosen = self.rows[0][1]
        for since, value in self.rows:
            if since <= day:
                chosen = value
        return chosen


class Parameters(Mapping[str, Parameter]):
    """An edition's parameters by name, and what holds on a day: worked out once between two changes."""

    def __init__(self, parameters: Mapping[str, Parameter]):
        self._by_name = dict(parameters)
        self._changes = sorted({since for parameter in self._by_name.values() for since, _ in parameter.rows})
        self._held: dict[int, Mapping[str, Any]] = {}

    def __getitem__(self, name: str) -> Parameter:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def in_force(self, day: date) -> Mapping[str, Any]:
        period = bisect_right(self._changes, day)
        if period not in self._held:
            self._held[period] = {name: parameter.at(day) for name, parameter in self._by_name.items()}
        return self._held[period]


Scope = Callable[..., bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """A typed function registered by id. `each` is what it runs over, `applies` where it is in scope, `before` the
    step by which its findings must be closed, `when` the fact or circumstance that sets it off ("" = none needed)."""

    id: str
    check: Callable[..., Iterator[Finding | Value]]
    each: str
    applies: Scope
    before: str
    when: str | Scope = ""


class Block(NamedTuple):
    """Neighbours that apply where each other does and are set off by the same; `ids` are those of the rules."""

    applies: Scope
    when: str | Scope
    rules: tuple[Rule, ...]
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    edition: str
    sections: Mapping[str, Section]
    parameters: Parameters
    rules: tuple[Rule, ...]
    blocks: tuple[Block, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """`blocks`: a chapter that is out of scope, or that nothing sets off, is one question."""
        if not isinstance(self.parameters, Parameters):
            object.__setattr__(self, "parameters", Parameters(self.parameters))
        groups = ((key, tuple(rules)) for key, rules in groupby(self.rules, key=attrgetter("applies", "when")))
        blocks = (Block(*key, rules, tuple(rule.id for rule in rules)) for key, rules in groups)
        object.__setattr__(self, "blocks", tuple(blocks))

    @property
    def first_day(self) -> date:
        """Editions are named by 民國 year and month: 113-07 holds from 1 July 2024."""
        year, month = self.edition.split("-")
        return date(int(year) + 1911, int(month), 1)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
