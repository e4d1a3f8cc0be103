"""伍 新契約照會補全: the query's clock, its reminder and the cancellation. Calendar days, no holiday roll (AMB-33)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from underwriting.answers import note, pending
from underwriting.application import Application
from underwriting.dates import days_after
from underwriting.derived import derived
from underwriting.evidence import status
from underwriting.model import Finding, Value
from underwriting.rule import new_cover, rule

DONE = "underwriting_done"


@rule("UW-05.1", applies=new_cover, when="clock.query_date")
def query_runs_fourteen_days(application: Application) -> Iterator[Finding | Value]:
    """照會日翌日起算 14 個日曆天."""
    due = runs_out(application, "query")
    if due:
        yield Value("deadline", due)
        yield pending(f"照會：{due} 前補全", answered(application), subject="case", due=due, doc="新契約照會單")


@rule("UW-05.2", applies=new_cover, when="clock.reminder_date")
def reminder_runs_seven_days(application: Application) -> Iterator[Finding | Value]:
    """催辦日翌日起算 7 個日曆天."""
    due = runs_out(application, "reminder")
    if due:
        yield Value("deadline", due)
        yield pending(f"催辦：{due} 前補全", answered(application), subject="case", due=due, doc="催辦通知書")


@rule("UW-05.3", applies=new_cover, when="clock.cancel_notice_date")
def cancelled_seven_days_after_the_notice(application: Application) -> Iterator[Finding | Value]:
    """「要保文件取消通知函」通知業務人員，並於 7 個日曆天後則逕行取消."""
    due = runs_out(application, "cancel_notice")
    if due:
        yield Value("cancel_on", due)
        yield note("NOTIFY", "以「要保文件取消通知函」通知業務人員", doc="要保文件取消通知函", to="agent", due=due)
        yield Finding(
            "CANCEL", f"照會催辦逾期未補全，{due} 逕行取消", status(answered(application)), who="reviewer", due=due
        )


@rule("UW-05.4", applies=new_cover, when="clock.reminder_date")
def reminder_that_crossed_is_void(application: Application) -> Iterator[Finding]:
    """處理狀態若為「核保完成」，無須再回覆「催辦通知書」."""
    if application.stated("application.status") == DONE and runs_out(application, "reminder"):
        yield note("VALUE", "核保完成，無須再回覆催辦通知書", status="satisfied", value="waived")


@derived
def runs_out(application: Application, stage: str) -> str | None:
    """The last day of a stage (ISO); None while it has not begun."""
    began: date | None = application.maybe_day(f"clock.{stage}_date")
    days = application.parameter("query_days")[stage]
    return days_after(began, days).isoformat() if began else None


@derived
def answered(application: Application) -> bool:
    """Everything asked for is in: stated, or the underwriting is done."""
    done = application.stated("application.status") == DONE
    return done or application.stated("clock.answered_at") is not None
