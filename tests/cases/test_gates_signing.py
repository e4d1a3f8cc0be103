"""The gates of signing, submission and review."""

import pytest

from cases import errors, meeting, reading, review, signing, steps, submission
from cases.agent_report import file_agent_report
from cases.sharing import shows_pages
from tests.cases.stage import (
    AGENT,
    ALONE,
    LIN,
    REGISTRY,
    REVIEWER,
    SALES_REVIEWER,
    WANG,
    on_another_device,
)

FORM = "application_service"


# --- signing is locked -------------------------------------------------------------------------------------------


async def locked(stage, actor=WANG):
    with pytest.raises(errors.SigningLocked) as refused:
        await signing.begin_signature(stage.desk, actor, stage.case_id, FORM, 1, f"{FORM}.policyholder")
    return refused.value.details["reasons"]


async def test_signing_is_locked_until_every_step_is_done(stage):
    await stage.ready(ALONE)
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    await stage.verify_phone(WANG)
    everything = [
        "recorder_not_writing",
        "not_in_room",
        "permissions_missing",
        "consents_missing",
        "registration_card_missing",
        "identity_missing",
    ]
    assert await locked(stage) == everything
    await meeting.permission_report(stage.desk, WANG, stage.case_id, "granted", "denied")
    assert await locked(stage) == everything
    await meeting.permission_report(stage.desk, WANG, stage.case_id, "granted", "granted")
    await meeting.joined(stage.desk, WANG, stage.case_id)
    for step in ("consent_recording", "consent_video_signing", "consent_face"):
        await stage.say(WANG, step)
    assert await locked(stage) == ["recorder_not_writing", "registration_card_missing", "identity_missing"]
    await steps.show_registration_card(stage.desk, AGENT, stage.case_id, REGISTRY)
    await stage.identify(WANG)
    assert await locked(stage) == ["recorder_not_writing"]


@pytest.mark.parametrize("status", [{"writing": False}, {"stalled": True}], ids=["not writing", "stalled"])
async def test_signing_is_locked_while_the_recorder_does_not_write(stage, status):
    await stage.meeting_for(ALONE)
    await stage.recording(**status)
    assert await locked(stage) == ["recorder_not_writing"]


async def test_signing_is_locked_when_the_recorder_has_been_silent_for_a_second_and_a_half(stage):
    await stage.meeting_for(ALONE)
    await stage.read(WANG, "notice")
    stage.clock.advance(1.6)
    assert await locked(stage) == ["recorder_not_writing"]


BOTH = ["camera", "microphone"]


@pytest.mark.parametrize(
    ("written", "reasons"),
    [
        ({AGENT.id: BOTH}, ["signer_not_recorded"]),
        ({AGENT.id: BOTH, WANG.id: ["microphone"]}, ["signer_not_recorded"]),
        ({AGENT.id: BOTH, WANG.id: ["camera"]}, ["signer_not_recorded"]),
        ({AGENT.id: ["microphone"], WANG.id: BOTH}, ["host_not_recorded"]),
        ({WANG.id: BOTH}, ["host_not_recorded"]),
        ({AGENT.id: BOTH, "someone-else": BOTH}, ["signer_not_recorded"]),
    ],
)
async def test_signing_asks_for_the_faces_and_voices_of_the_signer_and_the_host(stage, written, reasons):
    await stage.meeting_for(ALONE)
    await stage.read(WANG, "notice")
    await stage.recording(written=written)
    assert await locked(stage) == reasons
    view = await reading.case_view(stage.desk, WANG, await stage.case())
    assert (view.meeting.signing.reasons, view.meeting.recording.written) == (
        tuple(reasons),
        {person_id: tuple(sources) for person_id, sources in written.items()},
    )
    await stage.recording()
    assert (await reading.case_view(stage.desk, WANG, await stage.case())).meeting.signing.unlocked


async def test_who_has_left_the_call_neither_signs_nor_answers_nor_completes_nor_submits(stage):
    await stage.meeting_for(ALONE)
    await stage.finish_all(WANG)
    await steps.prompt(stage.desk, AGENT, stage.case_id, "state_name", WANG.id)
    await meeting.left(stage.desk, WANG, stage.case_id, "gone")
    await stage.recording()
    assert await locked(stage) == ["not_in_room"]
    with pytest.raises(errors.NotInRoom):
        await steps.answer(stage.desk, WANG, stage.case_id, "state_name", True)
    with pytest.raises(errors.SigningLocked):
        await submission.submit(stage.desk, WANG, stage.case_id)
    await meeting.joined(stage.desk, WANG, stage.case_id)
    assert (await submission.submit(stage.desk, WANG, stage.case_id)).submission is not None


async def test_who_has_left_the_call_does_not_complete_a_document(stage):
    await stage.meeting_for(ALONE)
    await stage.read(WANG, "notice")
    await meeting.left(stage.desk, WANG, stage.case_id, "gone")
    await stage.recording()
    with pytest.raises(errors.SigningLocked) as refused:
        await signing.complete_document(stage.desk, WANG, stage.case_id, "notice", 1)
    assert refused.value.details["reasons"] == ["not_in_room"]


async def test_a_no_to_the_recording_keeps_signing_locked(stage):
    await stage.ready(ALONE)
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    await stage.enter(WANG)
    await stage.say(WANG, "consent_recording", False)
    with pytest.raises(errors.StepOutOfOrder):
        await steps.prompt(stage.desk, AGENT, stage.case_id, "consent_video_signing", WANG.id)
    await stage.recording()
    assert "consents_missing" in await locked(stage)


async def test_signing_on_a_device_that_did_not_verify_is_refused(stage):
    await stage.meeting_for(ALONE)
    with pytest.raises(errors.PhoneNotVerified):
        await signing.begin_signature(
            stage.desk, on_another_device(WANG), stage.case_id, FORM, 1, f"{FORM}.policyholder"
        )


# --- the end, the review ---------------------------------------------------------------------------------------


async def test_ending_early_needs_a_reason(stage):
    await stage.meeting_for()
    with pytest.raises(errors.EndNeedsReason):
        await meeting.end_meeting(stage.desk, AGENT, stage.case_id)
    assert (await meeting.end_meeting(stage.desk, AGENT, stage.case_id, "客戶改期")).meeting.end_reason == "客戶改期"


async def test_confirmations_are_asked_after_the_submission(stage):
    await stage.meeting_for(ALONE)
    await stage.finish_all(WANG)
    with pytest.raises(errors.StepOutOfOrder) as refused:
        await steps.prompt(stage.desk, AGENT, stage.case_id, "confirm_application", WANG.id)
    assert refused.value.details == {"first": "submit"}


async def test_submission_is_for_customers_only_and_needs_every_document(stage):
    await stage.meeting_for()
    with pytest.raises(errors.NotAllowed):
        await submission.submit(stage.desk, AGENT, stage.case_id)
    await stage.finish_all(WANG)
    await stage.recording()
    with pytest.raises(errors.SubmissionIncomplete) as refused:
        await submission.submit(stage.desk, WANG, stage.case_id)
    assert {entry["person_id"] for entry in refused.value.details["missing"]} == {LIN.id}


async def test_the_reviewer_is_outside_the_sales_unit(stage):
    await stage.under_review(ALONE)
    with pytest.raises(errors.SalesUnitReviewer):
        await review.review_recording(stage.desk, SALES_REVIEWER, stage.case_id, "passed", [], "")
    with pytest.raises(errors.NotAllowed):
        await review.review_recording(stage.desk, AGENT, stage.case_id, "passed", [], "")


async def test_there_is_nothing_to_review_before_the_recording_is_sealed(stage):
    await stage.submitted(ALONE)
    with pytest.raises(errors.RecordingNotSealed):
        await review.review_recording(stage.desk, REVIEWER, stage.case_id, "passed", [], "")


async def test_the_agents_report_comes_after_the_submission(stage):
    await stage.meeting_for(ALONE)
    with pytest.raises(errors.NotSubmitted):
        await file_agent_report(stage.desk, AGENT, stage.case_id, "說明")


async def screen_asked(stage):
    await stage.ready()
    await stage.meet(WANG)
    return await steps.prompt(stage.desk, AGENT, stage.case_id, "screen_share", WANG.id)


async def shown(stage):
    return (await stage.case()).meeting.party(WANG.id).screen


async def test_a_screen_is_asked_for_at_any_time_shown_when_its_owner_allows_it_and_until_he_ends_it(stage):
    await screen_asked(stage)
    assert await shown(stage) is None
    await steps.answer(stage.desk, WANG, stage.case_id, "screen_share", True, "capture")
    assert await shown(stage) == "capture"
    case = await steps.answer(stage.desk, WANG, stage.case_id, "screen_share", False)
    assert [entry.type for entry in case.history][-3:] == ["Prompted", "ScreenAllowed", "ScreenEnded"]
    assert (await shown(stage), shows_pages(case, WANG.id), shows_pages(case, AGENT.id)) == (None, False, True)
    with pytest.raises(errors.NotAsked):
        await steps.answer(stage.desk, WANG, stage.case_id, "screen_share", True)


@pytest.mark.parametrize(("how", "why"), [("", "refused"), ("unsupported", "unsupported")])
async def test_a_screen_that_is_refused_or_that_no_device_can_show_is_written_down(stage, how, why):
    await screen_asked(stage)
    await steps.answer(stage.desk, WANG, stage.case_id, "screen_share", False, how)
    entry = (await stage.desk.journal.read(stage.case_id))[-1]
    assert (entry.type, entry.body["why"], await shown(stage)) == ("ScreenRefused", why, None)
