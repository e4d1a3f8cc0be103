"""Rooms over bad networks: aiortc's own senders and receivers on the other end, the real recorder."""

import asyncio
import fractions
import re
import time
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import av
import pytest
from aiortc import VideoStreamTrack
from aiortc.rtp import RTCP_PSFB_PLI, AnyRtcpPacket, RtcpPsfbPacket

from media.admission import JoinGate
from media.ice import LOOPBACK
from media.messages import RoomSpec, SealedTrack
from media.room import Room
from ports.clock import SystemClock
from tests.media.peers import Pages, until
from tests.media.rec import Studio
from tests.media.relay import FAIR, RelayedPeer, Weather
from tests.media.streams import decoded, pictures

FPS = 30


class Clip(VideoStreamTrack):
    """Pictures encoded beforehand, a key frame a second whatever is asked for; two or three packets each."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0
        self._frames = pictures("VP8", 90)
        self._start = 0.0

    async def recv(self) -> av.Packet:
        self._start = self._start or time.monotonic()
        await asyncio.sleep(max(0.0, self._start + self.sent / FPS - time.monotonic()))
        packet = av.Packet(self._frames[self.sent % len(self._frames)])
        packet.pts, packet.time_base = self.sent * 90000 // FPS, fractions.Fraction(1, 90000)
        self.sent += 1
        return packet


class Call:
    """Two people in a recorded room, each behind relays."""

    def __init__(self, folder: Path):
        self.studio = Studio(folder, SystemClock())
        spec = RoomSpec(scope="case-1", recording_id="rec-1", serial="REC0001")
        self.room = Room(spec, self.studio.recorder(), LOOPBACK, SystemClock(), JoinGate())
        self.peers = [RelayedPeer(self.room, "host", "host", seed=7), RelayedPeer(self.room, "b", seed=17)]

    async def begin(self) -> None:
        await self.room.start()
        self.pages = Pages(self.room, *self.peers)
        for peer in self.peers:
            peer.picture = Clip()
            await peer.open()
            await self.room.join(peer.spec)
            await peer.publish()
        await until(lambda: all(peer.frames.get("video", 0) > 5 for peer in self.peers))

    async def suffer(self, weather: Weather, seconds: float) -> None:
        """Bad weather for a while, then a moment in which all is lost, then fair weather: aiortc asks for all that it
        misses whenever it misses something new, and only then."""
        for bad, duration in ((weather, seconds), (Weather(loss=1.0), 0.06), (FAIR, 0.7)):
            for peer in self.peers:
                peer.change(bad)
            await asyncio.sleep(duration)

    async def seal(self) -> dict[str, SealedTrack]:
        sealed = await self.room.close("done")
        return {track.track_id: track for track in sealed.tracks}

    async def close(self) -> None:
        await self.room.close("done")
        await self.pages.close()


@pytest.fixture
async def call(tmp_path: Path) -> AsyncIterator[Call]:
    call = Call(tmp_path)
    await call.begin()
    yield call
    await call.close()


def missing(track: SealedTrack) -> int:
    """Pictures that were sent and are not in the segments, by the time that they take."""
    return sum(round(segment.duration_ms * FPS / 1000) - segment.frames for segment in track.segments)


def unrepaired(peer: RelayedPeer) -> set[int]:
    """The packets of the other's video that aiortc's receiver waits for in vain."""
    (receiver,) = [t.receiver for t in peer.down.getTransceivers() if t.kind == "video"]
    return receiver._RTCRtpReceiver__nack_generator.missing


@pytest.mark.parametrize(
    ("weather", "seconds"),
    [(Weather(loss=0.05), 4.0), (Weather(loss=0.2), 4.0), (Weather(jitter=0.3, duplicates=0.1), 3.0)],
    ids=["5 % lost", "20 % lost", "300 ms jitter, overtaken and copied"],
)
async def test_a_recording_over_a_bad_network_is_complete_and_decodes(call, weather, seconds):
    before, sent = call.room.counters(), [peer.picture.sent for peer in call.peers]
    await call.suffer(weather, seconds)
    counted = {name: count - before[name] for name, count in call.room.counters().items()}
    tracks = await call.seal()
    for peer, earlier in zip(call.peers, sent, strict=True):
        track = tracks[f"{peer.spec.participant_id}-camera"]
        assert missing(track) == 0
        assert track.frames > peer.picture.sent - earlier  # all of the bad time, and some from before
        files = [await call.studio.get(segment.blob) for segment in track.segments]
        assert sum(decoded(data) for data in files) == track.frames
    assert counted["repaired"] > 10
    assert counted["given_up"] == 0
    assert counted["keyframe_requests"] <= 2 * (seconds + 2)


def picture_losses(peer: RelayedPeer) -> list[float]:
    """When this peer's camera is asked for a picture that stands alone, from now on."""
    (sender,) = [t.sender for t in peer.up.getTransceivers() if t.kind == "video"]
    heard, take = [], sender._handle_rtcp_packet

    async def listen(packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_PLI:
            heard.append(time.monotonic())
        await take(packet)

    sender._handle_rtcp_packet = listen
    return heard


async def test_at_10_percent_loss_a_camera_is_asked_at_most_once_a_second_however_often_its_viewer_asks(call):
    host, viewer = call.peers
    heard = picture_losses(host)
    (receiver,) = [t.receiver for t in viewer.down.getTransceivers() if t.kind == "video"]
    stream = int(re.search(r"m=video.*?a=ssrc:(\d+)", viewer.offers[-1].sdp, re.DOTALL)[1])
    for peer in call.peers:
        peer.change(Weather(loss=0.1))
    for _ in range(60):
        await receiver._send_rtcp_pli(stream)
        await asyncio.sleep(0.05)
    assert 1 <= len(heard) <= 5
    assert all(later - earlier > 0.5 for earlier, later in pairwise(heard))  # a second, as this loop sees it


async def test_viewers_get_every_packet_when_5_percent_are_lost_each_way(call):
    await call.suffer(Weather(loss=0.05), 3.0)
    assert [unrepaired(peer) for peer in call.peers] == [set(), set()]
    assert call.room.counters()["rtx_sent"] > 5
    for peer, other in (call.peers, call.peers[::-1]):
        assert peer.frames["video"] >= other.picture.sent - 2 * FPS  # it began with a key frame, one comes a second
