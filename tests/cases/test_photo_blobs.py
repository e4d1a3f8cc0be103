"""No file without its photo, whatever happens and wherever a process dies."""

import asyncio
import random

import pytest

from capture.errors import PhotoError
from cases import errors, photos
from cases.photo_blobs import LEFTOVER_SECONDS, NOTES, settle_leftovers
from tests.cases.stage import AGENT, ALONE, WANG, card_photo

TASK = "identity-1"


async def opened(stage):
    await stage.open(ALONE)
    await photos.acknowledge(stage.desk, WANG, stage.case_id, TASK)


def add(stage, key, side="front"):
    return photos.add_photo(stage.desk, WANG, stage.case_id, TASK, card_photo(), side, False, key)


async def files(stage):
    """Photos that have files, and notes that nobody took away."""
    names = await stage.desk.blobs.list(f"cases/{stage.case_id}/photos")
    return {name.rpartition("/")[2].partition("-")[0] for name in names}, await stage.desk.blobs.list(NOTES)


async def known(stage):
    return {photo.photo_id for photo in (await stage.case()).photo_task(TASK).photos}


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_hundred_random_edits_leave_no_orphan(stage, seed):
    await opened(stage)
    dice = random.Random(seed)
    for step in range(50):  # two at a time
        await asyncio.gather(*(edit(stage, dice, step) for _ in range(2)), return_exceptions=False)
    assert await files(stage) == (await known(stage), ())


async def edit(stage, dice, step):
    task = (await stage.case()).photo_task(TASK)
    kept = [photo.photo_id for photo in task.kept]
    what = dice.choice(["add", "add", "add", "delete", "delete", "complete", "reject", "rubbish"])
    try:
        if what == "add":
            await add(stage, f"k{dice.randrange(step + 1)}", dice.choice(["front", "back", "other"]))
        elif what == "delete" and kept:
            reason = dice.choice([None, "模糊"])
            await photos.delete_photo(stage.desk, WANG, stage.case_id, TASK, dice.choice(kept), reason)
        elif what == "complete":
            await photos.complete_photos(stage.desk, WANG, stage.case_id, TASK)
        elif what == "reject":
            await photos.review_photos(stage.desk, AGENT, stage.case_id, TASK, False, "反光")
        elif what == "rubbish":
            await photos.add_photo(stage.desk, WANG, stage.case_id, TASK, b"no photo", "front", False, f"r{step}")
    except (errors.CaseError, PhotoError):
        return


class Killed(BaseException):
    """The process ends here."""


class Dying:
    """A store whose process dies at the n-th change."""

    def __init__(self, blobs, left):
        self._blobs, self._left = blobs, left

    def __getattr__(self, name):
        return getattr(self._blobs, name)

    async def put(self, name, data, *, scope):
        self._count()
        return await self._blobs.put(name, data, scope=scope)

    async def delete(self, name):
        self._count()
        await self._blobs.delete(name)

    def _count(self):
        self._left -= 1
        if self._left < 0:
            raise Killed


@pytest.mark.parametrize("changes", range(5))
@pytest.mark.parametrize("what", ["add", "delete"])
async def test_what_a_dead_process_left_is_settled_an_hour_later(stage, what, changes):
    await opened(stage)
    _, photo_id = await add(stage, "before")
    desk, whole = stage.desk, stage.desk.blobs
    object.__setattr__(desk, "blobs", Dying(whole, changes))
    try:
        if what == "add":
            await add(stage, "k", "back")
        else:
            await photos.delete_photo(desk, WANG, stage.case_id, TASK, photo_id)
    except Killed:
        pass
    object.__setattr__(desk, "blobs", whole)
    await settle_leftovers(desk)
    stage.clock.advance(LEFTOVER_SECONDS + 1)
    await settle_leftovers(desk)
    assert await files(stage) == (await known(stage), ())


async def note(stage, at):
    await stage.desk.blobs.put(f"{NOTES}{at}.{stage.case_id}.p.1", b"-", scope=stage.case_id)


async def test_what_is_under_way_is_left_alone(stage):
    await opened(stage)
    await note(stage, int(stage.clock.now().timestamp()))
    assert await settle_leftovers(stage.desk) == 0
    assert len(await stage.desk.blobs.list(NOTES)) == 1


async def test_an_erased_case_leaves_nothing(stage):
    await opened(stage)
    await note(stage, 0)
    await stage.desk.blobs.put(f"cases/{stage.case_id}/photos/p-original.jpg", b"-", scope=stage.case_id)
    await stage.desk.keys.erase(stage.case_id)
    assert await settle_leftovers(stage.desk) == 1
    assert await files(stage) == (set(), ())
