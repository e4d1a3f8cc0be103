"""The meeting: room, ticket, prompts and answers, registration card, identity. What the browser shows and hears goes
over Socket.IO; what counts is recorded here."""

import asyncio
import contextlib
from datetime import datetime

import msgspec

from capture import watch
from cases.case import Case
from cases.meeting import end_meeting, may_join, open_meeting, permission_report
from cases.photos import identity_photos
from cases.steps import answer, hold_gate, identity_shown, prompt, show_registration_card
from cases.view_types import CaseView
from cases.workflow import load
from media.errors import HoldUnknown, RoomUnknown
from media.messages import RoomSpec
from server.call import Call
from server.handlers.cases import view_of
from server.typedefs import Answer, Ending, HoldRelease, HoldRequest, Id, Nothing, Permissions, PromptRequest
from signaling.grants import JoinGrant, participant_of

HOLD_SECONDS = 600.0


class Ticket(msgspec.Struct, frozen=True):
    ticket: str
    expires_at: datetime


class Hold(msgspec.Struct, frozen=True):
    hold_id: str


class Held(msgspec.Struct, frozen=True):
    """What a hold is about, kept until it is released."""

    case_id: str
    room_id: str
    person_id: str
    side: str


async def open_room(call: Call, case_id: Id, body: Nothing) -> CaseView:
    """Asked again while the meeting is open, makes sure that the room is there."""
    case, room_id = await open_meeting(call.desk, call.actor, case_id)
    await call.services.media.open_room(room_id, room_spec(case))
    return await view_of(call, case)


def room_spec(case: Case) -> RoomSpec:
    meeting = case.meeting
    begun = case.recording_of(meeting.recording_id)
    part = 1 + max(begun.started, default=0) if begun else 1
    began_at = begun.started_at if begun else None
    seats = 1 + len(case.persons)
    return RoomSpec(case.case_id, meeting.recording_id, meeting.serial, seats, part, began_at)


async def end_room(call: Call, case_id: Id, body: Ending) -> CaseView:
    """Sealing may take longer than a request: the worker reports it to the journal by itself."""
    case = await end_meeting(call.desk, call.actor, case_id, body.reason)
    if case.meeting:
        call.services.chores.start("close_room", _close_room(call, case.meeting.room_id))
    return await view_of(call, case)


async def _close_room(call: Call, room_id: str) -> None:
    with contextlib.suppress(RoomUnknown):  # its worker was lost, and what it recorded is sealed by another
        await call.services.media.close_room(room_id, "ended")


async def report_permissions(call: Call, case_id: Id, body: Permissions) -> CaseView:
    return await view_of(call, await permission_report(call.desk, call.actor, case_id, body.camera, body.microphone))


async def issue_ticket(call: Call, case_id: Id, body: Nothing) -> Ticket:
    """Of an open meeting whose worker was lost, the room is opened anew on another: whoever asks first does it."""
    admission = await may_join(call.desk, call.actor, case_id)
    await call.services.media.open_room(admission.room_id, room_spec(await load(call.desk, case_id)))
    grant = JoinGrant(
        room_id=admission.room_id,
        participant_id=participant_of(admission.room_id, admission.person_id),
        person_id=admission.person_id,
        role=admission.role,
        order=admission.order,
        ref=case_id,
        session_id=call.login.session_id,
    )
    return Ticket(*await call.services.grants.issue(grant))


async def ask(call: Call, case_id: Id, body: PromptRequest) -> CaseView:
    return await view_of(call, await prompt(call.desk, call.actor, case_id, body.step, body.person_id))


async def reply(call: Call, case_id: Id, body: Answer) -> CaseView:
    return await view_of(call, await answer(call.desk, call.actor, case_id, body.step, body.answer, body.how))


async def registration_card(call: Call, case_id: Id, body: Nothing) -> CaseView:
    """The register, not the card, says whether the host may do this (S52)."""
    person = await call.services.people.by_id(call.actor.id)
    profile = person.profile if person else {}
    registry = {
        "registration_no": profile.get("registration_no"),
        "valid_until": profile.get("registration_until"),
        "name": profile.get("name"),
    }
    return await view_of(call, await show_registration_card(call.desk, call.actor, case_id, registry))


async def hold_identity(call: Call, case_id: Id, body: HoldRequest) -> Hold:
    case = await hold_gate(call.desk, call.actor, case_id, body.person_id, body.side)
    room_id = case.meeting.room_id
    participant = participant_of(room_id, body.person_id)
    order = await _order(call, case, body) if body.watch else b""
    hold_id = await call.services.media.hold(room_id, participant, f"identity_{body.side}", order)
    held = msgspec.json.encode(Held(case_id, room_id, body.person_id, body.side))
    await call.desk.keyvalue.set(_key(hold_id), held, ttl=HOLD_SECONDS)
    return Hold(hold_id)


async def _order(call: Call, case: Case, body: HoldRequest) -> bytes:
    photos = await identity_photos(call.desk, case, body.person_id)
    return await asyncio.to_thread(watch.order, body.side, photos)


async def release_identity(call: Call, case_id: Id, body: HoldRelease) -> CaseView:
    """What counts is what was measured of the card in the pictures that the server received, or the agent's word with
    a reason (S53)."""
    kept = await call.desk.keyvalue.take(_key(body.hold_id))
    held = msgspec.json.decode(kept, type=Held) if kept else None
    if held is None or held.case_id != case_id:
        raise HoldUnknown
    await hold_gate(call.desk, call.actor, case_id, held.person_id, held.side)
    frames = await call.services.media.release(held.room_id, body.hold_id)
    seen = watch.watched(frames.looked)
    case = await identity_shown(
        call.desk, call.actor, case_id, held.person_id, held.side, frames, seen, body.override_reason
    )
    return await view_of(call, case)


def _key(hold_id: str) -> str:
    return f"hold:{hold_id}"
