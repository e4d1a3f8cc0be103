"""壹拾柒、一、(五)(七)(八) 投資屬性: how it is found, what it allows, and whether the product suits the client."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from underwriting.accumulation import is_investment
from underwriting.ages import insurance_age, is_senior
from underwriting.answers import pending, reject, review
from underwriting.application import Application, Person, Unknown
from underwriting.checks import the
from underwriting.dates import years_later
from underwriting.model import Finding, Value
from underwriting.rule import new_cover, rule
from underwriting.scopes import cover_invests, invests

section = partial(rule, applies=cover_invests)
STEADY, CAUTIOUS = "穩健型", "保守型"


def profile_stated(application: Application) -> bool:
    return application.stated("kyc") is not None or cover_invests(application)


def funds_chosen(application: Application) -> bool:
    return application.stated("funds") is not None


@rule("UW-17.1.5", applies=profile_stated)
def profile_holds_for_a_year(application: Application) -> Iterator[Finding | Value]:
    """Valid one year; not evaluated again before, and again after (the anniversary itself is still in the year)."""
    made, day = application.day("kyc.date"), application.day("application.date")
    ends = years_later(made, application.parameter("profile_years"))
    state = "after_application" if made > day else "valid" if day <= ends else "expired"
    yield Value("kyc_status", state)
    ok = state != "expired"
    yield pending(
        "投資屬性評估已逾一年者，須重新進行評估", ok, subject="policyholder", field="kyc.date", due=ends.isoformat()
    )
    before = application.maybe_day("kyc.previous_date")
    if before and before < made < years_later(before, application.parameter("profile_years")):
        yield reject("投資屬性評估未滿一年不得重新評估", subject="policyholder", field="kyc.previous_date")
    if application.stated("kyc.done_by") == "agent":
        yield reject("招攬人員不得為要保人辦理投資屬性分析", subject="agent", field="kyc.done_by")


@rule("UW-17.1.7.1", applies=profile_stated)
def profile_comes_before_the_application(application: Application) -> Iterator[Finding]:
    early = application.day("kyc.date") <= application.day("application.date")
    yield pending("要保書申請日應等於或晚於投資屬性評估日", early, subject="policyholder", field="kyc.date")


@rule("UW-17.1.7.4", applies=funds_chosen)
def funds_fit_the_profile(application: Application) -> Iterator[Finding | Value]:
    """The stated profile, or the highest that (1) and (2) leave."""
    profiles = application.parameter("profile_risks")
    profile = application.text("kyc.profile")
    stated = set(profiles.get(profile, ()))
    allowed = stated & set(profiles.get(_highest(application), stated))
    funds = application.listed("funds")
    wrong = tuple(f["id"] for i, f in enumerate(funds) if application.text(f"funds.{i}.rr") not in allowed)
    yield Value("risk_match", not wrong)
    text = f"投資標的風險收益等級須與投資屬性（{profile}）相符，不相符者照會或婉拒投保"
    yield pending(text, not wrong, subject="policyholder", field="funds", items=wrong)


@rule("UW-17.1.7.5", applies=new_cover, each="policyholder")
def profile_is_at_most_steady(application: Application, person: Person) -> Iterator[Finding | Value]:
    """(1): 7 to under 18, 65 and more, junior high school or less, 重大傷病證明."""
    investing = invests(application)
    try:
        highest = highest_profile(application, person)
    except Unknown:
        if investing:
            raise
        return
    yield Value("max_profile", highest)
    if highest == STEADY:
        yield from _too_bold(application, highest)
    if investing and highest == application.parameter("profile_order")[0]:
        application.need(application.about(person, "education"))


@section("UW-17.1.7.6", each="policyholder")
def small_child_is_cautious(application: Application, person: Person) -> Iterator[Finding]:
    """(2): 保險年齡未滿 7 歲."""
    if highest_profile(application, person) == CAUTIOUS:
        yield from _too_bold(application, CAUTIOUS)


@section("UW-17.1.8.1", each="insured")
def senior_in_type_a(application: Application, person: Person) -> Iterator[Finding]:
    """甲型 life and a senior insured: amount to account value by the ratio table."""
    kinds = ("甲", "甲型", "A")
    if not is_senior(application, person):
        return
    for product in application.products():
        if product.line == "investment_life" and application.stated(product.path("type")) in kinds:
            value = application.number("investment.account_value")
            ratio = application.number(product.path("amount")) / value if value > 0 else float("inf")
            least = ratio_at(application, insurance_age(application, person))
            text = f"甲型：投保金額÷保單帳戶價值須 ≥ {least:.0%}"
            yield pending(text, ratio >= least, subject="insured", field=product.path("amount"), value=least)


@section("UW-17.1.8.2", each="insured")
def senior_annuity_starts_by_eighty(application: Application, person: Person) -> Iterator[Finding | Value]:
    if not is_senior(application, person):
        return
    for product in application.products():
        if "annuity" in product.line and is_investment(application, product):
            path = product.path("annuity_start_age")
            if application.stated(path) is None:
                path = "investment.annuity_start_age"
            ok = application.number(path) <= application.parameter("annuity_start_limit")
            yield Value("annuity_start_ok", ok)
            yield pending("年金給付開始日不得超過保險年齡達 80 歲之保單週年日", ok, subject="insured", field=path)


@section("UW-17.1.8.3", each="policyholder")
def senior_without_work_is_weighed(application: Application, person: Person) -> Iterator[Finding]:
    idle = application.stated(application.about(person, "status")) in application.parameter("idle_statuses")
    if idle and is_senior(application, person):
        total = application.maybe_number("finance.investment_premium_own_and_peer")
        assets = application.maybe_number("finance.movable_assets")
        share = total / assets if total is not None and assets else None
        text = "評估投資型保險總保費支出占動產比重、保單集中度及持續繳費能力"
        yield review(text, "investment_concentration", subject="policyholder", person="policyholder", value=share)


def highest_profile(application: Application, person: Person) -> str:
    """積極型 unless (1) or (2) holds; education and 重大傷病 are circumstances that somebody has to state."""
    age = insurance_age(application, person)
    limits = application.parameter("profile_ages")
    if age < limits["cautious_below"]:
        return CAUTIOUS
    schooling = application.stated(application.about(person, "education"))
    limited = (
        age < limits["steady_below"]
        or age >= limits["steady_from"]
        or schooling in application.parameter("junior_high_or_less")
        or application.maybe_flag(application.about(person, "catastrophic_card"))
    )
    return STEADY if limited else application.parameter("profile_order")[0]


def ratio_at(application: Application, age: int) -> float:
    rows = application.parameter("death_benefit_ratios")
    return next(row["least"] for row in rows if age <= row["until"])


def _highest(application: Application) -> str | None:
    holder = the(application, "policyholder")
    try:
        return highest_profile(application, holder) if holder else None
    except Unknown:
        return None


def _too_bold(application: Application, highest: str) -> Iterator[Finding]:
    profile = application.maybe_text("kyc.profile")
    order = application.parameter("profile_order")
    if profile in order and order.index(profile) < order.index(highest):
        text = f"要保人投資屬性最高為「{highest}」"
        yield pending(text, False, subject="policyholder", person="policyholder", field="kyc.profile", reason=highest)
