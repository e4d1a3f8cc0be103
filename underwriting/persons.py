"""What follows from the ages that are stated, when only one of the two kinds is."""

from __future__ import annotations

from underwriting.ages import attained_age, insurance_age
from underwriting.application import Application, Person, Unknown
from underwriting.derived import derived


@derived
def is_under(application: Application, person: Person, age: int) -> bool:
    """未滿 N 足歲. An insurance age that is stated alone also tells, unless it is N itself: it is full years or one
    more (壹、四)."""
    try:
        return attained_age(application, person) < age
    except Unknown:
        stated = application.about(person, "insurance_age")
        if application.stated(stated) is None or insurance_age(application, person) == age:
            raise
        return insurance_age(application, person) < age
