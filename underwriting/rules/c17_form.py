"""壹拾柒、一、(九)~(十二) and 二: the form, each premium's ratio, substandard terms, the proposal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial

from underwriting.ages import insurance_age, is_adult
from underwriting.answers import doc, note, pending, reject, review, sign
from underwriting.application import Application, Person
from underwriting.checks import over, the
from underwriting.dates import rolled
from underwriting.model import Finding, Value
from underwriting.rule import all_of, rule
from underwriting.rules.c17_persons import SETTLEMENT, foreign_targets
from underwriting.rules.c17_profile import funds_chosen, ratio_at
from underwriting.scopes import cover_invests

CHANGE = "投資型保險單契約內容變更申請書"
ADJUSTMENT = "投資型保險自動調整基本保額批註條款申請書"
SUBSTANDARD_PROPOSAL = "次標準體建議書"


def premium_paid(application: Application) -> bool:
    return application.stated("investment.death_benefit") is not None


def substandard(application: Application) -> bool:
    return application.stated("application.decision") == "substandard"


def allocated(application: Application) -> bool:
    funds = application.stated("funds")
    return isinstance(funds, list) and any(isinstance(fund, Mapping) and "allocation_pct" in fund for fund in funds)


section = partial(rule, applies=cover_invests)
loaded = partial(rule, applies=all_of(cover_invests, substandard), each="insured")


@rule("UW-17.1.9.1", applies=all_of(funds_chosen, allocated))
def allocation_adds_up(application: Application) -> Iterator[Finding | Value]:
    limits = application.parameter("allocation_limits")
    shares = [application.number(f"funds.{i}.allocation_pct") for i in range(len(application.listed("funds")))]
    whole = all(share == int(share) and share >= limits["least"] for share in shares)
    ok = whole and sum(shares) == limits["total"]
    yield Value("allocation_ok", ok)
    yield pending("配置比例需為整數、合計 100%、最低 1%", ok, subject="policyholder", field="funds.allocation_pct")


@section("UW-17.1.9.2")
def without_an_order_by_value(application: Application) -> Iterator[Finding]:
    if not application.stated("investment.deduction_order"):
        yield note("VALUE", "未約定每月扣除額扣除順序，按各投資標的價值比例扣取", value="by_value")


@section("UW-17.1.9.3")
def foreign_targets_need_settlement(application: Application) -> Iterator[Finding]:
    if foreign_targets(application):
        yield doc(application, SETTLEMENT, who="customer", subject="policyholder")
    amount, holder = application.maybe_number("fx_settlement_amount"), the(application, "policyholder")
    large = amount is not None and amount >= application.parameter("large_settlement")
    if large and holder and not is_adult(application, holder):
        yield reject(
            "單筆結匯金額 ≥ 新臺幣 50 萬元者，要保人需為成年人", subject="policyholder", field="fx_settlement_amount"
        )


@section("UW-17.1.9.4")
def returned_assets_go_to_the_policyholder(application: Application) -> Iterator[Finding]:
    if not any(fund.get("returns_assets") for fund in application.entries("funds")):
        return
    way = application.stated("investment.return_method")
    yield pending("資產撥回須指定現金給付或累積單位數", way in ("cash", "units"), field="investment.return_method")
    if way == "cash":
        yield from _account(application, "investment.return_account")


@section("UW-17.1.9.5")
def income_goes_to_the_policyholder(application: Application) -> Iterator[Finding]:
    if any(fund.get("distributes_income") for fund in application.entries("funds")):
        yield from _account(application, "investment.income_account")


@section("UW-17.1.9.6", when="investment.reinvest")
def reinvestment_is_asked_for(application: Application) -> Iterator[Finding]:
    if application.maybe_flag("investment.reinvest"):
        named = bool(application.stated("investment.reinvest_targets"))
        if application.maybe_flag("investment.reinvest_ticked") and named:
            return
        yield doc(application, CHANGE, text="另填變更申請書，或於要保書勾選並填寫再投入之投資標的", who="customer")


@section("UW-17.1.9.7", when="investment.auto_adjust")
def automatic_adjustment_has_its_form(application: Application) -> Iterator[Finding]:
    if application.maybe_flag("investment.auto_adjust"):
        yield doc(application, ADJUSTMENT, who="customer")


@section("UW-17.1.9.8")
def annuity_names_its_payment(application: Application) -> Iterator[Finding]:
    """一次給付 needs no beneficiary."""
    if any("annuity" in product.line for product in application.products()):
        way = application.stated("investment.annuity_payment")
        yield pending("應指定年金給付方式", way is not None, field="investment.annuity_payment")
        if way is not None and way != "lump_sum":
            yield pending("須填寫受益人資料", bool(application.entries("beneficiaries")), field="beneficiaries")


@rule("UW-17.1.10", applies=premium_paid)
def every_premium_keeps_the_ratio(application: Application) -> Iterator[Finding | Value]:
    """到達年齡 = 原始投保年齡 + 保單年度 - 1."""
    age = int(application.number("investment.issue_age") + application.number("investment.policy_year") - 1)
    benefit, value = application.number("investment.death_benefit"), application.number("investment.account_value")
    least = ratio_at(application, age)
    ok = value <= 0 or round(benefit / value, 9) >= least
    yield Value("attained_age", age)
    yield Value("ratio_ok", ok)
    if not ok:
        text = f"到達年齡 {age} 歲，死亡給付÷保單帳戶價值須 ≥ {least:.0%}"
        yield reject(text, subject="product", scope="premium", value=least)


@loaded("UW-17.1.11.1")
def terms_to_sixty_five(application: Application, person: Person) -> Iterator[Finding]:
    yield from _terms(application, person, 0)


@loaded("UW-17.1.11.2")
def terms_from_sixty_six(application: Application, person: Person) -> Iterator[Finding]:
    """Below 16 nothing is printed (AMB-23)."""
    yield from _terms(application, person, 1)
    if insurance_age(application, person) < application.parameter("substandard_terms")[0]["from"]:
        yield review("未滿 16 歲次標準體無可承保條件", "substandard_child", subject="insured", person="insured")


@section("UW-17.1.12.1")
def account_survives_the_first_year(application: Application) -> Iterator[Finding]:
    ok = application.number("proposal.year1_value_negative_return") >= 0
    text = "投資報酬率負值假設下，第1保單年度末之保單帳戶價值不得為負值"
    yield pending(text, ok, subject="product", field="proposal.year1_value_negative_return")


@rule("UW-17.1.12.2", applies=all_of(cover_invests, substandard))
def substandard_proposal_is_signed(application: Application) -> Iterator[Finding]:
    yield doc(application, SUBSTANDARD_PROPOSAL)
    holder = the(application, "policyholder")
    if holder:
        yield sign(application, SUBSTANDARD_PROPOSAL, holder)
    value = application.maybe_number("proposal.substandard_year1_value")
    if value is not None:
        text = "次標準體建議書第1保單年度末之保單帳戶價值不得為負值"
        yield pending(text, value >= 0, subject="product", field="proposal.substandard_year1_value")


@section("UW-17.2.3", each="insured")
def both_kinds_are_judged_apart(application: Application, person: Person) -> Iterator[Finding]:
    """Q3: 71 and more with both kinds."""
    kinds = {"investment" in product.line for product in application.products()}
    if len(kinds) == 2 and insurance_age(application, person) >= application.parameter("judged_apart_age"):
        yield note("VALUE", "投資型及傳統型分別計算是否逾免體檢保額", value=("traditional", "investment"))


@section("UW-17.2.5", when="receipt.signed_on")
def first_investment(application: Application) -> Iterator[Finding | Value]:
    """The first working day after the ten days in which the contract may be revoked."""
    signed = application.maybe_day("receipt.signed_on")
    if signed:
        day = rolled(application, signed + timedelta(days=application.parameter("revocation_days") + 1))
        yield Value("first_allocation_date", day.isoformat())
        yield note("DATE", f"首次投資配置日 {day}", due=day.isoformat())


@section("UW-17.2.6", when="investment.allocated_on")
def first_return_of_assets(application: Application) -> Iterator[Finding | Value]:
    """Up to the target's base day of the month it is this month's; paid within 10 days of distribution."""
    day, base = application.maybe_day("investment.allocated_on"), application.maybe_number("investment.return_base_day")
    if day is None or base is None:
        return
    same = day.day <= base
    yield Value("first_return_this_month", same)
    paid = application.maybe_day("investment.distributed_on")
    due = (paid + timedelta(days=application.parameter("return_payment_days"))).isoformat() if paid else None
    yield note("DATE", "首次資產撥回" + ("當月" if same else "次月") + "，實際分配日起 10 日內給付", due=due)


@section("UW-17.2.8", when="distribution.amount")
def small_sums_are_parked(application: Application) -> Iterator[Finding]:
    """Below the published minimum (not at an A-class bank), or without a good account."""
    amount, least = application.maybe_number("distribution.amount"), application.maybe_number("distribution.minimum")
    if amount is None:
        return
    small = least is not None and amount < least and not application.maybe_flag("distribution.class_a_bank")
    if small or application.maybe_flag("distribution.account_valid") is False:
        yield note("VALUE", "改以投入資金停泊帳戶之方式處理", value="parking_account")


def _terms(application: Application, person: Person, row: int) -> Iterator[Finding]:
    terms = application.parameter("substandard_terms")[row]
    if not terms["from"] <= insurance_age(application, person) <= terms["until"]:
        return
    loading = application.number("decision.loading_em_pct")
    if loading > terms["loading"]:
        text = f"次標準體最高可承保加費評點 EM{terms['loading']}%"
        yield reject(text, subject="insured", scope="terms", field="decision.loading_em_pct", value=terms["loading"])
    total = application.number("own_investment_net_risk")
    yield from over("次標準體最高可承保淨危險保額", "investment_life", terms["net_risk"], total)


def _account(application: Application, path: str) -> Iterator[Finding]:
    done = bool(application.stated(f"{path}.number")) and application.maybe_flag(f"{path}.own") is not False
    english = application.maybe_flag(f"{path}.english") and not application.stated(f"{path}.payee")
    text = "須提供要保人本人帳號；英文戶名須填寫受款人戶名"
    yield pending(text, done and not english, subject="policyholder", field=path)
