"""Photos of identity documents: 待拍照 -> 完成 -> 文件審核 (S16-S28)."""

import asyncio
import hashlib
import secrets
from typing import Literal

from capture.service import AcceptedPhoto, accept_photo
from cases import gates
from cases.actor import Actor
from cases.case import Case
from cases.desk import Desk
from cases.errors import (
    CasePhotoNotFound,
    DeletionNeedsReason,
    NotAcknowledged,
    NotAllowed,
    PhotosMissing,
    PhotosNotCompleted,
    PhotosUnchanged,
    PhotoTaskClosed,
    TooManyPhotos,
)
from cases.event import Event
from cases.events_papers import (
    CaseReadied,
    PhotoAdded,
    PhotoDeleted,
    PhotosAcknowledged,
    PhotosApproved,
    PhotosCompleted,
    PhotosRejected,
    ReviewRequested,
)
from cases.papers import Photo, PhotoTask
from cases.parts import Side
from cases.state import State
from cases.workflow import load, record
from ports.errors import BlobNotFound

MAX_PHOTOS = 10
MAX_EVER = 40  # with the tombstones of a task that was rejected again and again
WANTED_SIDES = ("front", "back")
Variant = Literal["card", "original"]


async def acknowledge(desk: Desk, actor: Actor, case_id: str, task_id: str) -> Case:
    """「我知道了」; a second time changes nothing."""

    def decide(case: Case) -> list[Event]:
        task = _own_task(case, actor, task_id)
        return [] if task.acknowledged else [PhotosAcknowledged(task_id=task_id)]

    return await record(desk, actor, case_id, decide)


async def add_photo(
    desk: Desk,
    actor: Actor,
    case_id: str,
    task_id: str,
    data: bytes,
    side: Side,
    detection_on: bool,
    idempotency_key: str,
) -> tuple[Case, str]:
    """Durable once it returns: the blobs first, then the event. The same key gives the same photo (S22, S25).

    Raises what `capture.service.accept_photo` refuses, NotAcknowledged, PhotoTaskClosed, TooManyPhotos."""
    case = await load(desk, case_id)
    before = _with_key(_own_task(case, actor, task_id), idempotency_key)
    if before:
        return case, before.photo_id
    _may_add(case, actor, task_id)
    photo = await asyncio.to_thread(accept_photo, data, detection_on)
    photo_id = secrets.token_hex(12)
    await _put(desk, case_id, photo_id, photo)
    added = _added(task_id, photo_id, side, detection_on, idempotency_key, photo)
    return await _record_photo(desk, actor, case_id, added)


async def delete_photo(
    desk: Desk, actor: Actor, case_id: str, task_id: str, photo_id: str, reason: str | None = None
) -> Case:
    """Before 完成 the photo is gone; after it a tombstone with a reason stays, and the bytes too (S24). The reason of a
    rejected photo is the agent's, unless another is given."""

    def decide(case: Case) -> list[Event]:
        task = _own_task(case, actor, task_id)
        photo = next((photo for photo in task.kept if photo.photo_id == photo_id), None)
        if photo is None:
            raise CasePhotoNotFound
        if task.approved:
            raise PhotoTaskClosed
        why = reason or (task.rejection if photo_id in task.refused else None)
        if photo_id in task.finished and not why:
            raise DeletionNeedsReason
        return [PhotoDeleted(task_id=task_id, photo_id=photo_id, reason=gates.text(why) if why else None)]

    case = await record(desk, actor, case_id, decide)
    if not any(photo.photo_id == photo_id for task in case.photo_tasks for photo in task.photos):
        await _forget(desk, case_id, photo_id)
    return case


async def complete_photos(desk: Desk, actor: Actor, case_id: str, task_id: str) -> Case:
    """「完成」 needs front and back, and after a rejection a photo taken since. The last task to be completed asks the
    agent for the review. Raises PhotosMissing, PhotosUnchanged."""

    def decide(case: Case) -> list[Event]:
        task = _own_task(case, actor, task_id)
        if task.completed:
            return []
        missing = sorted(set(WANTED_SIDES) - {photo.side for photo in task.kept})
        if missing:
            raise PhotosMissing(sides=missing)
        if task.unchanged:
            raise PhotosUnchanged
        others = all(other.completed for other in case.photo_tasks if other is not task)
        asks = others and case.state == State.OPEN
        return [PhotosCompleted(task_id=task_id), *([ReviewRequested()] if asks else [])]

    return await record(desk, actor, case_id, decide)


async def review_photos(
    desk: Desk, actor: Actor, case_id: str, task_id: str, approved: bool, reason: str | None = None
) -> Case:
    """The agent approves a completed task, or rejects it with a reason, which reopens it (S28)."""

    def decide(case: Case) -> list[Event]:
        gates.agent_of(case, actor)
        task = gates.photo_task(case, task_id)
        if not task.completed:
            raise PhotosNotCompleted
        if not approved:
            return [PhotosRejected(task_id=task_id, reason=gates.text(reason or ""))]
        if task.approved:
            return []
        others = all(other.approved for other in case.photo_tasks if other is not task)
        return [PhotosApproved(task_id=task_id), *([CaseReadied()] if others else [])]

    return await record(desk, actor, case_id, decide)


async def read_photo(desk: Desk, actor: Actor, case_id: str, photo_id: str, variant: Variant) -> bytes:
    """JPEG. A person sees his own photos, staff see all; a photo without a crop has only its original."""
    case = await load(desk, case_id)
    gates.related(case, actor)
    for task in case.photo_tasks:
        photo = next((photo for photo in task.photos if photo.photo_id == photo_id), None)
        if photo and (actor.kind != "member" or task.person_id == actor.id):
            return await desk.blobs.get(
                _blob(case_id, photo_id, variant if photo.cropped else "original"), scope=case_id
            )
    raise CasePhotoNotFound


async def photo_bytes(desk: Desk, case_id: str, photo: Photo) -> bytes:
    """The card, or the whole photo where none was found. Raises BlobNotFound."""
    return await desk.blobs.get(_blob(case_id, photo.photo_id, "card" if photo.cropped else "original"), scope=case_id)


def _own_task(case: Case, actor: Actor, task_id: str) -> PhotoTask:
    person = gates.person_of(case, actor)
    task = gates.photo_task(case, task_id)
    if task.person_id != person.person_id:
        raise NotAllowed("another person's photos")
    return task


def _may_add(case: Case, actor: Actor, task_id: str) -> None:
    task = _own_task(case, actor, task_id)
    if not task.acknowledged:
        raise NotAcknowledged
    if task.completed:
        raise PhotoTaskClosed
    if len(task.kept) >= MAX_PHOTOS:
        raise TooManyPhotos(limit=MAX_PHOTOS)
    if len(task.photos) >= MAX_EVER:
        raise TooManyPhotos(limit=MAX_EVER)


def _with_key(task: PhotoTask, idempotency_key: str) -> Photo | None:
    return next((photo for photo in task.photos if photo.idempotency_key == idempotency_key), None)


def _added(
    task_id: str, photo_id: str, side: Side, detection_on: bool, idempotency_key: str, photo: AcceptedPhoto
) -> PhotoAdded:
    return PhotoAdded(
        task_id=task_id,
        photo_id=photo_id,
        side=side,
        idempotency_key=idempotency_key,
        detection_on=detection_on,
        score=photo.score,
        quality=photo.quality,
        quad=photo.quad,
        width=photo.width,
        height=photo.height,
        original_sha256=photo.sha256,
        card_sha256=hashlib.sha256(photo.card).hexdigest() if photo.card else None,
    )


async def _record_photo(desk: Desk, actor: Actor, case_id: str, added: PhotoAdded) -> tuple[Case, str]:
    """A second upload with the same key may have won meanwhile: then its photo is the answer, and ours is dropped."""
    winner = added.photo_id

    def decide(case: Case) -> list[Event]:
        nonlocal winner
        _may_add(case, actor, added.task_id)
        before = _with_key(gates.photo_task(case, added.task_id), added.idempotency_key)
        winner = before.photo_id if before else added.photo_id
        return [] if before else [added]

    try:
        case = await record(desk, actor, case_id, decide)
    except Exception:
        await _forget(desk, case_id, added.photo_id)
        raise
    if winner != added.photo_id:
        await _forget(desk, case_id, added.photo_id)
    return case, winner


async def _put(desk: Desk, case_id: str, photo_id: str, photo: AcceptedPhoto) -> None:
    await desk.blobs.put(_blob(case_id, photo_id, "original"), photo.original, scope=case_id)
    if photo.card is not None:
        await desk.blobs.put(_blob(case_id, photo_id, "card"), photo.card, scope=case_id)


async def _forget(desk: Desk, case_id: str, photo_id: str) -> None:
    for variant in ("original", "card"):
        try:
            await desk.blobs.delete(_blob(case_id, photo_id, variant))
        except BlobNotFound:
            continue  # a photo without a crop


def _blob(case_id: str, photo_id: str, variant: str) -> str:
    return f"cases/{case_id}/photos/{photo_id}-{variant}.jpg"
