"""壹拾柒、一、(一)~(六) 投資型商品: who may sell, who may be party to it, and the papers that go with it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from underwriting.accumulation import is_investment
from underwriting.answers import doc, reject
from underwriting.application import Application
from underwriting.checks import unlicensed
from underwriting.currency import TWD, currency_of
from underwriting.model import Finding
from underwriting.rule import rule
from underwriting.scopes import cover_invests

SETTLEMENT = "要保人委託壽險業者辦理結匯授權書"
RISK = "以外幣收付之投資型保險匯率風險說明書"
KYC = "投資型商品重要事項確認書"

SANCTIONED = {
    "nationality": "國籍為俄羅斯或白俄羅斯",
    "residence": "居住於俄羅斯或白俄羅斯",
    "registered_in": "註冊於俄羅斯或白俄羅斯之法人",
}
section = partial(rule, applies=cover_invests)


@section("UW-17.1.1")
def agent_may_sell_investment(application: Application) -> Iterator[Finding]:
    lacking = unlicensed(application, "investment_licence")
    if lacking:
        text = "業務人員需具備投資型商品銷售資格"
        yield reject(text, subject="agent", field="agents.investment_licence", items=lacking)


@section("UW-17.1.2")
def three_nationalities_hold_no_policy(application: Application) -> Iterator[Finding]:
    if application.stated("policyholder.type") == "corporate":
        return
    found = _listed(application.need("policyholder.nationality"))
    barred = [n for n in found if n in application.parameter("barred_policyholders")]
    if barred:
        text = "美國籍、加拿大籍及日本籍人士不得為要保人"
        yield reject(text, subject="policyholder", person="policyholder", items=tuple(barred))


@section("UW-17.1.3")
def no_company_holds_the_policy(application: Application) -> Iterator[Finding]:
    if application.stated("policyholder.type") == "corporate":
        yield reject("法人不得為投資型商品之要保人", subject="policyholder", person="policyholder")


def sanctioned(application: Application, field: str, text: str) -> Iterator[Finding]:
    """不受理為要保人、被保險人及受益人 (含法定代理人、負責人或實質受益人)."""
    barred = application.parameter("sanctioned_countries")
    roles = ("policyholder", "insured", "legal_representative", "responsible_person")
    said = [(role, application.stated(f"{role}.{field}")) for role in roles]
    said += [(f"beneficiaries.{i}", b.get(field)) for i, b in enumerate(application.entries("beneficiaries"))]
    said += [(f"beneficial_owners.{i}", b.get(field)) for i, b in enumerate(application.entries("beneficial_owners"))]
    found = tuple(who for who, value in said if set(_listed(value)) & set(barred))
    if found:
        yield reject(f"{text}，不受理為要保人、被保險人及受益人", items=found, field=field)


for _number, (_field, _text) in enumerate(SANCTIONED.items(), start=1):
    rule(f"UW-17.1.4.{_number}", applies=cover_invests)(partial(sanctioned, field=_field, text=_text))


@section("UW-17.1.6.1")
def papers_of_an_investment_policy(application: Application) -> Iterator[Finding]:
    """The settlement authority is unconditional in the list and conditional in (九)2: AMB-22."""
    yield doc(application, "要保書", who="customer")
    yield doc(application, KYC, who="customer", subject="policyholder", person="policyholder")
    yield doc(application, "建議書")
    if not foreign_targets(application):
        yield doc(application, SETTLEMENT, strength="discretionary", who="customer")


@section("UW-17.1.6.2")
def exchange_risk_is_explained(application: Application) -> Iterator[Finding]:
    editions = application.parameter("investment_risk_editions")
    invested = [product for product in application.products() if is_investment(application, product)]
    for currency in dict.fromkeys(currency_of(application, product) for product in invested):
        if currency != TWD:
            yield doc(application, RISK, who="customer", reason=editions.get(currency), subject="policyholder")


@section("UW-17.1.6.3")
def permit_of_a_foreign_policyholder(application: Application) -> Iterator[Finding]:
    if application.stated("policyholder.arc") or application.maybe_flag("policyholder.foreign"):
        yield doc(application, "居留證影本", "居留證", who="customer", subject="policyholder", person="policyholder")


def foreign_targets(application: Application) -> bool:
    """A product or a chosen fund in another currency."""
    products = any(currency_of(application, product) != TWD for product in application.products())
    return products or any(fund.get("currency", TWD) != TWD for fund in application.entries("funds"))


def _listed(value: Any) -> tuple[str, ...]:
    """One country or several."""
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else (str(value),)
