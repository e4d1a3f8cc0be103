"""The files of photos, none of which is left without its photo.

They are put before the event that names them and deleted after the one that forgets them, so a process that dies in
between would leave some behind. A note is written first and taken away last; `settle_leftovers` does for the notes that
stayed what the dead process would have done.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from capture.service import AcceptedPhoto
from cases.case import Case
from cases.codec import CaseErased
from cases.desk import Desk
from cases.errors import CaseNotFound
from cases.papers import Photo
from cases.workflow import load
from ports.errors import KeyErased

NOTES = "unsettled/"
LEFTOVER_SECONDS = 3600.0  # nobody takes that long over one photo
VARIANTS = ("original", "card")

log = structlog.get_logger()


def blob_name(case_id: str, photo_id: str, variant: str) -> str:
    return f"cases/{case_id}/photos/{photo_id}-{variant}.jpg"


@asynccontextmanager
async def settling(desk: Desk, case_id: str, photo_id: str) -> AsyncIterator[None]:
    """Whatever happens inside: afterwards the photo's files are there if the case knows the photo, and else are not."""
    note = f"{NOTES}{int(desk.clock.now().timestamp())}.{case_id}.{photo_id}.{secrets.token_hex(4)}"
    await desk.blobs.put(note, b"-", scope=case_id)
    try:
        yield
    finally:
        await _settle(desk, note, case_id, photo_id)


async def put_photo(desk: Desk, case_id: str, photo_id: str, photo: AcceptedPhoto) -> None:
    await desk.blobs.put(blob_name(case_id, photo_id, "original"), photo.original, scope=case_id)
    if photo.card is not None:
        await desk.blobs.put(blob_name(case_id, photo_id, "card"), photo.card, scope=case_id)


async def photo_bytes(desk: Desk, case_id: str, photo: Photo) -> bytes:
    """The card, or the whole photo where none was found. Raises BlobNotFound."""
    return await desk.blobs.get(
        blob_name(case_id, photo.photo_id, "card" if photo.cropped else "original"), scope=case_id
    )


async def settle_leftovers(desk: Desk) -> int:
    """What dead processes left, an hour later; answers how many notes there were. One that cannot be settled, whatever
    it is, stays and keeps none of the others waiting."""
    now, settled = desk.clock.now().timestamp(), 0
    for note in await desk.blobs.list(NOTES):
        try:
            written, case_id, photo_id, _ = note.removeprefix(NOTES).split(".")
            if now - int(written) <= LEFTOVER_SECONDS:
                continue
            log.warning("photo_settled_late", case_id=case_id)
            await _settle(desk, note, case_id, photo_id)
        except Exception as error:  # noqa: BLE001 -- named and left for a person to look at
            log.error("leftover_stays", blob=note, error=type(error).__name__)
        else:
            settled += 1
    return settled


async def _settle(desk: Desk, note: str, case_id: str, photo_id: str) -> None:
    if not await _known(desk, case_id, photo_id):
        for variant in VARIANTS:
            await desk.blobs.delete(blob_name(case_id, photo_id, variant))
    await desk.blobs.delete(note)


async def _known(desk: Desk, case_id: str, photo_id: str) -> bool:
    """Also as a tombstone, whose files stay (S24)."""
    try:
        case: Case = await load(desk, case_id)
    except (CaseNotFound, CaseErased, KeyErased):
        return False
    return any(photo.photo_id == photo_id for task in case.photo_tasks for photo in task.photos)
