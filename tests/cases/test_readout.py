"""What the reading of a photo leaves behind: a fact at the photo, for staff, and nothing else."""

import pytest
from msgspec import structs

from capture.reader import Told
from capture.verdict import Expected
from cases import photos
from cases.facts import facts_of
from cases.photo_blobs import blob_name
from cases.reading import case_view
from cases.readout import expected_of, read_text
from ports.errors import Tampered
from tests.cases.stage import AGENT, ALONE, WANG, Stage, card_photo

TASK = "identity-1"


@pytest.fixture
async def stage():
    stage = Stage()
    await stage.open(ALONE)
    await photos.acknowledge(stage.desk, WANG, stage.case_id, TASK)
    return stage


class Reader:
    """Answers what it is given, and remembers what it was asked."""

    def __init__(self, told: Told):
        self.told, self.tasks = told, []

    async def __call__(self, task):
        self.tasks.append(task)
        return self.told


async def add(stage, side="front", data=None):
    _, photo_id = await photos.add_photo(stage.desk, WANG, stage.case_id, TASK, data or card_photo(), side, True, side)
    return photo_id


DIFFERS = Told("engine 1", {"number": "differs", "name": "agrees"}, {"number": "B123456780"}, ("screen",))


async def test_a_photo_is_read_once_against_what_the_case_says(stage):
    photo_id, reader = await add(stage), Reader(DIFFERS)
    for _ in range(2):  # once more after a crash
        await read_text(stage.desk, reader, stage.case_id, photo_id)
    case = await stage.case()
    profile = case.persons[0].profile
    (task,) = reader.tasks
    assert (task.expected.number, task.expected.names[0]) == (profile["id_no"], profile["name"])
    assert isinstance(task.expected, Expected)
    assert [entry.type for entry in case.history].count("PhotoRead") == 1
    body = (await stage.desk.journal.read(stage.case_id))[-1].body
    photo = case.photo_tasks[0].photos[0]
    assert (body["read"], body["sha256"]) == ({"number": "B123456780"}, photo.card_sha256 or photo.original_sha256)
    assert case.persons[0].profile == profile


async def test_staff_see_what_was_read_and_the_customer_does_not(stage):
    photo_id = await add(stage)
    await read_text(stage.desk, Reader(DIFFERS), stage.case_id, photo_id)
    case = await stage.case()
    seen = [(await case_view(stage.desk, who, case)).photo_tasks[0].photos[0].readout for who in (AGENT, WANG)]
    assert (seen[0].verdicts, seen[0].hints, seen[1]) == (DIFFERS.verdicts, ("screen",), None)
    photo = facts_of(case)["photos"][0]
    assert (photo["read_number"], photo["read_name"]) == ("differs", "agrees")
    assert "B123456780" not in str(facts_of(case))


async def test_a_person_whose_birth_date_the_case_does_not_know_is_read_all_the_same():
    for known in ({}, {"birth_date": "unknown"}):
        case = await Stage().open(ALONE)
        profile = {name: said for name, said in case.persons[0].profile.items() if name != "birth_date"} | known
        case = structs.replace(case, persons=(structs.replace(case.persons[0], profile=profile),))
        assert expected_of(case, "M1", "front").birth_date is None


async def test_a_passport_beside_the_task_s_document_is_read_as_one(stage):
    _, photo_id = await photos.add_photo(
        stage.desk, WANG, stage.case_id, TASK, card_photo(), "other", True, "k", "passport"
    )
    reader = Reader(DIFFERS)
    await read_text(stage.desk, reader, stage.case_id, photo_id)
    photo_id = await add(stage, data=card_photo(3))
    await read_text(stage.desk, reader, stage.case_id, photo_id)
    assert [task.expected.passport for task in reader.tasks] == [True, False]


async def test_a_photo_that_was_deleted_is_not_read(stage):
    photo_id, reader = await add(stage), Reader(DIFFERS)
    await photos.delete_photo(stage.desk, WANG, stage.case_id, TASK, photo_id)
    await read_text(stage.desk, reader, stage.case_id, photo_id)
    assert reader.tasks == []
    assert "PhotoRead" not in [entry.type for entry in (await stage.case()).history]


async def test_a_photo_whose_file_was_altered_holds_up_no_other(stage):
    photo_id, reader = await add(stage), Reader(DIFFERS)
    name = blob_name(stage.case_id, photo_id, "card")
    await stage.desk.blobs.delete(name)
    await stage.desk.blobs.put(name, b"sealed for another case", scope="another")
    with pytest.raises(Tampered):
        await stage.desk.blobs.get(name, scope=stage.case_id)
    await read_text(stage.desk, reader, stage.case_id, photo_id)
    assert reader.tasks == []
