"""貳、一 「個人保險契約審閱期間」規定."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from underwriting.answers import note, pending, reject
from underwriting.application import Application, Product
from underwriting.evidence import documents, status
from underwriting.model import Finding, Value
from underwriting.rule import new_business, rule
from underwriting.scopes import says_of_a_product

STATEMENT = "個人保險契約審閱期間確認聲明書"
FIELDS = ("product_names", "received_how", "received_on", "signed")


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


@rule("UW-02.1.2.1", when="review_statement")
def statement_is_complete(application: Application) -> Iterator[Finding]:
    """完整商品中文名稱、條款取得方式及日期 and signature; asked of a statement that somebody has read."""
    if application.stated("review_statement") is not None and adds_cover(application):
        lacking = tuple(name for name in FIELDS if not application.stated(f"review_statement.{name}"))
        yield pending(
            f"{STATEMENT}填寫完整", not lacking, subject="policyholder", items=lacking, field="review_statement"
        )


@rule("UW-02.1.2.4", applies=new_business, when="application.policy_count")
def one_statement_a_policy(application: Application) -> Iterator[Finding]:
    """每一張保單須填寫一份聲明書; main contract and riders share one."""
    wanted = application.maybe_number("application.policy_count")
    if wanted and wanted > 1:
        found = documents(application, (STATEMENT,))
        text = f"每張保單填寫一份{STATEMENT}（{wanted:g} 張）"
        yield Finding("DOC", text, status(len(found) >= wanted), doc=STATEMENT, value=wanted, satisfied_by=found)


@rule("UW-02.1.2.5", applies=new_business, when="event.type")
def new_policyholder_reviews_anew(application: Application) -> Iterator[Finding]:
    """變更要保人: a statement of his own and his own three days, else the change is refused."""
    if application.stated("event.type") == "change_policyholder":
        offset = timedelta(days=application.parameter("review_period_offset_days"))
        on_time = application.day("event.date") >= application.day("event.clause_received_date") + offset
        signed = application.maybe_flag("event.new_statement") is True
        waived = application.maybe_flag("event.early_sign_waiver") is True
        if not ((on_time or waived) and signed):
            yield reject(
                "新要保人未重新簽署聲明書或不符審閱期，無法受理要保人變更",
                subject="policyholder",
                scope="change_policyholder",
            )


@rule("UW-02.1.2.6", each="product", applies=new_business, when=says_of_a_product("on_sale_date"))
def clauses_are_on_sale(application: Application, product: Product) -> Iterator[Finding]:
    """保單條款修正時，請留意正確銷售上市日期."""
    on_sale = application.maybe_day(product.path("on_sale_date"))
    if on_sale and application.day("application.date") < on_sale:
        due = on_sale.isoformat()
        yield pending(f"商品 {due} 起始得銷售", False, subject="products", line=product.line, due=due)


@rule("UW-02.1.2.7", applies=new_business)
def corporate_policyholders_review_too(application: Application) -> Iterator[Finding]:
    """要保人為法人者，亦適用此規定."""
    if application.stated("policyholder.type") == "corporate":
        yield note("VALUE", "要保人為法人，亦適用審閱期間規定", status="satisfied", subject="policyholder", value=True)


def early_signing_declared(application: Application) -> bool:
    return bool(application.stated("application.early_sign_waiver", False))
