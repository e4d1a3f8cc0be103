"""The phone of a signer: one code by SMS, bound to member, case, room, purpose and session (S31-S38)."""

from cases import gates
from cases.actor import Actor
from cases.case import Case
from cases.desk import Desk
from cases.errors import MeetingNotOpen
from cases.event import Event
from cases.events_meeting import CodeRefused, CodeSent, PhoneVerified
from cases.workflow import load, record
from otp.errors import OtpLocked, WrongCode
from otp.service import Binding, Issued

PURPOSE = "join"


async def issue_otp(desk: Desk, actor: Actor, case_id: str, phone: str, platform: str) -> Issued:
    """`phone` is the member directory's, not the client's. Raises MeetingNotOpen and what `otp` refuses."""
    binding = _binding(await load(desk, case_id), actor)
    issued = await desk.otp.issue(binding, phone, platform)

    def decide(case: Case) -> list[Event]:
        if case.open_meeting is None or case.open_meeting.room_id != binding.room_id:
            return []  # the meeting ended while the SMS was on its way
        sent = CodeSent(
            room_id=binding.room_id,
            person_id=actor.id,
            message_id=issued.message_id or "",
            expires_at=issued.expires_at,
        )
        return [sent]

    await record(desk, actor, case_id, decide)
    return issued


async def verify_otp(desk: Desk, actor: Actor, case_id: str, code: str, text_version: str) -> Case:
    """One click verifies and agrees; a wrong code is an event that the agent sees (S38)."""
    binding = _binding(await load(desk, case_id), actor)
    agreed = gates.text(text_version)
    try:
        await desk.otp.verify(binding, code)
    except (WrongCode, OtpLocked) as error:
        await _refused(desk, actor, case_id, binding, locked=isinstance(error, OtpLocked))
        raise

    def decide(case: Case) -> list[Event]:
        if gates.open_meeting(case).room_id != binding.room_id:
            raise MeetingNotOpen  # another meeting began meanwhile: it needs its own code
        verified = PhoneVerified(
            room_id=binding.room_id,
            person_id=actor.id,
            session_id=actor.session_id,
            text_version=agreed,
        )
        return [verified]

    return await record(desk, actor, case_id, decide)


async def _refused(desk: Desk, actor: Actor, case_id: str, binding: Binding, *, locked: bool) -> None:
    def decide(case: Case) -> list[Event]:
        meeting = case.open_meeting
        known = meeting is None or (locked and meeting.party(actor.id).locked_out)
        return [] if known else [CodeRefused(room_id=binding.room_id, person_id=actor.id, locked=locked)]

    await record(desk, actor, case_id, decide)


def _binding(case: Case, actor: Actor) -> Binding:
    person = gates.person_of(case, actor)
    room_id = gates.open_meeting(case).room_id
    return Binding(case.case_id, person.person_id, room_id, PURPOSE, actor.session_id)
