"""The spoken and shown steps of a meeting: the agent asks, the person answers, in order (S47-S53, S71)."""

from datetime import date, datetime
from hashlib import sha256
from typing import Any, Literal, Protocol

from capture.watch import Watched
from cases import gates, script
from cases.actor import Actor
from cases.case import Case
from cases.desk import Desk
from cases.errors import (
    IdentityInterrupted,
    IdentityTooShort,
    NotAsked,
    RegistrationCardInvalid,
    StepOutOfOrder,
    StepUnknown,
)
from cases.event import Event, Paper
from cases.events_meeting import (
    ConsentGiven,
    ConsentRefused,
    IdentityShown,
    NameStated,
    Prompted,
    RegistrationCardShown,
    ScreenAllowed,
    ScreenEnded,
    ScreenRefused,
    SignatureConfirmed,
    SignatureDenied,
)
from cases.live import RecorderLive, recorder_of
from cases.rooms import Meeting
from cases.taipei import taipei_date
from cases.workflow import load, record

IDENTITY_SECONDS = 5.0
LONGEST_GAP_MS = 1000
FRAMES_PER_SECOND = 5


class Held(Protocol):
    """The media plane's HeldFrames, by its attributes: what the server received while the agent held the step."""

    frames: int
    seconds: float
    longest_gap_ms: int
    started_at: datetime
    ended_at: datetime


async def prompt(desk: Desk, actor: Actor, case_id: str, step: str, person_id: str) -> Case:
    """The agent puts a question to one person; it stands until he answers or another is put. Raises StepOutOfOrder."""
    if step not in (*script.PROMPTS, script.SCREEN_SHARE):
        raise StepUnknown(step=step)

    def decide(case: Case) -> list[Event]:
        gates.agent_of(case, actor)
        meeting = _asked_at_any_time(case, step, person_id) or _in_order(case, step, person_id)
        return [Prompted(room_id=meeting.room_id, step=step, person_id=person_id)]

    return await record(desk, actor, case_id, decide)


async def answer(desk: Desk, actor: Actor, case_id: str, step: str, answer: bool, how: str = "") -> Case:
    """The person himself answers what he was asked; the agent cannot (S51). Of his screen, `how` says by what he
    shows it, or that his device cannot; and a no that nobody asked for ends it (S47). Raises NotAsked, NotInRoom."""
    recorder = await _recorder(desk, case_id)

    def decide(case: Case) -> list[Event]:
        person, meeting = gates.in_room(case, actor)
        asked = meeting.prompt
        shows = meeting.party(person.person_id).screen is not None
        if step == script.SCREEN_SHARE and shows and not answer and (asked is None or asked.step != step):
            return [ScreenEnded(room_id=meeting.room_id, person_id=person.person_id)]
        if asked is None or (asked.step, asked.person_id) != (step, person.person_id):
            raise NotAsked
        if step == script.SCREEN_SHARE:
            return [_screen(meeting.room_id, person.person_id, answer, how, asked.asked_at)]
        return _answer_events(meeting, step, person.person_id, answer, asked.asked_at, recorder)

    return await record(desk, actor, case_id, decide)


async def show_registration_card(desk: Desk, actor: Actor, case_id: str, registry: dict[str, Any]) -> Case:
    """The host's 登錄證 as the agent registry has it: `registration_no`, `valid_until` (ISO date or null), `name`.

    Raises RegistrationCardInvalid for another's, an unknown or an expired one (S52)."""

    def decide(case: Case) -> list[Event]:
        gates.agent_of(case, actor)
        meeting = gates.open_meeting(case)
        if meeting.card:
            return []
        if not script.ready_for_card(meeting):
            raise StepOutOfOrder(first="consent_recording")
        return [_card(desk, meeting, registry)]

    return await record(desk, actor, case_id, decide)


async def hold_gate(desk: Desk, actor: Actor, case_id: str, person_id: str, side: Literal["front", "back"]) -> Case:
    """Before frames are counted for a side of the ID: is it this step's turn?"""
    case = await load(desk, case_id)
    gates.agent_of(case, actor)
    _in_order(case, f"identity_{side}", person_id)
    return case


async def identity_shown(
    desk: Desk,
    actor: Actor,
    case_id: str,
    person_id: str,
    side: Literal["front", "back"],
    held: Held,
    watched: Watched | None,
    override_reason: str | None = None,
) -> Case:
    """The side was seen for 5.0 s in one span (S53). Where that was not measured, the agent may vouch for it with a
    reason: then frames kept coming for as long. Raises IdentityTooShort, IdentityInterrupted."""
    measured = watched.longest.get(side, 0.0) if watched else 0.0

    def decide(case: Case) -> list[Event | Paper]:
        gates.agent_of(case, actor)
        meeting = _in_order(case, f"identity_{side}", person_id)
        seconds, reason = _counted(held, measured, override_reason)
        still = _still(case_id, meeting.room_id, person_id, side, watched.still if watched else b"")
        shown = IdentityShown(
            room_id=meeting.room_id,
            person_id=person_id,
            side=side,
            seconds=seconds,
            frames=held.frames,
            longest_gap_ms=held.longest_gap_ms,
            started_at=held.started_at,
            ended_at=held.ended_at,
            measured_s=measured if watched else None,
            match=watched.match if watched else None,
            looks=dict(watched.looks) if watched else None,
            override_reason=reason,
            still_blob=still.blob if still else None,
            still_sha256=sha256(still.data).hexdigest() if still else None,
        )
        return [*([still] if still else []), shown]

    return await record(desk, actor, case_id, decide)


def _counted(held: Held, measured: float, override_reason: str | None) -> tuple[float, str | None]:
    """The seconds that count, and why the agent's word does, where nothing else does."""
    if measured >= IDENTITY_SECONDS:
        return measured, None
    if override_reason is None:
        raise IdentityTooShort(seconds=measured)
    _unbroken(held)
    return held.seconds, gates.text(override_reason)


def _still(case_id: str, room_id: str, person_id: str, side: str, jpeg: bytes) -> Paper | None:
    name = f"{person_id}-{side}-{sha256(jpeg).hexdigest()[:16]}.jpg"
    return Paper(f"cases/{case_id}/identity/{room_id}/{name}", jpeg) if jpeg else None


def _unbroken(held: Held) -> None:
    """Seconds on the clock are not enough: a frozen or muted picture shows nobody's card."""
    if held.seconds < IDENTITY_SECONDS:
        raise IdentityTooShort(seconds=held.seconds)
    if held.longest_gap_ms > LONGEST_GAP_MS or held.frames < FRAMES_PER_SECOND * held.seconds:
        raise IdentityInterrupted(longest_gap_ms=held.longest_gap_ms, frames=held.frames)


def _in_order(case: Case, step: str, person_id: str) -> Meeting:
    meeting = gates.open_meeting(case)
    if case.person(person_id) is None:
        raise StepUnknown(step=step)
    if not meeting.party(person_id).sessions:
        raise gates.PhoneNotVerified
    missing = script.first_missing(case, meeting, step, person_id)
    if missing:
        raise StepOutOfOrder(first=missing)
    return meeting


def _asked_at_any_time(case: Case, step: str, person_id: str) -> Meeting | None:
    """Showing the screen is no step of the signing."""
    meeting = gates.open_meeting(case)
    here = step == script.SCREEN_SHARE and case.person(person_id) is not None
    return meeting if here and meeting.party(person_id).sessions else None


def _screen(room_id: str, person_id: str, yes: bool, how: str, asked_at: datetime) -> ScreenAllowed | ScreenRefused:
    about = {"room_id": room_id, "person_id": person_id, "asked_at": asked_at}
    if yes:
        return ScreenAllowed(**about, how="capture" if how == "capture" else "pages")
    return ScreenRefused(**about, why="unsupported" if how == "unsupported" else "refused")


def _answer_events(
    meeting: Meeting, step: str, person_id: str, yes: bool, asked_at: datetime, recorder: RecorderLive | None
) -> list[Event]:
    about = {"room_id": meeting.room_id, "person_id": person_id, "asked_at": asked_at}
    recorded = {"recorded_s": recorder.seconds if recorder else None}
    if step in script.CONSENT_STEPS:
        consent = {"consent": script.CONSENT_STEPS[step]}
        return [ConsentGiven(**about, **consent, **recorded) if yes else ConsentRefused(**about, **consent)]
    if step in script.CONFIRMATION_STEPS:
        confirmation = {"confirmation": script.CONFIRMATION_STEPS[step]}
        said = (
            SignatureConfirmed(**about, **confirmation, **recorded) if yes else SignatureDenied(**about, **confirmation)
        )
        return [said]
    return [NameStated(**about, **recorded)] if yes else []


def _card(desk: Desk, meeting: Meeting, registry: dict[str, Any]) -> RegistrationCardShown:
    number, until = registry.get("registration_no"), registry.get("valid_until")
    if not number:
        raise RegistrationCardInvalid(reason="unknown")
    if number != meeting.host.registration_no:
        raise RegistrationCardInvalid(reason="not_the_host")
    valid_until = date.fromisoformat(until) if until else None
    if valid_until and valid_until < taipei_date(desk.clock.now()):
        raise RegistrationCardInvalid(reason="expired")
    return RegistrationCardShown(
        room_id=meeting.room_id,
        agent_id=meeting.host.id,
        registration_no=number,
        valid_until=valid_until,
        registry=registry,
    )


async def _recorder(desk: Desk, case_id: str) -> RecorderLive | None:
    case = await load(desk, case_id)
    return await recorder_of(desk, case.open_meeting.room_id if case.open_meeting else None)
