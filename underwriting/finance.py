"""玖、三 Whose income is the measure, and what it allows."""

from __future__ import annotations

from underwriting.ages import insurance_age
from underwriting.application import Application, Person
from underwriting.checks import the
from underwriting.derived import derived


@derived
def by_parents(application: Application, person: Person) -> bool:
    """未滿 20 歲或學生 (玖、三、(一)註2)."""
    young = insurance_age(application, person) < application.parameter("income_multiples")["from"]
    return young or application.stated(application.about(person, "status")) == "student"


@derived
def family_income(application: Application, whose: str) -> float:
    """家庭年收入 of the "insured" or the "ph": the family's when it is stated apart, else the one that is stated."""
    apart = application.maybe_number(f"finance.{whose}_family_income")
    return application.number("finance.family_income") if apart is None else apart


@derived
def income_basis(application: Application) -> float:
    """The insured's family; a homemaker's spouse (捌、二、(二)※1); the parents of a minor or student."""
    person = the(application, "insured")
    if person and by_parents(application, person):
        parents = application.maybe_number("finance.parents_income")
        if parents is not None:
            return parents
    if person and application.stated(application.about(person, "status")) == "homemaker":
        spouse = application.maybe_number("finance.spouse_income")
        if spouse is not None:
            return spouse
    return family_income(application, "insured")


@derived
def multiple(application: Application) -> int | None:
    """T-09.3.1 by insurance age; None below 20 and for students, where none is printed (AMB-15)."""
    person = the(application, "insured")
    if person is None or by_parents(application, person):
        return None
    age, rows = insurance_age(application, person), application.row("income_multiples", "rows")
    band = next(place for place, (until, _) in enumerate(rows) if age <= until)
    return application.row("income_multiples", "rows", band, 1)


@derived
def family_income_of_items(application: Application) -> float | None:
    """玖、四: self and spouse, work and other; first-degree ascendants who live together and are supported."""
    names = ("own_work", "own_other", "spouse_work", "spouse_other")
    stated = [application.maybe_number(f"finance.{name}") for name in names]
    parents = application.entries("finance.parents")
    if all(one is None for one in stated) and not parents:
        return application.maybe_number("finance.family_income")
    together = [
        application.number(f"finance.parents.{index}.income")
        for index, parent in enumerate(parents)
        if parent.get("living_together") and parent.get("supported")
    ]
    return sum(one or 0 for one in stated) + sum(together)
