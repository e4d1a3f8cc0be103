"""Every gate: who may act, and in which order; each refusal has its own error."""

from dataclasses import replace

import pytest

from cases import errors, meeting, opening, phone, photos, reading, review, signing, steps, submission
from cases.agent_report import file_agent_report
from cases.sharing import shows_pages
from cases.state import State
from otp.errors import Expired, WrongCode
from tests.cases.stage import (
    AGENT,
    ALONE,
    LIN,
    OTHER_AGENT,
    REGISTRY,
    REVIEWER,
    SALES_REVIEWER,
    SERVICE,
    STRANGER,
    WANG,
    card_photo,
    on_another_device,
)

FORM = "application_service"


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


# --- the phone before the room -----------------------------------------------------------------------------------


async def test_no_code_without_a_meeting(stage):
    await stage.ready()
    with pytest.raises(errors.MeetingNotOpen):
        await phone.issue_otp(stage.desk, WANG, stage.case_id, "0912345678", "web")


async def test_nobody_enters_before_his_phone_is_verified(stage):
    await stage.ready()
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    with pytest.raises(errors.PhoneNotVerified):
        await meeting.may_join(stage.desk, WANG, stage.case_id)
    await stage.verify_phone(WANG)
    admission = await meeting.may_join(stage.desk, WANG, stage.case_id)
    assert (admission.role, admission.order, admission.host) == ("policyholder", 1, False)
    with pytest.raises(errors.PhoneNotVerified):
        await meeting.may_join(stage.desk, LIN, stage.case_id)


async def test_a_verified_phone_does_not_let_another_device_in(stage):
    await stage.ready()
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    await stage.verify_phone(WANG)
    with pytest.raises(errors.PhoneNotVerified):
        await meeting.may_join(stage.desk, on_another_device(WANG), stage.case_id)


async def test_a_code_of_one_device_is_wrong_on_another(stage):
    await stage.ready()
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    await phone.issue_otp(stage.desk, WANG, stage.case_id, "0912345678", "web")
    with pytest.raises((WrongCode, Expired)):
        await phone.verify_otp(stage.desk, on_another_device(WANG), stage.case_id, stage.outbox.code(), "otp-1")


async def test_a_wrong_code_is_an_event_that_the_agent_sees(stage):
    await stage.ready()
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    await phone.issue_otp(stage.desk, WANG, stage.case_id, "0912345678", "web")
    wrong = f"{(int(stage.outbox.code()) + 1) % 10**6:06d}"
    with pytest.raises(WrongCode):
        await phone.verify_otp(stage.desk, WANG, stage.case_id, wrong, "otp-1")
    assert (await stage.case()).history[-1].type == "CodeRefused"


async def test_a_code_checked_while_another_meeting_began_verifies_nothing_there(stage):
    await stage.ready()
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    await phone.issue_otp(stage.desk, WANG, stage.case_id, "0912345678", "web")
    desk = replace(stage.desk, otp=MeetingChangesMeanwhile(stage))
    with pytest.raises(errors.MeetingNotOpen):
        await phone.verify_otp(desk, WANG, stage.case_id, stage.outbox.code(), "otp-1")
    assert "PhoneVerified" not in [entry.type for entry in await stage.desk.journal.read(stage.case_id)]


class MeetingChangesMeanwhile:
    """The OTP service, and an agent who ends the meeting and opens another before it has answered."""

    def __init__(self, stage):
        self._stage = stage

    async def verify(self, binding, code):
        verified = await self._stage.desk.otp.verify(binding, code)
        await meeting.end_meeting(self._stage.desk, AGENT, binding.case_id, "斷線")
        await meeting.open_meeting(self._stage.desk, AGENT, binding.case_id)
        return verified


async def test_a_new_meeting_asks_for_a_new_code(stage):
    await stage.meeting_for()
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id, "斷線")
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    with pytest.raises(errors.PhoneNotVerified):
        await meeting.may_join(stage.desk, WANG, stage.case_id)


# --- the order of the meeting ------------------------------------------------------------------------------------


async def test_steps_are_asked_in_their_order(stage):
    await stage.ready()
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    await stage.enter(WANG)
    for step, first in (
        ("consent_video_signing", "consent_recording"),
        ("state_name", "consent_recording"),
        ("confirm_application", "consent_recording"),
    ):
        with pytest.raises(errors.StepOutOfOrder) as refused:
            await steps.prompt(stage.desk, AGENT, stage.case_id, step, WANG.id)
        assert refused.value.details == {"first": first}
    with pytest.raises(errors.StepOutOfOrder):
        await steps.show_registration_card(stage.desk, AGENT, stage.case_id, REGISTRY)
    with pytest.raises(errors.StepOutOfOrder):
        await steps.hold_gate(stage.desk, AGENT, stage.case_id, WANG.id, "front")


async def test_a_question_goes_only_to_somebody_in_the_room(stage):
    await stage.ready()
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    with pytest.raises(errors.PhoneNotVerified):
        await steps.prompt(stage.desk, AGENT, stage.case_id, "consent_recording", WANG.id)
    with pytest.raises(errors.StepUnknown):
        await steps.prompt(stage.desk, AGENT, stage.case_id, "consent_everything", WANG.id)


async def test_only_the_asked_person_answers_and_only_what_was_asked(stage):
    await stage.ready()
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    await stage.enter(WANG)
    await stage.enter(LIN)
    await steps.prompt(stage.desk, AGENT, stage.case_id, "consent_recording", WANG.id)
    with pytest.raises(errors.NotAsked):
        await steps.answer(stage.desk, LIN, stage.case_id, "consent_recording", True)
    with pytest.raises(errors.NotAsked):
        await steps.answer(stage.desk, WANG, stage.case_id, "consent_face", True)
    with pytest.raises(errors.NotAllowed):
        await steps.answer(stage.desk, AGENT, stage.case_id, "consent_recording", True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"registration_no": "9999999999"}, "not_the_host"),
        ({"registration_no": None}, "unknown"),
        ({"valid_until": "2026-03-01"}, "expired"),
    ],
)
async def test_a_registration_card_that_is_not_the_hosts_or_expired_is_refused(stage, change, reason):
    await stage.ready()
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    await stage.enter(WANG)
    for step in ("consent_recording", "consent_video_signing", "consent_face"):
        await stage.say(WANG, step)
    with pytest.raises(errors.RegistrationCardInvalid) as refused:
        await steps.show_registration_card(stage.desk, AGENT, stage.case_id, REGISTRY | change)
    assert refused.value.details == {"reason": reason}


async def test_each_side_of_the_id_is_shown_for_five_seconds(stage):
    await stage.ready(ALONE)
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    await stage.enter(WANG)
    for step in ("consent_recording", "consent_video_signing", "consent_face"):
        await stage.say(WANG, step)
    await steps.show_registration_card(stage.desk, AGENT, stage.case_id, REGISTRY)
    await stage.say(WANG, "state_name")
    with pytest.raises(errors.StepOutOfOrder):
        await stage.show(WANG, "back")
    with pytest.raises(errors.IdentityTooShort):
        await stage.show(WANG, "front", 4.99)
    case = await stage.show(WANG, "front", 5.0)
    assert case.meeting.party(WANG.id).identity["front"].seconds == 5.0


@pytest.mark.parametrize(
    ("frames", "gap_ms"), [(1, 5400), (78, 1001), (24, 900)], ids=["one frame", "a gap", "too few frames"]
)
async def test_an_id_on_a_picture_that_stood_still_is_not_shown(stage, frames, gap_ms):
    await stage.ready(ALONE)
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    await stage.enter(WANG)
    for step in ("consent_recording", "consent_video_signing", "consent_face"):
        await stage.say(WANG, step)
    await steps.show_registration_card(stage.desk, AGENT, stage.case_id, REGISTRY)
    await stage.say(WANG, "state_name")
    with pytest.raises(errors.IdentityInterrupted) as refused:
        await stage.show(WANG, "front", 5.0, frames, gap_ms)
    assert refused.value.details == {"longest_gap_ms": gap_ms, "frames": frames}
    await stage.show(WANG, "front", 5.0, 25, 1000)
    shown = (await stage.desk.journal.read(stage.case_id))[-1].body
    assert (shown["frames"], shown["longest_gap_ms"]) == (25, 1000)


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
