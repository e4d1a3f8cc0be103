"""The jobs role on a real database file and a real durable queue, with real PDFs."""

import asyncio
import hashlib
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from cases.evidence import package
from cases.press import Press, issue_document
from cases.state import State
from cases.verification import verify_package
from cases.workflow import load
from esign.authority import make_test_authority
from ports.database import migrate, open_engine
from server.beats import jobs_beat
from server.effects import effects_of
from server.jobs import run_jobs
from server.timekeeper import Timekeeper
from tests.cases.stage import ALONE, NEW_BUSINESS, REVIEWER, SERVICE, TODAY, Stage
from tests.server.jobs_process import on_disk


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_test_authority(tmp_path_factory.mktemp("authority") / "authority")


@pytest.fixture
async def engine(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path / 'cvx.sqlite'}"
    await migrate(url)
    engine = open_engine(url)
    yield engine
    await engine.dispose()


@pytest.fixture
def stage(engine, authority, tmp_path):
    """The stage with its journal and files on disk, so that jobs of another process find them too."""
    stage = Stage()
    stage.desk = on_disk(stage.desk, engine, authority, tmp_path)
    return stage


def jobs(stage, engine, authority, folder):
    return run_jobs(stage.desk, engine=engine, sms=stage.outbox, authority_dir=authority, data_dir=folder, processes=1)


async def until(stage, wanted, seconds=60.0):
    """The case, once it is as wanted; jobs work on real time."""
    async with asyncio.timeout(seconds):
        while True:
            case = await load(stage.desk, stage.case_id)
            if wanted(case):
                return case
            await asyncio.sleep(0.05)


def all_issued(case):
    return all(document.issued for document in case.documents)


def all_sealed(case):
    return all(document.sealed for document in case.documents)


async def test_a_case_gets_its_forms_signatures_and_seals_and_proves_them(
    stage, engine, authority, tmp_path, monkeypatch
):
    async with jobs(stage, engine, authority, tmp_path):
        await stage.open(SERVICE)
        await until(stage, all_issued)
        monkeypatch.setattr(stage, "issue", stage.case)  # the forms are there: the stage must not make its own
        await stage.under_review(None)
        case = await until(stage, all_sealed)
        assert [len(document.signed) for document in case.documents] == [len(d.inks) for d in case.documents]
        await until(stage, lambda case: case.noticed == {"M1", "M2"})
        told = await jobs_beat(stage.desk.keyvalue)
        assert told.position > 0
        case = await stage.pass_review()
    assert case.state == State.ACCEPTED
    report = await asyncio.to_thread(verify_package, await package(stage.desk, REVIEWER, stage.case_id))
    assert report.problems == ()
    assert (report.ok, report.documents, report.state) == (True, len(case.documents), "accepted")


def started(folder, authority, url, data_dir, ahead=0.0):
    """The jobs role in a process of its own, whose clock is `ahead` seconds ahead of the stage's start."""
    command = [sys.executable, "-m", "tests.server.jobs_process", str(folder), str(authority), url, str(data_dir)]
    command.append(str(ahead))
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def killed_and_resumed(stage, first, second):
    """kill -9 after the first form: the next process makes the rest, and nothing twice."""
    await stage.open(SERVICE)
    process = first()
    try:
        await until(stage, lambda case: any(document.issued for document in case.documents))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    process = second()
    try:
        await until(stage, all_issued)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    case = await stage.case()
    types = [entry.type for entry in await stage.desk.journal.read(stage.case_id)]
    assert types.count("DocumentIssued") == len(case.documents)
    for document in case.documents:
        pdf = await stage.desk.blobs.get(document.issued.blob, scope=stage.case_id)
        assert hashlib.sha256(pdf).hexdigest() == document.issued.sha256


async def test_jobs_killed_in_the_middle_go_on_where_they_were(stage, authority, tmp_path):
    url = f"sqlite:///{tmp_path / 'cvx.sqlite'}"

    def process():
        return started(tmp_path, authority, url, tmp_path)

    await killed_and_resumed(stage, process, process)


async def test_jobs_killed_while_a_query_waits_remind_once_when_they_come_back(stage, engine, authority, tmp_path):
    url = f"sqlite:///{tmp_path / 'cvx.sqlite'}"
    await stage.under_review(NEW_BUSINESS)
    await stage.ask("inforce")

    async def life(days):
        """kill -9 as soon as it has looked at every day before its own."""
        ahead = stage.clock.monotonic() + days * 86_400
        process = started(tmp_path, authority, url, tmp_path, ahead)
        before = TODAY + timedelta(days=days - 1)
        try:
            async with asyncio.timeout(60):
                while await Timekeeper(stage.desk, engine, stage.clock).done() < before:  # noqa: ASYNC110 -- another process
                    await asyncio.sleep(0.1)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        return [entry.type for entry in await stage.desk.journal.read(stage.case_id) if "Query" in entry.type]

    assert await life(1) == ["QueryIssued"]
    assert await life(15) == ["QueryIssued", "QueryReminded"]
    stage.clock.advance(16 * 86_400)
    await Timekeeper(stage.desk, engine, stage.clock).turn()
    assert (await stage.case()).open_query.stage == "reminder"


async def test_a_file_left_by_a_crash_before_its_event_is_made_anew(stage, authority):
    case = await stage.open(ALONE)
    left = f"cases/{case.case_id}/documents/notice-1-issued.pdf"
    await stage.desk.blobs.put(left, b"half a file", scope=case.case_id)
    with ThreadPoolExecutor(1) as pool:
        for _ in range(2):
            await issue_document(stage.desk, Press(pool, authority), case.case_id, "notice", 1)
    issued = (await stage.case()).document("notice").issued
    pdf = await stage.desk.blobs.get(left, scope=case.case_id)
    assert (issued.blob, issued.sha256, pdf[:5]) == (left, hashlib.sha256(pdf).hexdigest(), b"%PDF-")
    assert [entry.type for entry in (await stage.case()).history] == ["CaseOpened", "DocumentIssued"]


async def test_no_two_effects_of_a_case_share_a_name(stage):
    await stage.submitted()
    effects = [effect for entry in await stage.desk.journal.tail(0) for effect in effects_of(entry)]
    assert len({effect.id for effect in effects}) == len(effects)
    assert [effect.kind for effect in effects].count("notice") == 1
    own = {
        "notice": "notices",
        "read": "readings",
        "still": "readings",
    }  # what waits for a provider or reads a photo holds up no seal
    assert {effect.queue for effect in effects} == {"effects", *own.values()}
    assert [effect for effect in effects if effect.queue != own.get(effect.kind, "effects")] == []


async def test_an_entry_whose_case_was_erased_asks_for_nothing(stage):
    await stage.open()
    await stage.desk.keys.erase(stage.case_id)
    assert [effects_of(entry) for entry in await stage.desk.journal.tail(0)] == [()]
