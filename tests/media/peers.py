"""Real peers for tests: stock aiortc connections with a tone and a small moving picture, over loopback."""

import asyncio
import fractions
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame

from media.eventbox import EventBox
from media.ice import LOOPBACK
from media.messages import ParticipantSpec, RecorderStatus, RoomOffer, SealedRecording, TrackInfo
from media.transport import gather_on

gather_on(LOOPBACK)

WIDTH, HEIGHT, FPS = 160, 120, 20


class Picture(VideoStreamTrack):
    """A moving gradient; `stop_at` frames ends it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0
        self._start = 0.0

    async def recv(self) -> VideoFrame:
        if self.sent == 0:
            self._start = time.monotonic()
        await asyncio.sleep(max(0.0, self._start + self.sent / FPS - time.monotonic()))
        grey = (np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)) + self.sent * 3).astype(np.uint8)
        frame = VideoFrame.from_ndarray(np.stack([grey] * 3, axis=-1), format="rgb24")
        frame.pts, frame.time_base = self.sent * 90000 // FPS, fractions.Fraction(1, 90000)
        self.sent += 1
        return frame


class Tone(AudioStreamTrack):
    """20 ms of a 440 Hz tone at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0
        self._start = 0.0

    async def recv(self) -> AudioFrame:
        if self.sent == 0:
            self._start = time.monotonic()
        await asyncio.sleep(max(0.0, self._start + self.sent * 0.02 - time.monotonic()))
        at = (np.arange(960) + self.sent * 960) / 48000
        samples = (np.sin(2 * np.pi * 440 * at) * 8000).astype(np.int16)
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, self.sent * 960, fractions.Fraction(1, 48000)
        self.sent += 1
        return frame


def connection(servers: Sequence[RTCIceServer] = ()) -> RTCPeerConnection:
    return RTCPeerConnection(RTCConfiguration(iceServers=list(servers), bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))


async def hang_up(pc: RTCPeerConnection) -> None:
    """Close, and end the consent checks that aioice leaves running when it is closed while it connects."""
    connections = {t.receiver.transport.transport._connection for t in pc.getTransceivers()}
    await pc.close()
    await asyncio.sleep(0.05)
    for ice in connections:
        if ice._query_consent_task is not None:
            ice._query_consent_task.cancel()


class Peer:
    """One participant's browser. `room` is a Room, or anything with its publish and answer."""

    def __init__(
        self, room: Any, participant_id: str, role: str = "policyholder", servers: Sequence[RTCIceServer] = ()
    ):
        self.room, self.servers = room, servers
        self.spec = ParticipantSpec(participant_id=participant_id, person_id=f"person-{participant_id}", role=role)
        self.up = self.down = None
        self.picture, self.tone = Picture(), Tone()
        self.frames: dict[str, int] = {}
        self.frames_of: dict[str, int] = {}
        self.offers: list[RoomOffer] = []
        self._readers: list[asyncio.Task] = []
        self._fragment = ""
        self._closed = False

    async def publish(self, *kinds: str) -> None:
        """`kinds`: video, audio; both when none is given."""
        self.up = connection(self.servers)
        sources = {}
        for kind in kinds or ("video", "audio"):
            self.up.addTransceiver(self.picture if kind == "video" else self.tone, "sendonly")
        await self.up.setLocalDescription(await self.up.createOffer())
        for transceiver in self.up.getTransceivers():
            sources[transceiver.mid] = "camera" if transceiver.kind == "video" else "microphone"
        answer = await self.room.publish(self.spec.participant_id, self.up.localDescription.sdp, sources)
        await self.up.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def take(self, offer: RoomOffer) -> None:
        """Answer an offer as the page does: another ICE user fragment means another connection."""
        if self._closed:
            return
        self.offers.append(offer)
        fragment = next(line for line in offer.sdp.splitlines() if line.startswith("a=ice-ufrag"))
        if fragment != self._fragment:
            if self.down is not None:
                await hang_up(self.down)
            self.down, self._fragment = connection(self.servers), fragment
            self.down.on("track", self._read)
        await self.down.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        await self.down.setLocalDescription(await self.down.createAnswer())
        await self.room.answer(self.spec.participant_id, self.down.localDescription.sdp)

    def _read(self, track: MediaStreamTrack) -> None:
        self._readers.append(asyncio.create_task(self._count(track)))

    async def _count(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                await track.recv()
                self.frames[track.kind] = self.frames.get(track.kind, 0) + 1
                mid = next(t.mid for t in self.down.getTransceivers() if t.receiver.track is track)
                self.frames_of[mid] = self.frames_of.get(mid, 0) + 1
        except MediaStreamError:
            return

    async def close(self) -> None:
        self._closed = True
        for pc in (self.up, self.down):
            if pc is not None:
                await hang_up(pc)
        for reader in self._readers:
            reader.cancel()
        if self._readers:
            await asyncio.wait(self._readers)


class Pages:
    """Answers the offers of a room for its peers, as their pages would, and keeps the events."""

    def __init__(self, room: Any, *peers: Peer):
        self.events: list = []
        self._peers = {peer.spec.participant_id: peer for peer in peers}
        self._box = EventBox()
        room.watch(self._box)
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async for event in self._box:
            self.events.append(event)
            if isinstance(event, RoomOffer) and event.participant_id in self._peers:
                await self._peers[event.participant_id].take(event)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
        for peer in self._peers.values():
            await peer.close()


class CountingSink:
    def __init__(self, info: TrackInfo, request_keyframe: Any):
        self.info, self.request_keyframe = info, request_keyframe
        self.packets: list[bytes] = []
        self.reports: list[tuple[int, int]] = []
        self.turns: list[int] = []
        self.muted = False
        self.closed: str | None = None

    def rtp(self, packet: bytes, arrived: float) -> None:
        self.packets.append(packet)

    def sender_report(self, ntp: int, rtp: int) -> None:
        self.reports.append((ntp, rtp))

    def mute(self, muted: bool) -> None:
        self.muted = muted

    def rotate(self, degrees: int) -> None:
        self.turns.append(degrees)

    def close(self, reason: str) -> None:
        self.closed = reason


class CountingRecorder:
    """Counts what it hears instead of writing it."""

    def __init__(self) -> None:
        self.sinks: list[CountingSink] = []
        self.marks: list[tuple[str, dict]] = []
        self.started = self.discarded = False
        self.sealings = 0

    async def start(self) -> None:
        self.started = True

    def open_track(self, info: TrackInfo, request_keyframe: Any) -> CountingSink:
        sink = CountingSink(info, request_keyframe)
        self.sinks.append(sink)
        return sink

    def status(self) -> RecorderStatus:
        return RecorderStatus(writing=bool(self.sinks), tracks=len(self.sinks))

    def mark(self, label: str, at: datetime, data: dict) -> None:
        assert at.tzinfo is UTC
        self.marks.append((label, data))

    async def seal(self, reason: str) -> SealedRecording:
        self.sealings += 1
        return SealedRecording("rec-1", "REC0001", "rec-1/manifest.json", "0" * 64, 1.0, reason=reason)

    async def discard(self) -> None:
        self.discarded = True

    def release(self) -> None:
        """There is nothing to let go of."""


async def until(condition: Any, seconds: float = 20.0) -> None:
    """Wait until `condition()` holds. By default long enough for a busy machine: whoever means a time says it."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        await asyncio.sleep(0.02)
