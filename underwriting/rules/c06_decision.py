"""陸 新契約核保決定: what each decision of the underwriter needs before the policy is made.

The manual speaks of new business; policy service that adds cover is decided in the same way, and no other."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.accumulation import is_investment
from underwriting.answers import doc, note, pending, review, sign
from underwriting.application import Application, Unknown
from underwriting.dates import days_after
from underwriting.derived import derived
from underwriting.model import Finding, Value
from underwriting.rule import new_cover, rule

KINDS = {
    "standard": "標準體",
    "borderline": "臨界標準體",
    "substandard": "次標準體",
    "postponed": "延期",
    "declined": "拒保",
    "exclusion": "批註除外",
    "limited": "限額承保",
}
ALSO = {"postpone": "postponed", "decline": "declined"}
NOT_ACCEPTED, DECLINED = ("postponed",), ("declined",)
TERMS, PROPOSAL, EXCLUSION = "承保條件變更同意書", "次標準體建議書", "批註通知書"


@derived
def decision(application: Application) -> str | None:
    """One of KINDS; None while the underwriter has not decided."""
    stated = application.maybe_text("application.decision")
    found = ALSO.get(stated, stated) if stated else None
    if found is not None and found not in KINDS:
        raise Unknown("application.decision", "malformed")
    return found


@derived
def has_investment(application: Application) -> bool:
    return any(is_investment(application, product) for product in application.products())


@rule("UW-06.1", applies=new_cover, when="application.decision")
def one_of_seven(application: Application) -> Iterator[Finding | Value]:
    """依商品類型而有不同的核保決定; the core advises, the underwriter decides."""
    decided = decision(application)
    if decided:
        yield Value("decision", decided)
        yield note("DECISION", f"核保決定：{KINDS[decided]}", status="satisfied", value=decided)


@rule("UW-06.2.1", applies=new_cover, when="application.decision")
def standard(application: Application) -> Iterator[Finding]:
    """以正常費率承接."""
    if decision(application) == "standard":
        yield note("DECISION", "以標準費率承接", status="satisfied", value="standard")


@rule("UW-06.2.2", applies=new_cover, when="application.decision")
def borderline(application: Application) -> Iterator[Finding]:
    """依公司風險胃納程度可以標準體費率承接: the underwriter's judgement."""
    if decision(application) == "borderline":
        yield review("臨界標準體：依公司風險胃納以標準費率承接", "risk_appetite")


@rule("UW-06.2.3.1", applies=new_cover, when="application.decision")
def terms_are_issued(application: Application) -> Iterator[Finding]:
    """次標準體: 發出「承保條件變更同意書」."""
    if decision(application) == "substandard":
        yield doc(application, TERMS, who="reviewer")


@rule("UW-06.2.3.2", applies=new_cover, when="application.decision")
def terms_are_signed(application: Application) -> Iterator[Finding]:
    """保戶簽名同意後送回始可承保; 製單文件."""
    if decision(application) == "substandard":
        yield from signed(application, TERMS)


@rule("UW-06.2.3.3", applies=new_cover, when="application.decision")
def proposal_for_substandard(application: Application) -> Iterator[Finding]:
    """投資型商品次標準體件: 「次標準體建議書」, explained and signed; 製單文件."""
    if decision(application) == "substandard" and has_investment(application):
        yield doc(application, PROPOSAL, subject="agent")
        yield from signed(application, PROPOSAL)


@rule("UW-06.2.3.4", applies=new_cover, when="application.decision")
def changed_terms_are_signed_anew(application: Application) -> Iterator[Finding]:
    """同意加費但欲調整投保內容: change documents, then the terms (investment: and the proposal) anew."""
    if decision(application) != "substandard" or not application.maybe_flag("event.cover_changed_after_terms"):
        return
    yield doc(application, "契約變更文件", "新契約要保書內容變更申請書", who="customer")
    for title in (TERMS, PROPOSAL) if has_investment(application) else (TERMS,):
        done = application.maybe_flag("event.terms_reissued") is True
        yield pending(f"重新提供調整後之「{title}」予保戶簽署", done, doc=title, field="event.terms_reissued")


@rule("UW-06.2.4", applies=new_cover, when="application.decision")
def not_accepted_is_told(application: Application) -> Iterator[Finding | Value]:
    """延期、拒保: 「審查結果通知書」 to the agent; 7 calendar days later 「未承保通知函」 to the policyholder."""
    if decision(application) in (*NOT_ACCEPTED, *DECLINED):
        yield note("NOTIFY", "發出「審查結果通知書」予業務人員", doc="審查結果通知書", to="agent")
        told = application.maybe_day("clock.result_notice_date")
        if told:
            due = days_after(told, application.parameter("not_accepted_letter_days")).isoformat()
            yield Value("not_accepted_letter_on", due)
            yield note("NOTIFY", f"{due} 寄送「未承保通知函」予要保人", doc="未承保通知函", to="policyholder", due=due)


@rule("UW-06.2.6", applies=new_cover, when="application.decision")
def exclusion_is_signed(application: Application) -> Iterator[Finding]:
    """批註除外: 「批註通知書」 signed before the policy is made; 製單文件."""
    if decision(application) == "exclusion":
        yield doc(application, EXCLUSION, who="reviewer")
        yield from signed(application, EXCLUSION)


def signed(application: Application, title: str) -> Iterator[Finding]:
    for person in application.people(("policyholder",)):
        yield sign(application, title, person, signers=("policyholder",), reason="before_issue")
