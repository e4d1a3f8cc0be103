"""record(): the only way a case changes.

read -> decide -> apply (refuses) -> append with the expected length -> announce. Two writers: one wins, the other
reads again and decides again, so every decision is made on the case as it is when it is written.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime

import structlog

from cases.actor import Actor
from cases.case import Case
from cases.codec import Happened, from_entry, to_record
from cases.desk import Desk
from cases.errors import CaseBusy, CaseNotFound
from cases.event import Event, Paper
from cases.events_casework import wakes_on
from cases.events_meeting import RoomOpened
from cases.events_papers import CaseOpened, CaseSubmitted, InkAccepted
from cases.fold import apply, replay
from ports.errors import BlobExists, JournalConflict, KeyValueUnavailable
from ports.journal import Record

CHANNEL = "case.version"
ATTEMPTS = 64
SUBMITTED = "submitted"  # the subject by which reviewers and underwriters find cases

Decide = Callable[[Case], Sequence[Event | Paper]]

log = structlog.get_logger()


async def load(desk: Desk, case_id: str) -> Case:
    """The case as it stands, without asking who wants to know. Raises CaseNotFound."""
    now = desk.clock.monotonic()
    shelved = desk.shelf.get(case_id, now)
    entries = await desk.journal.read(case_id, shelved.version if shelved else 0)
    case = replay(case_id, map(from_entry, entries), shelved)
    if case is None:
        raise CaseNotFound
    desk.shelf.put(case, now)
    return case


async def record(desk: Desk, actor: Actor, case_id: str, decide: Decide) -> Case:
    """Append what `decide` makes of the case; nothing when it answers no events. Raises what `decide` and the state
    refuse, and CaseBusy."""
    for _ in range(ATTEMPTS):
        case = await load(desk, case_id)
        decided = tuple(decide(case))
        events = tuple(event for event in decided if isinstance(event, Event))
        if not events:
            return case
        await _put(desk, case_id, (paper for paper in decided if isinstance(paper, Paper)))
        try:
            return await _append(desk, actor, case, events)
        except JournalConflict:
            await asyncio.sleep(0)
    raise CaseBusy


async def _put(desk: Desk, case_id: str, papers: Iterable[Paper]) -> None:
    """Named by their digest: one that is there is the same."""
    for paper in papers:
        with suppress(BlobExists):
            await desk.blobs.put(paper.blob, paper.data, scope=case_id)


async def start(desk: Desk, actor: Actor, case_id: str, opened: CaseOpened) -> Case:
    """The first entry of a new case. Raises SubjectTaken when another case has its number."""
    records = _records(desk, actor, None, case_id, (opened,))
    entries = await desk.journal.append(case_id, 0, records)
    case = replay(case_id, map(from_entry, entries))
    assert case is not None
    await _announce(desk, case)
    return case


async def _append(desk: Desk, actor: Actor, case: Case, events: tuple[Event, ...]) -> Case:
    records = _records(desk, actor, case, case.case_id, events)
    entries = await desk.journal.append(case.case_id, case.version, records)
    changed = replay(case.case_id, map(from_entry, entries), case)
    assert changed is not None
    desk.shelf.put(changed, desk.clock.monotonic())
    await _announce(desk, changed)
    return changed


def _records(desk: Desk, actor: Actor, case: Case | None, case_id: str, events: tuple[Event, ...]) -> list[Record]:
    """Tries every event on the case first: what the state refuses is never written."""
    now = desk.clock.now()
    for event in events:
        seq = case.version + 1 if case else 1
        case = apply(case, Happened("", seq, now, actor.label, event), case_id)
    return [to_record(event, now, actor, _subjects(event, now)) for event in events]


def met_on(day: date) -> str:
    """The subject by which cases are found whose room was opened on this day, by UTC."""
    return f"met:{day.isoformat()}"


def due_on(day: date) -> str:
    """The subject by which cases are found that have something due from this day on, in Taipei."""
    return f"due:{day.isoformat()}"


def _subjects(event: Event, now: datetime) -> tuple[str, ...]:
    """By what a case is found again: its persons, agents, number; an ink by its digest, so that a replay shows."""
    match event:
        case CaseOpened():
            people = (person.person_id for person in event.persons)
            return (*people, f"agent:{event.agent.id}", f"no:{event.case_no}")
        case CaseSubmitted():
            return (SUBMITTED,)
        case RoomOpened():
            return (f"agent:{event.host.id}", met_on(now.date()))
        case InkAccepted():
            return (f"ink:{event.ink_sha256}",)
        case _:
            day = wakes_on(event)
            return (due_on(day),) if day else ()


async def _announce(desk: Desk, case: Case) -> None:
    payload = json.dumps({"case_id": case.case_id, "version": case.version}).encode()
    try:
        await desk.keyvalue.publish(CHANNEL, payload)
    except KeyValueUnavailable:
        # The entry is written; clients also poll heads, so an outage of the bus delays and never loses.
        log.warning("case_version_not_announced", case_id=case.case_id, version=case.version)
