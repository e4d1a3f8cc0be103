"""貳、九 共用要保書之使用原則, 十 外幣保單換算新台幣倍數."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.answers import doc, note, pending
from underwriting.application import Application, Product
from underwriting.currency import TWD, amount_in_twd, currency_of
from underwriting.model import Finding, Value
from underwriting.rule import new_business, new_cover, rule


@rule("UW-02.9.1", applies=new_business, when="form.shared")
def two_main_products_at_most(application: Application) -> Iterator[Finding]:
    """一份要保書最多可填寫二個主約商品."""
    mains = [product for product in application.products() if not product.is_rider]
    most = application.parameter("mains_on_a_form")
    if application.maybe_flag("form.shared") and len(mains) > most:
        yield pending(f"共用要保書最多填寫 {most} 個主約商品", False, subject="products", value=len(mains))


@rule("UW-02.9.2", applies=new_business, when="form.shared")
def different_choices_are_written_down(application: Application) -> Iterator[Finding]:
    """繳別、續期繳費方式、身故受益人 differ: 「新契約內容變更申請書」 or separate forms."""
    if application.maybe_flag("form.shared") and application.stated("form.differences"):
        yield doc(application, "新契約內容變更申請書", subject="application", who="customer")


@rule("UW-02.9.3", applies=new_business, when="form.inapplicable")
def what_does_not_apply_is_corrected(application: Application) -> Iterator[Finding]:
    """投保事項不適用: put right in the company's own field (紅利選擇、自動墊繳)."""
    if application.stated("form.inapplicable"):
        yield note("NOTIFY", "不適用事項於本公司校正欄校正", to="underwriting", field="form.inapplicable")


@rule("UW-02.10.1", applies=new_cover)
def amounts_in_new_taiwan_dollars(application: Application) -> Iterator[Finding | Value]:
    """依幣別倍數換算「壽險保額」(新台幣)."""
    products = application.products()
    if products:
        amounts = tuple(amount_in_twd(application, product) for product in products)
        yield Value("amounts_twd", amounts)
        if any(currency_of(application, product) != TWD for product in products):
            yield note("VALUE", "外幣保額換算新台幣", status="satisfied", subject="products", value=amounts)


@rule("UW-02.10.2", each="product", applies=new_cover)
def rounded_up_to_the_dollar(application: Application, product: Product) -> Iterator[Finding]:
    """以元進位，惟個別商品另有規定者除外 (AMB-36)."""
    amount = application.maybe_number(product.path("amount"))
    if amount is not None and amount % 1:
        rounded = amount_in_twd(application, product)
        yield note(
            "VALUE", "投保金額以元進位", status="satisfied", subject="products", line=product.line, value=rounded
        )
