"""壹拾、一~五 體檢規定: the exam-free limit, and the tables of the lines that have their own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from underwriting.accumulation import exam_amount, policies
from underwriting.answers import doc, note, reject, review
from underwriting.application import Application, Person
from underwriting.dates import years_later
from underwriting.exams import (
    KINDS,
    best_grade,
    by_amount,
    exam,
    for_dementia,
    for_disability,
    for_hospital,
    for_surgery,
    free_limit,
    is_child,
    over_limit,
)
from underwriting.model import Finding, Value
from underwriting.rule import new_cover, rule
from underwriting.scopes import asks_about, if_known, says_of_a_product, states

section = partial(rule, applies=new_cover)
BOOKLET = "兒童健康手冊"
KIND_ZH = {"traditional": "傳統型", "investment": "投資型"}


@section("UW-10.1.0")
@if_known
def over_the_limit_is_examined(application: Application) -> Iterator[Finding]:
    for kind in KINDS:
        if items := by_amount(application, kind):
            yield exam(application, items, f"{KIND_ZH[kind]}累計體檢保額超過免體檢額度", scope=kind)


@section("UW-10.1.1.1")
@if_known
def two_kinds_are_added_apart(application: Application) -> Iterator[Value]:
    for kind in KINDS:
        yield Value(f"exam_amount_{kind}", exam_amount(application, kind))


@section("UW-10.1.1.4", when="inforce")
def old_policies_are_left_out(application: Application) -> Iterator[Finding]:
    """超過二年以上; not for 失能, 住院/手術, 失智, which have their own tables."""
    if application.stated("exam_amount") is not None or application.stated("inforce") is None:
        return
    years = application.parameter("exam_counted_years")
    left = []
    for policy in policies(application):
        issued = application.maybe_day(policy.path("issue_date"))
        if issued and application.day("application.date") > years_later(issued, years):
            left.append(f"inforce.{policy.index}")
    if left:
        yield note("VALUE", "超過二年以上之有效保單免列入累計體檢額度", items=tuple(left))


@section("UW-10.1.2.1", each="insured")
@if_known
def limit_by_grade_age_and_kind(application: Application, person: Person) -> Iterator[Value]:
    yield Value("exam_free_limit", {kind: free_limit(application, person, kind) for kind in KINDS})


@section("UW-10.1.2.2", when=says_of_a_product("exam_rule"))
def product_rules_prevail(application: Application) -> Iterator[Finding]:
    own = tuple(p.line for p in application.products() if application.stated(p.path("exam_rule")) is not None)
    if own:
        yield review("險種另有體檢規定者，依相關規範辦理", "product_exam_rule", items=own)


@section("UW-10.1.2.3")
def higher_grade_counts(application: Application) -> Iterator[Finding]:
    if len(application.entries("agents")) > 1:
        yield note("VALUE", "共同招攬件以較高等級之標準辦理", value=best_grade(application))


@section("UW-10.1.3")
@if_known
def limit_comes_first(application: Application) -> Iterator[Finding]:
    """Step 1 governs: what is within the limit is not looked up in the table."""
    over = tuple(kind for kind in KINDS if over_limit(application, kind))
    yield note("VALUE", "是否逾免體檢額度：" + ("、".join(KIND_ZH[k] for k in over) or "否"), items=over)


@rule("UW-10.1.4", when="exam.asked_by_underwriter", applies=states("exam"))
def underwriter_asks_for_an_exam(application: Application) -> Iterator[Finding]:
    if not application.maybe_flag("exam.asked_by_underwriter"):
        return
    asked = application.stated("exam.asked_items", ())
    items = tuple(map(str, asked)) if isinstance(asked, list | tuple) else ()
    yield exam(application, items or application.parameter("sampled_items"), "核保單位照會體檢")
    if application.maybe_flag("exam.overdue") or application.maybe_flag("exam.refused"):
        yield reject("未依規定完成體檢，無法承保", subject="insured", field="exam")
        yield note("REFUND", "退還已收取之保險費", to="policyholder")


@rule("UW-10.2", applies=asks_about("disability_lump", "disability_monthly"))
@if_known
def disability_has_its_table(application: Application) -> Iterator[Finding]:
    if items := for_disability(application):
        yield exam(application, items, "失能保險累計應體檢", line="disability_lump")


@rule("UW-10.3", applies=asks_about("hospital_daily"))
@if_known
def hospital_has_its_table(application: Application) -> Iterator[Finding]:
    """A child under 15 may hand in the booklet instead."""
    items = for_hospital(application)
    if items and is_child(application):
        yield doc(application, BOOKLET, subject="insured", person="insured", who="customer", line="hospital_daily")
    elif items:
        yield exam(application, items, "住院醫療保險累計應體檢", line="hospital_daily")


@rule("UW-10.4", applies=asks_about("surgery"))
@if_known
def surgery_has_its_table(application: Application) -> Iterator[Finding]:
    if items := for_surgery(application):
        yield exam(application, items, "手術醫療保險累計應體檢", line="surgery")


@rule("UW-10.5", applies=asks_about("dementia", "ltc_dementia"))
@if_known
def dementia_has_its_table(application: Application) -> Iterator[Finding]:
    items = for_dementia(application)
    if items is None:
        yield review("失智險此年齡及金額無體檢規定", "dementia_exam", line="dementia", subject="insured")
    elif items:
        yield exam(application, items, "失智險累計應體檢", line="dementia")
