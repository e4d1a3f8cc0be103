"""捌、二 (一)1 (二) 特殊身分: below 15, minors and students, homemakers, retired and unemployed persons."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from underwriting.accumulation import LIFE, own_totals, totals_with_peers
from underwriting.ages import insurance_age
from underwriting.answers import review
from underwriting.application import Application
from underwriting.caps import SAME_CAPS, identity, perhaps_special
from underwriting.checks import over, the
from underwriting.model import Finding, Value
from underwriting.rule import all_of, new_cover, rule
from underwriting.rules.c08_products import LINE_ZH, held
from underwriting.scopes import applied_for, concerns, if_known

section = partial(rule, applies=all_of(new_cover, perhaps_special))


@section("UW-08.2.1.1.1")
@if_known
def below_fifteen_here(application: Application) -> Iterator[Finding]:
    """T-08.2.1, accident and 失能 together 200萬 (AMB-10)."""
    if identity(application) != "under_15":
        return
    yield from _held_to(application, "under_15_caps")
    if concerns(application, "accident", "disability_lump"):
        total = own_totals(application, ("accident", "disability_lump"))
        cap = application.parameter("under_15_accident_and_disability")
        yield from over("未滿 15 足歲傷害險及失能保險合計", "accident_plus_disability", cap, total)


@section("UW-08.2.1.1.2")
@if_known
def below_fifteen_with_peers(application: Application) -> Iterator[Finding | Value]:
    if identity(application) != "under_15":
        return
    caps, lines = application.parameter("under_15_with_peers"), (*LIFE, "accident", "disability_lump")
    yield Value("caps_with_peers", dict(caps))
    if concerns(application, *lines):
        cap, total = caps["life_accident_disability"], totals_with_peers(application, lines)
        text = "未滿 15 足歲壽險、傷害險及失能保險於本公司+同業累計"
        yield from over(text, "life_accident_disability", cap, total, scope="with_peers")
    if concerns(application, "hospital_daily"):
        total = totals_with_peers(application, ("hospital_daily",))
        text = "未滿 15 足歲住院醫療日額於本公司+同業累計"
        yield from over(text, "hospital_daily", caps["hospital_daily"], total, scope="with_peers")


@section("UW-08.2.2.1")
@if_known
def minors_students_homemakers_retired(application: Application) -> Iterator[Finding]:
    """T-08.2.2; life by finances."""
    if identity(application) in ("minor", *SAME_CAPS):
        yield from _held_to(application, "status_caps")


@section("UW-08.2.2.2")
@if_known
def unemployed(application: Application) -> Iterator[Finding]:
    if identity(application) == "unemployed":
        yield from _held_to(application, "unemployed_caps")


@section("UW-08.2.2.3")
@if_known
def income_multiple_holds_too(application: Application) -> Iterator[Finding]:
    """A homemaker's base is the spouse's income (UW-09.3.1.1); age bands that differ are looked at (AMB-12)."""
    if identity(application) != "homemaker" or application.stated("finance.spouse_income") is None:
        return
    spouse, person = application.maybe_number("finance.spouse_age"), the(application, "insured")
    if spouse is None or person is None:
        return
    if _band(application, spouse) != _band(application, insurance_age(application, person)):
        yield review("配偶與被保險人年齡落於不同倍數區間", "spouse_age_band", subject="insured")


@section("UW-08.2.2.4")
@if_known
def parents_tell_of_themselves(application: Application) -> Iterator[Finding]:
    if applied_for(application) and identity(application) in ("under_15", "minor", "student"):
        lacking = _lacking(application, "parents", ("occupation", "income", "cover"))
        if application.stated("siblings") is None:
            lacking += ("siblings",)
        text = "說明父母之職業、年收入及含同業投保狀況、兄弟姐妹人數；以父或母之累計保額為原則"
        yield review(text, "parents", subject="insured", items=lacking)


@section("UW-08.2.2.5")
@if_known
def spouse_tells(application: Application) -> Iterator[Finding]:
    if applied_for(application) and identity(application) == "homemaker":
        lacking = _lacking(application, "spouse", ("occupation", "income", "cover"))
        text = "說明配偶之職業、年收入及含同業投保狀況；以配偶之累計保額為原則"
        yield review(text, "spouse", subject="insured", items=lacking)
        ceiling = application.maybe_number("spouse.life_accident_total")
        total = totals_with_peers(application, (*LIFE, "accident")) if ceiling is not None else 0
        if ceiling is not None:
            yield from over("家管以配偶之累計保額為原則", "life", ceiling, total, strength="discretionary")


@section("UW-08.2.2.6")
@if_known
def retired_tells(application: Application) -> Iterator[Finding]:
    if applied_for(application) and identity(application) == "retired":
        lacking = _lacking(application, "retirement", ("occupation", "income", "date", "reason"))
        text = "說明退休前之職業、年收入、何時退休、退休原因及目前收入及財務狀況"
        yield review(text, "retired", subject="insured", items=lacking)


def _held_to(application: Application, parameter: str) -> Iterator[Finding]:
    for line, cap in application.parameter(parameter).items():
        if line in LINE_ZH:
            yield from held(application, line, cap)


def _lacking(application: Application, block: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{block}.{name}" for name in names if application.stated(f"{block}.{name}") is None)


def _band(application: Application, age: float) -> float | None:
    rows = application.parameter("income_multiples")["rows"]
    return next((multiple for until, multiple in rows if age <= until), None)
