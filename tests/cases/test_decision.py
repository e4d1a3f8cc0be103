"""核保決定: who decides, what each decision needs, and when the case is accepted."""

import hashlib
import json
from datetime import date

import msgspec
import pytest

from cases import decision, errors, reading
from cases.actor import Actor
from cases.assess import assess, needs_decision
from cases.errors_casework import DecisionRefused, OverrideInvalid, SolicitedByYou
from cases.events_casework import Override
from cases.items import ITEMS
from cases.state import State
from tests.cases.stage import AGENT, LACKING, NEW_BUSINESS, REVIEWER, SERVICE, UNDERWRITER, WANG

TERMS = "承保條件變更同意書"


def decide(stage, outcome, reasons=(), overrides=(), actor=UNDERWRITER):
    return decision.decide(stage.desk, actor, stage.case_id, outcome, list(reasons), "", overrides)


async def types(stage):
    return [entry.type for entry in await stage.desk.journal.read(stage.case_id)]


async def told(stage, **otherwise):
    """The case with all facts stated, some otherwise."""
    await stage.awaiting_decision()
    facts = LACKING | otherwise
    await stage.ask(*facts, title="FATCA暨CRS身分聲明書【個人適用】")
    paper = await stage.attach(WANG, "FATCA暨CRS身分聲明書【個人適用】", "policyholder")
    await stage.tell(facts, paper)
    return await stage.accept(paper)


async def test_decided_first_the_case_is_accepted_when_the_last_evidence_comes(stage):
    await stage.awaiting_decision()
    assert (await decide(stage, "standard")).state == State.UNDER_REVIEW
    await stage.ask(*LACKING, title="FATCA暨CRS身分聲明書【個人適用】")
    paper = await stage.attach(WANG, "FATCA暨CRS身分聲明書【個人適用】", "policyholder")
    assert (await stage.tell(LACKING, paper)).state == State.UNDER_REVIEW
    case = await stage.accept(paper)
    assert (case.state, case.decision.outcome) == (State.ACCEPTED, "standard")
    assert [a.moment for a in case.assessments] == ["submission", "decision", "acceptance"]


async def test_what_was_assessed_lies_sealed_under_the_digest_that_the_journal_names(stage):
    await stage.awaiting_decision()
    case = await decide(stage, "standard")
    recorded = case.assessments[-1]
    text = await stage.desk.blobs.get(recorded.blob, scope=case.case_id)
    assert hashlib.sha256(text).hexdigest() == recorded.sha256
    assert json.loads(text)["rulebook"] == recorded.edition == "113-07"
    assert (recorded.moment, recorded.as_of) == ("decision", date(2026, 3, 2))
    event = (await stage.desk.journal.read(stage.case_id))[-1]
    assert set(event.body["findings"][0]) == {"rule", "kind", "status", "subject"}


async def test_substandard_waits_for_the_terms_and_the_policyholders_signature_on_them(stage):
    await told(stage)
    with pytest.raises(errors.ReasonsMissing):
        await decide(stage, "substandard")
    assert (await decide(stage, "substandard", ["加費 50%"])).state == State.UNDER_REVIEW
    await stage.attach(UNDERWRITER, TERMS)
    signed = await stage.attach(AGENT, TERMS, "policyholder", data=b"\x89PNG\r\n\x1a\nsigned")
    assert (await stage.case()).state == State.UNDER_REVIEW  # nobody has looked at it
    assert (await stage.accept(signed, accepted=False)).state == State.UNDER_REVIEW
    case = await stage.accept(signed)
    assert case.state == State.ACCEPTED
    closed = {f.rule: f.satisfied_by for f in assess(case, stage.desk.rulebook).findings if f.doc == TERMS}
    assert closed["UW-06.2.3.2"] == (case.attachments[-1].source,)


@pytest.mark.parametrize("outcome", ["postponed", "declined"])
async def test_what_is_not_accepted_ends_the_case_with_its_reasons_and_the_day_of_the_letter(stage, outcome):
    await stage.awaiting_decision()
    with pytest.raises(errors.ReasonsMissing):
        await decide(stage, outcome)
    case = await decide(stage, outcome, ["體況"])
    assert (case.state, case.decision.letter_due) == (State.DECLINED, date(2026, 3, 9))
    assert (await types(stage))[-3:] == ["CaseDecided", "CaseAssessed", "CaseDeclined"]
    assert (await reading.case_view(stage.desk, WANG, case)).decision.reasons == ()


async def test_a_rejection_of_the_manual_forbids_acceptance_unless_a_section_sets_it_aside(stage):
    await told(stage, **{"insured.capacity_of_expression": False})
    with pytest.raises(DecisionRefused) as refused:
        await decide(stage, "standard")
    assert [finding["rule"] for finding in refused.value.details["findings"]] == ["UW-01.1.2"]
    with pytest.raises(OverrideInvalid):
        await decide(stage, "standard", overrides=[Override("UW-01.1.2", "UW-99", "例外")])
    with pytest.raises(OverrideInvalid):
        await decide(stage, "standard", overrides=[Override("UW-06.2.6", "UW-01.1.3.1", "例外")])
    case = await decide(stage, "standard", overrides=[Override("UW-01.1.2", "UW-01.1.3.1", "輔助人同意")])
    assert (case.state, case.decision.overrides[0].section) == (State.ACCEPTED, "UW-01.1.3.1")


async def test_a_decision_may_be_replaced_while_the_case_waits(stage):
    await stage.awaiting_decision()
    await decide(stage, "standard")
    assert (await decide(stage, "declined", ["財務"])).state == State.DECLINED
    with pytest.raises(errors.WrongState):
        await decide(stage, "standard")


@pytest.mark.parametrize("actor", [AGENT, REVIEWER, WANG])
async def test_nobody_else_decides(stage, actor):
    await stage.under_review(NEW_BUSINESS)
    with pytest.raises(errors.NotAllowed):
        await decide(stage, "standard", actor=actor)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"unit": "sales-1"}, errors.SalesUnitReviewer),
        ({"unit": None}, errors.SalesUnitReviewer),
        ({"registration_no": AGENT.registration_no}, SolicitedByYou),
        ({"id": AGENT.id}, SolicitedByYou),
    ],
)
async def test_nobody_decides_what_he_or_his_unit_solicited(stage, changes, error):
    await stage.under_review(NEW_BUSINESS)
    seller: Actor = msgspec.structs.replace(UNDERWRITER, **changes)
    with pytest.raises(error):
        await decide(stage, "standard", actor=seller)
    assert "decide" not in (await reading.case_view(stage.desk, seller, await stage.case())).actions


async def test_the_recording_is_reviewed_besides_whoever_comes_first(stage):
    await stage.under_review(NEW_BUSINESS)
    await stage.seal_documents()
    await stage.report()
    await stage.informed()
    assert (await decide(stage, "standard")).state == State.UNDER_REVIEW
    assert (await stage.pass_review()).state == State.ACCEPTED


@pytest.mark.parametrize("request_", [SERVICE, NEW_BUSINESS])
async def test_whether_a_case_is_decided_is_the_scope_of_the_rule_and_what_underwriters_see(stage, request_):
    case = await stage.open(request_)
    assert needs_decision(assess(case, stage.desk.rulebook)) == ITEMS[request_.item_code].adds_cover
