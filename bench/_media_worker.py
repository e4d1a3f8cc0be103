"""A media worker of its own process for the benchmarks: files in one folder, keys that outlive the process.

`python -m bench._media_worker FOLDER ADDRESS [--deaf]`; --deaf gives the rooms a recorder that hears nothing.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from media.admission import Capacity
from media.hooks import Hooks
from media.ice import IceSettings
from media.loop import new_loop
from media.messages import RecorderEvent, RecorderStatus, RoomSpec, SealedRecording, TrackInfo
from media.worker import MediaWorker
from ports.blobs import SealedBlobs, open_blobs
from ports.clock import SystemClock
from ports.database import migrate, open_engine
from ports.keyvalue import MemoryKeyValue
from ports.sqlkeys import SqlKeys, load_kek

SECRET = b"of the benchmark, and of no one e"


class DeafSink:
    muted = False

    def rtp(self, packet: bytes, arrived: float) -> None:
        return None

    def sender_report(self, ntp: int, rtp: int) -> None:
        return None

    def mute(self, muted: bool) -> None:
        return None

    def rotate(self, degrees: int) -> None:
        return None

    def close(self, reason: str) -> None:
        return None


class DeafRecorder:
    """What a room costs without its recording."""

    def __init__(self, room_id: str, spec: RoomSpec, on_event: Callable[[RecorderEvent], None]):
        self._spec = spec

    async def start(self) -> None:
        return None

    def open_track(self, info: TrackInfo, request_keyframe: Callable[[], None]) -> DeafSink:
        return DeafSink()

    def status(self) -> RecorderStatus:
        return RecorderStatus(writing=True)

    def mark(self, label: str, at: datetime, data: dict) -> None:
        return None

    async def seal(self, reason: str) -> SealedRecording:
        return SealedRecording(self._spec.recording_id, self._spec.serial, "", "0" * 64, 0.0, reason=reason)

    async def discard(self) -> None:
        return None

    def release(self) -> None:
        return None


async def stores(folder: Path) -> tuple[SealedBlobs, SqlKeys]:
    """Blobs and keys of the folder, for whichever process opens them."""
    url = f"sqlite:///{folder}/keys.sqlite"
    await migrate(url)
    keys = SqlKeys(open_engine(url), load_kek(folder / "kek"))
    return open_blobs(f"file://{folder}/blobs", keys), keys


async def main(folder: Path, address: str, deaf: bool) -> None:
    clock = SystemClock()
    blobs, keys = await stores(folder)
    worker = MediaWorker(
        "bench",
        f"unix://{folder}/worker.sock",
        MemoryKeyValue(clock),
        blobs,
        keys,
        clock,
        folder / "spool",
        Hooks(),
        IceSettings(addresses=(address,)),
        secret=SECRET,
        capacity=Capacity(max_rooms=1000, max_load=1000.0),
        new_recorder=DeafRecorder if deaf else None,
    )
    await worker.run()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("address")
    parser.add_argument("--deaf", action="store_true")
    given = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(main(given.folder, given.address, given.deaf), loop_factory=new_loop)
