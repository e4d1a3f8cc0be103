"""Real programs on the end of a tether."""

import asyncio
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
    deadline = time.monotonic() + 10
    while _alive(pid):
        assert time.monotonic() < deadline, "the program outlived its parent"
        await asyncio.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
