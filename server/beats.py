"""What the roles tell of themselves in the key-value store: jobs its lag, each media worker its rooms and its load."""

import asyncio
from collections.abc import Callable

import msgspec
import structlog

from ports.errors import KeyValueUnavailable
from ports.keyvalue import KeyValue

JOBS = "jobs:beat"
JOBS_SECONDS = 1.0
JOBS_TTL = 5.0

log = structlog.get_logger()


class JobsBeat(msgspec.Struct, frozen=True):
    """`position` of the last journal entry whose effects are in the queue; `lag`: seconds that the next one waits."""

    position: int
    lag: float


class WorkerBeat(msgspec.Struct, frozen=True):
    """What of a worker's own beat (media/placement.py) is counted."""

    worker_id: str
    rooms: int
    load: float
    full: bool = False
    counters: dict[str, int] = {}


async def beat_jobs(keyvalue: KeyValue, state: Callable[[], JobsBeat]) -> None:
    """Every second, until cancelled. An outage of the store is not one of the jobs."""
    while True:
        try:
            await keyvalue.set(JOBS, msgspec.json.encode(state()), ttl=JOBS_TTL)
        except KeyValueUnavailable:
            log.warning("jobs_beat_not_told")
        await asyncio.sleep(JOBS_SECONDS)


async def jobs_beat(keyvalue: KeyValue) -> JobsBeat | None:
    """None when no jobs run."""
    value = await keyvalue.get(JOBS)
    return None if value is None else msgspec.json.decode(value, type=JobsBeat)


async def worker_beats(keyvalue: KeyValue) -> tuple[WorkerBeat, ...]:
    values = [await keyvalue.get(key) for key in await keyvalue.scan("worker:")]
    return tuple(msgspec.json.decode(value, type=WorkerBeat) for value in values if value is not None)
