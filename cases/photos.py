"""Photos of identity documents: 待拍照 -> 完成 -> 文件審核 (S16-S28)."""

import asyncio
import hashlib
import secrets
from typing import Literal

from capture import watch
from capture.crop import Shares
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
    PhotoDocumentRefused,
    PhotosMissing,
    PhotosNotCompleted,
    PhotosUnchanged,
    PhotoTaskClosed,
    TooManyPhotos,
)
from cases.event import Event
from cases.events_papers import (
    CameraReported,
    CaseReadied,
    PhotoAdded,
    PhotoDeleted,
    PhotosAcknowledged,
    PhotosApproved,
    PhotosCompleted,
    PhotosRejected,
    ReviewRequested,
)
from cases.papers import PASSPORT, Photo, PhotoTask
from cases.parts import CameraOutcome, Side
from cases.photo_blobs import blob_name, photo_bytes, put_photo, settling
from cases.photo_twins import alike, compare
from cases.state import State
from cases.workflow import load, record

MOST_REPORTS = 20  # of the camera, of one task
MAX_EVER = 40  # with the tombstones of a task that was rejected again and again
Variant = Literal["card", "original"]


async def acknowledge(desk: Desk, actor: Actor, case_id: str, task_id: str) -> Case:
    """「我知道了」; a second time changes nothing."""

    def decide(case: Case) -> list[Event]:
        task = own_task(case, actor, task_id)
        return [] if task.acknowledged else [PhotosAcknowledged(task_id=task_id)]

    return await record(desk, actor, case_id, decide)


async def report_camera(desk: Desk, actor: Actor, case_id: str, task_id: str, outcome: CameraOutcome) -> Case:
    """Whether the document can be photographed on this device, whenever that is otherwise than before (S18). Said of a
    completed task, or too often, it is not written down."""

    def decide(case: Case) -> list[Event]:
        task = own_task(case, actor, task_id)
        known = task.completed or len(task.cameras) >= MOST_REPORTS or task.cameras[-1:] == (outcome,)
        return [] if known else [CameraReported(task_id=task_id, outcome=outcome)]

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
    document: str = "",
    dragged: Shares | None = None,
) -> tuple[Case, str]:
    """Durable once it returns: the blobs first, then the event. The same key gives the same photo (S22, S25).
    `document` is empty for what the task asks for; `dragged`: corners as shares 0..1, as the customer laid them.

    Raises what `capture.service.accept_photo` refuses, NotAcknowledged, PhotoTaskClosed, TooManyPhotos, PhotoSameSide,
    PhotoSamePicture, PhotoDocumentRefused, PhotosBusy."""
    case = await load(desk, case_id)
    before = with_key(case, actor, task_id, idempotency_key)
    if before:
        return case, before.photo_id
    may_add(desk, case, actor, task_id, document)
    passport, most = document == PASSPORT, desk.photo_limits.size
    async with desk.decoders.turn():
        photo = await asyncio.to_thread(accept_photo, data, detection_on, dragged, passport=passport, most_bytes=most)
    photo_id = secrets.token_hex(12)
    added = _added(task_id, photo_id, side, detection_on, idempotency_key, document, photo)
    async with settling(desk, case_id, photo_id):
        await put_photo(desk, case_id, photo_id, photo)
        return await _record_photo(desk, actor, case_id, added, photo)


async def delete_photo(
    desk: Desk, actor: Actor, case_id: str, task_id: str, photo_id: str, reason: str | None = None
) -> Case:
    """Before 完成 the photo is gone; after it a tombstone with a reason stays, and the bytes too (S24). The reason of a
    rejected photo is the agent's, unless another is given."""

    def decide(case: Case) -> list[Event]:
        task = own_task(case, actor, task_id)
        photo = next((photo for photo in task.kept if photo.photo_id == photo_id), None)
        if photo is None:
            raise CasePhotoNotFound
        if task.approved:
            raise PhotoTaskClosed
        why = reason or (task.rejection if photo_id in task.refused else None)
        if photo_id in task.finished and not why:
            raise DeletionNeedsReason
        return [PhotoDeleted(task_id=task_id, photo_id=photo_id, reason=gates.text(why) if why else None)]

    if not any(photo.photo_id == photo_id for photo in own_task(await load(desk, case_id), actor, task_id).kept):
        raise CasePhotoNotFound
    async with settling(desk, case_id, photo_id):
        return await record(desk, actor, case_id, decide)


async def complete_photos(desk: Desk, actor: Actor, case_id: str, task_id: str) -> Case:
    """「完成」 needs front and back, and after a rejection a photo taken since. The last task to be completed asks the
    agent for the review. Raises PhotosMissing, PhotosUnchanged."""

    def decide(case: Case) -> list[Event]:
        task = own_task(case, actor, task_id)
        if task.completed:
            return []
        if task.missing:
            raise PhotosMissing(sides=sorted(task.missing))
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
            name = blob_name(case_id, photo_id, variant if photo.cropped else "original")
            return await desk.blobs.get(name, scope=case_id)
    raise CasePhotoNotFound


async def identity_photos(desk: Desk, case: Case, person_id: str) -> dict[watch.Side, bytes]:
    """What a card that this person shows in the call is compared with: the newest photo of each side."""
    photos = [photo for task in case.photo_tasks if task.person_id == person_id for photo in task.kept]
    newest = {photo.side: photo for photo in photos if photo.side != "other"}
    return {side: await photo_bytes(desk, case.case_id, photo) for side, photo in newest.items()}


def own_task(case: Case, actor: Actor, task_id: str) -> PhotoTask:
    person = gates.person_of(case, actor)
    task = gates.photo_task(case, task_id)
    if task.person_id != person.person_id:
        raise NotAllowed("another person's photos")
    return task


def with_key(case: Case, actor: Actor, task_id: str, key: str) -> Photo | None:
    """The photo that an upload with this key has become."""
    photos = own_task(case, actor, task_id).photos
    return next((photo for photo in photos if photo.idempotency_key == key), None)


def may_add(desk: Desk, case: Case, actor: Actor, task_id: str, document: str) -> None:
    """Raises NotAcknowledged, PhotoTaskClosed, TooManyPhotos, PhotoDocumentRefused."""
    task = own_task(case, actor, task_id)
    if not task.acknowledged:
        raise NotAcknowledged
    if task.completed:
        raise PhotoTaskClosed
    if len(task.kept) >= desk.photo_limits.count:
        raise TooManyPhotos(limit=desk.photo_limits.count)
    if len(task.photos) >= MAX_EVER:
        raise TooManyPhotos(limit=MAX_EVER)
    if document in desk.rulebook.parameters["refused_id_types"].at(case.application_date):
        raise PhotoDocumentRefused(document=document)


def _added(
    task_id: str,
    photo_id: str,
    side: Side,
    detection_on: bool,
    idempotency_key: str,
    document: str,
    photo: AcceptedPhoto,
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
        crop=photo.crop,
        document=document,
    )


async def _record_photo(
    desk: Desk, actor: Actor, case_id: str, added: PhotoAdded, photo: AcceptedPhoto
) -> tuple[Case, str]:
    """A second upload with the same key may have won meanwhile: then its photo is the answer."""
    compared: frozenset[str] = frozenset()

    def decide(case: Case) -> list[Event]:
        if with_key(case, actor, added.task_id, added.idempotency_key):
            return []
        may_add(desk, case, actor, added.task_id, added.document)
        if not {other.photo_id for other in alike(case, added)} <= compared:
            raise _NotCompared
        return [added]

    while True:
        try:
            case = await record(desk, actor, case_id, decide)
        except _NotCompared:
            compared |= await compare(desk, case_id, added, photo)
            continue
        winner = with_key(case, actor, added.task_id, added.idempotency_key)
        assert winner is not None
        return case, winner.photo_id


class _NotCompared(Exception):
    """There is a photo that the new one was not compared with yet."""
