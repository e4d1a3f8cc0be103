"""Uploads that can be broken off at any byte and go on from there: begin, send pieces, finish (S25).

An upload is named by its idempotency key, so that beginning it again finds it. Its bytes lie in pieces, each a sealed
blob that is named by where it begins: pieces are created and never overwritten, so of two senders of the same upload
one wins each piece and the other is told where to go on. Nothing of it is kept in the memory of a process. Each
request lists all pieces, so there are not too many: whatever comes and however it ends, a piece that is shorter than
`LEAST_BYTES` is kept only where it is the last one.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
import structlog

from capture.crop import Shares
from capture.errors import PhotoError, PhotoTooLarge
from cases.actor import Actor
from cases.case import Case
from cases.desk import Desk
from cases.errors_uploads import (
    UploadConflict,
    UploadCorrupt,
    UploadIncomplete,
    UploadNotFound,
    UploadOffsetWrong,
    UploadPieceTooSmall,
)
from cases.parts import Side
from cases.photos import add_photo, may_add, own_task, with_key
from cases.workflow import load
from ports.errors import BlobExists, BlobNotFound, KeyErased, Tampered

FOLDER = "uploads/"
PIECE_BYTES = 256 * 1024
LEAST_BYTES = 16 * 1024  # of a piece that is not the last: what is less is sent again, so that pieces are at most 768
MOST_OPEN = 4  # of one task
ID = re.compile(r"[0-9a-f]{32}")
LIFE = timedelta(hours=24)

log = structlog.get_logger()


class Upload(msgspec.Struct, frozen=True):
    """What is coming: `size` and `sha256` are of the file as the customer has it."""

    key: str
    side: Side
    detection_on: bool
    size: int
    sha256: str
    document: str = ""
    dragged: Shares | None = None


class Began(msgspec.Struct, frozen=True):
    upload: Upload
    at: datetime


class Progress(msgspec.Struct, frozen=True):
    """`offset`: how many bytes are safe. `photo_id`: what it has become."""

    upload_id: str
    offset: int
    size: int
    expires_at: datetime
    photo_id: str | None = None


async def begin_upload(desk: Desk, actor: Actor, case_id: str, task_id: str, upload: Upload) -> Progress:
    """A new upload, or how far the one with this key has come. Raises as `photos.may_add`; PhotoTooLarge,
    UploadConflict."""
    upload_id = _id(case_id, task_id, upload.key)
    case = await load(desk, case_id)
    now = desk.clock.now()
    done = with_key(case, actor, task_id, upload.key)
    if done:
        return Progress(upload_id, upload.size, upload.size, now, done.photo_id)
    may_add(desk, case, actor, task_id, upload.document)
    if upload.size > desk.photo_limits.size:
        raise PhotoTooLarge(f"{upload.size} bytes")
    place = f"{FOLDER}{case_id}/{task_id}."
    began = await _begun(desk, case_id, place + upload_id)
    if began is not None and _over(desk, began):
        await _drop(desk, place + upload_id)
        began = None
    if began is None:
        await _make_room(desk, case_id, place)
        began = Began(upload, now)
        with suppress(BlobExists):  # twice at once
            await desk.blobs.put(f"{place}{upload_id}.meta", msgspec.json.encode(began), scope=case_id)
    if (began.upload.size, began.upload.sha256) != (upload.size, upload.sha256):
        raise UploadConflict
    return await _progress(desk, case_id, place + upload_id, began)


async def upload_progress(desk: Desk, actor: Actor, case_id: str, task_id: str, upload_id: str) -> Progress:
    """Raises UploadNotFound."""
    place, began = await _own(desk, actor, case_id, task_id, upload_id)
    return await _progress(desk, case_id, place, began)


async def take_bytes(
    desk: Desk, actor: Actor, case_id: str, task_id: str, upload_id: str, offset: int, chunks: AsyncIterator[bytes]
) -> Progress:
    """Goes on at `offset`. What came is safe as far as the answer's offset says when this returns, and most of it when
    the connection breaks, whose error is passed on; less than `LEAST_BYTES` at its end come again. Raises
    UploadNotFound, UploadOffsetWrong, PhotoTooLarge, UploadPieceTooSmall."""
    place, began = await _own(desk, actor, case_id, task_id, upload_id)
    end = await _end(desk, case_id, place)
    if offset != end:
        raise UploadOffsetWrong(offset=end)
    size, piece = began.upload.size, bytearray()
    try:
        async for chunk in chunks:
            piece += chunk
            if end + len(piece) > size:
                piece.clear()
                raise PhotoTooLarge(f"more than {size} bytes")
            while len(piece) >= PIECE_BYTES:
                end = await _keep(desk, case_id, place, end, bytes(piece[:PIECE_BYTES]))
                del piece[:PIECE_BYTES]
    finally:
        if len(piece) >= LEAST_BYTES or (piece and end + len(piece) == size):
            end = await _keep(desk, case_id, place, end, bytes(piece))
            piece.clear()
    if piece and end == offset:
        raise UploadPieceTooSmall(least=LEAST_BYTES, offset=offset)
    return await _progress(desk, case_id, place, began)


async def finish_upload(desk: Desk, actor: Actor, case_id: str, task_id: str, upload_id: str) -> tuple[Case, str]:
    """The photo that the bytes are; again, after an answer that was lost, the same one. Bytes that are no photo are
    dropped. Raises as `add_photo`, and UploadIncomplete, UploadCorrupt, UploadNotFound."""
    case = await load(desk, case_id)
    for photo in own_task(case, actor, task_id).photos:
        if _id(case_id, task_id, photo.idempotency_key) == upload_id:
            return case, photo.photo_id
    place, began = await _own(desk, actor, case_id, task_id, upload_id)
    upload = began.upload
    taken = upload.side, upload.detection_on, upload.key, upload.document, upload.dragged
    data = await _whole(desk, case_id, place, upload)
    try:
        if await asyncio.to_thread(_digest, data) != upload.sha256:
            raise UploadCorrupt
        added = await add_photo(desk, actor, case_id, task_id, data, *taken)
    except (PhotoError, UploadCorrupt):
        await _drop(desk, place)
        raise
    await _drop(desk, place)
    return added


async def drop_upload(desk: Desk, actor: Actor, case_id: str, task_id: str, upload_id: str) -> None:
    """Raises UploadNotFound."""
    place, _ = await _own(desk, actor, case_id, task_id, upload_id)
    await _drop(desk, place)


async def drop_leftovers(desk: Desk) -> int:
    """Uploads that nobody finished within their life, and pieces whose upload is gone; answers how many. One that
    cannot be dropped stays and keeps none of the others waiting."""
    places = {name.rpartition(".")[0] for name in await desk.blobs.list(FOLDER)}
    dropped = 0
    for place in sorted(places):
        try:
            dropped += await _drop_leftover(desk, place)
        except Exception as error:  # noqa: BLE001 -- named and left for a person to look at
            log.error("leftover_stays", blob=place, error=type(error).__name__)
    return dropped


async def _drop_leftover(desk: Desk, place: str) -> bool:
    case_id = place.removeprefix(FOLDER).partition("/")[0]
    try:
        began = await _begun(desk, case_id, place)
    except (KeyErased, Tampered):  # the case was erased: nobody can read it any more
        began = None
    over = began is None or _over(desk, began)
    if over:
        await _drop(desk, place)
    return over


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _id(case_id: str, task_id: str, key: str) -> str:
    return hashlib.sha256(f"{case_id}/{task_id}/{key}".encode()).hexdigest()[:32]


async def _own(desk: Desk, actor: Actor, case_id: str, task_id: str, upload_id: str) -> tuple[str, Began]:
    own_task(await load(desk, case_id), actor, task_id)
    place = f"{FOLDER}{case_id}/{task_id}.{upload_id}"
    began = await _begun(desk, case_id, place) if ID.fullmatch(upload_id) else None
    if began is None or _over(desk, began):
        raise UploadNotFound
    return place, began


async def _begun(desk: Desk, case_id: str, place: str) -> Began | None:
    try:
        return msgspec.json.decode(await desk.blobs.get(f"{place}.meta", scope=case_id), type=Began)
    except BlobNotFound:
        return None


def _over(desk: Desk, began: Began) -> bool:
    return desk.clock.now() - began.at > LIFE


async def _make_room(desk: Desk, case_id: str, task: str) -> None:
    """The oldest upload of the task gives way to a new one."""
    places = [name.removesuffix(".meta") for name in await desk.blobs.list(task) if name.endswith(".meta")]
    found = [(await _begun(desk, case_id, place), place) for place in places]
    oldest_first = sorted((began.at, place) for began, place in found if began)
    for _, place in oldest_first[: max(0, len(oldest_first) - MOST_OPEN + 1)]:
        await _drop(desk, place)


async def _progress(desk: Desk, case_id: str, place: str, began: Began) -> Progress:
    upload_id = place.rpartition(".")[2]
    return Progress(upload_id, await _end(desk, case_id, place), began.upload.size, began.at + LIFE)


async def _pieces(desk: Desk, place: str) -> list[str]:
    """In their order."""
    return [name for name in await desk.blobs.list(f"{place}.") if not name.endswith(".meta")]


async def _end(desk: Desk, case_id: str, place: str) -> int:
    """Each piece begins where the one before it ends, so the last one says how far it goes."""
    pieces = await _pieces(desk, place)
    if not pieces:
        return 0
    return int(pieces[-1].rpartition(".")[2]) + await desk.blobs.size(pieces[-1], scope=case_id)


async def _keep(desk: Desk, case_id: str, place: str, start: int, piece: bytes) -> int:
    """Where the piece ends. Raises UploadOffsetWrong where another sender was first."""
    try:
        await desk.blobs.put(f"{place}.{start:010d}", piece, scope=case_id)
    except BlobExists:
        raise UploadOffsetWrong(offset=await _end(desk, case_id, place)) from None
    return start + len(piece)


async def _whole(desk: Desk, case_id: str, place: str, upload: Upload) -> bytes:
    try:
        parts = [await desk.blobs.get(piece, scope=case_id) for piece in await _pieces(desk, place)]
    except BlobNotFound:  # finished meanwhile by somebody else
        raise UploadNotFound from None
    data = b"".join(parts)
    if len(data) != upload.size:
        raise UploadIncomplete(offset=len(data))
    return data


async def _drop(desk: Desk, place: str) -> None:
    """From its end, so that one that is broken off leaves an upload that goes on. What it is comes last, so that it is
    found again."""
    for piece in reversed(await _pieces(desk, place)):
        await desk.blobs.delete(piece)
    await desk.blobs.delete(f"{place}.meta")
