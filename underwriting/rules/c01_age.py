"""壹、四 保險年齡計算方式."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.ages import insurance_age
from underwriting.application import Application, Person
from underwriting.evidence import named
from underwriting.model import Finding, Value
from underwriting.rule import rule


@rule("UW-01.4", each="party", before="submission")
def age_by_application_date(application: Application, person: Person) -> Iterator[Finding | Value]:
    """Full years at the application date, one more when more than 6 months have passed since the birthday."""
    age = insurance_age(application, person)
    if "insured" in person.roles:
        yield Value("insurance_age", age)
    yield Finding(
        "VALUE",
        f"{named(person)}保險年齡 {age} 歲",
        "satisfied",
        subject=person.role,
        person=person.role,
        value=age,
        strength="info",
    )
