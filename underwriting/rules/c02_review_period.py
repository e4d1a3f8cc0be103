"""貳、一 「個人保險契約審閱期間」規定."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from underwriting.application import Application
from underwriting.evidence import documents, status
from underwriting.model import Finding, Value
from underwriting.rule import rule

STATEMENT = "個人保險契約審閱期間確認聲明書"


def adds_cover(application: Application) -> bool:
    """凡投保或加保: new business always, policy service only when cover is added (that has to be stated)."""
    return application.case_kind != "policy_service" or application.flag("application.adds_cover")


@rule("UW-02.1.1", before="submission")
def statement_is_filled(application: Application) -> Iterator[Finding]:
    """要保人須一律填寫「個人保險契約審閱期間確認聲明書」."""
    if adds_cover(application):
        found = documents(application, (STATEMENT,))
        yield Finding(
            "DOC",
            f"要保人填寫「{STATEMENT}」",
            status(bool(found)),
            subject="policyholder",
            person="policyholder",
            doc=STATEMENT,
            who="customer",
            satisfied_by=found,
        )


@rule("UW-02.1.2.2", before="submission")
def three_days_have_passed(application: Application) -> Iterator[Finding | Value]:
    """Day T the clauses are received, from T+4 on the application may be dated; 保全 counts to 受理日."""
    if not adds_cover(application):
        return
    received = application.day("application.clause_received_date")
    until = "application.received_at" if application.case_kind == "policy_service" else "application.date"
    earliest = received + timedelta(days=application.parameter("review_period_offset_days"))
    day, waived = application.day(until), early_signing_declared(application)
    on_time = day >= earliest
    yield Value("review_period_ok", on_time or waived)
    yield Finding(
        "PENDING",
        f"審閱期間至少 3 日：{'受理日' if until.endswith('_at') else '要保書申請日期'}須為 {earliest} (含)之後",
        status(on_time or waived),
        subject="policyholder",
        due=earliest.isoformat(),
        field=until,
        satisfied_by=(until,) if on_time else ("application.early_sign_waiver",) if waived else (),
    )


@rule("UW-02.1.2.3", before="submission")
def early_signing(application: Application) -> Iterator[Finding]:
    """例外: 已完成審閱且自願提前簽訂, declared in 「其他」 of the statement."""
    if adds_cover(application) and early_signing_declared(application):
        yield Finding(
            "ATTEST",
            "要保人聲明已瞭解契約內容並自願提前簽訂",
            "satisfied",
            subject="policyholder",
            person="policyholder",
            who="customer",
            satisfied_by=("application.early_sign_waiver",),
        )


def early_signing_declared(application: Application) -> bool:
    return bool(application.stated("application.early_sign_waiver", False))
