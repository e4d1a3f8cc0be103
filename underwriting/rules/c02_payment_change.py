"""貳、三、(四) 新契約首期保險費繳費管道異動之繳費日認定原則: which day counts as paid after a change of method."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

from underwriting.answers import doc, note
from underwriting.application import Application, Product
from underwriting.dates import days_after
from underwriting.derived import derived
from underwriting.evidence import status
from underwriting.model import Finding, Value
from underwriting.rule import new_business, rule

CHANGE_FORM = ("新契約要保內容變更申請書", "新契約要保書內容變更申請書")
PAPERS = {"remittance": "繳費文件", "bank": "自動轉帳授權書", "card": "保險費信用卡付款授權書"}
# 原指定, 變更後, 於一照期限內完成; which day counts is `changed_payment_day`
ROWS = (
    (("bank", "remittance"), True),
    (("bank", "remittance"), False),
    (("bank", "bank"), None),
    (("bank", "card"), None),
    (("card", "remittance"), None),
    (("card", "bank"), None),
    (("card", "card"), None),
)
ORIGINAL, NEW, PAID = "original_auth_date", "new_auth_date", "remittance_date"


@rule("UW-02.3.4.1", applies=new_business, when="payment_change")
def change_has_its_papers(application: Application) -> Iterator[Finding]:
    """檢附「新契約要保內容變更申請書」及授權書/繳費文件及相關證明文件."""
    change = changed(application)
    if change:
        yield doc(application, *CHANGE_FORM, subject="policyholder", who="customer")
        yield doc(application, PAPERS[change[1]], subject="policyholder", who="customer")


@rule("UW-02.3.4.2", applies=new_business, when="payment_change")
def which_changes_these_are(application: Application) -> Iterator[Finding]:
    """核保中主動變更, and after 核印失敗或扣款失敗."""
    if changed(application):
        after = application.stated("payment_change.first_failure_notice") is not None
        text = "核印/扣款失敗後變更繳費管道" if after else "核保中主動變更繳費管道"
        yield note("VALUE", text, status="satisfied", value="after_failure" if after else "voluntary")


@rule("UW-02.3.4.3", applies=new_business, when="payment_change")
def new_date_equals_the_original(application: Application) -> Iterator[Finding]:
    """新授權書之申請日務必與原授權書之申請日一致，若不一致將以新授權書之申請日為繳費日."""
    if changed(application) in (("bank", "bank"), ("card", "card")):
        new, original = (application.maybe_day(f"payment_change.{name}") for name in (NEW, ORIGINAL))
        if new and original and new != original:
            yield note(
                "DATE", "授權書申請日不一致：以新授權書之申請日為繳費日", status="satisfied", value=new.isoformat()
            )


@rule("UW-02.3.4.4", each="product", applies=new_business, when="payment_change")
def the_product_s_own_rule_first(application: Application, product: Product) -> Iterator[Finding]:
    """募集型商品、停售商品或個別商品若另有規定者從其約定."""
    own = application.stated(product.path("payment_date_rule"))
    if own is not None and changed(application):
        yield note("VALUE", "個別商品另有繳費日規定，從其約定", status="satisfied", value=str(own))


def paid_after_the_change(
    application: Application, change: tuple[str, str], timely: bool | None
) -> Iterator[Finding | Value]:
    """One row of the table: from which kind to which, 於一照期限內完成 or not (None: 不限)."""
    if changed(application) == change and (timely is None or timely is in_time(application)):
        day = changed_payment_day(application)
        if day:
            yield Value("payment_date", day.isoformat())
            yield note("DATE", f"繳費日 {day}", status="satisfied", subject="application", value=day.isoformat())


for _number, (_change, _timely) in enumerate(ROWS, start=1):  # seven rows of one table, one rule each
    _check = partial(paid_after_the_change, change=_change, timely=_timely)
    rule(f"UW-02.3.4.5.{_number}", applies=new_business, when="payment_change")(_check)


@rule("UW-02.3.4.6", applies=new_business, when="payment_change")
def first_query_runs_out(application: Application) -> Iterator[Finding | Value]:
    """一照: 核印/扣款失敗的第一次照會通知，期限為 14 天，或個別調整為 7 天."""
    due = first_query_deadline(application)
    if due:
        yield Value("first_query_deadline", due.isoformat())
        yield note("DATE", f"一照期限 {due}", status="satisfied", due=due.isoformat(), value=due.isoformat())


@rule("UW-02.3.4.7", each="product", applies=new_business, when="payment_change")
def discontinued_before_it_was_paid(application: Application, product: Product) -> Iterator[Finding]:
    """變更繳費管道後之繳費日若等於或晚於商品停售日，應予以退件."""
    ended = application.maybe_day(product.path("discontinued_on"))
    paid = changed_payment_day(application) if ended and changed(application) else None
    if ended and paid and paid >= ended:
        text = "停售商品變更繳費管道後之繳費日等於或晚於停售日，予以退件"
        yield Finding("RETURN", text, status(False), subject="products", line=product.line, who="reviewer")


@derived
def changed(application: Application) -> tuple[str, str] | None:
    """From which kind of payment to which."""
    kinds = [_kind(application.maybe_text(f"payment_change.{name}")) for name in ("from", "to")]
    return (kinds[0], kinds[1]) if kinds[0] in ("bank", "card") and kinds[1] else None


@derived
def changed_payment_day(application: Application) -> date | None:
    """原授權書之申請日 within one kind (unless the new one bears another day) and for a remittance in time; else
    實際匯款日 or 新授權書之申請日."""
    change = changed(application)
    if change is None:
        return None
    if change[0] == change[1]:
        new = application.maybe_day(f"payment_change.{NEW}")
        return new or application.day(f"payment_change.{ORIGINAL}")
    if change == ("bank", "remittance") and in_time(application):
        return application.day(f"payment_change.{ORIGINAL}")
    return application.day(f"payment_change.{PAID if change[1] == 'remittance' else NEW}")


@derived
def in_time(application: Application) -> bool:
    """Before any failure notice no deadline runs."""
    due = first_query_deadline(application)
    return due is None or application.day(f"payment_change.{PAID}") <= due


@derived
def first_query_deadline(application: Application) -> date | None:
    notice = application.maybe_day("payment_change.first_failure_notice")
    usual, shortened = application.parameter("first_query_days")
    short = application.maybe_number("payment_change.query_days") == shortened
    return days_after(notice, shortened if short else usual) if notice else None


def _kind(text: str | None) -> str | None:
    return next((kind for kind in PAPERS if text and kind in text), None)
