"""Ages: full years attained (足歲) and insurance age (保險年齡), by the application date."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from underwriting.application import Application, Person, Unknown
from underwriting.derived import derived


def attained(birth: date, day: date) -> int:
    """Full years on `day`; the birthday counts as attained, 29 February on 1 March of a common year."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def past_half(birth: date, day: date, months: int) -> bool:
    """Whether more than `months` have passed since the last birthday (AMB-01: strictly more, month ends clamped)."""
    years = attained(birth, day)
    whole = birth.month - 1 + months
    year, month = birth.year + years + whole // 12, whole % 12 + 1
    return day > date(year, month, min(birth.day, monthrange(year, month)[1]))


@derived
def attained_age(application: Application, person: Person) -> int:
    """實際年齡/足歲 at the application date (壹、二、(二)); a stated age stands instead of the birth date."""
    stated = application.about(person, "age")
    if application.stated(stated) is not None:
        return application.years(stated)
    return _full_years(application, person)[0]


@derived
def insurance_age(application: Application, person: Person) -> int:
    """保險年齡 (壹、四); a stated one stands instead of the birth date."""
    stated = application.about(person, "insurance_age")
    if application.stated(stated) is not None:
        return application.years(stated)
    years, birth, day = _full_years(application, person)
    return years + past_half(birth, day, application.parameter("insurance_age_months"))


@derived
def is_adult(application: Application, person: Person) -> bool:
    """壹、二、(三)1."""
    return attained_age(application, person) >= application.parameter("adult_age")


@derived
def is_senior(application: Application, person: Person) -> bool:
    """高齡客戶: 65 by insurance age (壹、五、【註1】1)."""
    return insurance_age(application, person) >= application.parameter("senior_age")


def _full_years(application: Application, person: Person) -> tuple[int, date, date]:
    path = application.about(person, "birth_date")
    birth, day = application.day(path), application.day("application.date")
    if day < birth:
        raise Unknown(path, "malformed")
    return attained(birth, day), birth, day
