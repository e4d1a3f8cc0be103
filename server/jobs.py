"""The body of the `jobs` role: tail the journal, and start for each entry the durable effects that it asks for.

The journal is the outbox. The checkpoint moves only after the effects of a batch are in the durable queue, and an
effect is named by its entry, so a crash anywhere loses nothing and doubles nothing.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

import structlog
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cases.desk import Desk
from cases.press import Press
from cases.readout import Read
from cases.workflow import CHANNEL
from esign.service import warm
from media.client import MediaClient
from otp.sms import SmsGateway
from ports.clock import Clock, SystemClock
from ports.database import read, write
from ports.errors import KeyValueUnavailable
from ports.schema import checkpoints
from server.beats import JobsBeat, beat_jobs
from server.caretaker import Caretaker
from server.cutter import Cutter
from server.effects import Effects, effects_of
from server.films import Composer
from server.jobs_workflows import Workflows, queue_engine
from server.sweeper import Sweeper
from server.tether import die_with_parent
from server.timekeeper import Timekeeper

NAME = "effects"
POLL_SECONDS = 0.5
BATCH = 200

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def run_jobs(
    desk: Desk,
    *,
    engine: AsyncEngine,
    sms: SmsGateway,
    authority_dir: Path,
    data_dir: Path,
    tsa_url: str | None = None,
    processes: int | None = None,
    clock: Clock | None = None,
    composer: Composer | None = None,
    rooms: MediaClient | None = None,
    read: Read | None = None,
) -> AsyncIterator["Jobs"]:
    """Jobs run until the block ends; a failure of the tail, or of the processes that make PDFs, ends the block with it.
    `clock` is that of the pauses between attempts. Without a `composer` films are left out, without `read` photos
    are not read, without `rooms` no meeting's recorder is stopped, each with a warning, and nobody's presence is taken
    back."""
    with _pool(authority_dir, processes or max(1, (os.cpu_count() or 2) - 1)) as pool:
        cutter = Cutter(composer) if composer else None
        pool.submit(os.getpid)  # the first child starts now: its imports take seconds
        effects = Effects(desk, Press(pool, authority_dir, tsa_url), sms, clock or SystemClock(), cutter, rooms, read)
        workflows = Workflows(queue_engine(engine.url, data_dir), effects.perform)
        await workflows.start()
        jobs = Jobs(desk, engine, workflows)
        try:
            async with asyncio.TaskGroup() as tasks:
                tail = tasks.create_task(jobs.tail(), name="journal tail")
                wake = tasks.create_task(jobs.listen(), name="journal wake-up")
                pulse = tasks.create_task(beat_jobs(desk.keyvalue, jobs.state), name="jobs beat")
                press = tasks.create_task(_unbroken(effects), name="press")
                care = tasks.create_task(Caretaker(desk, rooms).run(), name="caretaker")
                sweep = tasks.create_task(Sweeper(desk).run(), name="sweeper")
                time = tasks.create_task(Timekeeper(desk, engine, clock or SystemClock()).run(), name="timekeeper")
                try:
                    yield jobs
                finally:
                    tail.cancel()
                    wake.cancel()
                    pulse.cancel()
                    press.cancel()
                    care.cancel()
                    sweep.cancel()
                    time.cancel()
        finally:
            effects.end()
            await workflows.close()


class PressBroken(Exception):
    """A process that makes PDFs died. Started anew, the role goes on where it was."""

    code = "press_broken"


async def _unbroken(effects: Effects) -> None:
    await effects.broken.wait()
    raise PressBroken


class Jobs:
    """The tail of the journal. `position` is that of the last entry whose effects are in the queue."""

    def __init__(self, desk: Desk, engine: AsyncEngine, workflows: Workflows):
        self._desk, self._engine, self._workflows = desk, engine, workflows
        self._news = asyncio.Event()
        self._waiting: datetime | None = None
        self.position = 0

    def state(self) -> JobsBeat:
        waits = (self._desk.clock.now() - self._waiting).total_seconds() if self._waiting else 0.0
        return JobsBeat(self.position, max(0.0, waits))

    async def tail(self) -> None:
        self.position = await self._checkpoint()
        while True:
            self._news.clear()
            if not await self.step():
                await self._wait()

    async def step(self) -> bool:
        """One batch; answers whether there was anything."""
        entries = await self._desk.journal.tail(self.position, BATCH)
        self._waiting = entries[0].at if entries else None
        for entry in entries:
            for effect in effects_of(entry):
                await self._workflows.enqueue(effect.queue, effect.id, effect.line, effect.kind, effect.arguments)
        if entries:
            await self._remember(entries[-1].position)
        return bool(entries)

    async def listen(self) -> None:
        """Wakes the tail when a case has a new version; without the bus it looks twice a second anyway."""
        while True:
            try:
                async with self._desk.keyvalue.subscribe(CHANNEL) as inbox:
                    async for _ in inbox:
                        self._news.set()
            except KeyValueUnavailable:
                log.warning("bus_unavailable")
            await asyncio.sleep(POLL_SECONDS)

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), POLL_SECONDS)

    async def _checkpoint(self) -> int:
        async with read(self._engine) as connection:
            found = await connection.execute(select(checkpoints.c.position).where(checkpoints.c.name == NAME))
            return found.scalar() or 0

    async def _remember(self, position: int) -> None:
        async with write(self._engine) as connection:
            await connection.execute(delete(checkpoints).where(checkpoints.c.name == NAME))
            await connection.execute(insert(checkpoints).values(name=NAME, position=position))
        self.position = position


def _pool(authority_dir: Path, processes: int) -> ProcessPoolExecutor:
    """Spawned, since a fork of a process with threads may hang; the children end with this process, however it ends."""
    return ProcessPoolExecutor(
        processes, get_context("spawn"), initializer=_start, initargs=(authority_dir, os.getpid())
    )


def _start(authority_dir: Path, parent: int) -> None:
    die_with_parent(parent)
    warm(authority_dir)
