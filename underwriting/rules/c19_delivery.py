"""壹拾玖 保單遞送暨簽收: who signs for the policy and by when, reminders, and what follows when nobody does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from underwriting.answers import doc, note, pending
from underwriting.application import Application
from underwriting.dates import days_after, rolled, rolled_back
from underwriting.derived import derived
from underwriting.evidence import status
from underwriting.model import Finding, Value
from underwriting.rule import all_of, rule

DELEGATION = "保險單委託簽收聲明書"
LOSS = "保險單/保險單簽收回條遺失聲明書"
INCIDENT = "個資事件通報證明"
THURSDAY = 3


def issued(application: Application) -> bool:
    return application.stated("clock.issue_date") is not None


def electronic(application: Application) -> bool:
    return application.stated("application.policy_form") == "electronic"


def on_paper(application: Application) -> bool:
    return not electronic(application)


def receipt_signed(application: Application) -> bool:
    return application.stated("receipt.signer") is not None


def happened(application: Application) -> bool:
    return application.stated("event.type") is not None


paper = partial(rule, applies=all_of(issued, on_paper))
online = partial(rule, applies=all_of(issued, electronic))
signed = partial(rule, applies=receipt_signed)
event = partial(rule, applies=happened)


def delivered_or_event(application: Application) -> bool:
    return issued(application) or happened(application)


@paper("UW-19.1.1.1")
def policyholder_signs(application: Application) -> Iterator[Finding]:
    """募集型之投資型商品 in its fund-raising period follows its own rule."""
    signer = application.stated("receipt.signer")
    if application.maybe_flag("receipt.fund_raising") or signer not in (None, "policyholder"):
        return
    done = signer == "policyholder"
    text, by = "保險單由業務人員遞交並由要保人本人簽收", ("receipt",) if done else ()
    about = {"subject": "policyholder", "person": "policyholder", "who": "customer"}
    yield Finding("SIGN", text, status(done), signers=("policyholder",), doc="保險單簽收回條", satisfied_by=by, **about)


@signed("UW-19.1.1.2")
def somebody_else_signs(application: Application) -> Iterator[Finding | Value]:
    """Adult insured, near relatives, beneficiary (AMB-24: adults all), with the statement."""
    signer = application.text("receipt.signer")
    if signer == "policyholder":
        yield Value("signer_ok", True)
        return
    near = signer in application.parameter("delegated_signers")
    adult = application.number("receipt.signer_age") >= application.parameter("adult_age")
    stated = application.maybe_flag("receipt.delegation_statement") or _has(application, DELEGATION)
    yield Value("signer_ok", bool(near and adult and stated))
    text = "代簽以成年之被保險人、要/被保險人配偶、父母、子女、兄弟姊妹及受益人為限"
    yield pending(text, near and adult, subject="receipt", field="receipt.signer")
    by = ("receipt.delegation_statement",) if stated else ()
    yield Finding("DOC", f"代簽檢附「{DELEGATION}」", status(bool(stated)), doc=DELEGATION, satisfied_by=by)


@paper("UW-19.1.2.1")
def receipt_comes_back(application: Application) -> Iterator[Finding | Value]:
    """出單日之翌日起算 20 個日曆天, a holiday rolls to the next working day (【註】)."""
    due = receipt_due(application)
    back = application.maybe_day("receipt.returned_on")
    yield Value("deadline", due.isoformat())
    by = ("receipt.returned_on",) if back else ()
    text = f"簽收回條須於 {due} 前繳回"
    yield Finding("PENDING", text, status(back is not None), due=due.isoformat(), subject="receipt", satisfied_by=by)


@paper("UW-19.1.2.2", when="receipt.extension_until")
def extension_is_asked_in_time(application: Application) -> Iterator[Finding | Value]:
    until, asked = application.maybe_day("receipt.extension_until"), application.maybe_day("receipt.extension_asked_on")
    if until is None:
        return
    yield Value("extended_deadline", until.isoformat())
    in_time = asked is not None and asked <= receipt_due(application)
    yield pending("延期須於簽收期限內以書面申請", in_time, subject="receipt", field="receipt.extension_asked_on")
    yield doc(application, "延期申請書", "簽收回條影本", text="敘明合理理由、預計繳回時間並檢附簽收回條影本")


@paper("UW-19.1.3.1")
def agent_is_reminded(application: Application) -> Iterator[Finding | Value]:
    listed = _list_after(application, application.parameter("receipt_days")["reminded"])
    yield Value("first_list_date", listed.isoformat())
    yield from _unless_back(application, listed, "提醒業務人員於期限內繳回簽收回條", "agent")


@paper("UW-19.1.3.2")
def receipt_is_urged(application: Application) -> Iterator[Finding]:
    listed = _list_after(application, application.parameter("receipt_days")["due"])
    yield from _unless_back(application, listed, "逾期未繳回簽收回條，催辦", "sales_management")


@paper("UW-19.1.3.3")
def policy_is_made_again(application: Application) -> Iterator[Finding | Value]:
    """On the 10th, rolled: more than 30 days (翌日起算, AMB-25), or past the extension."""
    batch = _batch_after(application, _tolerated(application))
    yield Value("remake_batch_date", batch.isoformat())
    yield from _unless_back(application, batch, "重新製作保單並以雙掛號寄送要保人", "policyholder", "REISSUE")


@paper("UW-19.1.3.4", when="receipt.mail_signed_on")
def remade_policy_counts_from_its_receipt(application: Application) -> Iterator[Finding | Value]:
    yield from _signed_by_mail(application)


@rule("UW-19.1.3.5", applies=delivered_or_event)
def agents_pay_for_the_remake(application: Application) -> Iterator[Finding | Value]:
    """500 by one agent, 250 by each of several."""
    yield Value("fee_per_agent", _fee_each(application))
    if application.maybe_day("receipt.remade_on"):
        yield _fee(application, "，原保單及簽收回條仍須繳回")


@paper("UW-19.1.3.6", when="receipt.lost")
def lost_original_is_reported(application: Application) -> Iterator[Finding]:
    if application.stated("receipt.lost") is not None:
        yield doc(application, INCIDENT, subject="agent")
        yield doc(application, LOSS, subject="agent")


@event("UW-19.1.4.1")
def lost_policy_is_made_again(application: Application) -> Iterator[Finding]:
    if application.text("event.type") == "policy_lost":
        yield doc(application, LOSS, subject="agent")
        yield doc(application, INCIDENT, subject="agent")
        yield note("REISSUE", "保單重新製作後以雙掛號寄送至要保人住所", to="policyholder")
        yield _fee(application)


@event("UW-19.1.4.4")
def lost_receipt_is_made_again(application: Application) -> Iterator[Finding]:
    if application.text("event.type") == "receipt_lost":
        yield note("REISSUE", "簽收回條重製後提供業務人員，進行後續簽收作業", to="agent", scope="receipt")


@paper("UW-19.1.5")
def late_receipt_is_disciplined(application: Application) -> Iterator[Finding]:
    for reason in _offences(application):
        yield note("NOTIFY", "依「業務員招攬服務及作業品質規範辦法」懲處", to="sales_management", reason=reason)


@event("UW-19.1.6")
def supervisor_delivers(application: Application) -> Iterator[Finding]:
    if application.text("event.type") == "agent_left":
        yield doc(application, "書面申請代領保單", text="以書面申請代領保單，由業務主管轉送", subject="agent")


@online("UW-19.2.2")
def policyholder_signs_online(application: Application) -> Iterator[Finding | Value]:
    """30 calendar days; the manual marks no roll here."""
    due = days_after(application.day("clock.issue_date"), application.parameter("receipt_days")["online"])
    done = application.maybe_day("receipt.signed_on")
    yield Value("deadline", due.isoformat())
    about = {"subject": "policyholder", "person": "policyholder", "who": "customer"}
    text, by = f"要保人須於 {due} 前線上簽收", ("receipt.signed_on",) if done else ()
    yield Finding("SIGN", text, status(done is not None), due=due.isoformat(), satisfied_by=by, **about)


@online("UW-19.2.3.1")
def policyholder_is_reminded(application: Application) -> Iterator[Finding | Value]:
    issue, done = application.day("clock.issue_date"), application.maybe_day("receipt.signed_on")
    days = tuple(days_after(issue, n) for n in application.parameter("online_reminder_days"))
    yield Value("reminders", tuple(day.isoformat() for day in days))
    for day in days:
        if done is None or done > day:
            yield note("NOTIFY", "簡訊及電子郵件提醒線上簽收", to="policyholder", due=day.isoformat())


@online("UW-19.2.3.2")
def agent_is_told_of_unsigned_policies(application: Application) -> Iterator[Finding | Value]:
    listed = _list_after(application, application.parameter("receipt_days")["reminded"] - 1)
    yield Value("first_list_date", listed.isoformat())
    done = application.maybe_day("receipt.signed_on")
    if done is None or done > listed:
        yield note("NOTIFY", "提醒業務人員追蹤要保人於期限內線上簽收", to="agent", due=listed.isoformat())


@online("UW-19.2.4")
def unsigned_policy_goes_out_on_paper(application: Application) -> Iterator[Finding | Value]:
    due = days_after(application.day("clock.issue_date"), application.parameter("receipt_days")["online"])
    done = application.maybe_day("receipt.signed_on")
    if done is None or done > due:
        text = "逾 30 個日曆天未簽收，重新製作紙本保單以雙掛號寄送"
        yield note("REISSUE", text, to="policyholder", due=(due + timedelta(days=1)).isoformat())
    yield from _signed_by_mail(application)


@derived
def receipt_due(application: Application) -> date:
    due = days_after(application.day("clock.issue_date"), application.parameter("receipt_days")["due"])
    return rolled(application, due)


@derived
def _tolerated(application: Application) -> date:
    """The last day before a remake: 30 days from the day after issue, or the granted extension."""
    extended = application.maybe_day("receipt.extension_until")
    return extended or days_after(application.day("clock.issue_date"), application.parameter("receipt_days")["remade"])


def _list_after(application: Application, days: int) -> date:
    """The first Thursday list (a holiday: one working day earlier) on which more than `days` have gone by."""
    earliest = days_after(application.day("clock.issue_date"), days + 1)
    thursday = earliest + timedelta(days=(THURSDAY - earliest.weekday()) % 7)
    while rolled_back(application, thursday) < earliest:
        thursday += timedelta(days=7)
    return rolled_back(application, thursday)


def _batch_after(application: Application, day: date) -> date:
    tenth = day.replace(day=application.parameter("remake_day_of_month"))
    while rolled(application, tenth) <= day:
        tenth = (tenth.replace(day=28) + timedelta(days=4)).replace(day=tenth.day)
    return rolled(application, tenth)


def _unless_back(application: Application, day: date, text: str, to: str, kind: str = "NOTIFY") -> Iterator[Finding]:
    back = application.maybe_day("receipt.returned_on")
    if back is None or back >= day:
        yield note(kind, text, to=to, due=day.isoformat())


def _fee_each(application: Application) -> int:
    return application.parameter("remake_fee")["alone" if len(application.entries("agents")) < 2 else "each"]


def _fee(application: Application, also: str = "") -> Finding:
    fee = _fee_each(application)
    return note("FEE", f"重新製作保單費用每位業務人員 {fee} 元{also}", to="agent", value=fee)


def _offences(application: Application) -> Iterator[str]:
    """What did not come back by today is late too."""
    today, remade = application.maybe_day("clock.today"), application.maybe_day("receipt.remade_on")
    back = application.maybe_day("receipt.returned_on") or today
    if back and back > rolled(application, _tolerated(application)):
        yield "receipt_late"
    if remade:
        due = rolled(application, days_after(remade, application.parameter("receipt_days")["old_policy"]))
        old = application.maybe_day("receipt.old_policy_returned_on") or today
        if old and old > due:
            yield "old_policy_late"
    if application.stated("receipt.lost") in ("policy", "both"):
        yield "policy_lost"


def _signed_by_mail(application: Application) -> Iterator[Finding | Value]:
    mailed = application.maybe_day("receipt.mail_signed_on")
    if mailed:
        yield Value("sign_date", mailed.isoformat())
        yield note("DATE", "以回執聯簽收日期為保單簽收日期", due=mailed.isoformat())


def _has(application: Application, title: str) -> bool:
    return any(d.get("title") == title for d in application.entries("docs"))
