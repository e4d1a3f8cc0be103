"""◎危險職業投保金額限額表: the limits of the insured's occupations."""

from __future__ import annotations

from collections.abc import Mapping

from underwriting.accumulation import LIFE
from underwriting.application import Application
from underwriting.derived import derived

# The table's four columns, and the lines that are added up under each.
COLUMNS = {"life": LIFE, "accident": ("accident",), "hospital_daily": ("hospital_daily",), "surgery": ("surgery",)}
Limits = Mapping[str, int | None]


@derived
def dangerous(application: Application) -> tuple[tuple[str, Limits], ...]:
    """(section, limits by column) of each occupation that the table lists; None among the limits is 拒保."""
    rows = dict.fromkeys(application.row("occupation_rows", code) for code in _codes(application))
    return tuple((row, application.row("occupation_limits", row)) for row in rows if row)


@derived
def occupation_limits(application: Application) -> Limits:
    """The tightest limit of each column that any of the occupations sets; a column without one is not named."""
    out: dict[str, int | None] = {}
    for _, limits in dangerous(application):
        for column, limit in limits.items():
            held = out.get(column, limit)
            out[column] = None if limit is None or held is None else min(held, limit)
    return out


def _codes(application: Application) -> tuple[str, ...]:
    several = application.entries("insured.occupations")
    stated = (application.stated("insured.occupation_code"), *(occupation.get("code") for occupation in several))
    return tuple(code for code in stated if isinstance(code, str))
