"""Months, working days and deadlines, by Taiwan's office calendar of 2024 to 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.underwriting.applications import NEW_BUSINESS, overlay
from underwriting.application import Application
from underwriting.dates import (
    days_after,
    is_working_day,
    months_later,
    rolled,
    rolled_back,
    within_months,
    working_days_after,
    years_later,
)
from underwriting.load import load_rulebook

DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


def application(**facts: object) -> Application:
    return Application(overlay(NEW_BUSINESS, facts), load_rulebook().parameters, None)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2022, 8, 31), 6, date(2023, 2, 28)),
        (date(2024, 1, 31), -3, date(2023, 10, 31)),
        (date(2024, 7, 15), -3, date(2024, 4, 15)),
        (date(2024, 12, 1), 1, date(2025, 1, 1)),
    ],
)
def test_months_keep_the_day_or_end_with_the_month(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


def test_years_are_twelve_months() -> None:
    assert years_later(date(2024, 2, 29), 1) == date(2025, 2, 28)


def test_the_day_of_a_notice_does_not_count() -> None:
    assert days_after(date(2024, 7, 1), 14) == date(2024, 7, 15)


def test_a_window_of_months_has_both_ends() -> None:
    until = date(2024, 7, 15)
    found = [within_months(day, until, 3) for day in (date(2024, 4, 14), date(2024, 4, 15), until, date(2024, 7, 16))]
    assert found == [False, True, True, False]


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2024, 2, 8), False),  # 小年夜, bridged
        (date(2024, 2, 17), True),  # Saturday worked for it
        (date(2024, 2, 15), True),
        (date(2025, 9, 29), False),  # 教師節 made up for
        (date(2025, 10, 24), False),  # 光復節 made up for
        (date(2026, 2, 20), False),
        (date(2026, 5, 1), False),
        (date(2025, 5, 1), True),  # no day off of the offices before the law of that month
        (date(2024, 7, 13), False),  # Saturday
    ],
)
def test_the_office_calendar(day: date, works: bool) -> None:
    assert is_working_day(application(), day) is works


def test_a_typhoon_day_comes_with_the_facts() -> None:
    assert rolled(application(holidays=["2024-07-24", "2024-07-25"]), date(2024, 7, 24)) == date(2024, 7, 26)


def test_before_the_lunar_new_year_the_next_working_day_is_after_it() -> None:
    assert working_days_after(application(), date(2024, 2, 7), 1) == date(2024, 2, 15)


@given(DAYS)
def test_rolling_ends_on_a_working_day_and_never_further_than_needed(day: date) -> None:
    taiwan = application()
    on, back = rolled(taiwan, day), rolled_back(taiwan, day)
    assert is_working_day(taiwan, on) and is_working_day(taiwan, back)
    between = [back + timedelta(days=n) for n in range(1, (on - back).days)]
    assert [d for d in between if is_working_day(taiwan, d)] == []


@given(DAYS, st.integers(1, 20))
def test_working_days_add_up(day: date, days: int) -> None:
    taiwan = application()
    one_by_one = day
    for _ in range(days):
        one_by_one = working_days_after(taiwan, one_by_one, 1)
    assert working_days_after(taiwan, day, days) == one_by_one
