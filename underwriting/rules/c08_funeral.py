"""捌、二 (一)2 (八)3 喪葬費用: what a child below 15, or a person under guardianship, may be insured for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from underwriting.accumulation import LIFE
from underwriting.answers import doc, note, reject, review
from underwriting.application import Application, Product, Unknown
from underwriting.caps import identity, perhaps_a_child
from underwriting.checks import over, stated_on_record
from underwriting.currency import amount_in_twd
from underwriting.derived import derived
from underwriting.model import Finding, Value
from underwriting.rule import all_of, new_cover, rule
from underwriting.scopes import applied_for, if_known

STATEMENT, NO_FUNERAL = "投保聲明書", "投保無喪葬費用保險金保險商品確認聲明書"
COMPONENTS = ("disability_lump", "disability_monthly", "accident")


def applies_for_cover(application: Application) -> bool:
    return bool(applied_for(application))


def windows_asked(application: Application) -> bool:
    return application.stated("policies") is not None


def guarded(application: Application) -> bool:
    return application.stated("insured.guardianship") == "guardianship"


section = partial(rule, applies=all_of(new_cover, applies_for_cover, perhaps_a_child))
under_guardian = partial(rule, applies=all_of(new_cover, guarded))


@section("UW-08.2.1.2.1")
def life_below_the_limit(application: Application) -> Iterator[Finding]:
    for product in _children(application, _is_life):
        if not _reached(application):
            yield _statement(application, product)


@section("UW-08.2.1.2.2")
def life_over_the_limit(application: Application) -> Iterator[Finding]:
    """Disclosed and signed for, it may be accepted."""
    for product in _children(application, _is_life):
        if _reached(application):
            text = "告知超過限額部份於滿15足歲前身故不負給付責任，退還超過部份之保險費或保險成本"
            yield stated_on_record(application, "funeral_excess", text, subject="policyholder", line=product.line)
            yield _statement(application, product)


@section("UW-08.2.1.2.3")
def accident_below_the_limit(application: Application) -> Iterator[Finding]:
    for product in _children(application, _accident_with_funeral):
        if not _reached(application):
            yield _statement(application, product)


@section("UW-08.2.1.2.4")
def accident_over_the_limit(application: Application) -> Iterator[Finding]:
    """The statement does not cure it."""
    for product in _children(application, _accident_with_funeral):
        if _reached(application):
            yield _declined(product)


@section("UW-08.2.1.2.5")
def travel_fills_up_to_the_limit(application: Application) -> Iterator[Finding]:
    for product in _children(application, _travel_with_funeral):
        if not _reached(application):
            room = application.parameter("funeral_limit") - funeral_total(application)
            amount = amount_in_twd(application, product) if application.stated(product.path("amount")) else 0
            yield from over("旅行平安保險可補足喪葬費用限額", "travel", room, amount)


@section("UW-08.2.1.2.6")
def travel_over_the_limit(application: Application) -> Iterator[Finding]:
    for product in _children(application, _travel_with_funeral):
        if _reached(application):
            yield _declined(product)


@section("UW-08.2.1.2.7")
def without_funeral_benefit(application: Application) -> Iterator[Finding]:
    """傷害失能: disclosed and signed for where the child has a funeral benefit already; else AMB-11."""
    for product in _children(application, _without_funeral):
        if application.flag("has_funeral_product"):
            text = "告知該類商品無提供意外身故之喪葬費用保險金"
            yield stated_on_record(application, "no_funeral_benefit", text, subject="policyholder", line=product.line)
            yield doc(application, NO_FUNERAL, subject="policyholder", who="customer", line=product.line)
        else:
            yield review("被保險人尚無含喪葬費用保險金商品", "no_funeral_product", subject="insured", line=product.line)


@section("UW-08.2.1.2.8")
def accident_medical_needs_no_check(application: Application) -> Iterator[Finding]:
    for product in _children(application, _accident_medical):
        yield note("VALUE", "傷害醫療保險逕予承保，無須判斷喪葬費用", line=product.line)


@rule("UW-08.2.1.2.9", applies=windows_asked)
def own_and_peers_are_added(application: Application) -> Iterator[Value]:
    yield Value("total", funeral_total(application))


@rule("UW-08.2.1.2.10", applies=windows_asked)
def windows_by_contract_date(application: Application) -> Iterator[Value]:
    counted = tuple(_counted(application, index) for index in range(len(application.listed("policies"))))
    yield Value("counted", counted[0] if len(counted) == 1 else counted)


@under_guardian("UW-08.2.8.3")
@if_known
def guarded_death_benefit_is_for_the_funeral(application: Application) -> Iterator[Finding | Value]:
    """Own and peers since 99-02-03 (含), this application included; what is over is refunded without interest."""
    limit, total = application.parameter("funeral_limit"), guardianship_total(application)
    yield Value("total", total)
    yield Value("excess", max(total - limit, 0))
    if total > limit:
        yield from over("受監護宣告：喪葬費用保險金額總和（含同業）", "funeral", limit, total)
        text = "超過部分不負給付責任，無息退還已繳保險費或保險成本"
        yield note("REFUND", text, to="policyholder", value=total - limit, excess=total - limit)


@derived
def funeral_total(application: Application) -> float:
    """Own and peers before this application, by the windows of Q3; unknown until the agent states it (AMB-54)."""
    stated = application.maybe_number("funeral_total_own_and_peer")
    if stated is not None:
        return stated
    return sum(
        application.number(f"policies.{i}.funeral")
        for i in range(len(_stated_policies(application)))
        if _counted(application, i)
    )


@derived
def guardianship_total(application: Application) -> float:
    since: date = application.parameter("guardianship_funeral_from")
    before = application.maybe_number("funeral_total_own_and_peer")
    if before is None:
        before = sum(
            application.number(f"policies.{i}.funeral")
            for i in range(len(_stated_policies(application)))
            if application.day(f"policies.{i}.contract_date") >= since
        )
    mine = [p for p in application.products() if p.line in (*LIFE, "accident", "travel")]
    return before + sum(amount_in_twd(application, p) for p in mine if application.stated(p.path("amount")) is not None)


def _stated_policies(application: Application) -> tuple[dict[str, Any], ...]:
    if application.stated("policies") is None:
        raise Unknown("funeral_total_own_and_peer")
    return application.listed("policies")


def _counted(application: Application, index: int) -> bool:
    """AMB-40."""
    window, day = application.parameter("funeral_window"), application.day(f"policies.{index}.contract_date")
    return day <= window["counted_until"] or day >= window["counted_again_from"]


def _children(application: Application, kind: Any) -> list[Product]:
    """Products of the kind for a child; what the kind asks for is not asked of others."""
    products = application.products()
    return [p for p in products if kind(application, p)] if products and identity(application) == "under_15" else []


def _reached(application: Application) -> bool:
    return funeral_total(application) >= application.parameter("funeral_limit")


def _funeral(application: Application, product: Product) -> bool | None:
    return application.maybe_flag(product.path("funeral_benefit"))


def _is_life(application: Application, product: Product) -> bool:
    """含人壽保險: its death benefit is a funeral benefit below 15, unless the product is stated to have none."""
    return product.line in LIFE and _funeral(application, product) is not False


def _accident_with_funeral(application: Application, product: Product) -> bool:
    """Whether accident cover of a child holds a funeral benefit decides between two rules: it has to be stated."""
    return product.line == "accident" and application.flag(product.path("funeral_benefit"))


def _travel_with_funeral(application: Application, product: Product) -> bool:
    return product.line == "travel" and _funeral(application, product) is not False


def _without_funeral(application: Application, product: Product) -> bool:
    by_accident = product.line == "accident" or application.maybe_flag(product.path("accident_type")) is True
    return product.line in COMPONENTS and by_accident and _funeral(application, product) is False


def _accident_medical(application: Application, product: Product) -> bool:
    return product.line in ("accident_medical", "accident_medical_daily", "reimb_accident")


def _statement(application: Application, product: Product) -> Finding:
    return doc(application, STATEMENT, subject="policyholder", who="customer", line=product.line)


def _declined(product: Product) -> Finding:
    text = "喪葬費用已達保險法第107條限額，婉拒承保含喪葬費用保險金之商品"
    return reject(text, subject="product", scope="product", line=product.line)
