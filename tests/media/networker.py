"""A media worker in a process of its own, for tests in network namespaces. SIGUSR1 moves its clock on by 2 s."""

import asyncio
import json
import signal
import sys
import time
from pathlib import Path

import structlog

from media.admission import Capacity
from media.hooks import Hooks
from media.ice import IceSettings
from media.messages import SealedRecording
from media.worker import MediaWorker
from ports.blobs import SealedBlobs, open_blobs
from ports.clock import SystemClock
from ports.keys import MemoryKeys
from ports.keyvalue import MemoryKeyValue
from tests.media.streams import decoded

STEP_SECONDS = 2.0


class SteppedClock(SystemClock):
    shift = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.shift

    def step(self) -> None:
        self.shift += STEP_SECONDS


async def tell(blobs: SealedBlobs, scope: str, room_id: str, sealed: SealedRecording) -> None:
    """What can be decoded of each track of a sealed recording."""
    found = {}
    for track in sealed.tracks:
        files = [await blobs.get(segment.blob, scope=scope) for segment in track.segments]
        found[track.track_id] = sum(decoded(file) for file in files)
    print(json.dumps({"room": room_id, "decoded": found}), flush=True)


async def main(options: dict) -> None:
    clock, keys = SteppedClock(), MemoryKeys()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, clock.step)
    blobs = open_blobs("memory:", keys)

    async def sealed(scope: str, room_id: str, recording: SealedRecording) -> None:
        await tell(blobs, scope, room_id, recording)

    worker = MediaWorker(
        "w1",
        f"unix://{options['socket']}",
        MemoryKeyValue(clock),
        blobs,
        keys,
        clock,
        Path(options["spool"]),
        Hooks(recording_sealed=sealed),
        IceSettings(addresses=(options["address"],)),
        secret=bytes.fromhex(options["secret"]),
        capacity=Capacity(max_load=99.0),
    )
    await worker.run()


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # standard output answers the test
    asyncio.run(main(json.loads(sys.stdin.readline())))
