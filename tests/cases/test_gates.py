"""The gates before the call: who may act, and in which order; each refusal has its own error."""

import pytest

from cases import errors, meeting, opening, photos, reading
from cases.state import State
from tests.cases.stage import (
    AGENT,
    ALONE,
    LIN,
    OTHER_AGENT,
    REVIEWER,
    SERVICE,
    STRANGER,
    WANG,
    card_photo,
)

# --- who ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [STRANGER, OTHER_AGENT, REVIEWER], ids=["member", "agent", "reviewer too early"])
async def test_who_has_no_part_in_a_case_is_told_that_there_is_none(stage, actor):
    await stage.open()
    with pytest.raises(errors.CaseNotFound):
        await reading.visible(stage.desk, actor, stage.case_id)


async def test_a_case_that_does_not_exist_answers_the_same(stage):
    with pytest.raises(errors.CaseNotFound):
        await reading.visible(stage.desk, WANG, "nothing")


async def test_only_an_agent_opens_a_case(stage):
    with pytest.raises(errors.NotAllowed):
        await opening.open_case(stage.desk, WANG, SERVICE)


async def test_a_customer_does_not_approve_his_own_photos(stage):
    await stage.open()
    await stage.photograph(WANG)
    with pytest.raises(errors.NotAllowed):
        await photos.review_photos(stage.desk, WANG, stage.case_id, "identity-1", True)


async def test_nobody_photographs_for_another(stage):
    await stage.open()
    with pytest.raises(errors.NotAllowed):
        await photos.acknowledge(stage.desk, LIN, stage.case_id, "identity-1")


async def test_one_signer_does_not_see_the_others_photos(stage):
    await stage.open()
    case = await stage.photograph(WANG)
    photo = case.photo_tasks[0].photos[0].photo_id
    with pytest.raises(errors.CasePhotoNotFound):
        await photos.read_photo(stage.desk, LIN, stage.case_id, photo, "card")
    assert (await photos.read_photo(stage.desk, AGENT, stage.case_id, photo, "original"))[:2] == b"\xff\xd8"


# --- photos before the meeting ---------------------------------------------------------------------------------


async def test_the_first_photo_comes_after_the_acknowledgement(stage):
    await stage.open()
    with pytest.raises(errors.NotAcknowledged):
        await photos.add_photo(stage.desk, WANG, stage.case_id, "identity-1", card_photo(), "front", True, "k")


async def test_completion_needs_front_and_back(stage):
    await stage.open()
    await photos.acknowledge(stage.desk, WANG, stage.case_id, "identity-1")
    await photos.add_photo(stage.desk, WANG, stage.case_id, "identity-1", card_photo(), "front", False, "k")
    with pytest.raises(errors.PhotosMissing) as refused:
        await photos.complete_photos(stage.desk, WANG, stage.case_id, "identity-1")
    assert refused.value.details == {"sides": ["back"]}


async def test_photos_are_reviewed_only_once_they_are_complete(stage):
    await stage.open()
    with pytest.raises(errors.PhotosNotCompleted):
        await photos.review_photos(stage.desk, AGENT, stage.case_id, "identity-1", True)


async def test_a_rejection_says_why_and_reopens_the_task(stage):
    await stage.open(ALONE)
    await stage.photograph(WANG)
    with pytest.raises(errors.CaseTextInvalid):
        await photos.review_photos(stage.desk, AGENT, stage.case_id, "identity-1", False, " ")
    case = await photos.review_photos(stage.desk, AGENT, stage.case_id, "identity-1", False, "反光")
    assert (case.state, case.photo_tasks[0].status, case.photo_tasks[0].rejection) == (State.OPEN, "rejected", "反光")


async def test_no_meeting_before_the_photos_are_approved(stage):
    await stage.open()
    await stage.photograph(WANG)
    with pytest.raises(errors.PhotosNotApproved):
        await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
