"""柒 新契約未承保件相關作業."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.answers import note
from underwriting.application import Application
from underwriting.dates import days_after
from underwriting.derived import derived
from underwriting.model import Finding, Value
from underwriting.rule import new_cover, rule
from underwriting.rules.c05_query import answered
from underwriting.rules.c06_decision import DECLINED, NOT_ACCEPTED, decision

NOTICES = {"clock.cancel_notice_date": "要保文件取消通知函", "clock.result_notice_date": "審查結果通知書"}
WITHDRAWN = ("withdrawn", "withdrawn_after_exam")


@rule("UW-07.1", applies=new_cover)
def what_is_not_accepted(application: Application) -> Iterator[Finding | Value]:
    """保戶主動申請退保、照會逾期未補全、經核保評估為延期拒保者."""
    why = not_accepted(application)
    yield Value("not_accepted", why is not None)
    if why:
        yield note("VALUE", "未承保件", status="satisfied", reason=why, value=True)


@rule("UW-07.2", applies=new_cover)
def client_is_told_seven_days_later(application: Application) -> Iterator[Finding | Value]:
    """通知業務人員外，7 個日曆天後寄出「未承保通知函」予保戶."""
    for path, title in NOTICES.items():
        told = application.maybe_day(path)
        if told:
            due = days_after(told, application.parameter("not_accepted_letter_days")).isoformat()
            yield Value("not_accepted_letter_on", due)
            text = f"「{title}」通知業務人員，{due} 寄出「未承保通知函」予保戶"
            yield note("NOTIFY", text, doc="未承保通知函", to="policyholder", due=due)


@derived
def not_accepted(application: Application) -> str | None:
    if application.stated("event.type") in WITHDRAWN:
        return "withdrawn"
    if application.stated("clock.cancel_notice_date") is not None and not answered(application):
        return "query_overdue"
    return "decision" if decision(application) in (*NOT_ACCEPTED, *DECLINED) else None
