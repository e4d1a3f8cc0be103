"""Reading the photos of identity documents, once each, after they were accepted: facts for the agent, never a change
of what the case says."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import date

from capture.reader import Task, Told
from capture.verdict import Expected
from cases.actor import SYSTEM
from cases.case import Case
from cases.desk import Desk
from cases.event import Event
from cases.events_identity import PhotoRead
from cases.papers import Photo, PhotoTask
from cases.photos import photo_bytes
from cases.taipei import taipei_date
from cases.workflow import load, record
from ports.errors import BlobNotFound

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
    person = case.person(task.person_id)
    assert person is not None
    profile = person.profile
    return Expected(
        number=profile.get("id_no", ""),
        names=tuple(profile[name] for name in ("name", "name_en") if profile.get(name)),
        birth_date=date.fromisoformat(profile["birth_date"]),
        side=photo.side,
        passport=task.id_type == "passport",
    )


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
