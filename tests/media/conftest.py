"""Shared by the tests of workers and clients."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.media.peers import until
from tests.media.plant import Plant


@pytest.fixture
async def plant(tmp_path: Path) -> AsyncIterator[Plant]:
    plant = Plant(tmp_path)
    await plant.blobs.exists("warm")  # obstore keeps a runtime with three files from its first call on
    files = len(os.listdir("/proc/self/fd"))
    yield plant
    await plant.client.close()
    for worker in plant.workers:
        await worker.close()
    await until(lambda: asyncio.all_tasks() == {asyncio.current_task()}, 3.0)
    assert len(os.listdir("/proc/self/fd")) == files
