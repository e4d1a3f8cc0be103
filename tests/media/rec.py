"""A recorder on in-memory ports, and streams that go into it."""

import asyncio
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from obstore.store import MemoryStore

from media.manifest import Manifest, verify_manifest
from media.messages import RecorderEvent, SealedRecording, TrackInfo
from media.recorder import Recorder
from media.tracksink import TrackSink
from ports.blobs import SealedBlobs
from ports.clock import Clock, SystemClock
from ports.keys import MemoryKeys
from tests.media.streams import AUDIO, VIDEO, packets_of, pictures, sounds

SCOPE = "case-1"


class Studio:
    """Ports that outlive a recorder, so that a second one, or recovery, finds what the first one left."""

    def __init__(self, folder: Path, clock: Clock | None = None):
        self.folder = folder / "spool"
        self.keys = MemoryKeys()
        self.blobs = SealedBlobs(MemoryStore(), self.keys)
        self.clock = clock or SystemClock()
        self.events: list[RecorderEvent] = []

    def recorder(self, recording_id: str = "rec-1", **more) -> Recorder:
        ports = {"blobs": self.blobs, "keys": self.keys, "clock": self.clock, "spool_dir": self.folder}
        return Recorder(scope=SCOPE, recording_id=recording_id, on_event=self.events.append, **ports, **more)

    async def get(self, name: str) -> bytes:
        return await self.blobs.get(name, scope=SCOPE)

    def told(self) -> list[str]:
        return [event.type for event in self.events]


async def manifest_of(studio: Studio, sealed: SealedRecording) -> Manifest:
    """Read back and verified."""
    data = await studio.get(sealed.manifest_blob)
    assert sha256(data).hexdigest() == sealed.manifest_sha256
    return verify_manifest(data, await studio.keys.public_key())


def camera(codec: str = "VP8", participant: str = "p1", source: str = "camera") -> TrackInfo:
    return track(participant, source, "video", codec, 90000, VIDEO)


def microphone(participant: str = "p1") -> TrackInfo:
    return track(participant, "microphone", "audio", "opus", 48000, AUDIO)


def track(participant: str, source: str, kind: str, codec: str, clock_rate: int, payload_type: int) -> TrackInfo:
    return TrackInfo(
        track_id=f"{participant}-{source}",
        participant_id=participant,
        person_id=f"person-{participant}",
        role="policyholder",
        source=source,
        kind=kind,
        codec=codec,
        clock_rate=clock_rate,
        payload_type=payload_type,
    )


def play(sink: TrackSink, count: int, at: float, first: int = 0, lose: tuple[int, ...] = ()) -> float:
    """Sends that many frames of the sink's codec at their pace, from ``at`` on. The time after the last."""
    codec = sink.info.codec
    sent = sounds(first + count) if codec == "opus" else pictures(codec, first + count)
    pace = 0.02 if codec == "opus" else 1 / 30
    for number, group in list(enumerate(packets_of(codec, sent)))[first:]:
        if number not in lose:
            for packet in group:
                sink.rtp(packet, at + (number - first) * pace)
    return at + count * pace


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.01)


async def until_head(studio: Studio) -> None:
    """A head of the first recording's spool is put away."""
    for _ in range(500):
        if await studio.blobs.list("recordings/rec-1/heads/"):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("waited in vain")


def nothing() -> None:
    """For tracks of which no key frame is asked."""
