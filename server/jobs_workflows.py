"""The durable side of `jobs`: DBOS, and nothing else of ours. It keeps a file of its own (STACK.md): effects that were
begun are resumed after a crash, each at least once.

An effect is a workflow of one step, named by the journal entry that asks for it, in a queue partitioned by document:
one at a time in each, in the order of the journal. Steps run on DBOS's threads and hand the work to our own loop.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pysqlite3.dbapi2
from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID
from sqlalchemy import Engine, create_engine

QUEUE = "effects"
APPLICATION_VERSION = "cvx-effects-1"  # pinned: a newer build finishes what an older one began
POLLING_SECONDS = 0.1
AT_ONCE = 8
ATTEMPTS = 12
FIRST_PAUSE, GROWTH = 0.25, 1.8

Perform = Callable[[str, list[Any]], Awaitable[None]]


class Workflows:
    """Started once a process: DBOS is one a process. `perform` runs on the loop that called `start`."""

    def __init__(self, path: Path, perform: Perform):
        self._path, self._perform = path, perform
        self._engine: Engine | None = None
        self._effect: Callable[[str, list[Any]], None] | None = None

    async def start(self) -> None:
        """Launch, and resume what was begun before."""
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._launch)

    async def enqueue(self, workflow_id: str, line: str, kind: str, arguments: tuple[Any, ...]) -> None:
        """A second time with the same id changes nothing."""
        await asyncio.to_thread(self._enqueue, workflow_id, line, kind, list(arguments))

    async def close(self, seconds: int = 5) -> None:
        """Lets running effects end for `seconds`; the rest is resumed at the next start."""
        await asyncio.to_thread(self._destroy, seconds)

    def _launch(self) -> None:
        # DBOS needs SQLite >= 3.42; nobody else opens this file, so the library may differ from the journal's.
        newer = sqlite3.sqlite_version_info >= (3, 42)
        library: ModuleType = sqlite3.dbapi2 if newer else pysqlite3.dbapi2
        self._engine = create_engine(f"sqlite:///{self._path}", module=library)
        config = DBOSConfig(
            name="cvx",
            system_database_engine=self._engine,
            application_version=APPLICATION_VERSION,
            executor_id="jobs",
            log_level="ERROR",
            notification_listener_polling_interval_sec=POLLING_SECONDS,
        )
        DBOS(config=config)
        self._effect = self._register()
        DBOS.launch()
        DBOS.register_queue(
            QUEUE, worker_concurrency=AT_ONCE, partition_concurrency=1, polling_interval_sec=POLLING_SECONDS
        )

    def _register(self) -> Callable[[str, list[Any]], None]:
        @DBOS.step(
            name="perform",
            retries_allowed=True,
            interval_seconds=FIRST_PAUSE,
            max_attempts=ATTEMPTS,
            backoff_rate=GROWTH,
        )
        def perform(kind: str, arguments: list[Any]) -> None:
            asyncio.run_coroutine_threadsafe(self._awaited(kind, arguments), self._loop).result()

        @DBOS.workflow(name="effect")
        def effect(kind: str, arguments: list[Any]) -> None:
            perform(kind, arguments)

        return effect

    async def _awaited(self, kind: str, arguments: list[Any]) -> None:
        await self._perform(kind, arguments)

    def _enqueue(self, workflow_id: str, line: str, kind: str, arguments: list[Any]) -> None:
        assert self._effect is not None
        with SetWorkflowID(workflow_id), SetEnqueueOptions(queue_partition_key=line):
            DBOS.enqueue_workflow(QUEUE, self._effect, kind, arguments)

    def _destroy(self, seconds: int) -> None:
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=seconds)
        if self._engine:
            self._engine.dispose()
