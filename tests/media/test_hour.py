"""An hour of call in virtual time, from packets through a Publication and the Recorder to sealed files: media times and
sequence numbers wrap, sender reports go on, and one sender's wall clock is set while it speaks."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise

import av
import pytest

from media.manifest import verify_manifest
from media.messages import ParticipantSpec
from media.publication import Publication
from media.rtcp import SenderReport
from media.sections import Incoming
from ports.clock import FrozenClock
from tests.media.rec import Studio, until
from tests.media.streams import AUDIO, VIDEO, packetise, pictures, rtp, sounds

HOUR = 3600
STEP = 0.1  # seconds of the call between two packets of a track
REPORTS_EVERY = 20  # steps
NTP_EPOCH = 2_208_988_800
OWNER = ParticipantSpec(participant_id="p1", person_id="m1", role="policyholder")
PAUSE = range(12_000, 12_100)  # steps of ten seconds in which no picture comes


Payloads = list[list[bytes]]


class Line:
    """What a Publication needs of its connection, which nothing can be sent over."""

    connected = False

    def __init__(self, clock: FrozenClock):
        self.now = clock.monotonic


class Sender:
    """One track of a participant: a packet every 0.1 s, numbered and timed from just before their wraps."""

    def __init__(
        self, stage: "Stage", source: str, codec: str, rate: int, payload_type: int, payloads: list[list[bytes]]
    ):
        incoming = Incoming("0", "", codec, rate, payload_type, 0x1234, 0, None, 0, 0, None)
        self.publication = Publication(OWNER, source, incoming, stage.line, stage.open_sink, {})
        self._rate, self._payload_type, self._payloads = rate, payload_type, payloads
        self._sequence, self._time = 65_500, 2**32 - 5 * rate
        self.frames = 0

    def at(self, step: int) -> int:
        return (self._time + round(step * STEP * self._rate)) & 0xFFFFFFFF

    def send(self, step: int, now: float) -> None:
        parts = self._payloads[step % len(self._payloads)]
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            self.publication.rtp(rtp(self._sequence, self.at(step), part, last, self._payload_type), now)
            self._sequence += 1
        self.frames += 1

    def report(self, step: int, wall: float, now: float) -> None:
        self.publication.sender_report(SenderReport(0x1234, int((wall + NTP_EPOCH) * 2**32), self.at(step)), now)


class Stage:
    def __init__(self, studio: Studio):
        self.recorder = studio.recorder()
        self.line = Line(studio.clock)

    def open_sink(self, publication: Publication):
        return self.recorder.open_track(publication.info, request_keyframe=publication.request_keyframe)


def key_pictures() -> Payloads:
    """Each can be decoded on its own, and comes in four packets: their numbers wrap twice in an hour."""
    return [quarters(packetise("VP8", frame)[0]) for frame in pictures("VP8", 4, key_every=1, width=32, height=32)]


def quarters(packet: bytes) -> list[bytes]:
    """One VP8 packet as four (RFC 7741 section 4.2: only the first has the S bit)."""
    head, data = packet[:4], packet[4:]
    size = len(data) // 4 + 1
    cuts = [data[at : at + size] for at in range(0, len(data), size)]
    return [packet[:4] + cuts[0], *(bytes([head[0] & ~0x10]) + head[1:] + cut for cut in cuts[1:])]


async def call(studio: Studio, wall: Callable[[float], float], seconds: int = HOUR):
    """A call of one participant; `wall` is the sender's clock over the seconds of the call."""
    stage, clock = Stage(studio), studio.clock
    await stage.recorder.start()
    writer = stage.recorder._tape.writer
    camera = Sender(stage, "camera", "VP8", 90000, VIDEO, key_pictures())
    microphone = Sender(stage, "microphone", "opus", 48000, AUDIO, [[packet] for packet in sounds(50)])
    for step in range(round(seconds / STEP)):
        now = clock.monotonic()
        microphone.send(step, now)
        if step not in PAUSE:
            camera.send(step, now)
        if step % REPORTS_EVERY == 1:
            for sender in (camera, microphone):
                sender.report(step, wall(step * STEP), now)
        clock.advance(STEP)
        if step % 4500 == 4499:  # the thread that writes has less than a second for minutes of call
            await until(lambda: writer._put == writer._written)
    for sender in (camera, microphone):
        sender.publication.end("left")
    sealed = await stage.recorder.seal("over")
    manifest = verify_manifest(await studio.get(sealed.manifest_blob), await studio.keys.public_key())
    return sealed, manifest, {"camera": camera.frames, "microphone": microphone.frames}


async def packets_in(studio: Studio, blob: str) -> list[float]:
    """Times in seconds of what a player reads, in its order."""
    with av.open(io.BytesIO(await studio.get(blob))) as file:
        times = [float(p.pts * p.time_base) for p in file.demux(file.streams[0]) if p.pts is not None]
        return times


async def test_an_hour_is_one_file_a_track_with_its_gap_and_sound_and_picture_stay_together(tmp_path):
    studio = Studio(tmp_path, FrozenClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC)))
    sealed, manifest, sent = await call(studio, lambda seconds: 1_000_000 + seconds)
    tracks = {track.source: track for track in manifest.tracks}
    assert {source: len(track.segments) for source, track in tracks.items()} == {"camera": 1, "microphone": 1}
    assert {track.source: track.frames for track in sealed.tracks} == sent
    for track in tracks.values():
        (segment,) = track.segments
        times = await packets_in(studio, segment.blob)
        assert all(before < after for before, after in pairwise(times))
        assert times[-1] - times[0] == pytest.approx(HOUR - STEP, abs=0.02)
        assert segment.duration_ms == pytest.approx(HOUR * 1000 - 100, abs=60)
        assert segment.start_ms == 0
    (hole,) = [gap for gap in manifest.gaps if gap.track_id == "p1-camera"]
    assert (hole.from_ms, hole.to_ms) == pytest.approx((PAUSE.start * 100 - 100, PAUSE.stop * 100), abs=2)


async def test_a_senders_wall_clock_that_is_set_by_an_hour_cuts_its_tracks_once_and_keeps_their_places(tmp_path):
    studio = Studio(tmp_path, FrozenClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC)))
    sealed, manifest, sent = await call(
        studio, lambda seconds: 1_000_000 + seconds + HOUR * (seconds > 300), seconds=600
    )
    for track in manifest.tracks:
        first, second = track.segments
        assert first.ended == "clock"
        assert second.start_ms == pytest.approx(300_000, abs=5_000)
        assert second.start_ms - second.arrived_ms == pytest.approx(0, abs=50)
        assert second.start_ms + second.duration_ms == pytest.approx(600_000, abs=150)
    camera, microphone = sorted(manifest.tracks, key=lambda track: track.source)
    assert abs(camera.segments[1].start_ms - microphone.segments[1].start_ms) <= 100
    assert all(track.frames >= sent[track.source] - 20 for track in sealed.tracks)
