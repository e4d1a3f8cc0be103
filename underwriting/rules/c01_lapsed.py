"""壹、一、(八)(九): the insured has a lapsed (停效) or unpaid (墊繳) policy of the same or a similar product."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.accumulation import LAPSED, Policy, policies
from underwriting.answers import attest, call, doc, reject, review
from underwriting.application import Application
from underwriting.model import Finding
from underwriting.rule import perhaps, rule
from underwriting.rules.c01_needs import SALE

EXPLANATION = "業務人員說明"
PREMIUM_LOAN = "premium_loan"


@perhaps
def a_policy_is_not_kept_up(application: Application) -> bool:
    return any(policy.status in (LAPSED, PREMIUM_LOAN) for policy in policies(application))


@rule("UW-01.1.8", applies=SALE, when=a_policy_is_not_kept_up)
def lapse_is_explained(application: Application) -> Iterator[Finding]:
    """充分告知: 不選擇復效，繳費期數及等待期皆需重新起算."""
    if similar(application, LAPSED):
        path = "agent_report.lapse_explained"
        yield attest("已告知保戶不復效而投保新保單之權益", application.maybe_flag(path), path, subject="agent")


@rule("UW-01.1.8.1", applies=SALE, when=a_policy_is_not_kept_up)
def limited_lines_are_not_taken_again(application: Application) -> Iterator[Finding]:
    """依法令規定有額度或張數限制之停效保單: 新購保單不予以承接."""
    limited = application.parameter("limited_by_law")
    for line in dict.fromkeys(policy.line for policy in similar(application, LAPSED) if policy.line in limited):
        yield reject("被保險人存有額度或張數限制之停效保單，新購保單不予承接", subject="insured", line=line)


@rule("UW-01.1.8.2", applies=SALE, when=a_policy_is_not_kept_up)
def other_lapsed_policies_are_called_about(application: Application) -> Iterator[Finding]:
    """非屬上述第1點: call, the agent's explanation, and an underwriter weighs whether it is reasonable."""
    limited = application.parameter("limited_by_law")
    if any(policy.line not in limited for policy in similar(application, LAPSED)):
        yield from confirmed(application, "停效保單權益確認")


@rule("UW-01.1.9", applies=SALE, when=a_policy_is_not_kept_up)
def unpaid_policies_are_called_about(application: Application) -> Iterator[Finding]:
    """墊繳保單: 告知不清償墊繳保險費之權益, call, explanation, and judgement."""
    if similar(application, PREMIUM_LOAN):
        yield from confirmed(application, "墊繳保單權益確認")


def confirmed(application: Application, why: str) -> Iterator[Finding]:
    yield call(application, application.people(("policyholder",)), why, reason=why)
    yield doc(application, EXPLANATION, text=f"業務人員說明商品規劃原因（{why}）", subject="agent")
    yield review(f"{why}：評估新購保單要保內容合理性", "same_product_replaced", subject="insured")


def similar(application: Application, state: str) -> list[Policy]:
    """This company's policies in that state of a line applied for, or stated to be similar."""
    lines = {product.line for product in application.products()}
    return [
        policy
        for policy in policies(application)
        if (policy.insurer, policy.status) == ("own", state)
        and (policy.line in lines or application.maybe_flag(policy.path("similar")))
        and application.maybe_flag(policy.path("similar")) is not False
    ]
