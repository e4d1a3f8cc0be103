"""Real programs on the end of a tether."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time

from server.tether import tethered

SLEEP = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)"]
PARENT = """
import subprocess, sys
from server.tether import tethered
subprocess.run(tethered({command!r}))
"""

POOL = """
import os, signal
from pathlib import Path
from server.jobs import _pool
pool = _pool(Path("nowhere"), 1)
pool.submit(os.getpid)
print(*pool._processes, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_program_takes_the_place_of_the_tether():
    process = subprocess.Popen(tethered(SLEEP), stdout=subprocess.PIPE)
    with process:
        assert int(process.stdout.readline()) == process.pid
        process.kill()


def test_its_exit_status_is_the_programs():
    assert subprocess.run(tethered([sys.executable, "-c", "import sys; sys.exit(7)"]), check=False).returncode == 7


async def test_it_dies_with_a_parent_that_is_killed():
    command = [sys.executable, "-c", PARENT.format(command=SLEEP)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        pid = int(await asyncio.to_thread(parent.stdout.readline))
        parent.kill()
    await gone(pid)


async def test_a_process_that_makes_pdfs_dies_although_its_parent_was_killed_before_it_had_begun():
    with subprocess.Popen([sys.executable, "-c", POOL], stdout=subprocess.PIPE) as parent:
        pid = int(await asyncio.to_thread(parent.stdout.readline))
    await gone(pid)


async def gone(pid: int) -> None:
    deadline = time.monotonic() + 20
    try:
        while _alive(pid):
            assert time.monotonic() < deadline, "the program outlived its parent"
            await asyncio.sleep(0.02)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
