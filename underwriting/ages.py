"""Ages: full years attained (足歲) and insurance age (保險年齡), by the application date."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from underwriting.application import Application, Person, Unknown


def attained(birth: date, day: date) -> int:
    """Full years on `day`; the birthday counts as attained, 29 February on 1 March of a common year."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def past_half(birth: date, day: date, months: int) -> bool:
    """Whether more than `months` have passed since the last birthday (AMB-01: strictly more, month ends clamped)."""
    years = attained(birth, day)
    whole = birth.month - 1 + months
    year, month = birth.year + years + whole // 12, whole % 12 + 1
    return day > date(year, month, min(birth.day, monthrange(year, month)[1]))


def attained_age(application: Application, person: Person) -> int:
    stated = application.about(person, "age")
    if application.stated(stated) is not None:
        return application.years(stated)
    return _full_years(application, person)[0]


def insurance_age(application: Application, person: Person) -> int:
    stated = application.about(person, "insurance_age")
    if application.stated(stated) is not None:
        return application.years(stated)
    years, birth, day = _full_years(application, person)
    return years + past_half(birth, day, application.parameter("insurance_age_months"))


def is_adult(application: Application, person: Person) -> bool:
    return attained_age(application, person) >= application.parameter("adult_age")


def is_senior(application: Application, person: Person) -> bool:
    return insurance_age(application, person) >= application.parameter("senior_age")


def _full_years(application: Application, person: Person) -> tuple[int, date, date]:
    path = application.about(person, "birth_date")
    birth, day = application.day(path), application.day("application.date")
    if day < birth:
        raise Unknown(path, "malformed")
    return attained(birth, day), birth, day
