"""壹、六 保費來源: premiums out of loans, surrenders and withdrawals.

【註】 None of it for 小額終老保險 and accident insurance of 3 years or less (AMB-37)."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.answers import call, doc, pending, reject, review
from underwriting.application import CLIENTS, Application, Product
from underwriting.currency import TWD, premium_in_twd
from underwriting.dates import months_later
from underwriting.derived import derived
from underwriting.evidence import status
from underwriting.model import Finding
from underwriting.rule import rule
from underwriting.rules.c01_needs import SALE

LOANS = ("bank_loan", "loan", "policy_loan")
ENDINGS = ("surrender", "termination", "rescission", "partial_withdrawal", "reduction")
FINANCE = ("財務狀況告知書", "財力證明")
STATEMENTS = (("業務招攬確認聲明書",), ("保費來源解約聲明書",), FINANCE)


@rule("UW-01.6.1", applies=SALE)
def borrowed_premium_is_declined(application: Application) -> Iterator[Finding]:
    """貸款或保單借款: 一律婉拒投保，投保房貸型保險者不在此限."""
    bought = concerned(application)
    others = [product for product in bought if not application.maybe_flag(product.path("mortgage"))]
    if others and application.text("premium_source") in LOANS:
        yield reject("繳交保險費之資金來源為貸款或保單借款，一律婉拒投保", subject="policyholder", line=others[0].line)


@rule("UW-01.6.2", applies=SALE)
def surrendered_premium_is_weighed(application: Application) -> Iterator[Finding]:
    """解除或終止契約: 原則上不予受理; three documents and the calls let it be weighed."""
    if not concerned(application) or application.text("premium_source") not in ENDINGS:
        return
    people = application.people(CLIENTS)
    papers = [doc(application, *titles, subject="policyholder") for titles in STATEMENTS]
    called = call(application, people, "保費來源為解除或終止契約")
    done = called.status == "satisfied" and all(paper.status == "satisfied" for paper in papers)
    yield Finding(
        "REJECT", "保費來源為解除或終止契約，原則上不予受理", status(done), subject="policyholder", who="reviewer"
    )
    yield from papers
    yield called
    if done:
        yield review("評估是否有保障需求且為有利於客戶之保險規劃", "premium_from_surrender", subject="policyholder")


@rule("UW-01.6.3", applies=SALE, when="events")
def recent_loans_and_surrenders(application: Application) -> Iterator[Finding]:
    """投保前 3 個月內且至承保前: 財務狀況告知書 or 財力證明, and a call to the policyholder."""
    if concerned(application) and recent(application):
        paper = doc(application, *FINANCE, subject="policyholder", who="customer")
        called = call(application, application.people(("policyholder",)), "投保前 3 個月內辦理借款、解約或提領")
        yield paper
        yield called
        yield review(
            "評估要保申請：投保前 3 個月內辦理借款、解約或提領", "recent_loan_or_surrender", subject="policyholder"
        )


@rule("UW-01.6.4", applies=SALE, when="events")
def loan_of_the_premium_s_size(application: Application) -> Iterator[Finding]:
    """本公司保單借款或貸款約當首期保險費 90%~110%: declined, disclosed or found (each loan, AMB-02)."""
    amounts = own_loans(application) if concerned(application) else []
    if not amounts:
        return
    low, high = application.parameter("loan_share_declined")
    premium = premium_in_twd(
        application, application.number("application.first_premium"), application.stated("application.currency", TWD)
    )
    if any(low * premium <= 100 * amount <= high * premium for amount in amounts):
        yield reject("本公司借款金額約當首期保險費 90%~110%，一律婉拒投保", subject="policyholder", value=amounts)
    elif low * premium <= 100 * sum(amounts) <= high * premium:
        yield review("數筆借款合計約當首期保險費 90%~110%", "loans_together", subject="policyholder", value=amounts)


@rule("UW-01.6.5", applies=SALE, when="agent_report.none_in_3_months")
def report_is_put_right(application: Application) -> Iterator[Finding]:
    """勾選「無」辦理，但經系統檢核有辦理者，須重新更正「業務員招攬報告書」."""
    if concerned(application) and application.maybe_flag("agent_report.none_in_3_months") and recent(application):
        yield pending(
            "更正業務員招攬報告書：投保前 3 個月內有辦理借款/解約/提領", False, subject="agent", field="agent_report"
        )


@derived
def concerned(application: Application) -> tuple[Product, ...]:
    """What is bought, without 【註】."""
    return tuple(p for p in application.products() if not short_or_small(application, p))


def short_or_small(application: Application, product: Product) -> bool:
    """小額終老保險 and 保險期間在 3 年以下之傷害險; a journey's accident insurance is one, a one-year product too."""
    if product.line in ("small_whole_life", "travel"):
        return True
    if product.line not in application.parameter("accident_lines"):
        return False
    term = application.maybe_number(product.path("term_years"))
    short = term is not None and term <= application.parameter("short_accident_years")
    return short or application.maybe_flag(product.path("one_year")) is True


@derived
def recent(application: Application) -> tuple[int, ...]:
    """Places in `events` of what was done since 3 months before the application."""
    since = months_later(application.day("application.date"), -application.parameter("recent_funding_months"))
    return tuple(
        index
        for index, event in enumerate(application.entries("events"))
        if event.get("type") in (*LOANS, *ENDINGS) and application.day(f"events.{index}.date") >= since
    )


def own_loans(application: Application) -> list[float]:
    events = application.entries("events")
    found = [i for i in recent(application) if (events[i]["type"] in LOANS, events[i].get("company")) == (True, "own")]
    return [application.number(f"events.{index}.amount") for index in found]
