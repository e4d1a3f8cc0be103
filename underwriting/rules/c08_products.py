"""捌、一 各險種投保金額規範: the cap of each line at this company, and some with other companies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from underwriting.accumulation import (
    LAPSED,
    Cover,
    annualised_premium,
    covered,
    life_total_x,
    policies,
    totals_with_peers,
)
from underwriting.answers import note, reject, review
from underwriting.application import Application
from underwriting.caps import (
    TOTALS,
    asked_for,
    by_class,
    hospital_by_income,
    hospital_income_cap,
    hospital_table_cap,
    own_caps,
    special_hospital_cap,
    total_of,
)
from underwriting.checks import over, reminder
from underwriting.model import Finding, Value
from underwriting.rule import new_cover, rule
from underwriting.scopes import applied_for, asks_about, if_known, says_of_a_product

section = partial(rule, applies=new_cover)
HOSPITAL = asks_about("hospital_daily")
LINE_ZH = {
    "life": "壽險",
    "term_life": "定期壽險",
    "surgery": "手術醫療險",
    "ci": "重大疾病/特定傷病險",
    "catastrophic": "重大傷病險",
    "ltc_dementia": "長期照顧及失智險",
    "cancer_daily": "癌症住院醫療保險金",
    "cancer_lump": "癌症保險金",
    "accident": "傷害險",
    "accident_medical_daily": "傷害醫療日額",
    "disability_lump": "失能保險金",
    "disability_monthly": "每月失能扶助金",
    "hospital_daily": "住院醫療日額",
}


def wealthy(application: Application, line: str) -> bool:
    """(類)財富型商品: adjusted by finances, so no hard cap."""
    return any(p.get("wealth_type") is True and p.get("line") == line for p in applied_for(application))


def held(application: Application, line: str, cap: float | None) -> Iterator[Finding]:
    """The line's own total against one cap."""
    if cap is not None and asked_for(application, line) and not wealthy(application, line):
        yield from over(f"{LINE_ZH[line]}於本公司累計", line, cap, total_of(application, line))


def held_by_product(application: Application, line: str) -> Iterator[Finding]:
    """The line's total at this company against its one cap."""
    if asked_for(application, line):
        yield from held(application, line, application.parameter("own_caps")[line])


def held_by_class(application: Application, line: str) -> Iterator[Finding]:
    """The line's total at this company against the cap of the occupation class."""
    if asked_for(application, line) and total_of(application, line) > 0:
        yield from held(application, line, by_class(application).get(line))


BY_PRODUCT = {
    "UW-08.1.2": "term_life",
    "UW-08.1.3": "surgery",
    "UW-08.1.5": "ci",
    "UW-08.1.6": "catastrophic",
    "UW-08.1.7": "ltc_dementia",  # together (AMB-09)
    "UW-08.1.8": "cancer_daily",
    "UW-08.1.9": "cancer_lump",
}
BY_OCCUPATION_CLASS = {
    "UW-08.1.10": "accident",
    "UW-08.1.11.1": "accident_medical_daily",
    "UW-08.1.12.2": "disability_lump",
    "UW-08.1.13.2": "disability_monthly",
}
for _rows, _held in ((BY_PRODUCT, held_by_product), (BY_OCCUPATION_CLASS, held_by_class)):  # one rule a row
    for _row, _line in _rows.items():
        _lines = TOTALS.get(_line, (_line,))
        rule(_row, applies=asks_about(*_lines))(if_known(partial(_held, line=_line)))


@section("UW-08.0.1")
@if_known
def smallest_cap_binds(application: Application) -> Iterator[Value]:
    yield Value("caps", dict(own_caps(application)))


@section("UW-08.0.2", when=says_of_a_product("wealth_type"))
def wealth_products_are_adjusted(application: Application) -> Iterator[Finding]:
    lines = tuple(p.line for p in application.products() if application.maybe_flag(p.path("wealth_type")))
    if lines:
        text = "(類)財富型商品可依被保險人財務狀況及投保同業情形予以彈性調整"
        yield review(text, "wealth_type", subject="insured", items=lines)


@rule("UW-08.1.1.1", applies=HOSPITAL)
@if_known
def hospital_by_life_total_or_premium(application: Application) -> Iterator[Finding | Value]:
    """The table, which income may lift (玖、三、(四)1)."""
    yield Value("hospital_daily_table_cap", hospital_table_cap(application))
    yield from held(application, "hospital_daily", hospital_by_income(application))


@rule("UW-08.1.1.2", applies=HOSPITAL)
@if_known
def hospital_with_peers(application: Application) -> Iterator[Finding | Value]:
    """15,000 in every tier; beyond it income decides (AMB-49)."""
    cap = application.parameter("hospital_with_peers")
    total = totals_with_peers(application, ("hospital_daily",))
    if total > cap and special_hospital_cap(application) is None:
        cap = max(cap, hospital_income_cap(application))
    yield Value("caps_with_peers", {"hospital_daily": cap})
    yield from over("住院醫療日額於本公司+同業累計", "hospital_daily", cap, total, scope="with_peers")


@rule("UW-08.1.1.3", applies=HOSPITAL)
@if_known
def what_counts_as_x(application: Application) -> Iterator[Finding]:
    if applied_for(application):
        yield note("VALUE", "壽(保)險主、附約累計總保額", value=life_total_x(application))


@rule("UW-08.1.1.4", applies=HOSPITAL)
@if_known
def what_counts_as_premium(application: Application) -> Iterator[Finding]:
    if applied_for(application):
        yield note("VALUE", "年繳化保費", value=annualised_premium(application))


@rule("UW-08.1.1.5", applies=HOSPITAL)
def hospital_is_weighed_as_a_whole(application: Application) -> Iterator[Finding]:
    if applied_for(application):
        yield reminder(
            "住院醫療日額仍需依體況、投保目的、家庭及同業投保狀況綜合評估", "hospital_daily", subject="insured"
        )


@rule("UW-08.1.11.2", applies=asks_about("accident_medical_daily"))
@if_known
def accident_daily_with_peers(application: Application) -> Iterator[Finding | Value]:
    cap = application.parameter("accident_daily_with_peers")
    yield Value("caps_with_peers", {"accident_medical_daily": cap})
    total = totals_with_peers(application, ("accident_medical_daily",))
    yield from over("意外傷害日額於本公司+同業累計", "accident_medical_daily", cap, total, scope="with_peers")


@rule("UW-08.1.12.1", applies=asks_about("disability_lump"))
def no_lump_rider_on_a_disability_main(application: Application) -> Iterator[Finding]:
    yield from _no_rider(application, "disability_lump")


@rule("UW-08.1.13.1", applies=asks_about("disability_monthly"))
def no_monthly_rider_on_a_disability_main(application: Application) -> Iterator[Finding]:
    yield from _no_rider(application, "disability_monthly")


@section("UW-08.1.14")
def waivers_times_years(application: Application) -> Iterator[Finding | Value]:
    """豁免附約之保額×主契約繳費年期; `own_waivers` holds them all, else those applied for and in force here."""
    if application.stated("own_waivers") is None:
        total = sum(_waived(application, cover) for cover in _waivers(application))
    else:
        paths = [f"own_waivers.{i}" for i in range(len(application.listed("own_waivers")))]
        total = sum(application.number(f"{p}.amount") * application.number(f"{p}.paying_years") for p in paths)
    if total or application.stated("own_waivers") is not None:
        yield Value("waiver_total", total)
        yield from over("豁免附約之保額×主契約繳費年期之總額", "waiver", application.parameter("waiver_cap"), total)


def _waivers(application: Application) -> list[Cover]:
    mine = [product for product in application.products() if product.line == "waiver"]
    held = policies(application) if mine else ()
    return mine + [p for p in held if (p.insurer, p.line) == ("own", "waiver") and p.status != LAPSED]


def _waived(application: Application, cover: Cover) -> float:
    return covered(application, cover) * application.number(cover.path("paying_years"))


def _no_rider(application: Application, line: str) -> Iterator[Finding]:
    """失能保險主約不得附加失能險附約."""
    disability = ("disability_lump", "disability_monthly")
    products = application.products()
    if any(p.line in disability and not p.is_rider for p in products):
        for rider in (p for p in products if p.line == line and p.is_rider):
            text = "失能保險主約不得附加失能險附約"
            yield reject(text, subject="product", line=line, scope="rider", field=f"products.{rider.index}")
