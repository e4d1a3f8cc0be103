"""Facts as a rule sees them: typed, traced, and unknown when nobody has said them.

`need` and the typed looks (`flag`, `text`, `day`, `number`) stop the rule with `Unknown` when the fact is not stated;
`evaluate` turns that into a PENDING finding with the path. `stated` and `maybe_*` are for exceptions and special
circumstances (cannot sign, waiver of the review period), which apply only when somebody states them. Every look is
written into `read`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from underwriting.looks import Held
from underwriting.model import Parameters
from underwriting.shapes import Unknown, boolean, by_path, day_of, number, objects, string

UNKNOWN = "(unknown)"
PARTIES = ("policyholder", "insured")
CLIENTS = (*PARTIES, "payer")
SIGNING_ROLES = (*CLIENTS, "legal_representative", "guardian", "assistant")
# What a rule may run over, by the roles of the persons; "case" and "product" are no persons.
EACH = {
    "case": (),
    "product": (),
    "insured": ("insured",),
    "policyholder": ("policyholder",),
    "party": PARTIES,
    "client": CLIENTS,
    "signer": SIGNING_ROLES,
}


class Person(NamedTuple):
    """A natural person of the case under the role that leads; `roles` are all of his."""

    id: str
    role: str
    roles: tuple[str, ...]


class Product(NamedTuple):
    """A main contract or rider applied for: its place in `products`, its line (FACTS.md), main or rider."""

    index: int
    line: str
    role: str

    @property
    def is_rider(self) -> bool:
        return self.role == "rider"

    def path(self, name: str) -> str:
        return f"products.{self.index}.{name}"


class Application:
    """The facts of one application by their paths, and the parameters in force, for one evaluation."""

    def __init__(self, facts: Mapping[str, Any], parameters: Parameters, as_of: date | None):
        self._at, self._parameters, self._as_of = by_path(facts), parameters, as_of
        self._in_force: Mapping[str, Any] | None = None
        self._entries: dict[str, tuple[dict[str, Any], ...]] = {}
        self._derived: dict[Any, Held] = {}
        self._subjects: dict[str, tuple[tuple[Any, ...], ...]] = {}
        self.scopes: dict[Callable[..., bool], bool] = {}
        self._people: dict[tuple[str, ...], tuple[Person, ...]] = {}
        self.read: dict[Any, Any] = {}  # for Looks

    def stated(self, path: str, default: Any = None) -> Any:
        value = self._at.get(path, Unknown)
        if value is Unknown:
            self.read[path] = UNKNOWN
            return default
        self.read[path] = value
        return default if value is None else value

    def says(self, path: str) -> bool:
        """Whether anybody has stated something there, without leaving a trace."""
        return self._at.get(path) is not None

    def need(self, path: str) -> Any:
        value = self._at.get(path, Unknown)
        if value is Unknown:
            self.read[path] = UNKNOWN
            raise Unknown(path)
        self.read[path] = value
        return value

    def flag(self, path: str) -> bool:
        return bool(boolean(path, self.need(path)))

    def text(self, path: str) -> str:
        return string(path, self.need(path))

    def day(self, path: str) -> date:
        return day_of(path, self.need(path))

    def number(self, path: str) -> int | float:
        return number(path, self.need(path))

    def years(self, path: str) -> int:
        value = self.number(path)
        if not 0 <= value < 200:
            raise Unknown(path, "malformed")
        return int(value)

    def maybe_flag(self, path: str) -> bool | None:
        """None: not stated, or known to be absent; so with the three that follow."""
        return boolean(path, self.stated(path))

    def maybe_text(self, path: str) -> str | None:
        value = self.stated(path)
        return None if value is None else string(path, value)

    def maybe_day(self, path: str) -> date | None:
        value = self.stated(path)
        return None if value is None else day_of(path, value)

    def maybe_number(self, path: str) -> int | float | None:
        value = self.stated(path)
        return None if value is None else number(path, value)

    def entries(self, path: str) -> tuple[dict[str, Any], ...]:
        """The objects of a list of evidence; a list that nobody has stated holds nothing yet."""
        stated = self.stated(path, ())
        if path not in self._entries:
            self._entries[path] = objects(stated, path)
        return self._entries[path]

    def listed(self, path: str) -> tuple[dict[str, Any], ...]:
        """The objects of a list that has to be stated (it may be empty)."""
        self.need(path)
        return self.entries(path)

    def about(self, person: Person, name: str) -> str:
        """The path that states this about the person: what one of his roles says holds for all."""
        for role in person.roles:
            path = f"{role}.{name}"
            if path in self._at:
                return path
        return f"{person.role}.{name}"

    def parameter(self, name: str) -> Any:
        value = self._row(name)
        self.read[f"parameter:{name}"] = value
        return value

    def row(self, name: str, *keys: Any) -> Any:
        """One entry of a parameter that is a table, by key after key (a place, where the table is a list); None where
        a key is not in it. Only the entry is traced."""
        value = self._row(name)
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else value[key]
            if value is None:
                break
        self.read[f"parameter:{name}.{'.'.join(map(str, keys))}"] = value
        return value

    def once(self, compute: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """What `derived` needs: compute the first time, keep the answer, and hand on what it read."""
        held = self._derived.get((compute, args))
        if held is None:
            held = self._derived[compute, args] = self._work_out(compute, args)
        self.read[held] = None
        if held.stop:
            raise Unknown(*held.stop)
        return held.value

    def inside(self, scope: Callable[..., bool]) -> bool:
        """Whether this application is in the scope, which is asked once."""
        found = self.scopes.get(scope)
        if found is None:
            found = self.scopes[scope] = scope(self)
        return found

    def set_off(self, when: str | Callable[..., bool]) -> bool:
        """Whether the fact is stated, or the circumstance holds, that a rule waits for; "" is nothing to wait for."""
        if isinstance(when, str):
            return not when or self.says(when)
        return self.inside(when)

    @property
    def case_kind(self) -> str:
        return str(self.stated("application.case_kind", "new_business"))

    @property
    def remote(self) -> bool:
        return self.stated("application.remote") is True

    def people(self, roles: tuple[str, ...]) -> tuple[Person, ...]:
        """The natural persons under these roles, one entry a person (same id = same person)."""
        if roles not in self._people:
            self._people[roles] = self._find_people(roles)
        return self._people[roles]

    def products(self) -> tuple[Product, ...]:
        """What is applied for; a product whose line is not stated is unknown."""
        return self.once(Application._list_products, ())

    def subjects(self, each: str) -> tuple[tuple[Any, ...], ...]:
        """The arguments of a rule, once for each run."""
        if each not in self._subjects:
            self._subjects[each] = self._list_subjects(each)
        return self._subjects[each]

    def _find_people(self, roles: tuple[str, ...]) -> tuple[Person, ...]:
        found: dict[str, list[str]] = {}
        for role in roles:
            block = self._at.get(role)
            if isinstance(block, dict) and block.get("type") != "corporate":
                found.setdefault(str(block.get("id", role)), []).append(role)
        return tuple(Person(person_id, _first(named), tuple(named)) for person_id, named in found.items())

    def _list_products(self) -> tuple[Product, ...]:
        return tuple(
            Product(index, self.text(f"products.{index}.line"), str(product.get("role", "main")))
            for index, product in enumerate(self.listed("products"))
        )

    def _list_subjects(self, each: str) -> tuple[tuple[Any, ...], ...]:
        if each == "case":
            return ((),)
        return tuple((subject,) for subject in (self.products() if each == "product" else self.people(EACH[each])))

    def _work_out(self, compute: Callable[..., Any], args: tuple[Any, ...]) -> Held:
        """A derived value, its own looks kept apart from those of whoever asks."""
        held = Held(compute, args)
        outer, self.read = self.read, held.read
        try:
            held.value = compute(self, *args)
        except Unknown as unknown:
            held.stop = (unknown.path, unknown.reason)  # not the exception: its frames hold the application
        self.read = outer
        return held

    def _row(self, name: str) -> Any:
        if self._in_force is None:
            self._in_force = self._parameters.in_force(self._as_of or self.day("application.date"))
        return self._in_force[name]


def _first(roles: list[str]) -> str:
    """The role that names a person of several roles: the cover is on the insured, so that one leads."""
    return "insured" if "insured" in roles else roles[0]
