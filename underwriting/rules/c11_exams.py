"""壹拾壹 體檢項目: the table, the items of diseases, the examination itself, its cost and how long it is good for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from underwriting.accumulation import exam_amount
from underwriting.answers import doc, note, pending, reject, review, sign
from underwriting.application import SIGNING_ROLES, Application
from underwriting.dates import months_later
from underwriting.exams import (
    KINDS,
    all_items,
    by_amount,
    exam,
    for_diseases,
    over_limit,
    still_good,
    table_set,
    validity_months,
)
from underwriting.model import Finding, Value
from underwriting.rule import new_cover, rule
from underwriting.scopes import if_known

REQUEST = "體檢資料申請書"


def examined(application: Application) -> bool:
    return application.stated("exam.test_date") is not None


def happened(application: Application) -> bool:
    return application.stated("event.type") is not None


def diseased(application: Application) -> bool:
    return application.stated("insured.diseases") is not None


section = partial(rule, applies=new_cover)
on_file = partial(rule, applies=examined)
event = partial(rule, applies=happened)


@section("UW-11.1.1")
@if_known
def items_by_age_and_amount(application: Application) -> Iterator[Finding]:
    for kind in KINDS:
        if over_limit(application, kind) and table_set(application, kind) in application.parameter("exam_sets"):
            yield exam(application, by_amount(application, kind), "依體檢項目表完成體檢", scope=kind)


@section("UW-11.1.2")
@if_known
def reinsurer_comes_first(application: Application) -> Iterator[Finding]:
    for kind in KINDS:
        if exam_amount(application, kind) > application.parameter("exam_table")["reinsured_over"]:
            yield review("體檢保額超過等值新臺幣 6,000 萬，須先洽再保", "reinsurance", subject="insured", scope=kind)
        elif over_limit(application, kind) and table_set(application, kind) == "兒童":
            yield review("未滿 15 歲逾免體檢額度，體檢項目表無此年齡", "child_exam", subject="insured", scope=kind)


@section("UW-11.1.3", when="inforce")
@if_known
def older_policies_do_not_count(application: Application) -> Iterator[Finding]:
    """超過 2 年以上之有效保單得免列入 (the sums are those of UW-10.1.1.4)."""
    if application.stated("inforce") and application.stated("exam_amount") is None:
        total = sum(exam_amount(application, kind) for kind in KINDS)
        yield note("VALUE", "累計體檢保額未列入超過 2 年之有效保單", value=total)


@section("UW-11.1.4")
@if_known
def table_exempts_but_the_grade_does_not(application: Application) -> Iterator[Finding]:
    for kind in KINDS:
        if over_limit(application, kind) and table_set(application, kind) == "免":
            yield exam(
                application, by_amount(application, kind), "年齡及體檢保額為免體檢，惟依招攬品質須體檢", scope=kind
            )


@section("UW-11.2", when="insured.hepatitis_b_carrier")
def carrier_has_a_liver_test(application: Application) -> Iterator[Finding]:
    if application.maybe_flag("insured.hepatitis_b_carrier"):
        if application.parameter("sampled_items")[0] in all_items(application):
            yield exam(application, ("肝功能",), "B 型肝炎帶原，一般體檢加作肝功能檢查")
        else:
            yield note("VALUE", "如須體檢，B 型肝炎帶原加作肝功能檢查", items=("肝功能",))


@section("UW-11.3.2")
def blood_is_drawn_fasting(application: Application) -> Iterator[Finding]:
    drawn = set(all_items(application)) - set(application.parameter("exam_without_fasting"))
    if drawn:
        hours = application.parameter("fasting_hours")
        yield note("NOTIFY", f"請空腹禁食 {hours} 小時以上", to="insured", value=hours, items=tuple(sorted(drawn)))


@on_file("UW-11.3.3")
def report_comes_from_the_hospital(application: Application) -> Iterator[Finding]:
    route = application.stated("exam.report_route")
    if route not in (None, "hospital") or application.maybe_flag("exam.self_paid"):
        text = "體檢報告由特約醫院逕寄，不得私自攜出或改成自費件"
        yield reject(text, subject="exam", scope="report", field="exam.report_route")


@event("UW-11.4")
def who_pays_the_exam(application: Application) -> Iterator[Finding | Value]:
    """The company, but the agent in five cases; not when the client declines conditional or loaded terms."""
    kind, events = application.text("event.type"), application.parameter("exam_cost_events")
    if kind not in events["agent"] and kind not in events["company"]:
        return
    conditional = application.stated("event.decision") in events["conditional"]
    agent = kind in events["agent"] and not (kind == "withdrawn_after_exam" and conditional)
    payer = "agent" if agent else "company"
    yield Value("exam_cost_payer", payer)
    yield note("FEE", f"體檢費用由{'業務人員' if agent else '公司'}負擔", to=payer, reason=kind)


@on_file("UW-11.5.1")
def good_for_a_year(application: Application) -> Iterator[Finding | Value]:
    months = validity_months(application)
    ends = months_later(application.day("exam.test_date"), months)
    good = still_good(application)
    yield Value("validity_months", months)
    yield Value("exam_valid", good)
    if months == application.parameter("exam_validity")["standard"]:
        yield pending("體檢資料適用期限 12 個月", good, subject="exam", field="exam.test_date", due=ends.isoformat())


@on_file("UW-11.5.2")
def else_for_half_a_year(application: Application) -> Iterator[Finding]:
    months = validity_months(application)
    if months != application.parameter("exam_validity")["standard"]:
        ends = months_later(application.day("exam.test_date"), months)
        good = still_good(application)
        yield pending("體檢資料適用期限最長 6 個月", good, subject="exam", field="exam.test_date", due=ends.isoformat())


@on_file("UW-11.5.3")
def abnormal_results_are_looked_at_again(application: Application) -> Iterator[Finding]:
    if application.maybe_flag("exam.abnormal"):
        yield review("原檢查結果異常，得照會重新檢查", "abnormal_exam", subject="insured", person="insured")


@rule("UW-11.6", applies=diseased)
def diseases_have_their_items(application: Application) -> Iterator[Finding | Value]:
    items = for_diseases(application)
    yield Value("items", items)
    if items:
        yield exam(application, items, "常見疾病之建議體檢項目，以核保人員照會為主")
    names = [str(d.get("name") or d.get("title")) for d in application.entries("insured.diseases")]
    for asked in application.parameter("disease_questionnaires"):
        if any(asked in name or name in asked for name in names):
            yield doc(application, f"{asked}問卷", strength="discretionary", who="customer", subject="insured")
    for index, name in enumerate(names):
        rows = (row for row in application.parameter("disease_exams") if name in row["names"] and "years" in row)
        if any(rows) and application.maybe_number(f"insured.diseases.{index}.years") is None:
            path = f"insured.diseases.{index}.years"
            yield pending(f"請補充{name}病史年數", False, subject="insured", field=path)


@event("UW-11.7.1")
def exam_data_are_asked_for(application: Application) -> Iterator[Finding]:
    if application.text("event.type") == "exam_data_request":
        yield doc(application, REQUEST, who="customer")
        for person in application.people(SIGNING_ROLES):
            if set(person.roles) & {"policyholder", "insured", "legal_representative"}:
                yield sign(application, REQUEST, person)
        to_policy = application.stated("event.send_to") in (None, "policy_address")
        yield pending("體檢資料限郵寄送保單地址", to_policy, field="event.send_to")


@event("UW-11.7.2")
def only_written_reports_are_given(application: Application) -> Iterator[Finding]:
    if application.text("event.type") == "exam_data_request":
        yield note("VALUE", "不提供影像檢查複本，僅書面報告；塗銷醫師及醫檢師姓名及證號", value="written_report_only")
