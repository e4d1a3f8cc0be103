"""捌、二 (七) 外籍人士 and (八) 受監護宣告者: who is accepted, with which papers, for how much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from underwriting.answers import doc, note, pending, reject, review
from underwriting.application import Application, Person, Unknown
from underwriting.caps import foreign_kind, is_foreign
from underwriting.dates import months_later
from underwriting.evidence import documents, named, status
from underwriting.model import Finding, Value
from underwriting.rule import all_of, new_cover, rule
from underwriting.rules.c01_needs import CAUSE
from underwriting.rules.c01_signing import protector_signs, somebody_is_protected
from underwriting.rules.c08_products import LINE_ZH, held
from underwriting.scopes import applied_for, if_known, lines_of

PERMIT = ("居留證", "居留證影本", "外僑居留證", "永久居留證", "有效居留證明文件影本")
ENTRY = ("台灣地區出入出境許可證", "護照", "有效護照影本")
NEW, OLD = re.compile(r"[A-Z][89]\d{8}"), re.compile(r"[A-Z][A-D]\d{8}")
SEXES = {"8": "male", "9": "female", "A": "male", "C": "male", "B": "female", "D": "female"}
GUARDED_LINES = ("life", "term_life", "small_whole_life", "investment_life", "accident", "travel")


def foreign(application: Application) -> bool:
    """Nothing here is asked of a national; a malformed fact is left to the rules."""
    try:
        return is_foreign(application)
    except Unknown:
        return True


def numbered(application: Application) -> bool:
    return isinstance(application.stated("insured.arc"), str)


def life_or_accident(application: Application) -> bool:
    return any(line in GUARDED_LINES for line in lines_of(application))


section = partial(rule, applies=all_of(new_cover, foreign))
number = partial(rule, applies=numbered)


@section("UW-08.2.7.1")
def half_a_year_by_work_or_family(application: Application) -> Iterator[Finding]:
    entries = application.parameter("foreign_entries")
    reason = application.maybe_text("insured.entry_reason")
    if reason is None and not _exempt(application):
        reason = application.text("insured.entry_reason")
    if reason in entries["refused"]:
        yield reject("非法入境、觀光身分或大陸來台探親人士不得投保", subject="insured", field="insured.entry_reason")
        return
    if reason is not None and reason not in entries["accepted"]:
        yield review("因應聘或依親以外之居留原因：評估是否為承保對象", "entry_reason", subject="insured", value=reason)
    if not _exempt(application):
        since, day = application.day("insured.resident_since"), application.day("application.date")
        months = application.parameter("foreign_residence_months")
        if day < months_later(since, months):
            due = months_later(since, months).isoformat()
            yield reject("目前在台居住須已滿 6 個月", subject="insured", field="insured.resident_since", due=due)


@section("UW-08.2.7.2")
def some_need_not_wait(application: Application) -> Iterator[Finding]:
    """移工; a foreign spouse with a child born here and proof of marriage (AMB-14)."""
    if _exempt(application):
        yield note("VALUE", "不受居住期間 6 個月之限制", subject="insured", value="exempt")


@section("UW-08.2.7.3")
def one_of_three_proofs(application: Application) -> Iterator[Finding]:
    """The permit, or what (2) or (3) put in its place."""
    found = documents(application, PERMIT) or _spouse_papers(application) or _worker_papers(application)
    text = "檢附有效居留證明文件影本（或配偶/應聘替代文件）"
    about = {"subject": "insured", "person": "insured", "who": "customer"}
    yield Finding("DOC", text, status(bool(found)), doc="居留證", satisfied_by=found, **about)


@section("UW-08.2.7.4", when="insured.mainland_spouse")
def mainland_spouse_without_permit(application: Application) -> Iterator[Finding]:
    if application.maybe_flag("insured.mainland_spouse") and not documents(application, PERMIT):
        yield doc(application, *ENTRY, subject="insured", person="insured", who="customer")
        yield doc(application, "戶籍謄本", subject="insured", person="insured", who="customer")


@section("UW-08.2.7.5")
def employed_without_permit(application: Application) -> Iterator[Finding]:
    if application.stated("insured.entry_reason") == "employment" and not documents(application, PERMIT):
        yield doc(application, "護照", "有效護照影本", subject="insured", person="insured", who="customer")
        yield doc(application, "應聘證明", "足資佐證之證明文件", subject="insured", person="insured", who="customer")


@section("UW-08.2.7.12")
def permits_count_as_passports(application: Application) -> Iterator[Finding]:
    found = documents(application, PERMIT)
    if found:
        yield note(
            "VALUE", "外僑居留證或永久居留證視為與護照同等效力之身分證明文件", satisfied_by=found, value="identity"
        )


@number("UW-08.2.7.6")
def number_of_the_new_form(application: Application) -> Iterator[Finding | Value]:
    """A letter and nine digits, the second place 8 or 9. The tenth is a check digit whose sum is not printed."""
    stated = application.text("insured.arc")
    shape = "new" if NEW.fullmatch(stated) else "old" if OLD.fullmatch(stated) else None
    ok = shape is not None and _sex_fits(application, stated)
    yield Value("format", shape)
    yield Value("format_ok", ok)
    if shape != "old":
        text = "外來人口統一證號：1 碼英文+9 碼數字，第 2 碼 8 為男性、9 為女性"
        yield pending(text, ok, subject="insured", field="insured.arc")


@number("UW-08.2.7.7")
def number_of_the_old_form(application: Application) -> Iterator[Finding]:
    """Two letters and eight digits: A/B without registration and 中港澳, C/D foreigners, male and female."""
    stated = application.text("insured.arc")
    if OLD.fullmatch(stated):
        kind = "no_registration" if stated[1] in "AB" else "foreigner"
        yield note("VALUE", "舊式統一證號（換發期間 110.1.2 ~ 119.12.31）", subject="insured", value=kind)
        text = "舊式統一證號第 2 碼：男性 A/C、女性 B/D"
        yield pending(text, _sex_fits(application, stated), subject="insured", field="insured.arc")


@section("UW-08.2.7.9")
@if_known
def general_foreigner(application: Application) -> Iterator[Finding]:
    if foreign_kind(application) == "general":
        yield from _held_to(application, "general")


@section("UW-08.2.7.10")
@if_known
def foreign_spouse_at_home(application: Application) -> Iterator[Finding]:
    if foreign_kind(application) == "spouse_homemaker":
        yield from _held_to(application, "spouse_homemaker")


@section("UW-08.2.7.11")
@if_known
def migrant_worker(application: Application) -> Iterator[Finding]:
    """Accident only."""
    if foreign_kind(application) != "migrant_worker":
        return
    yield from _held_to(application, "migrant_worker")
    for line in dict.fromkeys(lines_of(application)):
        if line not in application.parameter("foreign_caps")["migrant_worker"]:
            yield reject("外籍移工僅受理傷害險", subject="insured", line=line, scope="product")


@rule("UW-08.2.8.1", applies=all_of(new_cover, life_or_accident), each="party", when=somebody_is_protected)
def guardianship_is_disclosed(application: Application, person: Person) -> Iterator[Finding]:
    if application.stated(application.about(person, "guardianship")) is None:
        text = f"{named(person)}應於要保書告知是否受監護宣告"
        path = application.about(person, "guardianship")
        yield pending(text, False, subject=person.role, person=person.role, field=path)


@rule("UW-08.2.8.2", applies=new_cover, each="party", when=somebody_is_protected)
def guardian_agrees_and_explains(application: Application, person: Person) -> Iterator[Finding]:
    if application.stated(application.about(person, "guardianship")) != "guardianship" or not applied_for(application):
        return
    about = {"subject": person.role, "person": person.role}
    yield from protector_signs(application, person, "guardianship", "guardian")
    stated = bool(application.stated(application.about(person, "guardianship_reason")))
    yield pending("告知受監護宣告原因", stated, field=f"{person.role}.guardianship_reason", **about)
    yield doc(application, "監護宣告證明文件", CAUSE, who="customer", **about)
    yield review("依受監護宣告原因及相關文件評估承保性、照會及承保條件", "guardianship", **about)


def _exempt(application: Application) -> bool:
    if "migrant_worker" in (application.stated("insured.foreign_kind"), application.stated("insured.entry_reason")):
        return True
    spouse = application.stated("insured.entry_reason") == "spouse"
    child = application.maybe_flag("insured.child_born_in_taiwan")
    return bool(spouse and child and application.maybe_flag("insured.marriage_doc"))


def _spouse_papers(application: Application) -> tuple[str, ...]:
    entry, register = documents(application, ENTRY), documents(application, ("戶籍謄本",))
    return (*entry, *register) if entry and register else ()


def _worker_papers(application: Application) -> tuple[str, ...]:
    passport = documents(application, ("護照", "有效護照影本"))
    work = documents(application, ("應聘證明", "足資佐證之證明文件"))
    return (*passport, *work) if passport and work else ()


def _sex_fits(application: Application, stated: str) -> bool:
    sex = application.stated("insured.sex")
    return sex is None or SEXES[stated[1]] == sex


def _held_to(application: Application, kind: str) -> Iterator[Finding]:
    for line, cap in application.parameter("foreign_caps")[kind].items():
        if line in LINE_ZH:
            yield from held(application, line, cap)
