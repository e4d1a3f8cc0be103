"""What must hold between two assessments, whatever the facts: more cover, one more signature, another currency."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.underwriting.applications import NEW_BUSINESS, overlay
from tests.underwriting.everything import EVERYTHING
from tests.underwriting.test_properties import JSON, paths, put
from underwriting.application import Application
from underwriting.currency import in_twd
from underwriting.evaluate import evaluate
from underwriting.load import load_rulebook
from underwriting.model import Assessment, Parameter

LINES = ("life", "term_life", "investment_life", "accident", "hospital_daily", "surgery", "ci", "catastrophic",
         "disability_lump", "disability_monthly", "cancer_daily", "cancer_lump", "travel")  # fmt: skip
AMOUNTS = st.sampled_from([0, 1000, 5001, 2000001, 6000000, 10010000, 30000001, 75000000]) | st.integers(0, 10**8)
INSURED = st.fixed_dictionaries(
    {
        "age": st.integers(0, 90),
        "insurance_age": st.integers(0, 90),
        "status": st.sampled_from(["employed", "student", "homemaker", "retired", "unemployed"]),
        "occupation_class": st.integers(1, 6),
        "occupation_code": st.sampled_from(["01010010", "18010061", "02020010", "15000510"]),
    }
)


PATHS = paths(EVERYTHING)[1:]


def assess(facts: dict[str, Any]) -> Assessment:
    return evaluate(facts, load_rulebook())


@settings(max_examples=30, deadline=None)
@given(INSURED, st.dictionaries(st.sampled_from(LINES), AMOUNTS), st.sampled_from(LINES), st.integers(1, 10**7))
def test_more_cover_never_lowers_a_cap_finding(
    insured: dict[str, Any], held: dict[str, int], line: str, more: int
) -> None:
    facts = overlay(NEW_BUSINESS, {"insured": {"id": "I", **insured}, "own_total": held})
    raised = overlay(facts, {"own_total": {**held, line: held.get(line, 0) + more}})
    before, after = (excesses(assess(one), line) for one in (facts, raised))
    assert {rule: after.get(rule, 0) >= excess for rule, excess in before.items()} == dict.fromkeys(before, True)


def excesses(assessment: Assessment, line: str) -> dict[str, float]:
    over = (f for f in assessment.findings if (f.kind, f.status, f.line) == ("CAP_EXCEEDED", "open", line))
    return {f.rule: f.excess or 0 for f in over}


@settings(max_examples=30, deadline=None)
@given(INSURED, st.dictionaries(st.sampled_from(LINES), AMOUNTS), st.sampled_from(LINES), st.integers(1, 10**7))
def test_more_cover_never_asks_for_fewer_papers(
    insured: dict[str, Any], held: dict[str, int], line: str, more: int
) -> None:
    facts = overlay(NEW_BUSINESS, {"insured": {"id": "I", **insured}, "own_total": held})
    raised = overlay(facts, {"own_total": {**held, line: held.get(line, 0) + more}})
    assert summary_papers(assess(facts)) <= summary_papers(assess(raised))


def summary_papers(assessment: Assessment) -> set[tuple[str, str, str | None]]:
    return {(f.rule, f.kind, f.doc) for f in assessment.findings if f.rule.startswith("UW-A2.1.")}


TITLES = ("要保書", "重要事項告知書", "建議書", "承保條件變更同意書", "個人健康保險及傷害保險之費率可能調整告知書")
SIGNATURES = st.fixed_dictionaries(
    {
        "document": st.sampled_from(TITLES),
        "person": st.sampled_from(["P", "I", "L", "G", "H", "S"]),
        "role": st.sampled_from([None, "policyholder", "insured", "legal_representative"]),
    }
)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([NEW_BUSINESS, EVERYTHING]), st.lists(SIGNATURES, max_size=4), SIGNATURES)
def test_one_more_signature_never_opens_a_finding(
    base: dict[str, Any], given_: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    facts = overlay(base, {"signatures": given_})
    raised = overlay(base, {"signatures": [*given_, more]})
    assert open_findings(assess(raised)) <= open_findings(assess(facts))


def open_findings(assessment: Assessment) -> set[tuple[Any, ...]]:
    return {(f.rule, f.kind, f.person, f.doc, f.field, f.text) for f in assessment.findings if f.status == "open"}


@given(st.sampled_from(["TWD", "USD", "EUR", "AUD", "CNY", "ZAR"]), st.integers(0, 10**8), st.integers(0, 10**8))
def test_currency_conversion_commutes_with_adding(currency: str, one: int, other: int) -> None:
    application = Application(NEW_BUSINESS, load_rulebook().parameters, None)
    apart = in_twd(application, one, currency, "") + in_twd(application, other, currency, "")
    assert apart == in_twd(application, one + other, currency, "")


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.dates(date(2024, 1, 1), date(2030, 1, 1)))
def test_a_later_as_of_never_picks_an_earlier_row(one: date, other: date) -> None:
    rows = tuple((date(2024 + n, 7, 1), n) for n in range(5))
    parameter = Parameter("n", "UW-01.4", rows)
    assert parameter.at(min(one, other)) <= parameter.at(max(one, other))


def test_as_of_picks_the_row_that_a_rule_reads() -> None:
    book = load_rulebook()
    adult = Parameter("adult_age", "UW-01.2.3.1", ((date(2024, 7, 1), 18), (date(2026, 1, 1), 20)))
    later = replace(book, parameters={**book.parameters, "adult_age": adult})
    facts = overlay(NEW_BUSINESS, {"insured": {"id": "I", "age": 19}})
    minors = [
        [f.value for f in evaluate(facts, later, day).findings if (f.rule, f.person) == ("UW-01.2.3.1", "insured")]
        for day in (date(2025, 12, 31), date(2026, 1, 1))
    ]
    assert minors == [[False], [True]]


def test_an_application_of_everything_sets_off_most_rules() -> None:
    """What the fuzz test below shakes is not an empty shell."""
    assessment = assess(EVERYTHING)
    assert len({finding.rule for finding in assessment.findings}) > 230
    assert assessment.outcome == "REJECT"


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(PATHS), JSON)
def test_no_fact_of_any_shape_raises(path: tuple[Any, ...], fact: Any) -> None:
    json.dumps(assess(put(overlay(EVERYTHING, {}), path, fact)).as_dict())


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(PATHS))
def test_facts_and_assessments_go_through_json_unchanged(path: tuple[Any, ...]) -> None:
    facts = put(overlay(EVERYTHING, {}), path, None)
    assessment = assess(facts).as_dict()
    assert assess(json.loads(json.dumps(facts))).as_dict() == assessment
    assert json.loads(json.dumps(assessment, ensure_ascii=False)) == assessment


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(PATHS))
def test_an_assessment_is_the_same_each_time(path: tuple[Any, ...]) -> None:
    facts = put(overlay(EVERYTHING, {}), path, None)
    assert assess(facts).as_dict() == assess(facts).as_dict()
