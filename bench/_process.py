"""Processes of a benchmark: they die with it, however it ends, and their processor time is read to the nanosecond."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from server.tether import tethered

STOP_SECONDS = 30.0


@contextlib.contextmanager
def running(command: list[str], log: Path | None = None, **options) -> Iterator[subprocess.Popen]:
    """`command` as a process that is stopped at the end of the block; what it prints goes to `log`."""
    with open(log or "/dev/null", "ab") as sink:
        process = subprocess.Popen(tethered(command), stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, **options)
    try:
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def cpu_seconds(pid: int) -> float:
    """User and system time of the process so far, all its threads included, also those that have ended."""
    return time.clock_gettime((~pid << 3) | 2)  # clock_getcpuclockid(3) of a process, CPUCLOCK_SCHED
