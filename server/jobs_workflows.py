"""The durable side of `jobs`: DBOS, and nothing else of ours. Effects that were begun are resumed after a crash, each
at least once. Its tables lie beside the journal's in PostgreSQL, so that any host resumes them; with SQLite it keeps a
file of its own (STACK.md).

An effect is a workflow of one step, named by the journal entry that asks for it, in a queue partitioned by document:
one at a time in each, in the order of the journal. Steps run on DBOS's threads and hand the work to our own loop.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from pathlib import Path
from types import ModuleType
from typing import Any

import pysqlite3.dbapi2
from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID
from sqlalchemy import URL, Engine, create_engine

# Seconds between two looks into a queue; a look costs 5 ms of processor time. Somebody waits for a signed page.
QUEUES = {"effects": 0.1, "rooms": 0.25, "notices": 0.5, "readings": 0.5, "films": 1.0}
APPLICATION_VERSION = "cvx-effects-1"  # pinned: a newer build finishes what an older one began
EXECUTOR = "jobs"  # the same on every host: whichever starts next resumes what is unfinished
LISTENING_SECONDS = 0.5  # between two looks for messages of other processes, of which there are none
AT_ONCE = 64  # most of them wait for their next attempt; the process pool bounds the work

Perform = Callable[[str, list[Any]], Awaitable[bool]]


class Interrupted(BaseException):
    """The process ends before the effect is done. DBOS takes an Exception for the outcome; this one it does not see,
    and so resumes the effect."""


def queue_engine(journal: URL, data_dir: Path) -> Engine:
    """Where DBOS keeps its tables, given where the journal is."""
    if journal.get_backend_name() == "postgresql":
        return create_engine(journal.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)
    # DBOS needs SQLite >= 3.42; nobody else opens this file, so the library may differ from the journal's.
    newer = sqlite3.sqlite_version_info >= (3, 42)
    library: ModuleType = sqlite3.dbapi2 if newer else pysqlite3.dbapi2
    return create_engine(f"sqlite:///{data_dir / 'jobs.sqlite'}", module=library, hide_parameters=True)


class Workflows:
    """Started once a process: DBOS is one a process. `perform` runs on the loop that called `start`, and answers
    whether the effect is done with."""

    def __init__(self, engine: Engine, perform: Perform):
        self._engine, self._perform = engine, perform
        self._running: set[Future[bool]] = set()
        self._effect: Callable[[str, list[Any]], None] | None = None

    async def start(self) -> None:
        """Launch, and resume what was begun before."""
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._launch)

    async def enqueue(self, queue: str, workflow_id: str, line: str, kind: str, arguments: tuple[Any, ...]) -> None:
        """A second time with the same id changes nothing."""
        await asyncio.to_thread(self._enqueue, queue, workflow_id, line, kind, list(arguments))

    async def close(self, seconds: int = 5) -> None:
        """Lets running effects end for `seconds`; the rest is resumed at the next start."""
        await asyncio.to_thread(self._destroy, seconds)
        for running in tuple(self._running):
            running.cancel()

    def _launch(self) -> None:
        config = DBOSConfig(
            name="cvx",
            system_database_engine=self._engine,
            application_version=APPLICATION_VERSION,
            executor_id=EXECUTOR,
            log_level="ERROR",
            notification_listener_polling_interval_sec=LISTENING_SECONDS,
        )
        DBOS(config=config)
        self._effect = self._register()
        DBOS.launch()
        for queue, seconds in QUEUES.items():
            DBOS.register_queue(
                queue, worker_concurrency=AT_ONCE, partition_concurrency=1, polling_interval_sec=seconds
            )

    def _register(self) -> Callable[[str, list[Any]], None]:
        @DBOS.step(name="perform")
        def perform(kind: str, arguments: list[Any]) -> None:
            if not self._performed(kind, arguments):
                raise Interrupted

        @DBOS.workflow(name="effect")
        def effect(kind: str, arguments: list[Any]) -> None:
            perform(kind, arguments)

        return effect

    def _performed(self, kind: str, arguments: list[Any]) -> bool:
        running = asyncio.run_coroutine_threadsafe(self._awaited(kind, arguments), self._loop)
        self._running.add(running)
        try:
            return running.result()
        except CancelledError:
            return False
        finally:
            self._running.discard(running)

    async def _awaited(self, kind: str, arguments: list[Any]) -> bool:
        return await self._perform(kind, arguments)

    def _enqueue(self, queue: str, workflow_id: str, line: str, kind: str, arguments: list[Any]) -> None:
        assert self._effect is not None
        with SetWorkflowID(workflow_id), SetEnqueueOptions(queue_partition_key=line):
            DBOS.enqueue_workflow(queue, self._effect, kind, arguments)

    def _destroy(self, seconds: int) -> None:
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=seconds)
        self._engine.dispose()
