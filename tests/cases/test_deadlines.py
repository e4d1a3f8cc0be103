"""The clock of a query and of the letter, by a clock that the test turns. Days are those of Taipei."""

from datetime import date

import pytest

from cases import decision, query
from cases.deadlines import keep_deadlines
from cases.errors import WrongState
from cases.errors_casework import QueryClosed
from cases.state import State
from cases.workflow import due_on
from tests.cases.stage import LACKING, NEW_BUSINESS, UNDERWRITER

DAY = 86_400


async def later(stage, days):
    stage.clock.advance(days * DAY)
    return await keep_deadlines(stage.desk, stage.case_id)


async def steps(stage):
    return [e.type for e in await stage.desk.journal.read(stage.case_id) if e.type.startswith(("Query", "Letter"))]


async def test_fourteen_seven_and_seven_days_then_the_case_is_cancelled(stage):
    await stage.under_review(NEW_BUSINESS)
    case = await stage.ask("inforce")
    assert (case.open_query.stage, case.open_query.due) == ("query", date(2026, 3, 16))
    assert (await later(stage, 14)).open_query.stage == "query"  # the last day is still his
    case = await later(stage, 1)
    assert (case.open_query.stage, case.open_query.due) == ("reminder", date(2026, 3, 24))
    assert (await later(stage, 7)).open_query.stage == "reminder"
    case = await later(stage, 1)
    assert (case.open_query.stage, case.open_query.due) == ("cancel_notice", date(2026, 4, 1))
    assert (await later(stage, 6)).state == State.UNDER_REVIEW
    assert (await later(stage, 1)).state == State.CANCELLED
    assert await steps(stage) == [
        "QueryIssued",
        "QueryReminded",
        "QueryCancelNoticed",
        "QueryLapsed",
        "LetterIssued",
    ]
    with pytest.raises(WrongState):
        await stage.ask("premium_source")


async def test_each_step_happens_once_however_often_one_looks(stage):
    await stage.under_review(NEW_BUSINESS)
    await stage.ask("inforce")
    await later(stage, 15)
    for _ in range(3):
        await keep_deadlines(stage.desk, stage.case_id)
    assert await steps(stage) == ["QueryIssued", "QueryReminded"]


async def test_a_reminder_that_went_out_late_leaves_its_seven_days(stage):
    await stage.under_review(NEW_BUSINESS)
    await stage.ask("inforce")
    case = await later(stage, 40)
    assert (await steps(stage), case.open_query.due) == (["QueryIssued", "QueryReminded"], date(2026, 4, 18))


@pytest.mark.parametrize("ending", ["answered", "withdrawn"])
async def test_an_answer_and_a_withdrawal_stop_the_clock(stage, ending):
    await stage.under_review(NEW_BUSINESS)
    await stage.ask("inforce")
    await later(stage, 15)
    if ending == "answered":
        await stage.tell(LACKING)
    else:
        await query.withdraw_query(stage.desk, UNDERWRITER, stage.case_id, "query-1", "誤發")
    case = await later(stage, 60)
    assert (case.state, case.queries[0].stage) == (State.UNDER_REVIEW, ending)
    with pytest.raises(QueryClosed):
        await query.withdraw_query(stage.desk, UNDERWRITER, stage.case_id, "query-1", "再撤")


async def test_the_letter_follows_the_refusal_after_seven_days_once(stage):
    await stage.awaiting_decision()
    await decision.decide(stage.desk, UNDERWRITER, stage.case_id, "declined", ["體況"])
    assert (await later(stage, 6)).letter_at is None
    assert (await later(stage, 1)).letter_at == stage.clock.now()
    await later(stage, 10)
    assert await steps(stage) == ["LetterIssued"]


async def test_the_case_is_found_by_the_day_on_which_something_is_due(stage):
    case = await stage.under_review(NEW_BUSINESS)
    await stage.ask("inforce")
    assert await stage.desk.journal.cases_of(due_on(date(2026, 3, 17))) == (case.case_id,)
    await later(stage, 15)
    assert await stage.desk.journal.cases_of(due_on(date(2026, 3, 25))) == (case.case_id,)
    await later(stage, 8)
    assert await stage.desk.journal.cases_of(due_on(date(2026, 4, 1))) == (case.case_id,)


async def test_a_case_is_accepted_after_a_reminder_was_answered(stage):
    await stage.awaiting_decision()
    await stage.ask(*LACKING)
    await later(stage, 15)
    await stage.tell(LACKING)
    await later(stage, 15)
    await stage.informed_by_paper()
    case = await decision.decide(stage.desk, UNDERWRITER, stage.case_id, "standard")
    assert case.state == State.ACCEPTED
    assert await steps(stage) == ["QueryIssued", "QueryReminded", "QueryAnswered"]
