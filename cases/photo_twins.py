"""No photo of a task shows what another of its photos shows: the same side of a card, or the very same picture."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from capture.service import AcceptedPhoto, seen_before, sent_before, shown_before
from cases import gates
from cases.case import Case
from cases.desk import Desk
from cases.errors import PhotoSamePicture, PhotoSameSide
from cases.events_papers import PhotoAdded
from cases.papers import Photo
from cases.photo_blobs import photo_bytes
from cases.workflow import load
from ports.errors import BlobNotFound


def alike(case: Case, added: PhotoAdded) -> list[Photo]:
    """The photos that must not show the same as this one: for a card the cards, for a whole picture the others."""
    cropped = added.card_sha256 is not None
    return [photo for photo in gates.photo_task(case, added.task_id).kept if photo.cropped == cropped]


def _replaced(case: Case, added: PhotoAdded, other: Photo) -> bool:
    """Rejected and of the same side: the new photo takes its place, and shows the same."""
    return other.photo_id in gates.photo_task(case, added.task_id).refused and other.side == added.side


async def compare(desk: Desk, case_id: str, added: PhotoAdded, photo: AcceptedPhoto) -> frozenset[str]:
    """The ids of the photos that show something else. Raises PhotoSameSide, PhotoSamePicture, PhotosBusy."""
    case = await load(desk, case_id)
    pictures: dict[str, tuple[Photo, bytes]] = {}
    for other in alike(case, added):
        with suppress(BlobNotFound):  # deleted meanwhile
            pictures[other.photo_id] = other, await photo_bytes(desk, case_id, other)
    sides = [(other, data) for other, data in pictures.values() if not _replaced(case, added, other)]
    async with desk.decoders.turn():
        if photo.card is not None:
            await _refuse(PhotoSameSide, shown_before, photo.card, sides)
        else:
            await _refuse(PhotoSamePicture, sent_before, photo.original, list(pictures.values()))
            await _refuse(PhotoSameSide, seen_before, photo.original, sides)
    return frozenset(pictures)


async def _refuse(
    refusal: type[PhotoSameSide | PhotoSamePicture],
    find: Callable[[bytes, Sequence[bytes]], int | None],
    picture: bytes,
    others: Sequence[tuple[Photo, bytes]],
) -> None:
    same = await asyncio.to_thread(find, picture, [data for _, data in others])
    if same is not None:
        raise refusal(side=others[same][0].side, photo_id=others[same][0].photo_id)
