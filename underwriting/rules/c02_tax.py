"""貳、八 FATCA 及 CRS 作業."""

from __future__ import annotations

from collections.abc import Iterator

from underwriting.accumulation import is_investment
from underwriting.answers import doc, note, pending, review
from underwriting.application import Application, Product, Unknown
from underwriting.derived import derived
from underwriting.model import Finding
from underwriting.rule import new_business, rule

NATURAL = "FATCA暨CRS身分聲明書【個人適用】"
CORPORATE = ("FATCA身分聲明書【法人適用】", "CRS身分辨識問卷(法人適用)")
SELF_NATURAL = "自我證明表-個人"
SELF_ENTITY = ("自我證明表-實體", "自我證明表-具控制權之人")
DOMESTIC, AMERICAN = "TW", "US"
ANNUITIES = ("annuity", "investment_annuity")


@rule("UW-02.8.1", applies=new_business)
def what_is_in_scope(application: Application) -> Iterator[Finding]:
    """實施日期 by the application date, 適格商品."""
    found = regimes(application)
    if found:
        yield note("VALUE", f"適用 {'、'.join(found)}", status="satisfied", subject="policyholder", value=found)


@rule("UW-02.8.2", applies=new_business)
def natural_policyholder_declares(application: Application) -> Iterator[Finding]:
    """身分聲明書【個人適用】 (the policyholder)."""
    if is_natural(application) and regimes(application):
        yield doc(application, NATURAL, subject="policyholder", who="customer")


@rule("UW-02.8.3", applies=new_business)
def resident_elsewhere(application: Application) -> Iterator[Finding]:
    """「其他國家或地區之稅務居民」: 自我證明表-個人."""
    if is_natural(application) and "CRS" in regimes(application) and foreign_residencies(application):
        yield doc(
            application, SELF_NATURAL, subject="policyholder", who="customer", items=foreign_residencies(application)
        )


@rule("UW-02.8.4", applies=new_business)
def corporate_policyholder_declares(application: Application) -> Iterator[Finding]:
    """FATCA 身分聲明書【法人適用】 and CRS 身分辨識問卷(法人適用)."""
    if not is_natural(application):
        for regime, title in zip(("FATCA", "CRS"), CORPORATE, strict=True):
            if regime in regimes(application):
                yield doc(application, title, subject="policyholder", who="customer")


@rule("UW-02.8.5", applies=new_business)
def corporate_certifies_itself(application: Application) -> Iterator[Finding]:
    """Registered or operating abroad, an investment entity managed elsewhere, a passive NFE."""
    if is_natural(application) or "CRS" not in regimes(application):
        return
    abroad = any(
        application.stated(f"policyholder.{name}") not in (None, DOMESTIC, AMERICAN)
        for name in ("registered_in", "registered_country", "operating_country")
    )
    kinds = ("managed_investment_entity", "passive_nfe")
    if abroad or any(application.maybe_flag(f"policyholder.{kind}") for kind in kinds):
        yield doc(application, *SELF_ENTITY, subject="policyholder", who="customer")
        yield review("自我證明表-實體或具控制權之人擇用", "crs_entity", subject="policyholder")


@rule("UW-02.8.6", applies=new_business)
def american_indicia(application: Application) -> Iterator[Finding]:
    """美國身分跡象: ID copy, W-8BEN (printed W-8BE, AMB-44) and an explanation; 美國納稅義務人: W-9."""
    if application.maybe_flag("policyholder.us_taxpayer"):
        yield doc(application, "表格 W-9", "W-9", subject="policyholder", who="customer")
    elif application.maybe_flag("policyholder.us_indicia"):
        yield doc(application, "身分證件影本", subject="policyholder", who="customer")
        yield doc(application, "表格 W-8BEN", "W-8BEN", subject="policyholder", who="customer")
        yield doc(application, "棄籍證明", "其他合理書面解釋", subject="policyholder", who="customer")


@rule("UW-02.8.7", applies=new_business)
def self_certification_is_in_english(application: Application) -> Iterator[Finding]:
    """各式自我證明表需以英文填寫."""
    for entry in application.entries("docs"):
        if str(entry.get("title", "")).startswith("自我證明表") and entry.get("language", "en") != "en":
            yield pending(
                "自我證明表需以英文填寫", False, subject="policyholder", doc=str(entry["title"]), field="docs"
            )


@derived
def regimes(application: Application) -> tuple[str, ...]:
    """FATCA and CRS by their first day and kinds of product; investment business is FATCA's alone."""
    day = application.day("application.date")
    products = application.products()
    if not products:
        return ()
    crs_kind = _any_has_value(application, products)
    kinds = {"FATCA": crs_kind or any(is_investment(application, p) for p in products), "CRS": crs_kind}
    since = {"FATCA": application.parameter("fatca_since"), "CRS": application.parameter("crs_since")}
    return tuple(name for name, inside in kinds.items() if inside and day >= since[name])


def is_natural(application: Application) -> bool:
    return application.stated("policyholder.type", "natural") != "corporate"


def foreign_residencies(application: Application) -> tuple[str, ...]:
    stated = application.stated("policyholder.tax_residencies", ())
    listed = stated if isinstance(stated, list | tuple) else (stated,)
    return tuple(str(country) for country in listed if country not in (DOMESTIC, AMERICAN))


def _any_has_value(application: Application, products: tuple[Product, ...]) -> bool:
    """年金險、具現金價值之險種; unknown when only an unknown product could have one."""
    unknown = None
    for product in products:
        try:
            if product.line in ANNUITIES or application.flag(product.path("has_surrender_value")):
                return True
        except Unknown as stop:
            unknown = stop
    if unknown:
        raise unknown
    return False
