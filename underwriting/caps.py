"""捌 The caps at this company, in layers: product (一), special identity (二), dangerous occupation (三); the smallest
binds (前言). Each layer is a map of line to cap; a line that a layer does not name is not held by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from underwriting.accumulation import LIFE, annualised_premium, life_total_x, own_totals
from underwriting.application import Application, Unknown
from underwriting.checks import the
from underwriting.derived import derived
from underwriting.occupation import occupation_limits
from underwriting.persons import is_under
from underwriting.rules.c02_form import occupation_class
from underwriting.scopes import applied_for, concerns, oiu

Caps = Mapping[str, float]
CARE = ("ltc", "dementia", "ltc_dementia")
TOTALS = {"life": LIFE, "ltc_dementia": CARE}  # lines that are added up under one cap
BY_CLASS = ("accident", "accident_medical_daily", "disability_lump", "disability_monthly")
SAME_CAPS = ("student", "homemaker", "retired")
NATIONAL = "TW"


def total_of(application: Application, line: str) -> float:
    return own_totals(application, TOTALS.get(line, (line,)))


def asked_for(application: Application, line: str) -> bool:
    return concerns(application, *TOTALS.get(line, (line,)))


@derived
def hospital_table_cap(application: Application) -> int:
    """T-08.1.1: the higher tier of X and the annualised premium; the premium is not asked for where X is enough."""
    tiers = application.parameter("hospital_tiers")
    total = life_total_x(application)
    by_total = next(cap for until, cap in tiers["by_life_total"] if total <= until)
    if by_total == tiers["by_premium"][0][1]:
        return by_total
    premium = annualised_premium(application)
    return max(by_total, next((cap for least, cap in tiers["by_premium"] if premium >= least), 0))


@derived
def hospital_income_cap(application: Application) -> float:
    """玖、三、(四)1: 1/120 of the year's work income or 10 % of the monthly salary; either suffices (AMB-16)."""
    shares = application.parameter("hospital_income_shares")
    yearly, monthly = (
        application.maybe_number("finance.work_income"),
        application.maybe_number("finance.monthly_salary"),
    )
    if yearly is None and monthly is None:
        raise Unknown("finance.work_income")
    return max((yearly or 0) / shares["yearly"], round((monthly or 0) * shares["monthly"], 6))


def by_product(application: Application) -> Caps:
    return application.parameter("own_caps")


def by_class(application: Application) -> Caps:
    """T-08.1; a class outside 1 to 6 (拒保) has none."""
    found = occupation_class(application)
    caps = {line: application.row("class_caps", line, found) for line in BY_CLASS}
    return {line: cap for line, cap in caps.items() if cap is not None}


@derived
def identity(application: Application) -> str:
    """捌、二 (一)(二): under_15, minor, student, homemaker, retired, unemployed or ""; below 15 comes first."""
    person = the(application, "insured")
    if person is None:
        return ""
    if is_under(application, person, application.parameter("child_age")):
        return "under_15"
    status = application.text(application.about(person, "status"))
    if status in (*SAME_CAPS, "unemployed"):
        return status
    return "minor" if is_under(application, person, application.parameter("adult_age")) else ""


def perhaps_a_child(application: Application) -> bool:
    """Scope: below 15, or nobody knows yet."""
    return _perhaps(application, "under_15")


def perhaps_special(application: Application) -> bool:
    """Scope: one of the identities of 捌、二 (一)(二), or nobody knows yet."""
    return _perhaps(application, "under_15", "minor", *SAME_CAPS, "unemployed")


def _perhaps(application: Application, *found: str) -> bool:
    try:
        return identity(application) in found
    except Unknown:
        return True


@derived
def is_foreign(application: Application) -> bool:
    """外籍人士: said so, else another nationality without a 身分證; an offshore policy has its own rules (壹拾捌)."""
    stated = application.maybe_flag("insured.foreign")
    if stated is not None or oiu(application) or application.stated("insured.roc_id"):
        return bool(stated)
    return application.stated("insured.nationality", NATIONAL) != NATIONAL


@derived
def foreign_kind(application: Application) -> str:
    """捌、二、(七): "" for nationals; a foreign spouse with a job is general (註3)."""
    if not is_foreign(application):
        return ""
    stated = application.maybe_text("insured.foreign_kind")
    if stated is not None:
        return stated
    reason = application.text("insured.entry_reason")
    if reason == "migrant_worker":
        return reason
    home = reason == "spouse" and application.text("insured.status") == "homemaker"
    return "spouse_homemaker" if home else "general"


def by_identity(application: Application) -> Caps:
    found = identity(application)
    if found == "under_15":
        return application.parameter("under_15_caps")
    if found == "unemployed":
        return application.parameter("unemployed_caps")
    return application.parameter("status_caps") if found else {}


def by_nationality(application: Application) -> Caps:
    return application.parameter("foreign_caps").get(foreign_kind(application), {})


def by_occupation(application: Application) -> Caps:
    """A1; what is declined there has the cap 0."""
    return {line: limit or 0 for line, limit in occupation_limits(application).items()}


def by_income(application: Application) -> Caps:
    """玖、三、(五): 失能扶助 and the care series, a month's income in principle; special identities follow 捌、二."""
    cap = application.parameter("monthly_benefit_cap")
    income = None if identity(application) else application.maybe_number("finance.monthly_income")
    cap = cap if income is None else min(cap, income)
    return {"disability_monthly": cap, "ltc_dementia": cap}


@derived
def special_hospital_cap(application: Application) -> float | None:
    """What income does not lift (玖、三、(四)2, AMB-30)."""
    layers = (by_identity(application), by_nationality(application), by_occupation(application))
    return min((layer["hospital_daily"] for layer in layers if "hospital_daily" in layer), default=None)


@derived
def hospital_by_income(application: Application) -> float:
    """The table's cap, or what income allows beyond it."""
    table = hospital_table_cap(application)
    try:
        return max(table, hospital_income_cap(application))
    except Unknown:
        if special_hospital_cap(application) is None and total_of(application, "hospital_daily") > table:
            raise
        return table


@derived
def own_caps(application: Application) -> dict[str, float]:
    """The binding cap of each line at this company (UW-08.0.1)."""
    out: dict[str, float] = {}
    layers: tuple[Callable[[Application], Caps], ...] = (
        by_product,
        by_identity,
        by_nationality,
        by_occupation,
        by_income,
    )
    for layer in layers:
        _tighten(out, layer(application))
    _tighten(out, _if_asked(application, by_class, BY_CLASS))
    _tighten(out, _if_asked(application, _hospital_layer, ("hospital_daily",)))
    for line in CARE:
        if "ltc_dementia" in out:
            out[line] = out["ltc_dementia"]
    if "life" in out:
        _tighten(out, {line: out["life"] for line in LIFE})
    return out


def _hospital_layer(application: Application) -> Caps:
    return {"hospital_daily": hospital_by_income(application)}


def _if_asked(application: Application, layer: Callable[[Application], Caps], lines: tuple[str, ...]) -> Caps:
    """A layer that lacks a fact stops the answer only when its lines are applied for."""
    try:
        return layer(application)
    except Unknown:
        if applied_for(application) and concerns(application, *lines):
            raise
        return {}


def _tighten(out: dict[str, float], layer: Caps) -> None:
    for line, cap in layer.items():
        out[line] = min(out.get(line, cap), cap)
