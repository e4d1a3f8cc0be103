"""The outcome, the questions that are asked once, the trace, and what is out of scope."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from tests.underwriting.applications import NEW_BUSINESS, REMOTE_SERVICE, complete_remote_service, overlay
from underwriting.errors import FactsError
from underwriting.evaluate import evaluate, outcome
from underwriting.load import load_rulebook
from underwriting.model import Finding


def open_and_required(facts: dict[str, Any]) -> list[Finding]:
    findings = evaluate(facts, load_rulebook()).findings
    return [f for f in findings if f.status == "open" and f.strength == "required"]


def test_the_clean_application_is_clean() -> None:
    assert evaluate(NEW_BUSINESS, load_rulebook()).outcome == "CLEAN"


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["REVIEW", "SIGN", "POSTPONE", "CAP_EXCEEDED", "CANCEL", "RETURN", "REJECT"], "REJECT"),
        (["REVIEW", "SIGN", "POSTPONE", "CAP_EXCEEDED", "CANCEL", "RETURN"], "RETURN"),
        (["REVIEW", "SIGN", "POSTPONE", "CAP_EXCEEDED", "CANCEL"], "CANCEL"),
        (["REVIEW", "SIGN", "POSTPONE", "CAP_EXCEEDED"], "CAP_EXCEEDED"),
        (["REVIEW", "SIGN", "POSTPONE"], "POSTPONE"),
        (["REVIEW", "SIGN"], "OPEN"),
        (["REVIEW"], "REVIEW"),
        ([], "CLEAN"),
    ],
)
def test_the_heaviest_open_finding_decides(kinds: list[str], expected: str) -> None:
    assert outcome([Finding(kind, "") for kind in kinds]) == expected


def test_satisfied_and_discretionary_findings_do_not_decide() -> None:
    findings = [Finding("REJECT", "", "satisfied"), Finding("SIGN", "", strength="discretionary")]
    assert outcome(findings) == "REVIEW"


def test_a_missing_fact_is_asked_once_and_names_the_rules_that_need_it() -> None:
    facts = overlay(NEW_BUSINESS, {})
    del facts["application"]["date"]
    asked = [f for f in evaluate(facts, load_rulebook()).findings if f.missing == "application.date"]
    assert len(asked) == 1
    assert {"UW-01.2.2.1", "UW-01.4"} <= set(asked[0].items)


def test_nothing_known_gives_questions_and_decides_nothing() -> None:
    assessment = evaluate({}, load_rulebook())
    decided = {f.kind for f in assessment.findings if f.status == "open" and f.strength == "required"}
    assert decided & {"REJECT", "RETURN", "CANCEL", "CAP_EXCEEDED", "POSTPONE"} == set()
    assert "products" in {f.missing for f in assessment.findings}
    assert "insurance_age" not in assessment.values


def test_what_a_rule_read_is_in_its_finding() -> None:
    found = next(f for f in evaluate(NEW_BUSINESS, load_rulebook()).findings if f.rule == "UW-02.1.2.2")
    assert found.read["application.clause_received_date"] == "2024-07-08"
    assert found.read["parameter:review_period_offset_days"] == 4
    assert found.read["application.early_sign_waiver"] == "(unknown)"
    assert (found.cite, found.quote[:4]) == ("貳、一、(二)2", "審閱期間")


def test_policy_service_says_which_rules_are_out_of_scope() -> None:
    assessment = evaluate(REMOTE_SERVICE, load_rulebook())
    assert "UW-02.5.1.1" in assessment.out_of_scope
    assert "UW-02.1.2.2" not in assessment.out_of_scope


def test_the_to_do_list_says_who_acts_and_by_which_step() -> None:
    todo = open_and_required(REMOTE_SERVICE)
    assert {f.who for f in todo} == {"customer", "agent", "reviewer"}
    assert {f.before for f in todo} == {"submission", "acceptance"}
    assert all(f.cite and f.text for f in todo)


def test_evidence_that_is_withdrawn_opens_its_finding_again() -> None:
    facts = complete_remote_service()
    facts["signatures"] = [s for s in facts["signatures"] if s["id"] != "s0P"]
    todo = open_and_required(facts)
    assert [(f.kind, f.doc, f.person) for f in todo] == [("SIGN", "保全變更申請書", "policyholder")]


def test_as_of_is_the_application_date_unless_said() -> None:
    assert evaluate(NEW_BUSINESS, load_rulebook()).as_of == date(2024, 7, 15)
    assert evaluate(NEW_BUSINESS, load_rulebook(), date(2025, 1, 1)).as_of == date(2025, 1, 1)


def test_an_assessment_is_json() -> None:
    assessment = evaluate(complete_remote_service(), load_rulebook()).as_dict()
    assert json.loads(json.dumps(assessment, ensure_ascii=False)) == assessment


def test_facts_that_are_no_object_are_refused() -> None:
    with pytest.raises(FactsError):
        evaluate([], load_rulebook())  # type: ignore[arg-type]
