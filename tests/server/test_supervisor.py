"""Real child processes: small Python programs that beat, die, or refuse to stop."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from server.processes import AlreadyRunning, PidLock
from server.supervisor import Role, StartFailed, Supervisor, beats

BEATING = """
import pathlib, signal, sys, time
path = pathlib.Path(sys.argv[1])
def leave(*_):
    with open(sys.argv[2], "a") as order: order.write(path.name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
while True:
    path.touch(); time.sleep(0.05)
"""


def role(tmp_path: Path, name: str, program: str = BEATING, **times: float) -> Role:
    path = tmp_path / name
    command = (sys.executable, "-c", program, str(path), str(tmp_path / "order"))
    return Role(name, command, partial(beats, path), **times)


async def running(supervisor: Supervisor, stop: asyncio.Event) -> asyncio.Task:
    started = asyncio.Event()
    task = asyncio.create_task(supervisor.run(stop, started.set))
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    return task


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def eventually(condition, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        await asyncio.sleep(0.02)


async def test_stages_drain_in_the_reverse_of_their_start_order(tmp_path):
    stop = asyncio.Event()
    task = await running(Supervisor((role(tmp_path, "first"),), (role(tmp_path, "second"),)), stop)
    stop.set()
    await task
    assert (tmp_path / "order").read_text().split() == ["second", "first"]


async def test_a_role_that_dies_is_started_again(tmp_path):
    stop = asyncio.Event()
    supervisor = Supervisor((role(tmp_path, "only"),))
    task = await running(supervisor, stop)
    before = supervisor.pids()["only"]
    os.kill(before, signal.SIGKILL)
    await eventually(lambda: supervisor.pids()["only"] != before and alive(supervisor.pids()["only"]))
    stop.set()
    await task


async def test_a_role_that_ends_while_starting_fails_the_start_and_stops_the_others(tmp_path):
    supervisor = Supervisor((role(tmp_path, "good"), role(tmp_path, "bad", "import sys; sys.exit(3)")))
    with pytest.raises(StartFailed, match="bad ended with status 3"):
        await supervisor.run(asyncio.Event(), lambda: None)
    assert not alive(supervisor.pids()["good"])


async def test_a_role_that_ignores_the_request_to_end_is_killed_after_its_time(tmp_path):
    deaf = BEATING.replace("signal.signal(signal.SIGTERM, leave)", "signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    stop = asyncio.Event()
    supervisor = Supervisor((role(tmp_path, "deaf", deaf, stop_within=0.3),))
    task = await running(supervisor, stop)
    stop.set()
    await task
    assert not alive(supervisor.pids()["deaf"])


async def test_no_child_outlives_a_supervisor_that_is_killed(tmp_path):
    child = tmp_path / "child"
    program = f"""
import asyncio, sys
from functools import partial
from pathlib import Path
from server.logs import set_up_logs
from server.supervisor import Role, Supervisor, beats
set_up_logs("info", "test")
path = Path({str(child)!r})
role = Role("child", (sys.executable, "-c", {BEATING!r}, str(path), "/dev/null"), partial(beats, path))
supervisor = Supervisor((role,))
asyncio.run(supervisor.run(asyncio.Event(), lambda: print(supervisor.pids()["child"], flush=True)))
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as parent:
        pid = int(await asyncio.to_thread(parent.stdout.readline))
        assert alive(pid)
        parent.kill()
    await eventually(lambda: not alive(pid))


def test_a_second_supervisor_of_the_same_folder_is_refused_with_the_first_ones_pid(tmp_path):
    with PidLock(tmp_path / "pid"), pytest.raises(AlreadyRunning, match=str(os.getpid())), PidLock(tmp_path / "pid"):
        pass
    with PidLock(tmp_path / "pid"):
        assert (tmp_path / "pid").read_text() == str(os.getpid())
