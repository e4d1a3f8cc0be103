"""The whole of a case, from opening to acceptance, on the in-memory twins with real forms and real ink."""

from cases import assess, decision, meeting, reading
from cases.state import State
from tests.cases.stage import AGENT, LIN, NEW_BUSINESS, REVIEWER, SERVICE, UNDERWRITER, WANG


async def test_a_service_case_of_two_signers_is_accepted(stage):
    case = await stage.under_review(SERVICE)
    assert case.state == State.UNDER_REVIEW
    await stage.seal_documents()
    case = await stage.pass_review()
    assert case.state == State.ACCEPTED
    assert [f.text for f in assess.in_the_way(assess.assess(case, stage.desk.rulebook), "acceptance")] == []
    assert (await stage.desk.journal.verify(case.case_id)).ok


async def test_a_new_business_case_waits_for_the_agents_report_the_facts_and_the_underwriter(stage):
    await stage.under_review(NEW_BUSINESS)
    await stage.seal_documents()
    assert (await stage.pass_review()).state == State.UNDER_REVIEW
    assert (await stage.report()).state == State.UNDER_REVIEW
    assert (await stage.informed()).state == State.UNDER_REVIEW
    case = await decision.decide(stage.desk, UNDERWRITER, stage.case_id, "standard")
    assert case.state == State.ACCEPTED
    assert (await stage.desk.journal.verify(case.case_id)).ok


async def test_the_last_step_is_the_end_and_needs_no_reason(stage):
    case = await stage.submitted()
    await stage.confirm(WANG, LIN)
    view = await reading.case_view(stage.desk, AGENT, await stage.case())
    assert [step.id for step in view.script if step.status == "current"] == ["end"]
    case = await meeting.end_meeting(stage.desk, AGENT, stage.case_id)
    assert case.meeting.ended_at is not None
    assert REVIEWER.unit != case.agent.unit
