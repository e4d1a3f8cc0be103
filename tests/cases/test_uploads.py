"""An upload goes on where it was broken off, at any byte, and becomes one photo."""

import asyncio
import hashlib
import random
from contextlib import suppress
from datetime import timedelta

import pytest

from capture.errors import PhotoTooLarge, PhotoUndecodable
from cases import errors, photos, uploads
from cases import errors_uploads as refused
from cases.uploads import Upload
from tests.cases.stage import ALONE, LIN, SERVICE, WANG, card_photo

TASK = "identity-1"
DATA = card_photo()


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(uploads, "PIECE_BYTES", 4096)
    monkeypatch.setattr(uploads, "LEAST_BYTES", 100)


async def acknowledged(stage):
    await stage.open(ALONE)
    await photos.acknowledge(stage.desk, WANG, stage.case_id, TASK)


def wish(data=DATA, key="k", **more):
    return Upload(key, more.pop("side", "front"), False, len(data), hashlib.sha256(data).hexdigest(), **more)


def begin(stage, upload=None, actor=WANG):
    return uploads.begin_upload(stage.desk, actor, stage.case_id, TASK, upload or wish())


async def chunked(data, breaks=False):
    for start in range(0, len(data), 1000):
        yield data[start : start + 1000]
    if breaks:
        raise ConnectionResetError


def send(stage, upload_id, offset, data, breaks=False):
    chunks = chunked(data, breaks)
    return uploads.take_bytes(stage.desk, WANG, stage.case_id, TASK, upload_id, offset, chunks)


def finish(stage, upload_id):
    return uploads.finish_upload(stage.desk, WANG, stage.case_id, TASK, upload_id)


def left(stage):
    return stage.desk.blobs.list(uploads.FOLDER)


async def test_in_one_go_it_is_the_photo_that_a_plain_upload_gives(stage):
    await acknowledged(stage)
    began = await begin(stage)
    sent = await send(stage, began.upload_id, 0, DATA)
    _, photo_id = await finish(stage, began.upload_id)
    assert (began.offset, sent.offset, await left(stage)) == (0, len(DATA), ())
    (first,) = (await stage.case()).photo_task(TASK).photos
    await photos.delete_photo(stage.desk, WANG, stage.case_id, TASK, photo_id)
    case, plain = await photos.add_photo(stage.desk, WANG, stage.case_id, TASK, DATA, "front", False, "plain")
    (second,) = case.photo_task(TASK).photos
    assert (second.photo_id, second.original_sha256) == (plain, first.original_sha256)


async def test_broken_off_at_any_byte_it_goes_on_and_gives_the_same_photo(stage):
    await acknowledged(stage)
    digests = set()
    for number, cut in enumerate((1, 99, 100, 4095, 4096, 4097, 9000, len(DATA) - 1)):
        began = await begin(stage, wish(key=f"k{number}"))
        with pytest.raises(ConnectionResetError):
            await send(stage, began.upload_id, 0, DATA[:cut], breaks=True)
        offset = (await begin(stage, wish(key=f"k{number}"))).offset
        assert cut - uploads.LEAST_BYTES < offset <= cut
        await send(stage, began.upload_id, offset, DATA[offset:])
        case, photo_id = await finish(stage, began.upload_id)
        digests.add(case.photo_task(TASK).photos[-1].original_sha256)
        assert len(case.photo_task(TASK).photos) == 1
        await photos.delete_photo(stage.desk, WANG, stage.case_id, TASK, photo_id)
    assert (len(digests), await left(stage)) == (1, ())


async def test_a_piece_that_is_not_the_last_has_a_least_size_and_nothing_before_it_is_lost(stage):
    await acknowledged(stage)
    began = await begin(stage)
    with pytest.raises(refused.UploadPieceTooSmall) as small:
        await send(stage, began.upload_id, 0, DATA[:99])
    assert (small.value.details, (await begin(stage)).offset) == ({"least": 100, "offset": 0}, 0)
    sent = await send(stage, began.upload_id, 0, DATA[: 4096 + 99])  # the rest of a whole piece comes again
    assert sent.offset == 4096
    await send(stage, began.upload_id, 4096, DATA[4096:-1])
    assert (await send(stage, began.upload_id, len(DATA) - 1, DATA[-1:])).offset == len(DATA)
    await finish(stage, began.upload_id)


async def test_however_it_comes_there_are_only_so_many_pieces(stage):
    await acknowledged(stage)
    began, lengths = await begin(stage), random.Random(5)
    offset = 0
    while offset < len(DATA):
        some = DATA[offset : offset + lengths.choice((1, 50, 99, 100, 150, 5000))]
        with suppress(refused.UploadPieceTooSmall, ConnectionResetError):
            await send(stage, began.upload_id, offset, some, breaks=lengths.random() < 0.5)
        offset = (await begin(stage)).offset
    pieces = [name for name in await left(stage) if not name.endswith(".meta")]
    assert len(pieces) <= len(DATA) / uploads.LEAST_BYTES + 1
    await finish(stage, began.upload_id)


async def test_finishing_twice_and_beginning_again_give_the_same_photo(stage):
    await acknowledged(stage)
    began = await begin(stage)
    await send(stage, began.upload_id, 0, DATA)
    answers = await asyncio.gather(*(finish(stage, began.upload_id) for _ in range(3)), return_exceptions=True)
    ids = {answer[1] for answer in answers if isinstance(answer, tuple)}
    again = await begin(stage)
    assert ids == {again.photo_id} and len((await stage.case()).photo_task(TASK).photos) == 1
    assert all(isinstance(answer, tuple | refused.UploadNotFound | refused.UploadIncomplete) for answer in answers)


async def test_finishing_again_after_an_answer_that_was_lost_gives_the_photo(stage):
    await acknowledged(stage)
    began = await begin(stage)
    await send(stage, began.upload_id, 0, DATA)
    (_, photo_id), (_, again) = [await finish(stage, began.upload_id) for _ in range(2)]
    assert (again, await left(stage)) == (photo_id, ())
    with pytest.raises(refused.UploadNotFound):
        await finish(stage, "0" * 32)


async def test_a_drop_that_is_broken_off_leaves_an_upload_that_goes_on(stage, monkeypatch):
    await acknowledged(stage)
    began = await begin(stage)
    await send(stage, began.upload_id, 0, DATA)
    delete, deleted = stage.desk.blobs.delete, []

    async def dies(name):
        if deleted:
            raise ConnectionResetError
        deleted.append(name)
        await delete(name)

    with monkeypatch.context() as dying, pytest.raises(ConnectionResetError):
        dying.setattr(stage.desk.blobs, "delete", dies)
        await uploads.drop_upload(stage.desk, WANG, stage.case_id, TASK, began.upload_id)
    offset = (await begin(stage)).offset
    assert 0 < offset < len(DATA)
    await send(stage, began.upload_id, offset, DATA[offset:])
    await finish(stage, began.upload_id)


async def test_one_of_yesterday_is_begun_anew(stage):
    await acknowledged(stage)
    await send(stage, (await begin(stage)).upload_id, 0, DATA[:5000])
    stage.clock.advance((uploads.LIFE + timedelta(seconds=1)).total_seconds())
    began = await begin(stage)
    assert began.offset == 0
    await send(stage, began.upload_id, 0, DATA)
    await finish(stage, began.upload_id)


async def test_two_senders_of_one_upload_do_not_mix(stage):
    await acknowledged(stage)
    began = await begin(stage)
    answers = await asyncio.gather(*(send(stage, began.upload_id, 0, DATA) for _ in range(2)), return_exceptions=True)
    assert any(isinstance(answer, refused.UploadOffsetWrong) for answer in answers)
    offset = (await begin(stage)).offset
    if offset < len(DATA):
        await send(stage, began.upload_id, offset, DATA[offset:])
    await finish(stage, began.upload_id)


async def test_a_wrong_offset_says_the_right_one(stage):
    await acknowledged(stage)
    began = await begin(stage)
    await send(stage, began.upload_id, 0, DATA[:5000])
    for offset in (0, 4999, 5001):
        with pytest.raises(refused.UploadOffsetWrong) as wrong:
            await send(stage, began.upload_id, offset, b"x")
        assert wrong.value.details == {"offset": 5000}
    with pytest.raises(refused.UploadIncomplete) as early:
        await finish(stage, began.upload_id)
    assert early.value.details == {"offset": 5000}


async def test_more_than_was_announced_is_refused_and_not_kept(stage):
    await acknowledged(stage)
    began = await begin(stage)
    with pytest.raises(PhotoTooLarge):
        await send(stage, began.upload_id, 0, DATA + b"x")
    assert (await begin(stage)).offset < len(DATA)
    with pytest.raises(PhotoTooLarge):
        await begin(stage, Upload("big", "front", False, stage.desk.photo_limits.size + 1, "0" * 64))


async def test_other_bytes_than_announced_are_dropped(stage):
    await acknowledged(stage)
    began = await begin(stage)
    await send(stage, began.upload_id, 0, DATA[:-1] + b"x")
    with pytest.raises(refused.UploadCorrupt):
        await finish(stage, began.upload_id)
    assert await left(stage) == ()


async def test_bytes_that_are_no_photo_are_dropped(stage):
    await acknowledged(stage)
    rubbish = b"<html>" * 1000
    began = await begin(stage, wish(rubbish))
    await send(stage, began.upload_id, 0, rubbish)
    with pytest.raises(PhotoUndecodable):
        await finish(stage, began.upload_id)
    assert await left(stage) == ()


async def test_a_key_names_one_file(stage):
    await acknowledged(stage)
    await begin(stage)
    with pytest.raises(refused.UploadConflict):
        await begin(stage, wish(DATA + b"x"))


async def test_the_oldest_of_five_gives_way(stage):
    await acknowledged(stage)
    began = []
    for number in range(uploads.MOST_OPEN + 1):
        stage.clock.advance(1)
        began.append(await begin(stage, wish(key=f"k{number}")))
    with pytest.raises(refused.UploadNotFound):
        await send(stage, began[0].upload_id, 0, DATA)
    assert len(await left(stage)) == uploads.MOST_OPEN


async def test_a_day_later_it_is_gone_with_all_its_pieces(stage):
    await acknowledged(stage)
    began = await begin(stage)
    await send(stage, began.upload_id, 0, DATA)
    assert await uploads.drop_leftovers(stage.desk) == 0
    stage.clock.advance(timedelta(hours=24, seconds=1).total_seconds())
    with pytest.raises(refused.UploadNotFound):
        await finish(stage, began.upload_id)
    assert (await uploads.drop_leftovers(stage.desk), await left(stage)) == (1, ())


async def test_pieces_that_lost_their_upload_go_too(stage):
    await acknowledged(stage)
    began = await begin(stage)
    await send(stage, began.upload_id, 0, DATA)
    meta = next(name for name in await left(stage) if name.endswith(".meta"))
    await stage.desk.blobs.delete(meta)
    assert (await uploads.drop_leftovers(stage.desk), await left(stage)) == (1, ())


async def test_what_may_not_be_added_is_not_begun(stage):
    await stage.open(SERVICE)
    with pytest.raises(errors.NotAcknowledged):
        await begin(stage)
    with pytest.raises(errors.NotAllowed):
        await begin(stage, actor=LIN)
    await photos.acknowledge(stage.desk, WANG, stage.case_id, TASK)
    with pytest.raises(errors.PhotoDocumentRefused):
        await begin(stage, wish(document="household_register"))
    began = await begin(stage)
    with pytest.raises(errors.NotAllowed):
        await uploads.upload_progress(stage.desk, LIN, stage.case_id, TASK, began.upload_id)
    for made_up in ("0" * 32, "../x", ""):
        with pytest.raises(refused.UploadNotFound):
            await uploads.upload_progress(stage.desk, WANG, stage.case_id, TASK, made_up)


async def test_partial_bytes_lie_encrypted(stage):
    await acknowledged(stage)
    began = await begin(stage)
    await send(stage, began.upload_id, 0, DATA)
    await stage.desk.keys.erase(stage.case_id)
    assert await uploads.drop_leftovers(stage.desk) == 1
    assert await left(stage) == ()
