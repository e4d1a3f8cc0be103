import re
from datetime import date

import pytest
from msgspec.structs import replace

from cases import errors, opening, reading
from cases.parts import CasePerson
from cases.state import State
from tests.cases.stage import (
    AGENT,
    ALONE,
    BOTH,
    INSURED,
    LIN,
    NEW_BUSINESS,
    POLICYHOLDER,
    SERVICE,
    STRANGER,
    WANG,
    profile,
)

CHILD = CasePerson("M3", ("insured",), profile("王小寶", "2012-05-05", "C123456789"))
TODDLER = CasePerson("M3", ("insured",), profile("王小寶", "2021-05-05", "C123456789"))
SOON_ADULT = CasePerson("M3", ("insured",), profile("王小寶", "2008-03-20", "C123456789"))
SOON_SEVEN = CasePerson("M3", ("insured",), profile("王小寶", "2019-03-20", "C123456789"))
PARENT = CasePerson("M1", ("policyholder", "legal_representative"), profile("王大陸"))


async def test_a_case_has_a_number_of_two_letters_and_eight_digits_and_an_unguessable_id(stage):
    one, two = await stage.open(), await stage.open()
    assert re.fullmatch("[A-Z]{2}[0-9]{8}", one.case_no)
    assert (one.state, len(one.case_id)) == (State.OPEN, 22)
    assert {one.case_no, one.case_id}.isdisjoint({two.case_no, two.case_id})
    assert await stage.desk.journal.cases_of(f"no:{one.case_no}") == (one.case_id,)


async def test_a_number_that_another_case_has_is_drawn_again(stage, monkeypatch):
    draws = iter(["AB00000001", "AB00000001", "AB00000001", "AB00000002"])
    monkeypatch.setattr(opening, "draw_case_no", lambda: next(draws))
    assert [(await stage.open()).case_no for _ in range(2)] == ["AB00000001", "AB00000002"]


async def test_the_envelope_follows_the_kind_and_everybody_reads_what_is_to_be_read(stage):
    case = await stage.open(SERVICE)
    assert [(document.code, document.signers) for document in case.documents] == [
        ("notice", ("M1", "M2")),
        ("application_service", ("M1", "M2")),
        ("video_consent", ("M1", "M2")),
        ("declaration", ("M1", "M2")),
    ]
    case = await stage.open(replace(NEW_BUSINESS, persons=(POLICYHOLDER, INSURED)))
    assert case.document("review_period").signers == ("M1",)


async def test_one_photo_task_a_human_being_whatever_his_roles(stage):
    assert [task.person_id for task in (await stage.open(ALONE)).photo_tasks] == ["M1"]
    assert [task.person_id for task in (await stage.open(SERVICE)).photo_tasks] == ["M1", "M2"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"item_code": "new_whole_life"}, "item_unknown"),
        ({"item_code": "nothing"}, "item_unknown"),
        ({"persons": ()}, "persons_invalid"),
        ({"persons": (POLICYHOLDER, POLICYHOLDER)}, "persons_invalid"),
        ({"persons": (POLICYHOLDER,)}, "insured_missing"),
        ({"persons": (INSURED,)}, "policyholder_missing"),
        ({"persons": (BOTH, INSURED)}, "roles_invalid"),
        ({"persons": (POLICYHOLDER, CHILD)}, "legal_representative_missing"),
        ({"persons": (PARENT, TODDLER)}, "under_seven"),
        ({"application_date": date(2026, 3, 1)}, "application_date_invalid"),
        ({"application_date": date(2026, 4, 2)}, "application_date_invalid"),
        ({"application_date": date(2040, 1, 1)}, "application_date_invalid"),
        ({"application_date": date(2026, 4, 1), "persons": (POLICYHOLDER, SOON_ADULT)}, "legal_representative_missing"),
        ({"application_date": date(2026, 4, 1), "persons": (PARENT, SOON_SEVEN)}, "under_seven"),
    ],
)
async def test_a_request_that_is_no_case_is_refused_with_its_reason(stage, change, reason):
    with pytest.raises(errors.OpeningInvalid) as refused:
        await stage.open(replace(SERVICE, **change))
    assert refused.value.details == {"reason": reason}


async def test_an_application_may_be_dated_up_to_thirty_days_ahead(stage):
    assert (await stage.open(replace(SERVICE, application_date=date(2026, 4, 1)))).planned_date == date(2026, 4, 1)


async def test_a_minor_signs_beside_the_legal_representative(stage):
    case = await stage.ready(replace(SERVICE, persons=(PARENT, CHILD)))
    fields = case.document("application_service").issued.fields
    assert [(field.role, field.person_id) for field in fields] == [
        ("policyholder", "M1"),
        ("insured", "M3"),
        ("legal_representative", "M1"),
    ]


async def test_each_sees_his_own_cases_newest_first(stage):
    first, second = await stage.open(SERVICE), await stage.open(ALONE)
    assert [card.case_no for card in await reading.cards(stage.desk, WANG)] == [second.case_no, first.case_no]
    assert [card.case_no for card in await reading.cards(stage.desk, LIN)] == [first.case_no]
    assert await reading.cards(stage.desk, STRANGER) == ()


@pytest.mark.parametrize("changes", [{}, {"kind": "x"}, {"remark": " "}, {"remark": "長" * 201}])
async def test_only_what_a_form_prints_can_be_amended(stage, changes):
    await stage.ready(ALONE)
    with pytest.raises(errors.AmendmentInvalid):
        await opening.amend_document(stage.desk, AGENT, stage.case_id, "application_service", changes)


async def test_an_amendment_before_any_signature_is_dated_today(stage):
    await stage.ready(ALONE)
    stage.clock.advance(24 * 3600)
    case = await opening.amend_document(stage.desk, AGENT, stage.case_id, "application_service", {"remark": "更正"})
    assert case.document("application_service").application_date == date(2026, 3, 3)


async def test_a_case_is_withdrawn_with_a_reason_and_then_nothing_happens_to_it(stage):
    await stage.open(ALONE)
    with pytest.raises(errors.CaseTextInvalid):
        await opening.withdraw(stage.desk, AGENT, stage.case_id, "")
    assert (await opening.withdraw(stage.desk, AGENT, stage.case_id, "客戶取消")).state == State.WITHDRAWN
    with pytest.raises(errors.WrongState):
        await opening.amend_document(stage.desk, AGENT, stage.case_id, "notice", {"remark": "x"})


async def test_a_case_with_an_open_meeting_is_not_withdrawn(stage):
    await stage.meeting_for(ALONE)
    with pytest.raises(errors.WrongState):
        await opening.withdraw(stage.desk, AGENT, stage.case_id, "客戶取消")
