"""The gates of the call: the phone before the room, and the steps in their order."""

from dataclasses import replace

import pytest

from cases import errors, meeting, phone, steps
from otp.errors import Expired, WrongCode
from tests.cases.stage import (
    AGENT,
    LIN,
    REGISTRY,
    WANG,
    on_another_device,
)

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
    await stage.consent(WANG)
    with pytest.raises(errors.RegistrationCardInvalid) as refused:
        await steps.show_registration_card(stage.desk, AGENT, stage.case_id, REGISTRY | change)
    assert refused.value.details == {"reason": reason}


async def test_each_side_of_the_id_is_shown_for_five_seconds(stage):
    await stage.to_the_card()
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
    await stage.to_the_card()
    with pytest.raises(errors.IdentityInterrupted) as refused:
        await stage.show(WANG, "front", 5.0, frames, gap_ms, override="手指遮住，已目視")
    assert refused.value.details == {"longest_gap_ms": gap_ms, "frames": frames}
    await stage.show(WANG, "front", 5.0, 25, 1000, override="手指遮住，已目視")
    shown = (await stage.desk.journal.read(stage.case_id))[-1].body
    assert (shown["frames"], shown["longest_gap_ms"]) == (25, 1000)
