"""Months, working days and deadlines: pure functions of dates, and the calendar of one application."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from underwriting.application import Application, Unknown
from underwriting.derived import derived

SATURDAY = 5
ONE_DAY = timedelta(days=1)


def months_later(day: date, months: int) -> date:
    """The same day number `months` later (or earlier), at the latest the last day of that month (AMB-01, AMB-34)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def years_later(day: date, years: int) -> date:
    return months_later(day, 12 * years)


def days_after(day: date, days: int) -> date:
    """翌日起算 N 個日曆天: the day itself does not count, holidays do (AMB-33)."""
    return day + timedelta(days=days)


@derived
def calendar(application: Application) -> tuple[frozenset[date], frozenset[date]]:
    """Days off and days made up for (補行上班) of Taiwan's office calendar, with the facts' own `holidays` added."""
    table = application.parameter("working_days")
    stated = application.stated("holidays", ())
    if not isinstance(stated, list | tuple):
        raise Unknown("holidays", "malformed")
    own = frozenset(application.day(f"holidays.{index}") for index in range(len(stated)))
    return own | frozenset(table["days_off"]), frozenset(table["made_up"]) - own


def is_working_day(application: Application, day: date) -> bool:
    """工作天: not Saturday, Sunday or a day off, unless the office works to make up for another day."""
    off, made_up = calendar(application)
    return day in made_up or (day.weekday() < SATURDAY and day not in off)


def rolled(application: Application, day: date) -> date:
    """若到期日遇假日則順延至次一工作天 (壹拾玖【註】): the day itself, else the next working day."""
    while not is_working_day(application, day):
        day += ONE_DAY
    return day


def rolled_back(application: Application, day: date) -> date:
    """遇假日則提早一個工作天 (壹拾玖、一、(一)3)."""
    while not is_working_day(application, day):
        day -= ONE_DAY
    return day


def working_days_after(application: Application, day: date, days: int) -> date:
    """The N-th working day after `day` (肆、五: N 個工作天內)."""
    for _ in range(days):
        day = rolled(application, day + ONE_DAY)
    return day


def within_months(day: date, until: date, months: int) -> bool:
    """Whether `day` lies in the `months` before `until`, both ends counted."""
    return months_later(until, -months) <= day <= until
