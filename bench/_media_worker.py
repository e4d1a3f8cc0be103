"""A media worker of its own process for the benchmarks: real recorder, memory key-value store, files in one folder."""

import asyncio
import sys
from pathlib import Path

import structlog

from media.admission import Capacity
from media.hooks import Hooks
from media.ice import LOOPBACK
from media.worker import MediaWorker
from ports.blobs import open_blobs
from ports.clock import SystemClock
from ports.keys import MemoryKeys
from ports.keyvalue import MemoryKeyValue

SECRET = b"of the benchmark, and of no one e"


async def main(folder: Path) -> None:
    clock, keys = SystemClock(), MemoryKeys()
    blobs = open_blobs(f"file://{folder}/blobs", keys)
    worker = MediaWorker(
        "bench",
        f"unix://{folder}/worker.sock",
        MemoryKeyValue(clock),
        blobs,
        keys,
        clock,
        folder / "spool",
        Hooks(),
        LOOPBACK,
        secret=SECRET,
        capacity=Capacity(max_rooms=1000, max_load=1000.0),
    )
    await worker.run()


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(main(Path(sys.argv[1])))
