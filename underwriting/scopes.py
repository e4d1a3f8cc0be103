"""What kind of case it is, as far as a scope can tell without asking: nothing here raises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, wraps
from typing import Any

from underwriting.accumulation import INVESTMENT
from underwriting.application import Application, Unknown
from underwriting.currency import TWD
from underwriting.derived import derived
from underwriting.model import Finding, Value
from underwriting.rule import Scope, all_of, new_cover


@derived
def applied_for(application: Application) -> tuple[Mapping[str, Any], ...]:
    """The products as they are stated; what has no shape is left to the rules that ask for it."""
    stated = application.stated("products", ())
    return tuple(p for p in stated if isinstance(p, Mapping)) if isinstance(stated, list | tuple) else ()


@derived
def lines_of(application: Application) -> tuple[str, ...]:
    return tuple(str(product.get("line")) for product in applied_for(application))


@cache
def says_of_a_product(*names: str) -> Scope:
    """Whether one of these is stated of any product."""

    def stated(application: Application) -> bool:
        return any(not product.keys().isdisjoint(names) for product in applied_for(application))

    return stated


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


def concerns(application: Application, *lines: str) -> bool:
    """Whether the application asks for one of these lines; one that names no product asks about every line."""
    asked = lines_of(application)
    return not asked or not set(lines).isdisjoint(asked)


def if_known[**P](check: Callable[P, Iterator[Finding | Value]]) -> Callable[P, Iterator[Finding | Value]]:
    """A rule about amounts asks for what it lacks only when something is applied for."""

    @wraps(check)
    def answers(*args: P.args, **kwargs: P.kwargs) -> Iterator[Finding | Value]:
        try:
            yield from check(*args, **kwargs)
        except Unknown:
            if any(isinstance(one, Application) and applied_for(one) for one in args):
                raise

    return answers


@cache
def asks_about(*lines: str) -> Scope:
    """New cover that asks for one of these lines, or names no product."""

    def in_scope(application: Application) -> bool:
        return new_cover(application) and concerns(application, *lines)

    return in_scope


@cache
def states(path: str) -> Scope:
    """New cover of which something is stated there: what nobody has mentioned is out of scope."""

    def in_scope(application: Application) -> bool:
        return new_cover(application) and application.stated(path) is not None

    return in_scope
