"""Stills of cards that were shown in a call (S53): who sees them, and what an evidence package has of them and of the
uploaded photos.

A still is named by the SHA-256 that the journal has of it. Like every blob of a case it is sealed with the case's key.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from cases import gates
from cases.actor import Actor
from cases.case import Case
from cases.codec import Happened
from cases.desk import Desk
from cases.errors import CasePhotoNotFound
from cases.events_meeting import IdentityShown
from cases.rooms import Shown
from cases.workflow import load


async def read_still(desk: Desk, actor: Actor, case_id: str, sha256: str) -> bytes:
    """JPEG. For staff alone. Raises CasePhotoNotFound."""
    case = await load(desk, case_id)
    gates.staff_of(case, actor)
    for shown in _shown(case):
        if shown.still is not None and shown.still_sha256 == sha256:
            return await desk.blobs.get(shown.still, scope=case_id)
    raise CasePhotoNotFound


def still_name(sha256: str) -> str:
    """In an evidence package."""
    return f"stills/{sha256}.jpg"


def stills_of(happenings: Iterable[Happened]) -> Iterator[IdentityShown]:
    """All that were ever kept, of sides that were shown again too."""
    for happened in happenings:
        if isinstance(happened.event, IdentityShown) and happened.event.still_blob is not None:
            yield happened.event


def listed_photos(case: Case) -> list[dict[str, Any]]:
    """The uploaded photos, by their digests, as an evidence package lists them."""
    return [
        {
            "task": task.task_id,
            "photo": photo.photo_id,
            "side": photo.side,
            "crop": photo.crop,
            "original_sha256": photo.original_sha256,
            "card_sha256": photo.card_sha256,
            "deleted": photo.deleted,
        }
        for task in case.photo_tasks
        for photo in task.photos
    ]


def _shown(case: Case) -> Iterator[Shown]:
    return (shown for meeting in case.meetings for party in meeting.parties for shown in party.identity.values())
