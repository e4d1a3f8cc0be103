"""Reading the photos of identity documents, once each, after they were accepted: facts for the agent, never a change
of what the case says."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import date

import structlog

from capture.reader import Task, Told
from capture.verdict import Expected, Side
from cases.actor import SYSTEM
from cases.case import Case
from cases.desk import Desk
from cases.event import Event
from cases.events_identity import PhotoRead, ShownCardRead
from cases.papers import PASSPORT, Photo, PhotoTask
from cases.photo_blobs import photo_bytes
from cases.rooms import Shown
from cases.taipei import taipei_date
from cases.workflow import load, record
from ports.errors import BlobNotFound, Tampered

log = structlog.get_logger()

Read = Callable[[Task], Awaitable[Told]]


async def read_text(desk: Desk, read: Read, case_id: str, photo_id: str) -> None:
    """Does nothing for a photo that was deleted or read meanwhile."""
    case = await load(desk, case_id)
    found = _unread(case, photo_id)
    if found is None:
        return
    task, photo = found
    try:
        picture = await photo_bytes(desk, case_id, photo)
    except BlobNotFound:
        return  # deleted between the two
    except Tampered:
        log.error("photo_not_read", case_id=case_id, why="tampered")
        return  # again it would be no other, and the photos of all cases wait behind it
    told = await read(Task(picture, expected(case, task, photo), taipei_date(desk.clock.now())))
    seen = PhotoRead(
        task_id=task.task_id,
        photo_id=photo_id,
        sha256=await asyncio.to_thread(_digest, picture),
        engine=told.engine,
        verdicts=dict(told.verdicts),
        read=dict(told.read),
        hints=told.hints,
        why=told.why,
    )

    def decide(case: Case) -> list[Event]:
        return [seen] if _unread(case, photo_id) else []

    await record(desk, SYSTEM, case_id, decide)


def expected(case: Case, task: PhotoTask, photo: Photo) -> Expected:
    """What the case says of the person whose document it is."""
    return expected_of(case, task.person_id, photo.side, passport=(photo.document or task.id_type) == PASSPORT)


def expected_of(case: Case, person_id: str, side: Side, *, passport: bool = False) -> Expected:
    person = case.person(person_id)
    assert person is not None
    profile = person.profile
    return Expected(
        number=profile.get("id_no", ""),
        names=tuple(profile[name] for name in ("name", "name_en") if profile.get(name)),
        birth_date=_born(profile.get("birth_date")),
        side=side,
        passport=passport,
    )


def _born(text: str | None) -> date | None:
    """None where the case does not know it: then there is nothing to compare, which keeps no other photo waiting."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


async def read_shown(desk: Desk, read: Read, case_id: str, room_id: str, person_id: str, side: Side) -> None:
    """The still of a side that was shown in a call: the sides of everybody's cards look alike, their numbers do not."""
    case = await load(desk, case_id)
    shown = _shown(case, room_id, person_id, side)
    if shown is None or shown.still is None:
        return
    try:
        still = await desk.blobs.get(shown.still, scope=case_id)
    except (BlobNotFound, Tampered) as error:
        log.error("card_not_read", case_id=case_id, why=error.code)
        return
    wanted = expected_of(case, person_id, side)
    told = await read(Task(still, wanted, taipei_date(desk.clock.now())))
    seen = ShownCardRead(
        room_id=room_id,
        person_id=person_id,
        side=side,
        sha256=await asyncio.to_thread(_digest, still),
        engine=told.engine,
        verdicts=dict(told.verdicts),
        read=dict(told.read),
        why=told.why,
    )

    def decide(case: Case) -> list[Event]:
        return [seen] if _shown(case, room_id, person_id, side) else []

    await record(desk, SYSTEM, case_id, decide)


def _shown(case: Case, room_id: str, person_id: str, side: str) -> Shown | None:
    """Not read yet."""
    meeting = next((meeting for meeting in case.meetings if meeting.room_id == room_id), None)
    shown = meeting.party(person_id).identity.get(side) if meeting else None
    return shown if shown is not None and shown.verdicts is None else None


def _unread(case: Case, photo_id: str) -> tuple[PhotoTask, Photo] | None:
    return next(
        (
            (task, photo)
            for task in case.photo_tasks
            for photo in task.kept
            if photo.photo_id == photo_id and photo.readout is None
        ),
        None,
    )


def _digest(picture: bytes) -> str:
    return hashlib.sha256(picture).hexdigest()
