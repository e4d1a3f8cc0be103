"""`cvx up`: start the roles in order, keep them alive, and drain them in the reverse order.

A role is healthy while its loop proves that it turns (a touched file) or its server answers. A dead role is
started again after a growing pause; a role that stops proving itself is killed first. Children die with the
supervisor, however it dies, because each is tethered to it (`server/tether.py`).
"""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from server.tether import tethered

log = structlog.get_logger()

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
CHECK_SECONDS = 1.0
DEAF_SECONDS = 20.0


class StartFailed(Exception):
    """A role did not become healthy in its time."""

    code = "start_failed"


@dataclass(frozen=True, slots=True)
class Role:
    """One child process. `healthy` answers at once; times are in seconds."""

    name: str
    command: tuple[str, ...]
    healthy: Callable[[], Awaitable[bool]]
    start_within: float = 60.0
    stop_within: float = 15.0
    environment: Mapping[str, str] = field(default_factory=dict)


async def beats(path: Path) -> bool:
    """True while the file at `path` was touched within the last few seconds."""
    try:
        return time.time() - path.stat().st_mtime < DEAF_SECONDS / 4
    except FileNotFoundError:
        return False


class Supervisor:
    """Owns the child processes of one data folder."""

    def __init__(self, *stages: tuple[Role, ...]) -> None:
        """The roles of a stage start together, each stage after the one before it is healthy."""
        self._stages = [[_Keeper(role) for role in stage] for stage in stages]

    async def run(self, stop: asyncio.Event, started: Callable[[], None]) -> None:
        """Start everything, call `started`, keep it running until `stop`, then drain. Raises `StartFailed`."""
        watches: list[asyncio.Task] = []
        try:
            for stage in self._stages:
                await _unless(stop, asyncio.gather(*(keeper.start() for keeper in stage)))
                if stop.is_set():
                    return
                watches += [asyncio.create_task(keeper.keep(), name=f"keep {keeper.name}") for keeper in stage]
            started()
            await _first(stop, watches)
        finally:
            for watch in watches:
                watch.cancel()
            await asyncio.gather(*watches, return_exceptions=True)
            for stage in reversed(self._stages):
                await asyncio.gather(*(keeper.drain() for keeper in stage))

    def pids(self) -> dict[str, int]:
        return {keeper.name: keeper.process.pid for stage in self._stages for keeper in stage if keeper.process}


async def _first(stop: asyncio.Event, watches: list[asyncio.Task]) -> None:
    """Wait for the request to stop; a watch that fails is a fault of ours and is raised."""
    waiting = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([waiting, *watches], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in done - {waiting}:
        task.result()


async def _unless(stop: asyncio.Event, work: Awaitable[None]) -> None:
    task = asyncio.ensure_future(work)
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not task.done():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    else:
        task.result()


class _Keeper:
    """Keeps one role alive."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.process: asyncio.subprocess.Process | None = None

    @property
    def name(self) -> str:
        return self.role.name

    async def start(self) -> None:
        """Spawn the process and wait until it is healthy."""
        await self._spawn()
        deadline = time.monotonic() + self.role.start_within
        while not await self.role.healthy():
            if self.process.returncode is not None:
                raise StartFailed(f"{self.name} ended with status {self.process.returncode} while starting")
            if time.monotonic() > deadline:
                raise StartFailed(f"{self.name} was not ready within {self.role.start_within:.0f} s")
            await asyncio.sleep(0.05)
        log.info("role_started", name=self.name, pid=self.process.pid)

    async def keep(self) -> None:
        """Start the role again whenever it dies or goes deaf."""
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            await self._until_dead()
            log.error("role_died", name=self.name, status=self.process.returncode)
            pause = FIRST_PAUSE if time.monotonic() - began > 60 else min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause)
            try:
                await self.start()
            except StartFailed as failure:
                log.error("role_not_started", name=self.name, reason=str(failure))
                await self._kill()

    async def drain(self) -> None:
        """Ask the role to end, and kill it when it takes too long."""
        if self.process is None or self.process.returncode is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), self.role.stop_within)
        except TimeoutError:
            log.error("role_killed", name=self.name, waited=self.role.stop_within)
            await self._kill()

    async def _spawn(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            *tethered(self.role.command),
            env={**os.environ, **self.role.environment},
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which drains in order
        )

    async def _until_dead(self) -> None:
        heard = time.monotonic()
        while self.process.returncode is None:
            if await self.role.healthy():
                heard = time.monotonic()
            elif time.monotonic() - heard > DEAF_SECONDS:
                log.error("role_deaf", name=self.name)
                await self._kill()
                return
            try:
                await asyncio.wait_for(self.process.wait(), CHECK_SECONDS)
            except TimeoutError:
                continue

    async def _kill(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
