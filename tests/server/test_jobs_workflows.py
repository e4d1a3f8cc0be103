"""The durable queue, with effects that only count; real ones are in test_jobs.py."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import make_url

from ports.database import migrate, open_engine
from server.effects import effects_of
from server.jobs import Jobs
from server.jobs_workflows import Workflows, queue_engine
from tests.cases.stage import ALONE, Stage


class Work:
    """Performs, or is interrupted by the end of the process."""

    def __init__(self, *, done):
        self.done, self.performed = done, []
        self.began = asyncio.Event()

    async def __call__(self, kind, arguments):
        self.performed.append((kind, *arguments))
        self.began.set()
        return self.done


@asynccontextmanager
async def host(url, data_dir, work):
    """The queue as a host with this data folder runs it."""
    workflows = Workflows(queue_engine(url, data_dir), work)
    await workflows.start()
    try:
        yield workflows
    finally:
        await workflows.close(1)


async def begun(work):
    async with asyncio.timeout(30):
        await work.began.wait()


async def resumed(url, first, second):
    interrupted, finishing = Work(done=False), Work(done=True)
    async with host(url, first, interrupted) as workflows:
        await workflows.enqueue("effects", "e1", "line", "issue", ("c1", "notice", 1))
        await begun(interrupted)
    async with host(url, second, finishing):
        await begun(finishing)
    assert interrupted.performed[0] == ("issue", "c1", "notice", 1)
    assert finishing.performed == [("issue", "c1", "notice", 1)]


async def test_what_the_end_interrupted_the_next_process_resumes(tmp_path):
    await resumed(make_url("sqlite:///journal"), tmp_path, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} >= {"jobs.sqlite"}


async def test_with_postgresql_another_host_resumes_it(postgres_url, tmp_path):
    engine = open_engine(postgres_url)
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    await resumed(engine.url, *folders)
    await engine.dispose()
    assert [list(folder.iterdir()) for folder in folders] == [[], []]


async def test_a_crash_between_queue_and_checkpoint_doubles_nothing(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'cvx.sqlite'}"
    await migrate(url)
    engine, stage, work = open_engine(url), Stage(), Work(done=True)
    await stage.open(ALONE)
    wanted = [(e.kind, *e.arguments) for entry in await stage.desk.journal.tail(0) for e in effects_of(entry)]

    async def crash(self, position):
        raise ConnectionError

    async with host(engine.url, tmp_path, work) as workflows:
        with monkeypatch.context() as patched, pytest.raises(ConnectionError):
            patched.setattr(Jobs, "_remember", crash)
            await Jobs(stage.desk, engine, workflows).step()
        again = Jobs(stage.desk, engine, workflows)
        assert await again.step() is True
        assert await again.step() is False
        async with asyncio.timeout(30):
            while len(work.performed) < len(wanted):  # noqa: ASYNC110 -- they come from other threads
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)  # time enough for one too many
    assert sorted(work.performed) == sorted(wanted)
    await engine.dispose()
