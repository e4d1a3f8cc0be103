"""Opening the meeting, who may come in, and ending it (S30-S46, S72)."""

import secrets
from collections.abc import Collection

import msgspec

from cases import gates
from cases.actor import SYSTEM, Actor
from cases.case import Case
from cases.desk import Desk
from cases.errors import EndNeedsReason, NotAllowed, PhotosNotApproved, WrongState
from cases.event import Event
from cases.events_meeting import (
    MeetingEnded,
    PermissionsReported,
    PersonJoined,
    PersonLeft,
    RecordingCompleted,
    RoomOpened,
)
from cases.opening import amended
from cases.parts import AgentRef, Permission
from cases.rooms import Meeting
from cases.state import State
from cases.taipei import taipei_date
from cases.workflow import load, record


class Admission(msgspec.Struct, frozen=True):
    """Who comes in as what. `order` is the stable place in the layout: the host 0, then the case's persons (S45)."""

    room_id: str
    person_id: str
    name: str
    role: str
    order: int
    host: bool


async def open_meeting(desk: Desk, actor: Actor, case_id: str) -> tuple[Case, str]:
    """The room is invited to at once; asked again while it is open, the same room. Raises PhotosNotApproved."""
    room_id, recording_id, serial = secrets.token_urlsafe(12), secrets.token_hex(12), new_serial()
    host = AgentRef(actor.id, actor.name, actor.unit, actor.registration_no)

    def decide(case: Case) -> list[Event]:
        gates.agent_of(case, actor)
        if case.open_meeting:
            return []
        if case.state in (State.OPEN, State.IN_REVIEW):
            raise PhotosNotApproved
        if case.state == State.UNDER_REVIEW and not case.forms_to_sign:
            raise WrongState("there is nothing to sign", state=str(case.state))
        opened = RoomOpened(room_id=room_id, recording_id=recording_id, serial=serial, host=host)
        return [opened, *_dated_today(desk, case)]

    case = await record(desk, actor, case_id, decide)
    assert case.open_meeting is not None
    return case, case.open_meeting.room_id


async def may_join(desk: Desk, actor: Actor, case_id: str) -> Admission:
    """The gate before any ticket: nobody enters before his phone is verified in this room on this device (S32)."""
    case = await load(desk, case_id)
    gates.related(case, actor)
    meeting = gates.open_meeting(case)
    if actor.kind == "agent" and actor.id == meeting.host.id:
        return Admission(meeting.room_id, actor.id, actor.name, "host", 0, True)
    person, _, _ = gates.verified(case, actor)
    order = 1 + case.persons.index(person)
    return Admission(meeting.room_id, person.person_id, person.profile["name"], person.roles[0], order, False)


async def joined(desk: Desk, actor: Actor, case_id: str) -> Case:
    """The media plane has taken the person in."""

    def decide(case: Case) -> list[Event]:
        meeting = _room_of(case, actor)
        if actor.id in meeting.present:
            return []
        return [PersonJoined(room_id=meeting.room_id, person_id=actor.id)]

    return await record(desk, actor, case_id, decide)


async def left(desk: Desk, actor: Actor, case_id: str, reason: str) -> Case:
    """The person is gone, by choice or not; nothing to say when the meeting is over or he was not in it."""

    def decide(case: Case) -> list[Event]:
        gates.related(case, actor)
        meeting = case.open_meeting
        if meeting is None or actor.id not in meeting.present:
            return []
        return [PersonLeft(room_id=meeting.room_id, person_id=actor.id, reason=gates.text(reason, required=False))]

    return await record(desk, actor, case_id, decide)


async def absent(desk: Desk, case_id: str, room_id: str, here: Collection[str], version: int) -> Case:
    """Takes back the presence of those whom the media plane does not have, and of whom nobody said that they left:
    whoever should have was killed. `version` is that of the case from before the room was asked; where anything
    happened since, nothing is said."""

    def decide(case: Case) -> list[Event]:
        meeting = case.open_meeting
        if meeting is None or meeting.room_id != room_id or case.version != version:
            return []
        gone = (person_id for person_id in meeting.present if person_id not in here)
        return [PersonLeft(room_id=room_id, person_id=person_id, reason="network") for person_id in gone]

    return await record(desk, SYSTEM, case_id, decide)


async def permission_report(desk: Desk, actor: Actor, case_id: str, camera: Permission, microphone: Permission) -> Case:
    """Joining without one of them is possible and marked; signing needs both (S39)."""

    def decide(case: Case) -> list[Event]:
        person, meeting, party = gates.verified(case, actor)
        if party.permissions == (camera, microphone):
            return []
        report = PermissionsReported(
            room_id=meeting.room_id, person_id=person.person_id, camera=camera, microphone=microphone
        )
        return [report]

    return await record(desk, actor, case_id, decide)


async def end_meeting(desk: Desk, actor: Actor, case_id: str, reason: str | None = None) -> Case:
    """Closing after the last step needs no reason; anything earlier is an abort with one (S72)."""

    def decide(case: Case) -> list[Event]:
        gates.agent_of(case, actor)
        meeting = case.open_meeting
        if meeting is None:
            return []
        if not finished(case, meeting) and not (reason or "").strip():
            raise EndNeedsReason
        return ending(case, meeting, gates.text(reason) if reason else None)

    return await record(desk, actor, case_id, decide)


def ending(case: Case, meeting: Meeting, reason: str | None) -> list[Event]:
    """The end of an open meeting. Nobody seals anything any more when all its parts are sealed already, because its
    worker was lost and it did not go on."""
    ended = MeetingEnded(room_id=meeting.room_id, reason=reason)
    recording = case.recording_of(meeting.recording_id)
    if recording is None or recording.outstanding or not recording.parts:
        return [ended]
    return [ended, RecordingCompleted(room_id=meeting.room_id, recording_id=recording.recording_id)]


def finished(case: Case, meeting: Meeting) -> bool:
    """Submitted, every form on demand signed, and everybody has confirmed."""
    return case.submission is not None and not case.forms_to_sign and confirmed(case, meeting)


def confirmed(case: Case, meeting: Meeting) -> bool:
    """Every signer has answered both confirmations (S71)."""
    return all(len(meeting.party(person.person_id).confirmations) == 2 for person in case.persons)


def new_serial() -> str:
    """The recording's number that people write down (U2): nine digits and a check digit (Luhn)."""
    digits = f"{secrets.randbelow(10**9):09d}"
    return f"R{digits}{luhn(digits)}"


def luhn(digits: str) -> int:
    """The check digit of ISO/IEC 7812-1, annex B."""
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))]
    return -sum(value - 9 if value > 9 else value for value in doubled) % 10


def _room_of(case: Case, actor: Actor) -> Meeting:
    gates.related(case, actor)
    if actor.kind == "agent":
        return gates.open_meeting(case)
    if actor.kind == "member":
        return gates.verified(case, actor)[1]
    raise NotAllowed("only the host and the case's persons")


def _dated_today(desk: Desk, case: Case) -> list[Event]:
    """The first signature dates the application (U10): unsigned forms of another day are issued anew."""
    today = taipei_date(desk.clock.now())
    if case.inks or case.state != State.READY:
        return []
    late = (document for document in case.documents if document.application_date != today)
    return [amended(document, {}, "application_date", today) for document in late]
