"""照會: who asks, who answers, and what an answer does to the assessment."""

import pytest

from cases import errors, query, reading
from cases.assess import assess, requires
from cases.errors_casework import AnswerInvalid, DecisionNotNeeded, QueryClosed, QueryInvalid, QueryNotFound, QueryOpen
from cases.events_casework import ItemAnswer
from cases.facts import facts_of
from cases.state import State
from tests.cases.stage import AGENT, ALONE, FATCA, LACKING, NEW_BUSINESS, REVIEWER, STRANGER, UNDERWRITER, WANG


def missing(stage, case):
    return {f.missing for f in assess(case, stage.desk.rulebook).findings if requires(f) and f.missing}


def rules(stage, case):
    return {f.rule for f in assess(case, stage.desk.rulebook).findings if requires(f)}


async def answer(stage, actor, *answers, query_id="query-1"):
    return await query.answer_query(stage.desk, actor, stage.case_id, query_id, answers, confirmed=True)


async def test_an_answer_states_the_fact_that_the_finding_lacked_and_a_withdrawal_takes_it_back(stage):
    case = await stage.awaiting_decision()
    assert "premium_source" in missing(stage, case)
    await stage.ask("premium_source")
    case = await stage.tell({"premium_source": "salary"})
    assert facts_of(case)["premium_source"] == "salary"
    assert "premium_source" not in missing(stage, case)
    await stage.ask("finance.family_income", "inforce")
    asked = (await stage.case()).open_query
    case = await answer(stage, AGENT, ItemAnswer("item-1", value=900_000), query_id=asked.query_id)
    assert facts_of(case)["finance"] == {"family_income": 900_000}
    case = await query.withdraw_query(stage.desk, UNDERWRITER, stage.case_id, asked.query_id, "不需要了")
    assert "finance" not in facts_of(case)


async def test_the_query_is_open_in_the_assessment_until_every_item_is_answered(stage):
    await stage.awaiting_decision()
    case = await stage.ask("inforce", "premium_source")
    assert "UW-05.1" in rules(stage, case)
    case = await answer(stage, AGENT, ItemAnswer("item-1", value=[]))
    assert (case.open_query.stage, "UW-05.1" in rules(stage, case)) == ("query", True)
    case = await answer(stage, AGENT, ItemAnswer("item-2", value="salary"))
    assert (case.open_query, case.queries[0].stage) == (None, "answered")
    assert "UW-05.1" not in rules(stage, case)


async def test_one_query_runs_at_a_time(stage):
    await stage.awaiting_decision()
    await stage.ask("inforce")
    with pytest.raises(QueryOpen):
        await stage.ask("premium_source")
    await stage.tell({"inforce": []})
    with pytest.raises(QueryClosed):
        await answer(stage, AGENT, ItemAnswer("item-1", value=[]))
    with pytest.raises(QueryNotFound):
        await answer(stage, AGENT, ItemAnswer("item-1", value=[]), query_id="query-9")


@pytest.mark.parametrize("actor", [AGENT, WANG, REVIEWER])
async def test_only_an_underwriter_asks(stage, actor):
    await stage.under_review(NEW_BUSINESS)
    with pytest.raises(errors.NotAllowed):
        await query.issue_query(stage.desk, actor, stage.case_id, [query.Asked("?", "agent")])


async def test_of_a_service_without_new_cover_no_underwriter_learns_anything(stage):
    await stage.under_review(ALONE)
    with pytest.raises(errors.CaseNotFound):
        await query.issue_query(stage.desk, UNDERWRITER, stage.case_id, [query.Asked("?", "agent")])
    assert issubclass(DecisionNotNeeded, errors.CaseError)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (query.Asked("?", "agent", path="signatures.0"), "path_invalid"),
        (query.Asked("?", "agent", path="application.decision"), "path_invalid"),
        (query.Asked("?", "agent", path="insured.birth_date"), "path_stated"),
        (query.Asked("?", "agent", path="products.7.amount"), "path_stated"),
        (query.Asked("?", "agent", title="財務狀況告知書", path="inforce"), "title_and_path"),
    ],
)
async def test_nobody_asks_for_what_evidence_says(stage, asked, reason):
    await stage.under_review(NEW_BUSINESS)
    with pytest.raises(QueryInvalid) as refused:
        await query.issue_query(stage.desk, UNDERWRITER, stage.case_id, [asked])
    assert refused.value.details["reason"] == reason


@pytest.mark.parametrize(
    ("actor", "given", "reason"),
    [
        (AGENT, ItemAnswer("item-9", value=1), "item_unknown"),
        (AGENT, ItemAnswer("item-1"), "value_missing"),
        (AGENT, ItemAnswer("item-2", statement="稍後補上"), "attachment_missing"),
        (AGENT, ItemAnswer("item-2", attachment_id="attachment-9"), "attachment_missing"),
        (WANG, ItemAnswer("item-1", value=[]), "item_not_yours"),
    ],
)
async def test_an_answer_that_does_not_fit_is_refused(stage, actor, given, reason):
    await stage.under_review(NEW_BUSINESS)
    await stage.ask("inforce", title=FATCA)
    with pytest.raises(AnswerInvalid) as refused:
        await answer(stage, actor, given)
    assert refused.value.details["reason"] == reason


async def test_a_customer_sees_and_answers_what_is_asked_of_him(stage):
    case = await stage.under_review(NEW_BUSINESS)
    case = await stage.ask("inforce", title=FATCA)
    view = await reading.case_view(stage.desk, WANG, case)
    assert [item.title for item in view.queries[0].items] == [FATCA]
    assert (view.queries[0].note, "answer_query" in view.actions) == ("", True)
    paper = await stage.attach(WANG, FATCA, "policyholder")
    case = await answer(stage, WANG, ItemAnswer("item-2", attachment_id=paper))
    assert "answer_query" not in (await reading.case_view(stage.desk, WANG, case)).actions
    with pytest.raises(errors.CaseNotFound):
        await answer(stage, STRANGER, ItemAnswer("item-2", attachment_id=paper))


async def test_everything_answered_nothing_is_left_but_the_decision(stage):
    await stage.awaiting_decision()
    case = await stage.informed()
    assert (rules(stage, case), case.state) == (set(), State.UNDER_REVIEW)
    assert set(LACKING) == {item.path for item in case.queries[0].items if item.path}
