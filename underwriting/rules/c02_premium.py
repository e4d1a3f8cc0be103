"""貳、二 首期保險費: the least first premium, and 高保額件 that may not be paid before approval."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.accumulation import is_investment, life_amount
from underwriting.ages import attained_age
from underwriting.answers import note, pending
from underwriting.application import Application, Product, Unknown
from underwriting.currency import TWD
from underwriting.derived import derived
from underwriting.evidence import status
from underwriting.model import Finding, Value
from underwriting.rule import new_business, rule

FREE_LINES = ("micro", "travel")
FREE_FLAGS = ("group", "fills_funeral_gap", "channel_exclusive")


@rule("UW-02.2.2.1", applies=new_business)
def least_first_premium(application: Application) -> Iterator[Finding | Value]:
    """單張保單之首期保險費(折扣前); 月繳件 pays two months."""
    if not bound(application):
        return
    currency = application.maybe_text("application.currency") or TWD
    least = least_premium(application, currency)
    paid = application.number("application.first_premium_before_discount")
    yield Value("min_first_premium", least)
    yield Value("min_first_premium_ok", paid >= least)
    yield pending(
        f"首期保險費(折扣前)須達 {currency} {least:,}",
        paid >= least,
        subject="application",
        field="application.first_premium_before_discount",
        value=least,
    )


@rule("UW-02.2.2.2", applies=new_business, when="application.policies")
def each_of_two_policies(application: Application) -> Iterator[Finding]:
    """組合保單: 其單張保單之每期最低保險費亦須依上述規定; `policies` lists them with their premiums."""
    premiums = [entry.get("first_premium_before_discount") for entry in application.entries("application.policies")]
    if len(premiums) > 1 and bound(application):
        least = least_premium(application, application.maybe_text("application.currency") or TWD)
        low = tuple(
            str(i) for i, premium in enumerate(premiums) if not isinstance(premium, int | float) or premium < least
        )
        yield pending("組合保單之單張保單最低保險費", not low, subject="application", items=low, value=least)


@rule("UW-02.2.2.3", each="product", applies=new_business)
def free_of_the_least_premium(application: Application, product: Product) -> Iterator[Finding]:
    """Exceptions: short accident under 15, funeral gap, investment/micro/travel/group, channel exclusive."""
    if is_free(application, product):
        text = "首期保險費依商品投保規則，不受最低規定限制"
        yield note("VALUE", text, status="satisfied", subject="products", line=product.line, value="exempt")


@rule("UW-02.2.3", applies=new_business)
def high_sums_are_not_paid_in_advance(application: Application) -> Iterator[Finding | Value]:
    """高保額件: 不得預先收取保險費/付款授權書; what was taken is given back until the approval."""
    high = is_high_sum(application)
    yield Value("high_sum", high)
    taken = ("application.premium_received", "application.auth_date")
    if high and any(application.stated(path) not in (None, False) for path in taken):
        approved = application.stated("application.status") == "underwriting_done"
        yield Finding(
            "REFUND",
            "高保額件不得預先收取保險費/付款授權書：退費/退回付款授權書，待審查通過通知繳費",
            status(approved),
            who="reviewer",
            action="refund_or_return_authorisation",
        )


@rule("UW-02.2.5", applies=new_business, when="proposal")
def proposal_has_the_same_method(application: Application) -> Iterator[Finding]:
    """送件時選擇之首/續繳費方式與建議書不同: the proposal is made again."""
    for name in ("payment_method", "renewal_method"):
        proposed, chosen = application.stated(f"proposal.{name}"), application.stated(f"application.{name}")
        if proposed is not None and chosen is not None and proposed != chosen:
            yield pending("繳費方式與建議書不同，重新登打建議書確認保費", False, field=f"application.{name}")


@derived
def is_high_sum(application: Application) -> bool:
    """>6,000 萬 at this company and >7,000 萬 of traditional or of investment life (AMB-03)."""
    limits = application.parameter("high_sum")
    amounts = [life_amount(application, kind) for kind in ("traditional", "investment")]
    return sum(amounts) > limits["own"] and max(amounts) > limits["facultative"]


@derived
def bound(application: Application) -> bool:
    """Whether a policy is bought that the least premium binds: the main contract says so, its riders follow it."""
    products = application.products()
    mains = [product for product in products if not product.is_rider]
    return any(not is_free(application, product) for product in mains or products)


def is_free(application: Application, product: Product) -> bool:
    if is_investment(application, product) or product.line in FREE_LINES:
        return True
    if any(application.maybe_flag(product.path(flag)) for flag in FREE_FLAGS):
        return True
    return product.line == "accident" and one_year(application, product) and insured_is_a_child(application)


def one_year(application: Application, product: Product) -> bool:
    one = application.maybe_flag(product.path("one_year"))
    return application.maybe_number(product.path("term_years")) == 1 if one is None else one


def insured_is_a_child(application: Application) -> bool:
    """未滿 15 足歲."""
    limit = application.parameter("child_age")
    return any(attained_age(application, person) < limit for person in application.people(("insured",)))


def least_premium(application: Application, currency: str) -> int:
    least = application.row("least_first_premium", currency)
    if least is None:
        raise Unknown("application.currency", "no_minimum")
    monthly = application.stated("application.mode") == "monthly"
    return least * (application.parameter("months_paid_first") if monthly else 1)
