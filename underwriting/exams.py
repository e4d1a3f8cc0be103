"""體檢 (壹拾, 壹拾壹): which items each reason asks for. The rules emit them; the union says what follows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

from underwriting.accumulation import exam_amount, own_total
from underwriting.ages import insurance_age
from underwriting.application import Application, Person, Unknown
from underwriting.checks import the
from underwriting.dates import months_later
from underwriting.derived import derived
from underwriting.evidence import status
from underwriting.model import Finding
from underwriting.persons import is_under
from underwriting.scopes import concerns

KINDS = ("traditional", "investment")
Items = tuple[str, ...]


@derived
def best_grade(application: Application) -> str:
    """共同招攬件以較高等級之標準辦理 (壹拾、一、(二)註(2))."""
    order = application.parameter("agent_grades")
    grades = [application.text(f"agents.{i}.grade") for i in range(len(application.listed("agents")))]
    if not grades or not set(grades) <= set(order):
        raise Unknown("agents", "malformed" if grades else "unknown")
    return min(grades, key=order.index)


@derived
def free_limit(application: Application, person: Person, kind: str) -> int:
    """免體檢額度 in NTD; 0 = 一律體檢 (T-10.1.2)."""
    age = insurance_age(application, person)
    column = bisect_left(application.row("exam_free_limits", "until"), age)
    return application.row("exam_free_limits", best_grade(application), kind, column)


@derived
def over_limit(application: Application, kind: str) -> bool:
    """Strictly over; where 一律體檢 any exam amount is."""
    person = the(application, "insured")
    amount = exam_amount(application, kind)
    return person is not None and amount > 0 and amount > free_limit(application, person, kind)


@derived
def table_set(application: Application, kind: str) -> str:
    """T-11.1 by insurance age and exam amount: a set's letter, 免, 再保, or 兒童 below 15 (AMB-19, AMB-38)."""
    person, amount = the(application, "insured"), exam_amount(application, kind)
    age = insurance_age(application, person) if person else 0
    if amount > application.row("exam_table", "reinsured_over"):
        return "再保"
    if age < application.row("exam_table", "from_age"):
        return "兒童"
    column = bisect_left(application.row("exam_table", "until_age"), age)
    row = bisect_left(application.row("exam_table", "until_amount"), amount)
    return application.row("exam_table", "cells", column, row)


@derived
def by_amount(application: Application, kind: str) -> Items:
    """What the exam amount of this kind asks for: nothing below the limit (Step 1 governs)."""
    if not over_limit(application, kind):
        return ()
    sets = application.parameter("exam_sets")
    return tuple(sets.get(table_set(application, kind), sets["A"] if table_set(application, kind) == "免" else ()))


@derived
def for_disability(application: Application) -> Items:
    """壹拾、二: 46 to 55 over either sum; from 56 always, with HbA1c over either sum."""
    person, limits = the(application, "insured"), application.parameter("exam_disability")
    if person is None or not concerns(application, "disability_lump", "disability_monthly"):
        return ()
    lump, monthly = own_total(application, "disability_lump"), own_total(application, "disability_monthly")
    if lump + monthly <= 0:
        return ()
    age, large = insurance_age(application, person), lump > limits["lump"] or monthly > limits["monthly"]
    if age < limits["from"] or (age < limits["always_from"] and not large):
        return ()
    return tuple(limits["items"]) + (tuple(limits["more"]) if large and age >= limits["always_from"] else ())


def for_daily(application: Application, line: str, parameter: str) -> Items:
    """壹拾、三 and 四: over the sum of one's age band; 0 there means always."""
    person, rows = the(application, "insured"), application.parameter(parameter)
    if person is None or not concerns(application, line):
        return ()
    total = own_total(application, line)
    if total <= 0:
        return ()
    age = insurance_age(application, person)
    over = next(row["over"] for row in rows if age <= row["until"])
    return tuple(application.parameter("exam_sets")["A"]) if over is not None and total > over else ()


@derived
def for_hospital(application: Application) -> Items:
    return for_daily(application, "hospital_daily", "exam_hospital")


@derived
def for_surgery(application: Application) -> Items:
    return for_daily(application, "surgery", "exam_surgery")


@derived
def for_dementia(application: Application) -> Items | None:
    """壹拾、五; None where the table has no row (AMB-53)."""
    person, limits = the(application, "insured"), application.parameter("exam_dementia")
    if person is None or not concerns(application, "dementia", "ltc_dementia"):
        return ()
    total = own_total(application, "dementia") + own_total(application, "ltc_dementia")
    if total <= 0:
        return ()
    age, simple, full = insurance_age(application, person), tuple(limits["simple"]), tuple(limits["full"])
    if age <= 55:
        return simple if total >= limits["young_from"] else ()
    if age <= 60:
        return simple if total <= limits["middle_to"] else full
    low, high = limits["old"]
    return full if age <= 65 and low <= total <= high else None


@derived
def for_diseases(application: Application) -> Items:
    """壹拾壹、六: the union over what is disclosed."""
    rows = application.parameter("disease_exams")
    found: dict[str, None] = {}
    for index, disease in enumerate(application.entries("insured.diseases")):
        name = str(disease.get("name") or disease.get("title"))
        for row in (row for row in rows if name in row["names"]):
            found |= dict.fromkeys(row["items"])
            years = application.maybe_number(f"insured.diseases.{index}.years")
            if years is not None and years >= row.get("years", float("inf")):
                found |= dict.fromkeys(row["more"])
            if name in row.get("special", {}):
                found |= dict.fromkeys(row["special"][name])
    order = application.parameter("exam_order")
    return tuple(sorted(found, key=lambda item: order.index(item) if item in order else len(order)))


@derived
def sampled(application: Application) -> Items:
    """壹拾、六、(二): 抽樣體檢項目為一般體檢."""
    chosen = application.maybe_flag("sampling.selected") and application.stated("sampling.kind", "exam") == "exam"
    return tuple(application.parameter("sampled_items")) if chosen else ()


@derived
def all_items(application: Application) -> Items:
    """Everything asked for so far; reasons that lack a fact are left to their own rules."""
    reasons = (for_disability, for_hospital, for_surgery, for_dementia, for_diseases, sampled)
    found: dict[str, None] = {}
    for reason in reasons:
        found |= dict.fromkeys(_or_nothing(application, reason))
    for kind in KINDS:
        found |= dict.fromkeys(_or_nothing(application, by_amount, kind))
    return tuple(found)


def exam(application: Application, items: Iterable[str], text: str, **more: Any) -> Finding:
    """體檢: closed when the examination on file is still good and holds every item; `items` are those asked for."""
    wanted = tuple(dict.fromkeys(items))
    done = set(wanted) <= done_items(application) and still_good(application)
    more = {"subject": "insured", "person": "insured", "who": "customer"} | more
    return Finding("EXAM", text, status(done), items=wanted, satisfied_by=("exam",) if done else (), **more)


@derived
def done_items(application: Application) -> frozenset[str]:
    """What the examination on file holds; 血液生化 holds four others (壹拾壹、二)."""
    listed = application.stated("exam.items", application.stated("exam_items", ()))
    done = {item for item in listed if isinstance(item, str)} if isinstance(listed, list | tuple) else set()
    parts = application.parameter("exam_parts")
    return frozenset(done.union(*(parts[item] for item in done if item in parts)))


@derived
def validity_months(application: Application) -> int:
    """12 when the exam amount is at most 6,000萬 and every earlier policy was standard; else, or abnormal, 6."""
    limits = application.parameter("exam_validity")
    small = sum(exam_amount(application, kind) for kind in KINDS) <= limits["amount"]
    if not small or application.maybe_flag("exam.abnormal"):
        return limits["other"]
    standard = application.maybe_flag("all_previous_standard")
    if standard is None:
        standard = application.flag("exam.all_previous_standard")
    return limits["standard"] if standard else limits["other"]


@derived
def still_good(application: Application) -> bool:
    """體檢資料之適用期限 (壹拾壹、五), 6 months where nobody knows that it is 12; one without a date is not doubted."""
    tested = application.maybe_day("exam.test_date")
    if tested is None:
        return True
    try:
        months = validity_months(application)
    except Unknown:
        months = application.parameter("exam_validity")["other"]
    return tested <= application.day("application.date") <= months_later(tested, months)


def is_child(application: Application) -> bool:
    person = the(application, "insured")
    return person is not None and is_under(application, person, application.parameter("child_age"))


def _or_nothing(application: Application, reason, *args: str) -> Items:
    try:
        return reason(application, *args) or ()
    except Unknown:
        return ()
