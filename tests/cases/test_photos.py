import asyncio
from dataclasses import replace

import cv2
import numpy as np
import pytest
from msgspec import structs

from capture.errors import PhotoError
from cases import errors, photos, reading
from cases.desk import PhotoLimits
from cases.parts import CasePerson
from cases.state import State
from simulate.cards import photograph
from tests.cases.stage import AGENT, ALONE, LIN, SERVICE, WANG, card_photo, profile

TASK = "identity-1"


async def acknowledged(stage):
    await stage.open(ALONE)
    await photos.acknowledge(stage.desk, WANG, stage.case_id, TASK)


def add(stage, key, side="front", data=None, detection_on=False):
    return photos.add_photo(stage.desk, WANG, stage.case_id, TASK, data or card_photo(), side, detection_on, key)


def report(stage, outcome, actor=WANG):
    return photos.report_camera(stage.desk, actor, stage.case_id, TASK, outcome)


async def test_what_came_of_asking_for_the_camera_is_an_event_whenever_it_changes(stage):
    await stage.open(ALONE)
    for outcome in ("denied", "denied", "blocked", "absent", "busy", "granted", "granted"):
        case = await report(stage, outcome)
    bodies = [e.body for e in await stage.desk.journal.read(stage.case_id) if e.type == "CameraReported"]
    assert [body["outcome"] for body in bodies] == ["denied", "blocked", "absent", "busy", "granted"]
    views = [(await reading.case_view(stage.desk, who, case)).photo_tasks[0] for who in (AGENT, WANG)]
    assert [view.camera for view in views] == ["granted", "granted"]


async def test_a_camera_that_comes_and_goes_fills_no_journal(stage):
    case = await stage.open(ALONE)
    for _ in range(photos.MOST_REPORTS):
        for outcome in ("denied", "granted"):
            case = await report(stage, outcome)
    assert len(case.photo_task(TASK).cameras) == photos.MOST_REPORTS
    stranger = await stage.open(SERVICE)
    with pytest.raises(errors.NotAllowed):
        await report(stage, "granted", LIN)
    done = await stage.photograph(WANG)
    assert (await report(stage, "denied")).version == done.version > stranger.version


def blobs(stage):
    return stage.desk.blobs.list(f"cases/{stage.case_id}/photos")


async def test_the_card_is_found_again_on_the_server_and_original_and_crop_are_kept(stage):
    await acknowledged(stage)
    case, photo_id = await add(stage, "k", data=card_photo(size=(1000, 750)), detection_on=True)
    photo = case.photo_task(TASK).photos[0]
    assert (photo.photo_id, photo.cropped) == (photo_id, True)
    card, original = [
        await photos.read_photo(stage.desk, WANG, stage.case_id, photo_id, variant) for variant in ("card", "original")
    ]
    assert card[:2] == original[:2] == b"\xff\xd8"
    assert card != original


async def test_without_detection_the_whole_picture_stands_for_both(stage):
    await acknowledged(stage)
    case, photo_id = await add(stage, "k")
    assert case.photo_task(TASK).photos[0].cropped is False
    whole = await photos.read_photo(stage.desk, WANG, stage.case_id, photo_id, "card")
    assert whole == await photos.read_photo(stage.desk, WANG, stage.case_id, photo_id, "original")


async def test_the_same_key_gives_the_same_photo(stage):
    await acknowledged(stage)
    first, photo_id = await add(stage, "k")
    again, same_id = await add(stage, "k")
    assert (same_id, again.version) == (photo_id, first.version)


async def test_a_double_tap_leaves_one_photo_and_no_orphan(stage):
    await acknowledged(stage)
    answers = await asyncio.gather(*(add(stage, "k") for _ in range(4)))
    assert len({photo_id for _, photo_id in answers}) == 1
    assert len((await stage.case()).photo_task(TASK).photos) == 1
    assert len(await blobs(stage)) == 1


async def test_what_is_no_picture_is_refused_and_leaves_nothing(stage):
    await acknowledged(stage)
    with pytest.raises(PhotoError):
        await add(stage, "k", data=b"not a picture")
    assert (await blobs(stage), (await stage.case()).photo_task(TASK).photos) == ((), ())


async def test_before_completion_a_deleted_photo_is_gone(stage):
    await acknowledged(stage)
    _, photo_id = await add(stage, "k")
    case = await photos.delete_photo(stage.desk, WANG, stage.case_id, TASK, photo_id)
    assert (case.photo_task(TASK).photos, await blobs(stage)) == ((), ())


async def test_after_completion_a_deletion_needs_a_reason_and_leaves_a_tombstone(stage):
    await stage.open(ALONE)
    case = await stage.photograph(WANG)
    photo = case.photo_task(TASK).photos[0]
    with pytest.raises(errors.DeletionNeedsReason):
        await photos.delete_photo(stage.desk, WANG, stage.case_id, TASK, photo.photo_id)
    case = await photos.delete_photo(stage.desk, WANG, stage.case_id, TASK, photo.photo_id, "拍到別人的證件")
    task = case.photo_task(TASK)
    assert next((p.photo_id, p.deleted) for p in task.photos) == (photo.photo_id, "拍到別人的證件")
    assert (len(task.kept), task.status, len(await blobs(stage))) == (1, "acknowledged", 2)


async def test_a_task_opened_by_a_deletion_is_completed_again(stage):
    await stage.open(ALONE)
    case = await stage.photograph(WANG)
    assert case.state == State.IN_REVIEW
    photo = case.photo_task(TASK).photos[0]
    await photos.delete_photo(stage.desk, WANG, stage.case_id, TASK, photo.photo_id, "模糊")
    with pytest.raises(errors.PhotosNotCompleted):
        await photos.review_photos(stage.desk, AGENT, stage.case_id, TASK, True)
    await add(stage, "again")
    await photos.complete_photos(stage.desk, WANG, stage.case_id, TASK)
    case = await photos.review_photos(stage.desk, AGENT, stage.case_id, TASK, True)
    assert case.state == State.READY


async def test_a_rejected_task_is_photographed_anew(stage):
    await stage.open(ALONE)
    await stage.photograph(WANG)
    await photos.review_photos(stage.desk, AGENT, stage.case_id, TASK, False, "反光")
    await add(stage, "better", data=card_photo(2))
    case = await photos.complete_photos(stage.desk, WANG, stage.case_id, TASK)
    assert (case.state, case.photo_task(TASK).status) == (State.IN_REVIEW, "uploaded")


async def rejected(stage):
    await stage.open(ALONE)
    await stage.photograph(WANG)
    return await photos.review_photos(stage.desk, AGENT, stage.case_id, TASK, False, "反光")


async def test_rejected_photos_are_not_handed_in_again_as_they_are(stage):
    await rejected(stage)
    with pytest.raises(errors.PhotosUnchanged):
        await photos.complete_photos(stage.desk, WANG, stage.case_id, TASK)
    assert "complete_photos" not in (await reading.case_view(stage.desk, WANG, await stage.case())).actions
    case, photo_id = await add(stage, "taken and thrown away", data=card_photo(2))
    assert "complete_photos" in (await reading.case_view(stage.desk, WANG, case)).actions
    await photos.delete_photo(stage.desk, WANG, stage.case_id, TASK, photo_id)
    with pytest.raises(errors.PhotosUnchanged):
        await photos.complete_photos(stage.desk, WANG, stage.case_id, TASK)


async def test_a_rejected_photo_is_deleted_for_the_reason_it_was_rejected_for(stage):
    case = await rejected(stage)
    old = case.photo_task(TASK).photos[0]
    case = await photos.delete_photo(stage.desk, WANG, stage.case_id, TASK, old.photo_id)
    assert case.photo_task(TASK).photos[0].deleted == "反光"
    assert (len(case.photo_task(TASK).kept), len(await blobs(stage))) == (1, 2)


async def test_a_photo_taken_since_the_rejection_goes_without_a_trace(stage):
    await rejected(stage)
    _, photo_id = await add(stage, "new", data=card_photo(2))
    case = await photos.delete_photo(stage.desk, WANG, stage.case_id, TASK, photo_id)
    assert photo_id not in {photo.photo_id for photo in case.photo_task(TASK).photos}


async def test_a_completed_photo_keeps_its_trace_after_another_has_reopened_the_task(stage):
    await stage.open(ALONE)
    case = await stage.photograph(WANG)
    first, second = case.photo_task(TASK).photos
    await photos.delete_photo(stage.desk, WANG, stage.case_id, TASK, first.photo_id, "模糊")
    with pytest.raises(errors.DeletionNeedsReason):
        await photos.delete_photo(stage.desk, WANG, stage.case_id, TASK, second.photo_id)


async def test_nothing_is_added_to_or_taken_from_an_approved_task(stage):
    await stage.open(SERVICE)
    case = await stage.photograph(WANG)
    await photos.review_photos(stage.desk, AGENT, stage.case_id, TASK, True)
    photo = case.photo_task(TASK).photos[0]
    with pytest.raises(errors.PhotoTaskClosed):
        await photos.delete_photo(stage.desk, WANG, stage.case_id, TASK, photo.photo_id, "想換")
    with pytest.raises(errors.PhotoTaskClosed):
        await add(stage, "more")


async def test_ten_photos_are_enough(stage):
    await acknowledged(stage)
    for number in range(stage.desk.photo_limits.count):
        await add(stage, f"k{number}", data=card_photo(number))
    with pytest.raises(errors.TooManyPhotos):
        await add(stage, "one more")


async def test_deleted_photos_count_only_towards_forty(stage, monkeypatch):
    stage.desk = replace(stage.desk, photo_limits=PhotoLimits(count=2))
    monkeypatch.setattr(photos, "MAX_EVER", 4)
    case = await rejected(stage)
    for number in range(2):
        old = case.photo_task(TASK).kept[0]
        await photos.delete_photo(stage.desk, WANG, stage.case_id, TASK, old.photo_id, "反光")
        case, _ = await add(stage, f"new {number}", ("front", "back")[number], card_photo(2 + number))
    await photos.complete_photos(stage.desk, WANG, stage.case_id, TASK)
    case = await photos.review_photos(stage.desk, AGENT, stage.case_id, TASK, False, "反光")
    old = case.photo_task(TASK).kept[0]
    await photos.delete_photo(stage.desk, WANG, stage.case_id, TASK, old.photo_id)
    with pytest.raises(errors.TooManyPhotos) as refused:
        await add(stage, "one too many")
    assert refused.value.details == {"limit": 4}


async def test_the_case_is_reviewed_once_every_task_is_complete(stage):
    await stage.open(SERVICE)
    assert (await stage.photograph(WANG)).state == State.OPEN
    assert (await stage.photograph(LIN)).state == State.IN_REVIEW


async def sides(stage):
    await acknowledged(stage)
    await add(stage, "front", data=PICTURES["front"], detection_on=True)


PICTURES = {side: photograph(side, "王大陸", "A123456789", "1989-03-10", 1) for side in ("front", "back")}
AGAIN = photograph("front", "王大陸", "A123456789", "1989-03-10", 2)


async def test_front_and_back_of_a_card_differ(stage):
    await sides(stage)
    case, _ = await add(stage, "back", "back", PICTURES["back"], True)
    assert [photo.crop for photo in case.photo_task(TASK).photos] == ["detected", "detected"]


async def test_the_same_side_a_second_time_is_refused_whatever_it_is_called(stage):
    await sides(stage)
    for side in ("back", "front", "other"):
        with pytest.raises(errors.PhotoSameSide) as refused:
            await add(stage, f"again as {side}", side, AGAIN, True)
        assert refused.value.details["side"] == "front"
    assert len(await blobs(stage)) == 2


async def test_the_same_side_sent_twice_at_once_is_taken_once(stage):
    await acknowledged(stage)
    answers = await asyncio.gather(
        add(stage, "one", "front", PICTURES["front"], True),
        add(stage, "two", "back", AGAIN, True),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [errors.PhotoSameSide]
    assert len((await stage.case()).photo_task(TASK).photos) == 1


async def test_a_rejected_side_is_taken_anew_while_the_old_one_is_still_there(stage):
    await sides(stage)
    await add(stage, "back", "back", PICTURES["back"], True)
    await photos.complete_photos(stage.desk, WANG, stage.case_id, TASK)
    await photos.review_photos(stage.desk, AGENT, stage.case_id, TASK, False, "反光")
    await add(stage, "front again", "front", AGAIN, True)
    with pytest.raises(errors.PhotoSameSide):
        await add(stage, "front as back", "back", photograph("front", "王大陸", "A123456789", "1989-03-10", 3), True)


def saved_anew(data, quality, scale=1.0):
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    smaller = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", smaller, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


async def test_a_whole_picture_that_is_there_already_is_refused_however_it_was_saved(stage):
    await acknowledged(stage)
    _, photo_id = await add(stage, "front", data=PICTURES["front"])
    for number, data in enumerate(
        (PICTURES["front"], saved_anew(PICTURES["front"], 40), saved_anew(PICTURES["front"], 60, 0.5))
    ):
        with pytest.raises(errors.PhotoSamePicture) as refused:
            await add(stage, f"back {number}", "back", data)
        assert refused.value.details == {"side": "front", "photo_id": photo_id}
    await add(stage, "back", "back", PICTURES["back"])


async def test_the_same_side_twice_is_noticed_with_the_detection_off_too(stage):
    await acknowledged(stage)
    await add(stage, "front", data=PICTURES["front"])
    with pytest.raises(errors.PhotoSameSide) as refused:
        await add(stage, "the front, taken again", "back", AGAIN)
    assert refused.value.details["side"] == "front"
    await add(stage, "back", "back", PICTURES["back"])
    await photos.complete_photos(stage.desk, WANG, stage.case_id, TASK)
    await photos.review_photos(stage.desk, AGENT, stage.case_id, TASK, False, "反光")
    await add(stage, "front again", "front", AGAIN)


async def test_a_rejected_whole_picture_is_not_handed_in_again_under_another_key(stage):
    await rejected(stage)
    with pytest.raises(errors.PhotoSamePicture):
        await add(stage, "as it was")


async def test_a_foreigner_is_asked_for_both_sides_of_his_residence_permit_and_a_passport_does_not_do(stage):
    foreigner = CasePerson("M1", ("policyholder", "insured"), profile("王大陸") | {"nationality": "JP"})
    await stage.open(structs.replace(ALONE, persons=(foreigner,)))
    case = await photos.acknowledge(stage.desk, WANG, stage.case_id, TASK)
    view = await reading.case_view(stage.desk, WANG, case)
    assert (case.photo_task(TASK).id_type, view.photo_tasks[0].requirement.zh) == ("residence_permit", "居留證正反面")
    await add(stage, "front", "front", PICTURES["front"], True)
    case, _ = await photos.add_photo(
        stage.desk, WANG, stage.case_id, TASK, card_photo(size=(1000, 750)), "other", True, "passport", "passport"
    )
    page = await photos.read_photo(stage.desk, WANG, stage.case_id, case.photo_task(TASK).photos[-1].photo_id, "card")
    height, width = cv2.imdecode(np.frombuffer(page, np.uint8), cv2.IMREAD_GRAYSCALE).shape
    assert round(width / height, 2) == 1.42  # ID-3
    with pytest.raises(errors.PhotosMissing) as missing:
        await photos.complete_photos(stage.desk, WANG, stage.case_id, TASK)
    assert missing.value.details == {"sides": ["back"]}
    await add(stage, "back", "back", PICTURES["back"], True)
    case = await photos.complete_photos(stage.desk, WANG, stage.case_id, TASK)
    assert case.photo_task(TASK).status == "uploaded"


@pytest.mark.parametrize("paper", ["household_transcript", "household_register"])
async def test_household_papers_prove_no_identity(stage, paper):
    await acknowledged(stage)
    with pytest.raises(errors.PhotoDocumentRefused):
        await photos.add_photo(stage.desk, WANG, stage.case_id, TASK, card_photo(), "front", False, "k", paper)
    assert await blobs(stage) == ()


async def test_another_paper_does_not_complete_the_task(stage):
    await acknowledged(stage)
    for side in ("front", "back"):
        data = card_photo(10 if side == "back" else 0)
        await photos.add_photo(stage.desk, WANG, stage.case_id, TASK, data, side, False, side, "passport")
    with pytest.raises(errors.PhotosMissing):
        await photos.complete_photos(stage.desk, WANG, stage.case_id, TASK)


async def test_corners_that_only_the_customer_saw_are_marked_for_the_agent(stage):
    await acknowledged(stage)
    dragged = ((0.05, 0.05), (0.5, 0.05), (0.5, 0.4), (0.05, 0.4))
    await photos.add_photo(stage.desk, WANG, stage.case_id, TASK, card_photo(), "front", True, "k", dragged=dragged)
    view = await reading.case_view(stage.desk, AGENT, await stage.case())
    assert [photo.crop for photo in view.photo_tasks[0].photos] == ["manual"]
