"""貳、二、(四) 核印及扣款: how often a bank is asked, and what follows when it says no; (六) refunds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from underwriting.accumulation import is_investment
from underwriting.answers import note, pending, reject
from underwriting.application import Application
from underwriting.currency import TWD, premium_in_twd
from underwriting.dates import days_after
from underwriting.evidence import status
from underwriting.model import Finding, Value
from underwriting.rule import new_business, rule

FAILED = ("failed", "fail", "failure", False)
OK = ("ok", "passed", "success", True)
TARGETS = {
    "bank_transfer": ("original_bank_account", "原授權人之授權扣款之金融機構帳戶"),
    "card": ("original_card", "原授權人之授權扣款之信用卡"),
    "remittance": ("policyholder_account", "要保人帳戶"),
}


@rule("UW-02.2.4.1", applies=new_business, when="verification")
def bank_is_asked_twice_to_verify(application: Application) -> Iterator[Finding]:
    """核印次數最多 2 次: after the first failure one correction, after the second remittance before the deadline."""
    failures = failed(application, "verification")
    if not failures:
        return
    if len(failures) == 1:
        done = any(entry.get("result") in OK for entry in application.entries("verification"))
        yield pending("第 1 次核印失敗：補全後重新核印", done, subject="application", field="verification")
        return
    due = deadline(application, "verification", failures[-1:])
    yield from by_remittance(application, "核印失敗達 2 次：改以匯款方式繳費", due)


@rule("UW-02.2.4.2", applies=new_business, when="debit")
def no_other_account_after_a_failed_debit(application: Application) -> Iterator[Finding]:
    """核印成功且扣款失敗後，不再提供其他銀行或帳號 (AMB-04: this beats 三、(四)'s row for another bank)."""
    verified = any(entry.get("result") in OK for entry in application.entries("verification"))
    other_bank = "bank" in str(application.stated("payment_change.to", ""))
    if verified and failed(application, "debit") and other_bank:
        yield reject("核印成功且扣款失敗後，不再提供其他銀行或帳號", subject="application", scope="new_account")


@rule("UW-02.2.4.3", applies=new_business, when="debit")
def bank_is_asked_twice_to_pay(application: Application) -> Iterator[Finding]:
    """每一案件會提供 2 次扣款機會: the agent tells the client of the first failure."""
    if len(failed(application, "debit")) == 1:
        done = any(entry.get("result") in OK for entry in application.entries("debit"))
        yield pending("第 1 次扣款失敗：通知保戶以利第 2 次扣款", done, subject="application", field="debit")


@rule("UW-02.2.4.4", applies=new_business, when="debit")
def remittance_after_two_failed_debits(application: Application) -> Iterator[Finding | Value]:
    """扣款失敗照會通知後 14 天(日曆天)內 to ask for remittance, else 退件 (only after the later notice, AMB-32)."""
    failures = failed(application, "debit")
    first = deadline(application, "debit", failures[:1]) if len(failures) > 1 else None
    if first:
        last = deadline(application, "debit", failures) or first
        yield Value("deadline", first.isoformat())
        yield Value("deadline_at_the_latest", last.isoformat())
        yield from by_remittance(application, "扣款失敗達 2 次：欲改以匯款方式繳費", last)


@rule("UW-02.2.6.1", applies=new_business)
def where_refunds_go(application: Application) -> Iterator[Finding | Value]:
    """契約撤銷、未承保件、溢繳退費: back by the way it was paid."""
    method = application.maybe_text("application.payment_method")
    if method in TARGETS:
        target, text = TARGETS[method]
        yield Value("refund_to", target)
        yield note("VALUE", f"退費一律退至{text}", status="satisfied", to=target, value=target)


@rule("UW-02.2.6.2.1", applies=new_business, when="event.overpaid")
def overpaid_single_premium_is_refunded(application: Application) -> Iterator[Finding | Value]:
    """投資型、年金險及躉繳型保單，溢繳保費一律退還保戶."""
    if overpaid(application) and not instalments(application):
        yield from _refund(application)


@rule("UW-02.2.6.2.2", applies=new_business, when="event.overpaid")
def overpaid_instalments(application: Application) -> Iterator[Finding | Value]:
    """傳統型分期繳付: bank and card back as paid; remittance below NTD 2,000 may offset, unless a refund is asked."""
    amount = overpaid(application)
    if not amount or not instalments(application):
        return
    currency = application.maybe_text("application.currency") or TWD
    small = premium_in_twd(application, amount, currency) < application.parameter("overpayment_offset_below")
    remitted = application.stated("application.payment_method") == "remittance"
    if remitted and small and not application.maybe_flag("event.refund_requested"):
        yield Value("overpayment_action", "offset")
        yield note("VALUE", "溢繳金額可抵繳下期保險費", status="satisfied", value="offset")
    else:
        yield from _refund(application)


def _refund(application: Application) -> Iterator[Finding | Value]:
    target, text = TARGETS.get(str(application.stated("application.payment_method")), (None, "保戶"))
    yield Value("overpayment_action", "refund")
    yield note("REFUND", f"溢繳保費退還{text}", to=target, value=overpaid(application))


def overpaid(application: Application) -> float:
    return application.maybe_number("event.overpaid") or 0


def instalments(application: Application) -> bool:
    """Traditional products paid in instalments."""
    single = application.stated("application.mode") == "single"
    return not single and not any(
        is_investment(application, p) or p.line == "annuity" or application.maybe_flag(p.path("single_premium"))
        for p in application.products()
    )


def failed(application: Application, path: str) -> tuple[int, ...]:
    """Places of the failed attempts, in order."""
    return tuple(i for i, entry in enumerate(application.entries(path)) if entry.get("result") in FAILED)


def deadline(application: Application, attempts: str, failures: tuple[int, ...]) -> date | None:
    """14 days after the last of these failures' notices; None before any notice."""
    notices = [application.maybe_day(f"{attempts}.{i}.notice_date") for i in failures]
    stated = [notice for notice in notices if notice] or [application.maybe_day("clock.failure_notice_date")]
    days = application.parameter("debit_failure_days")
    return days_after(stated[-1], days) if stated[-1] else None


def by_remittance(application: Application, text: str, due: date | None) -> Iterator[Finding]:
    """Open until the remittance; too late, the application is returned."""
    paid = application.maybe_day("event.remittance_requested_on") or application.maybe_day(
        "payment_change.remittance_date"
    )
    today = application.maybe_day("clock.today")
    late = due is not None and (paid or today or due) > due
    done = paid is not None and not late
    yield pending(text, done, subject="application", due=due and due.isoformat(), field="event.remittance_requested_on")
    if late:
        yield Finding(
            "RETURN", "逾期未改以匯款方式繳費，予以退件", status(False), who="reviewer", due=due and due.isoformat()
        )
