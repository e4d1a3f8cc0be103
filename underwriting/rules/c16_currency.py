"""壹拾陸 以外幣收付之非投資型保單: the agent, the two papers, and what the suitability assessment has to say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from underwriting.answers import doc, pending, reject
from underwriting.application import Application
from underwriting.checks import unlicensed
from underwriting.currency import TWD, currency_of
from underwriting.evidence import document_named
from underwriting.model import Finding
from underwriting.rule import all_of, new_cover, rule
from underwriting.scopes import foreign_currency

RISK = "以外幣收付之非投資型人身保險匯率風險說明書"
SUITABILITY = "以外幣收付之非投資型人身保險客戶適合度調查評估表"

NO = (0, None, "", "否", "no")  # False is 0

section = partial(rule, applies=all_of(new_cover, foreign_currency))


@section("UW-16.1")
def agent_may_sell_foreign_currency(application: Application) -> Iterator[Finding]:
    lacking = unlicensed(application, "fx_licence")
    if lacking:
        text = "業務人員需具銷售以外幣收付之非投資型商品資格"
        yield reject(text, subject="agent", field="agents.fx_licence", items=lacking)


@section("UW-16.2")
def policyholder_fills_both_papers(application: Application) -> Iterator[Finding]:
    for title in (RISK, SUITABILITY):
        yield doc(application, title, subject="policyholder", person="policyholder", who="customer")


@section("UW-16.3.1")
def a_purpose_is_given(application: Application) -> Iterator[Finding]:
    said = application.need("suitability.purposes")
    ticked = said.values() if isinstance(said, dict) else said if isinstance(said, list | tuple) else (said,)
    if all(one in NO for one in ticked) and not application.stated("suitability.other_purpose"):
        yield reject(
            "無任一購買目的勾選「是」且未說明其他購買目的", subject="policyholder", field="suitability.purposes"
        )


@section("UW-16.3.2")
def client_is_suitable(application: Application) -> Iterator[Finding]:
    if not application.flag("suitability.suitable"):
        yield reject("評估非本保險適合的銷售對象", subject="policyholder", field="suitability.suitable")


@section("UW-16.3.3")
def five_questions_are_yes(application: Application) -> Iterator[Finding]:
    answers = application.need("suitability.questions")
    said = answers if isinstance(answers, list | tuple) else ()
    lacking = application.parameter("suitability_questions") - len(said)
    if lacking > 0:
        text = "外幣需求、匯率風險承擔能力及說明等 5 項問題均須填答"
        yield pending(text, False, subject="policyholder", field="suitability.questions")
    no = tuple(f"suitability.questions.{index}" for index, answer in enumerate(said) if answer in NO)
    if no:
        yield reject("5 項問題有勾選為「否」者，不予承保", subject="policyholder", items=no)


@section("UW-16.4")
def edition_follows_the_currency(application: Application) -> Iterator[Finding]:
    """Two editions (AMB-21): 美元版; 澳幣及人民幣版. Other currencies have none; each is renewed yearly."""
    editions = application.parameter("risk_statement_editions")
    version = (document_named(application, RISK) or {}).get("version")
    currencies = {currency_of(application, product) for product in application.products()} - {TWD}
    for currency in sorted(currencies):
        wanted = editions.get(currency)
        text = f"檢附{currency}對應版本之匯率風險說明書" if wanted else f"{currency} 無對應版本之匯率風險說明書"
        known = version is not None and wanted is not None
        if not wanted or known:
            yield pending(text, bool(wanted) and version == wanted, field="docs.version", reason=wanted, doc=RISK)
