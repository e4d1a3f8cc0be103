"""What every process of ours does about its parent, its pulse and its lock."""

import asyncio
import fcntl
import os
import signal
from collections.abc import Callable
from pathlib import Path

BEAT_SECONDS = 1.0


class AlreadyRunning(Exception):
    """Another supervisor holds the lock of this data folder."""

    code = "already_running"


async def beat(path: Path) -> None:
    """Touch `path` every second: proof that the loop of this role turns. Runs until cancelled."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        path.touch()
        await asyncio.sleep(BEAT_SECONDS)


async def until_stopped(ready: Callable[[], None] | None = None) -> None:
    """Return when SIGTERM or SIGINT asks this process to end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if ready:
        ready()
    await stop.wait()


class PidLock:
    """One supervisor a data folder. The kernel drops the lock with the process, so it is never stale."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = None

    def __enter__(self) -> "PidLock":
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = self._path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise AlreadyRunning(f"already running with this data folder, as process {holder}") from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()
        return self

    def __exit__(self, *_: object) -> None:
        self._path.unlink(missing_ok=True)
        self._file.close()
