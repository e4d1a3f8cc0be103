"""What staff see of an assessment: by subject, to do, what decisions need, and what if."""

from datetime import date

import pytest

from cases import assessment, decision, errors
from cases.errors_casework import AssessmentNotFound, WhatIfInvalid
from tests.cases.stage import AGENT, LACKING, NEW_BUSINESS, SERVICE, UNDERWRITER, WANG


async def view_of(stage, actor=UNDERWRITER):
    return await assessment.assessment_view(stage.desk, actor, stage.case_id)


async def test_findings_come_by_subject_with_the_manuals_paragraph_the_open_ones_first(stage):
    await stage.awaiting_decision()
    view = await view_of(stage)
    insured = next(s for s in view.subjects if s.subject == "insured")
    assert all(finding["quote"] and finding["cite"] for finding in insured.findings)
    states = [finding["status"] for finding in insured.findings]
    assert states == sorted(states, key=lambda status: status != "open")
    assert (view.advice, view.needs_decision, view.rulebook) == ("query", True, "113-07")


async def test_the_to_do_list_says_who_has_to_do_what_by_when(stage):
    await stage.awaiting_decision()
    await stage.ask("inforce", title="財務狀況告知書")
    todo = (await view_of(stage)).to_do
    dated = [(t.who, t.item_id or t.rule, t.due) for t in todo if t.due]
    day = date(2026, 3, 16)
    assert dated == [("agent", "item-1", day), ("customer", "item-2", day), ("agent", "UW-05.1", day)]
    assert {t.who for t in todo} == {"agent", "customer"}


async def test_each_decision_is_shown_with_its_documents_and_what_forbids_it(stage):
    await stage.awaiting_decision()
    await stage.ask("insured.capacity_of_expression")
    await stage.tell({"insured.capacity_of_expression": False})
    options = {option.outcome: option for option in (await view_of(stage)).options}
    assert options["standard"].forbidden_by == ("UW-01.1.2",)
    assert options["substandard"].documents == ("承保條件變更同意書",)
    assert options["exclusion"].documents == ("批註通知書",)
    assert (options["declined"].forbidden_by, options["declined"].needs) == ((), ())
    assert options["declined"].documents == ("審查結果通知書", "未承保通知函")


async def test_with_everything_answered_standard_is_advised(stage):
    await stage.awaiting_decision()
    await stage.informed()
    view = await view_of(stage)
    assert (view.advice, view.outcome, view.to_do) == ("standard", "CLEAN", ())


async def test_what_if_shows_what_would_open_and_close_and_writes_nothing(stage):
    await stage.awaiting_decision()
    case = await stage.informed()
    told = await assessment.what_if(stage.desk, UNDERWRITER, stage.case_id, {"insured.capacity_of_expression": False})
    assert (told.before.outcome, told.after.outcome) == ("CLEAN", "REJECT")
    assert [finding["rule"] for finding in told.opened] == ["UW-01.1.2"]
    assert (told.closed, (await stage.case()).version) == ((), case.version)


async def test_what_if_closes_what_a_fact_would_answer(stage):
    await stage.awaiting_decision()
    told = await assessment.what_if(stage.desk, AGENT, stage.case_id, LACKING)
    assert {f["missing"] for f in told.closed if "missing" in f} >= {"inforce", "premium_source"}
    with pytest.raises(WhatIfInvalid):
        await assessment.what_if(stage.desk, AGENT, stage.case_id, {"products.7.amount": 1})


async def test_a_service_needs_no_decision_and_shows_no_options(stage):
    await stage.under_review(SERVICE)
    view = await view_of(stage, AGENT)
    assert (view.needs_decision, view.options) == (False, ())
    assert "UW-06.1" in view.out_of_scope


async def test_a_customer_sees_no_assessment(stage):
    await stage.under_review(NEW_BUSINESS)
    with pytest.raises(errors.NotAllowed):
        await view_of(stage, WANG)


async def test_what_was_recorded_can_be_read_as_it_was(stage):
    await stage.awaiting_decision()
    await decision.decide(stage.desk, UNDERWRITER, stage.case_id, "standard")
    recorded = (await view_of(stage)).recorded
    assert [r.moment for r in recorded] == ["submission", "decision"]
    text = await assessment.recorded_assessment(stage.desk, UNDERWRITER, stage.case_id, recorded[0].sha256)
    assert b'"rulebook":"113-07"' in text
    with pytest.raises(AssessmentNotFound):
        await assessment.recorded_assessment(stage.desk, UNDERWRITER, stage.case_id, "0" * 64)
