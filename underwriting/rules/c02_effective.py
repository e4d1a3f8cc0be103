"""貳、三、(一)~(三) 生效日期規定."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from underwriting.answers import note, pending
from underwriting.application import Application
from underwriting.dates import days_after
from underwriting.derived import derived
from underwriting.model import Finding, Value
from underwriting.rule import all_of, new_business, rule, telemarketing
from underwriting.rules.c02_payment_change import changed_payment_day

PAID_ON = {
    "bank_transfer": "application.auth_date",
    "card": "application.auth_date",
    "remittance": "application.remittance_date",
}


def not_telemarketing(application: Application) -> bool:
    return not telemarketing(application)


SOLD_IN_PERSON = all_of(new_business, not_telemarketing)
SOLD_BY_PHONE = all_of(new_business, telemarketing)


@rule("UW-02.3.1", applies=new_business, when="application.effective_date")
def not_retroactive(application: Application) -> Iterator[Finding]:
    """生效日期不得溯前."""
    wished = application.maybe_day("application.effective_date")
    if wished:
        done = wished >= application.day("application.date")
        yield pending("生效日期不得溯前", done, subject="application", field="application.effective_date")


@rule("UW-02.3.2", applies=SOLD_IN_PERSON)
def not_before_the_application(application: Application) -> Iterator[Finding]:
    """保單生效日不得早於要保申請日期: the floor holds, and paper dated earlier is asked about (AMB-05)."""
    paid = payment_day(application) if application.products() else None
    if paid and paid < application.day("application.date"):
        yield pending("授權或繳費日期早於要保申請日期", False, subject="application", field="application.date")


@rule("UW-02.3.3.1", applies=SOLD_IN_PERSON)
def life_from_the_day_of_payment(application: Application) -> Iterator[Finding | Value]:
    """壽險: 繳費日當日, by the authorisation or the proof of remittance."""
    if application.products() and not accident_main(application):
        yield from effective(application, payment_day(application))


@rule("UW-02.3.3.2", applies=SOLD_IN_PERSON)
def accident_from_the_next_day(application: Application) -> Iterator[Finding | Value]:
    """傷害險主約: 繳費日翌日零時."""
    paid = payment_day(application) if accident_main(application) else None
    if paid:
        yield from effective(application, days_after(paid, 1))


@rule("UW-02.3.3.3", applies=SOLD_IN_PERSON)
def debited_after_approval(application: Application) -> Iterator[Finding]:
    """核保通過後始進行扣款/轉帳作業，且不得指定扣款/轉帳日期."""
    if application.stated("application.requested_debit_date") is not None:
        yield pending("不得指定扣款/轉帳日期", False, field="application.requested_debit_date")
    if application.entries("debit"):
        done = application.stated("application.status") in ("underwriting_done", None)
        yield pending("核保通過後始進行扣款", done, subject="application", field="debit")


@rule("UW-02.3.3.4", applies=SOLD_BY_PHONE)
def from_the_day_after_the_call(application: Application) -> Iterator[Finding | Value]:
    """電話線上成交件: 「電話線上確認訂立保險契約日」翌日零時."""
    if application.stated("application.channel") == "telemarketing_voice":
        yield from effective(application, days_after(application.day("application.contract_confirmed_date"), 1))


@rule("UW-02.3.3.5", applies=SOLD_BY_PHONE)
def from_the_day_after_the_fax(application: Application) -> Iterator[Finding | Value]:
    """傳真投保件: 「保險業收受要保書之日」翌日零時."""
    if application.stated("application.channel") == "telemarketing_fax":
        yield from effective(application, days_after(application.day("application.received_at"), 1))


def effective(application: Application, day: date | None) -> Iterator[Finding | Value]:
    """The table's day, at the earliest the application date."""
    if day is None:
        return
    since = max(day, application.day("application.date")).isoformat()
    yield Value("effective_date", since)
    yield note("DATE", f"保單生效日 {since}", status="satisfied", subject="application", value=since)


@derived
def payment_day(application: Application) -> date | None:
    """繳費日 of 三、(三)1 by method, or of 三、(四) after a change; None for a method that the table does not name."""
    if application.stated("payment_change") is not None:
        return changed_payment_day(application)
    path = PAID_ON.get(application.text("application.payment_method"))
    return application.day(path) if path else None


@derived
def accident_main(application: Application) -> bool:
    """傷害險主約: accident insurance of any kind, a journey's too."""
    mains = [product for product in application.products() if not product.is_rider]
    if not mains:
        return False
    by_line = mains[0].line == "travel" or mains[0].line in application.parameter("accident_lines")
    return by_line or application.maybe_flag(mains[0].path("accident_type")) is True
