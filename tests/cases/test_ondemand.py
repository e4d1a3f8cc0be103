"""Forms that a decision or a query asks for: read and signed in a further call, never a scan."""

import io
import zipfile

import pytest

from cases import decision, errors, meeting, query, reading, submission
from cases.assess import assess, requires
from cases.evidence import package
from cases.facts import facts_of
from cases.press import seal_document
from cases.state import State
from tests.cases.stage import AGENT, FATCA, LACKING, NEW_BUSINESS, UNDERWRITER, WANG

TERMS = "承保條件變更同意書"


async def decide(stage, outcome, *reasons):
    return await decision.decide(stage.desk, UNDERWRITER, stage.case_id, outcome, list(reasons))


def forms(case):
    return [(document.code, document.lines) for document in case.documents if document.added]


def of_document(stage, case, title):
    return {
        f.rule: f.status for f in assess(case, stage.desk.rulebook).findings if f.doc == title and f.kind != "NOTIFY"
    }


async def sign_in_a_further_call(stage):
    """Agent and customer meet again, only the added forms are left."""
    await stage.issue()
    await stage.meet(WANG)
    await stage.finish_all(WANG)
    await stage.confirm(WANG)
    return await meeting.end_meeting(stage.desk, AGENT, stage.case_id)


async def test_the_terms_of_a_decision_are_signed_in_a_further_call_and_close_its_findings(stage):
    await stage.awaiting_decision()
    await stage.informed()
    case = await decide(stage, "substandard", "加費 50%")
    assert (case.state, forms(case)) == (State.UNDER_REVIEW, [("terms", ("加費 50%",))])
    assert of_document(stage, case, TERMS) == {"UW-06.2.3.1": "open", "UW-06.2.3.2": "open"}
    case = await sign_in_a_further_call(stage)
    assert (case.state, case.open_meeting) == (State.PENDING, None)
    assert set(of_document(stage, case, TERMS).values()) == {"satisfied"}
    assert submission.package_sha256(submission.submitted_documents(case)) == case.submission.package_sha256
    await stage.seal_recording()
    await stage.seal_documents()
    assert (await stage.pass_review()).state == State.ACCEPTED


async def test_other_terms_take_the_place_of_those_that_nobody_has_signed_and_standard_takes_them_back(stage):
    await stage.under_review(NEW_BUSINESS)
    await decide(stage, "substandard", "加費 50%")
    await stage.issue()
    case = await decide(stage, "substandard", "加費 75%")
    assert forms(case) == [("terms", ("加費 75%",))]
    assert [form.lines for form in case.withdrawn_forms] == [("加費 50%",)]
    same = await decide(stage, "substandard", "加費 75%")
    assert [document.document_id for document in same.documents] == [d.document_id for d in case.documents]
    assert forms(await decide(stage, "standard")) == []
    assert "documents/form-1-terms-1-issued.pdf" in await names(stage)


async def names(stage):

    data = await package(stage.desk, UNDERWRITER, stage.case_id)
    return zipfile.ZipFile(io.BytesIO(data)).namelist()


async def test_paper_signed_elsewhere_does_as_well_and_the_unsigned_form_goes(stage):
    await stage.awaiting_decision()
    await stage.informed()
    await decide(stage, "substandard", "加費 50%")
    case = await stage.accept(await stage.attach(AGENT, TERMS, "policyholder"))
    assert (case.state, forms(case)) == (State.ACCEPTED, [])


async def a_further_call_in_which_nothing_is_signed(stage, *actors):
    """Recorded and passed like any other."""
    stage.clock.advance(60)
    await (stage.meet(*actors) if actors else meeting.open_meeting(stage.desk, AGENT, stage.case_id))
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id, "改以書面辦理")
    await stage.seal_recording()
    return await stage.pass_review()


@pytest.mark.parametrize("actors", [(), (WANG,)])
async def test_paper_leads_to_acceptance_after_a_further_call_in_which_nothing_was_signed(stage, actors):
    await stage.awaiting_decision()
    await stage.informed()
    await decide(stage, "substandard", "加費 50%")
    assert (await a_further_call_in_which_nothing_is_signed(stage, *actors)).state == State.UNDER_REVIEW
    case = await stage.accept(await stage.attach(AGENT, TERMS, "policyholder", "insured"))
    assert (case.state, forms(case)) == (State.ACCEPTED, [])


async def test_who_denied_his_signature_has_not_taken_it_back_by_coming_again(stage):
    await stage.awaiting_decision()
    await stage.ask("inforce", title=FATCA)
    await stage.issue()
    await stage.meet(WANG)
    await stage.finish_all(WANG)
    await stage.confirm(WANG, yes=False)
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id, "客戶否認")
    await stage.seal_recording()
    assert (await stage.case()).denied(WANG.id)
    await stage.pass_review()
    await decide(stage, "substandard", "加費 50%")
    await stage.issue()
    case = await a_further_call_in_which_nothing_is_signed(stage, WANG)
    assert (case.denied(WANG.id), facts_of(case)["signatures"]) == (True, [])


async def test_a_document_that_a_query_asks_for_is_a_form_and_its_signature_answers_the_item(stage):
    await stage.awaiting_decision()
    case = await stage.ask("inforce", title=FATCA)
    assert forms(case) == [("fatca", ())]
    view = await reading.case_view(stage.desk, WANG, case)
    assert view.queries[0].items[0].document_id == case.documents[-1].document_id
    case = await sign_in_a_further_call(stage)
    assert [item.path for item in case.open_query.unanswered] == ["inforce"]
    assert case.open_query.answers[0].document_id == case.documents[-1].document_id
    assert FATCA not in {f.doc for f in assess(case, stage.desk.rulebook).findings if requires(f)}
    assert (await stage.tell({"inforce": []})).open_query is None


async def test_what_the_customer_denies_afterwards_opens_the_finding_of_the_signed_form_again(stage):
    await stage.awaiting_decision()
    await stage.ask("inforce", title=FATCA)
    await stage.issue()
    await stage.meet(WANG)
    case = await stage.finish_all(WANG)
    assert set(of_document(stage, case, FATCA).values()) == {"satisfied"}
    await stage.confirm(WANG, yes=False)
    case = await stage.case()
    assert "open" in of_document(stage, case, FATCA).values()
    assert not any(s["document"] == FATCA for s in facts_of(case)["signatures"])


async def test_nobody_is_called_again_when_there_is_nothing_to_sign(stage):
    await stage.awaiting_decision()
    with pytest.raises(errors.WrongState):
        await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    assert "open_meeting" not in (await reading.case_view(stage.desk, AGENT, await stage.case())).actions
    case = await decide(stage, "exclusion", "右膝關節除外")
    assert [code for code, _ in forms(case)] == ["exclusion"]
    assert "open_meeting" in (await reading.case_view(stage.desk, AGENT, case)).actions


async def test_a_form_is_sealed_by_itself_once_everybody_has_signed_it_and_not_before(stage):
    await stage.awaiting_decision()
    case = await decide(stage, "substandard", "加費 50%")
    form = case.documents[-1].document_id
    await stage.issue()
    await seal_document(stage.desk, None, stage.case_id, form)  # nothing to do yet: no press is asked
    assert (await stage.case()).document(form).sealed is None


async def test_a_customer_confirms_what_he_answers(stage):
    await stage.awaiting_decision()
    await stage.ask(title=FATCA)
    paper = await stage.attach(WANG, FATCA, "policyholder")
    answer = query.ItemAnswer("item-1", attachment_id=paper)
    with pytest.raises(query.AnswerInvalid) as refused:
        await query.answer_query(stage.desk, WANG, stage.case_id, "query-1", [answer])
    assert refused.value.details["reason"] == "unconfirmed"


async def test_a_value_that_the_rules_cannot_read_is_refused(stage):
    await stage.awaiting_decision()
    await stage.ask("finance.family_income", "inforce")
    for value, item in ((["很多"], "item-1"), ("沒有", "item-2")):
        with pytest.raises(query.AnswerInvalid) as refused:
            await query.answer_query(stage.desk, AGENT, stage.case_id, "query-1", [query.ItemAnswer(item, value=value)])
        assert (refused.value.details["reason"], refused.value.details["item"]) == ("value_malformed", item)
    case = await stage.tell({path: LACKING[path] for path in ("finance.family_income", "inforce")})
    assert case.open_query is None
