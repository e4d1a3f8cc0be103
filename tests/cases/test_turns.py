"""Few photos at a time are decoded, and nobody waits for ever."""

import asyncio
from dataclasses import replace

import pytest

from cases import photos, uploads
from cases.errors import PhotosBusy
from cases.turns import COME_AGAIN, Turns
from tests.cases.stage import ALONE, WANG, card_photo
from tests.cases.test_uploads import TASK, begin, left, send, wish


async def test_two_are_inside_and_the_rest_wait_for_them():
    turns, inside, most = Turns(), 0, 0

    async def one():
        nonlocal inside, most
        async with turns.turn():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(one() for _ in range(9)))
    assert (most, inside) == (2, 0)


async def test_who_waits_too_long_or_behind_too_many_is_told_when_to_come_again():
    turns = Turns(at_once=1, queue=1, patience=0.01)
    async with turns.turn():
        answers = await asyncio.gather(*(turns._wait() for _ in range(2)), return_exceptions=True)
    assert [answer.details for answer in answers] == [{"retry_after": COME_AGAIN}] * 2
    async with turns.turn():  # nobody who gave up took a place with him
        pass


async def test_an_upload_that_finds_no_turn_stays_and_is_finished_later(stage):
    await stage.open(ALONE)
    await photos.acknowledge(stage.desk, WANG, stage.case_id, TASK)
    data = card_photo()
    began = await begin(stage, wish(data))
    await send(stage, began.upload_id, 0, data)
    busy = Turns(at_once=1, patience=0.01)
    stage.desk = replace(stage.desk, decoders=busy)
    async with busy.turn():
        with pytest.raises(PhotosBusy):
            await uploads.finish_upload(stage.desk, WANG, stage.case_id, TASK, began.upload_id)
    await uploads.finish_upload(stage.desk, WANG, stage.case_id, TASK, began.upload_id)
    assert await left(stage) == ()
