"""The process that reads a photo: what becomes of one that dies or hangs, and what asks for it."""

import sys
from datetime import date

from capture.reader import Task
from capture.verdict import Expected
from server.effects import effects_of
from server.readers import Readers
from tests.cases.stage import ALONE, WANG, Stage

EXPECTED = Expected("A123456789", ("王大陸",), date(1986, 3, 8), "back")
TASK = Task(b"no picture", EXPECTED, date(2026, 11, 22))


async def test_a_picture_goes_to_the_process_and_its_answer_comes_back():
    told = await Readers().read(TASK)
    assert (told.why, told.verdicts, told.read) == ("undecodable", {"side": "unread"}, {})


async def test_a_reader_that_dies_or_hangs_could_not_read():
    dies = Readers([sys.executable, "-c", "raise SystemExit(3)"])
    hangs = Readers([sys.executable, "-c", "import time; time.sleep(60)"], seconds=1.0)
    told = [await reader.read(TASK) for reader in (dies, hangs)]
    assert [(each.why, each.verdicts) for each in told] == [
        ("failed", {"side": "unread"}),
        ("timed_out", {"side": "unread"}),
    ]


async def test_a_reader_that_talks_nonsense_could_not_read():
    told = await Readers([sys.executable, "-c", "print('nonsense')"]).read(TASK)
    assert (told.why, told.verdicts) == ("failed", {"side": "unread"})


async def test_the_process_that_opens_pictures_is_told_no_setting_and_no_secret(monkeypatch):
    monkeypatch.setenv("CVX_DB_URL", "postgresql://somebody:secret@db/cvx")
    ours = "','.join(name for name in os.environ if name.startswith('CVX_'))"
    script = f"import json, os; print(json.dumps({{'engine': {ours}, 'verdicts': {{}}}}))"
    assert (await Readers([sys.executable, "-c", script]).read(TASK)).engine == ""


async def test_a_photo_asks_for_its_reading_one_at_a_time_for_all_cases():
    stage = Stage()
    await stage.open(ALONE)
    await stage.photograph(WANG)
    asked = [effect for entry in await stage.desk.journal.read(stage.case_id) for effect in effects_of(entry)]
    readings = [effect for effect in asked if effect.kind == "read"]
    kept = [photo.photo_id for photo in (await stage.case()).photo_tasks[0].kept]
    assert [effect.arguments for effect in readings] == [(stage.case_id, photo_id) for photo_id in kept]
    assert {(effect.queue, effect.line) for effect in readings} == {("readings", "readings")}
