"""◎核保準則簡易彙整表 1~3: accumulated sums, income and premiums that ask for papers and a survey (V is required)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from underwriting.accumulation import LIFE, life_and_accident_with_peers, total_for_papers
from underwriting.ages import attained_age
from underwriting.answers import doc, note, review
from underwriting.application import Application, Person
from underwriting.checks import survey
from underwriting.finance import family_income, income_basis, multiple
from underwriting.model import Finding
from underwriting.rule import all_of, face_to_face, new_cover, perhaps, rule, telemarketing
from underwriting.rules.c02_premium import is_high_sum

IN_SCOPE = all_of(new_cover, face_to_face)
FORM, PROOF = "財務狀況告知書", "財務證明文件影本"
SUMS = {
    "life": LIFE,
    "accident": ("accident",),
    "life_and_accident": (*LIFE, "accident"),
    "travel": ("travel",),
    "disability_lump": ("disability_lump",),
}
ROWS, CHILD_ROWS = 17, 11


@rule("UW-A2.0", applies=telemarketing)
def not_for_telemarketing(application: Application) -> Iterator[Finding]:
    """本規則電銷通路不適用."""
    yield note("VALUE", "電銷通路不適用核保準則簡易彙整表", status="satisfied", value="exempt")


def accumulated_sum(application: Application, person: Person, row: str) -> Iterator[Finding]:
    """One row of 1.累計保額: the insured's age group, the lines, own or with peers, over or at least the sum."""
    limit = application.row("a2_sums", row)
    child = attained_age(application, person) < application.parameter("child_age")
    if child is not limit["under_15"]:
        return
    insurers = ("own", "peer") if limit["peers"] else ("own",)
    total = sum(total_for_papers(application, line, who) for line in SUMS[limit["sum"]] for who in insurers)
    reached = total >= limit["at_least"] if "at_least" in limit else total > limit["over"]
    if reached and (not limit.get("facultative") or is_high_sum(application)):
        yield from asked_for(application, limit["asks"], f"累計保額 {total:,.0f}", total=total)


@perhaps
def a_child_is_insured(application: Application) -> bool:
    limit = application.parameter("child_age")
    return any(attained_age(application, person) < limit for person in application.people(("insured",)))


@perhaps
def no_child_is_insured(application: Application) -> bool:
    limit = application.parameter("child_age")
    return any(attained_age(application, person) >= limit for person in application.people(("insured",)))


for _number in range(1, ROWS + 1):  # seventeen rows of one table, one rule each: eleven for children, six for others
    _row, _age = f"UW-A2.1.{_number}", a_child_is_insured if _number <= CHILD_ROWS else no_child_is_insured
    rule(_row, each="insured", applies=IN_SCOPE, when=_age)(partial(accumulated_sum, row=_row))


@rule("UW-A2.2", applies=IN_SCOPE)
def over_the_income_multiple(application: Application) -> Iterator[Finding]:
    """壽險+傷害險累計保額超過家庭年收入倍數: the form (玖、三、(六)2); the printed column says survey (AMB-26)."""
    total = life_and_accident_with_peers(application)
    times = multiple(application) if total else None
    if times and total > times * income_basis(application):
        yield doc(application, FORM, subject="insured", who="customer", total=total, reason="income_multiple")
        yield review("累計保額超過家庭年收入倍數：評估生存調查", "survey", subject="insured", total=total)


@rule("UW-A2.3.1", applies=IN_SCOPE)
def insured_pays_over_a_third(application: Application) -> Iterator[Finding]:
    """被保險人累計年繳化保費(含同業) >家庭年收入 30%."""
    yield from _premium_share(application, "insured", "insured_annualised_premium_own_and_peer")


@rule("UW-A2.3.2", applies=IN_SCOPE)
def policyholder_pays_over_a_third(application: Application) -> Iterator[Finding]:
    """要保人累計年繳化保費(含同業)>家庭年收入 30%."""
    yield from _premium_share(application, "ph", "ph_annualised_premium_own_and_peer")


def asked_for(application: Application, asks: list[str], why: str, **more: Any) -> Iterator[Finding]:
    """The V columns: F 財務狀況告知書, S 生存調查, P 財務證明文件影本."""
    if "F" in asks:
        yield doc(application, FORM, text=f"{why}：檢附「{FORM}」", subject="insured", who="customer", **more)
    if "S" in asks:
        yield survey(application, f"{why}：生存調查", subject="insured", **more)
    if "P" in asks:
        yield doc(
            application, PROOF, "財力證明", text=f"{why}：檢附「{PROOF}」", subject="insured", who="customer", **more
        )


def _premium_share(application: Application, whose: str, name: str) -> Iterator[Finding]:
    premium = application.maybe_number(f"finance.{name}")
    if premium:
        percent = application.parameter("a2_premium_percent")
        if 100 * premium > percent * family_income(application, whose):
            subject = "policyholder" if whose == "ph" else "insured"
            text = f"累計年繳化保費逾家庭年收入 {percent}%：檢附「{FORM}」"
            yield doc(application, FORM, text=text, subject=subject, who="customer", total=premium)
