"""Shared by the tests of workers and clients, of recorders, and of rooms."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from media.recorder import Recorder
from ports.clock import FrozenClock
from tests.media.peers import until
from tests.media.plant import Plant
from tests.media.rec import Studio
from tests.media.rooms import Stage


@pytest.fixture
async def plant(tmp_path: Path) -> AsyncIterator[Plant]:
    plant = Plant(tmp_path)
    await plant.blobs.exists("warm")  # obstore keeps a runtime with three files from its first call on
    files = len(os.listdir("/proc/self/fd"))
    yield plant
    await plant.client.close()
    for worker in plant.workers:
        await worker.close()
    await until(lambda: asyncio.all_tasks() == {asyncio.current_task()})
    assert len(os.listdir("/proc/self/fd")) == files


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    """On virtual time."""
    return Studio(tmp_path, FrozenClock())


@pytest.fixture
async def recorder(studio: Studio) -> AsyncIterator[Recorder]:
    """One that has begun in the studio. Sealed once more, it only answers the same."""
    recorder = studio.recorder()
    await recorder.start()
    yield recorder
    await recorder.seal("the test is over")


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    files = len(os.listdir("/proc/self/fd"))
    stage = Stage()
    await stage.room.start()
    yield stage
    await stage.room.close("test over")
    for pages in stage.pages:
        await pages.close()
    await until(lambda: asyncio.all_tasks() == {asyncio.current_task()})
    assert len(os.listdir("/proc/self/fd")) == files
