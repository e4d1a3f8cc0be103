"""What kind of case it is, as far as a scope can tell without asking: nothing here raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from underwriting.accumulation import INVESTMENT
from underwriting.application import Application
from underwriting.currency import TWD
from underwriting.rule import all_of, new_cover


def applied_for(application: Application) -> tuple[Mapping[str, Any], ...]:
    """The products as they are stated; what has no shape is left to the rules that ask for it."""
    stated = application.stated("products", ())
    return tuple(p for p in stated if isinstance(p, Mapping)) if isinstance(stated, list | tuple) else ()


def lines_of(application: Application) -> tuple[str, ...]:
    return tuple(str(product.get("line")) for product in applied_for(application))


def invests(application: Application) -> bool:
    """投資型商品."""
    return any(p.get("is_investment") is True or p.get("line") in INVESTMENT for p in applied_for(application))


def foreign_currency(application: Application) -> bool:
    """以外幣收付之非投資型保單."""
    general = application.stated("application.currency", TWD)
    return any(
        p.get("currency", general) != TWD and p.get("is_investment") is not True and p.get("line") not in INVESTMENT
        for p in applied_for(application)
    )


def oiu(application: Application) -> bool:
    return application.stated("product") == "OIU"


cover_invests = all_of(new_cover, invests)
