"""Dates of the insurance business are days in Taipei (U9, U10); the journal's times are UTC."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

TAIPEI = ZoneInfo("Asia/Taipei")


def taipei_date(at: datetime) -> date:
    """The calendar day in Taipei of an aware time."""
    return at.astimezone(TAIPEI).date()
