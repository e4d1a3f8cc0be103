"""An hour's call with a camera that comes late and whose clock runs apart, by virtual time: does the picture of a clap
still meet its sound? Through the real recorder; measured where a player puts both, and in the composed film.

Every minute one frame is white and one sound is a beep; when each was taken is known. The camera's RTP clock runs 200
ppm fast and the sound card 80 ppm slow against the sender's clock, which is itself seconds off ours.
"""

import argparse
import asyncio
import io
import random
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from struct import pack

import av
import numpy as np

from bench._footage import BEGAN, WORDS
from bench._table import show
from esign.fonts import font_files
from media.compose import make_part
from media.compose_audio import RATE
from media.compose_part import head_bytes
from media.compose_plan import FPS, PART_FRAMES, ManifestRef, Order, Person, Plan, plan
from media.compose_source import Clips
from media.compose_video import Stage
from media.manifest import ManifestSegment, ManifestTrack, read_signed
from media.messages import SealedRecording, TrackInfo
from media.mp4 import file_head
from media.recorder import Recorder
from media.timing import ntp_ms
from media.writebehind import LIMIT_BYTES
from ports.blobs import SealedBlobs, open_blobs
from ports.clock import FrozenClock
from ports.keys import MemoryKeys

SCOPE = "bench"
MINUTES, LATE_S = 60, 600.0
CAMERA_PPM, CARD_PPM = 200e-6, -80e-6
SENDER_OFF_S = 3.217  # its clock against ours
FRAME_S, PACKET_S, REPORT_S = 0.1, 0.02, 5.0
FLASH = 2  # frames
BEEP = 10  # packets
LOOKED_AT = {True: (11, 35, 59), False: (11, 20, 30, 40, 50, 59)}  # minutes whose part of the film is made


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--minutes", type=int, default=MINUTES, help="length of the call")


def run(arguments: argparse.Namespace) -> dict:
    return asyncio.run(measure(arguments.minutes, LOOKED_AT[arguments.quick]))


async def measure(minutes: int, looked_at: tuple[int, ...]) -> dict:
    keys = MemoryKeys()
    blobs = open_blobs("memory:", keys)
    call = Call(minutes)
    with tempfile.TemporaryDirectory(prefix="cvx-bench-") as folder:
        sealed = await call.record(Path(folder), blobs, keys)
    manifest = read_signed(await blobs.get(sealed.manifest_blob, scope=SCOPE)).manifest
    camera, microphone = sorted(manifest.tracks, key=lambda track: track.kind, reverse=True)
    files = {s.blob: await blobs.get(s.blob, scope=SCOPE) for track in manifest.tracks for s in track.segments}
    player = errors(call, dict(shown(camera, files)), dict(heard(microphone, files)))
    order = Order(
        SCOPE, "sync", manifest.started_at, sealed.seconds,
        (ManifestRef(sealed.manifest_blob, sealed.manifest_sha256),),
        (Person("p1", "要保人 王大陸"),), WORDS,
    )  # fmt: skip
    minutes_seen = [minute for minute in looked_at if minute < minutes]
    film = composed(call, plan(order, [manifest]), minutes_seen, files)
    result = {
        "av_error_ms_max": max(*map(abs, player), *map(abs, film)),
        "player_ms_max": max(map(abs, player)),
        "player_ms_first_last": [player[0], player[-1]],
        "film_ms_max": max(map(abs, film)),
        "film_ms": film,
        "claps": len(player),
        "minutes": minutes,
        "camera_ppm": round(CAMERA_PPM * 1e6),
        "card_ppm": round(CARD_PPM * 1e6),
    }
    show([{key: value for key, value in result.items() if not isinstance(value, list)}])
    return result


class Call:
    """What the participant sends, and when each clap was taken (seconds of our clock, from the recording's start)."""

    def __init__(self, minutes: int):
        self._until = minutes * 60.0
        self._random = random.Random(3)
        self.black, self.white = _pictures()
        self.silence, self.beep = _sounds()
        self.flashes: dict[int, float] = {}
        self.beeps: dict[int, float] = {}

    async def record(self, folder: Path, blobs: SealedBlobs, keys: MemoryKeys) -> SealedRecording:
        clock = FrozenClock(BEGAN)
        recorder = Recorder(
            scope=SCOPE, recording_id="sync", blobs=blobs, keys=keys, clock=clock, spool_dir=folder,
            on_event=lambda _: None,
        )  # fmt: skip
        await recorder.start()
        sinks = {kind: recorder.open_track(_info(kind), lambda: None) for kind in ("video", "audio")}
        for number, (at, kind, packet, report) in enumerate(self._arrivals()):
            clock.advance(max(at - clock.monotonic(), 0))
            sinks[kind].rtp(packet, clock.monotonic()) if packet else sinks[kind].sender_report(*report)
            if number % 500 == 0:
                await _on_the_disk(recorder)
        sealed = await recorder.seal("left")
        await recorder.discard()
        return sealed

    def _arrivals(self) -> list[tuple[float, str, bytes | None, tuple[int, int] | None]]:
        sent = [*self._camera(), *self._card()]
        return sorted(sent, key=lambda each: each[0])

    def _camera(self) -> Iterator[tuple]:
        """Its frames at a steady pace of our clock, their RTP times by its own."""

        def rtp_time(at: float) -> int:
            return round((at - LATE_S) * 90000 * (1 + CAMERA_PPM)) + 777

        for number in range(round((self._until - LATE_S) / FRAME_S)):
            at = LATE_S + number * FRAME_S
            into = round(at / FRAME_S) % round(60 / FRAME_S)
            if into == 0:
                self.flashes[round(at / 60)] = at
            image = self.white if into < FLASH else self.black
            yield at + self._delay(0.06), "video", _rtp(96, number, rtp_time(at), b"\x10" + image), None
            if number % round(REPORT_S / FRAME_S) == 0:
                yield at + 0.001 + self._delay(0.06), "video", None, (_ntp(at), rtp_time(at) % 2**32)

    def _card(self) -> Iterator[tuple]:
        """Its packets as its own clock has them, so their pace on ours is a little slower."""
        pace, next_clap, playing = PACKET_S / (1 + CARD_PPM), 60.0, 99
        for number in range(round(self._until / pace)):
            at = number * pace
            if at >= next_clap - pace / 2:
                self.beeps[round(next_clap / 60)] = at
                next_clap, playing = next_clap + 60, 0
            data = self.beep[playing] if playing < len(self.beep) else self.silence
            playing += 1
            yield at + self._delay(0.03), "audio", _rtp(111, number, number * 960 + 55, data), None
            if number % round(REPORT_S / PACKET_S) == 0:
                yield at + 0.001 + self._delay(0.03), "audio", None, (_ntp(at), number * 960 + 55)

    def _delay(self, least: float) -> float:
        """Packets keep their order: the jitter is less than their distance."""
        return least + self._random.random() * 0.015


async def _on_the_disk(recorder: Recorder) -> None:
    """Virtual time runs far faster than a disk follows, and what does not fit into its queue would be lost."""
    writer = recorder._tape.writer
    while writer._put - writer._written > LIMIT_BYTES // 2:  # noqa: ASYNC110 -- the thread that writes tells nobody
        await asyncio.sleep(0.01)


def errors(call: Call, pictures: dict[int, float], sounds: dict[int, float]) -> list[float]:
    """By how many milliseconds the picture of each clap comes late against its sound."""
    both = sorted(set(pictures) & set(sounds) & set(call.flashes))
    if not both:
        raise RuntimeError("no clap was found")
    return [round(((pictures[n] - call.flashes[n]) - (sounds[n] - call.beeps[n])) * 1000, 1) for n in both]


def shown(track: ManifestTrack, files: dict[str, bytes]) -> Iterator[tuple[int, float]]:
    """When a player shows the first white picture of each minute: the place of its file, and its time in it."""
    white_before = False
    for segment, packets in _packets(track, files):
        for packet in packets:
            white = bytes(packet) == _pictures()[1]
            at = segment.start_ms / 1000 + float(packet.pts * packet.time_base)
            if white and not white_before:
                yield round(at / 60), at
            white_before = white


def heard(track: ManifestTrack, files: dict[str, bytes]) -> Iterator[tuple[int, float]]:
    """When a player lets hear the first packet of each beep: it plays packet after packet, whatever their times."""
    first = _sounds()[1][0]
    for segment, packets in _packets(track, files):
        for number, packet in enumerate(packets):
            if bytes(packet) == first:
                at = segment.start_ms / 1000 + number * PACKET_S
                yield round(at / 60), at


def _packets(track: ManifestTrack, files: dict[str, bytes]) -> Iterator[tuple[ManifestSegment, list[av.Packet]]]:
    for segment in track.segments:
        with av.open(io.BytesIO(files[segment.blob])) as container:
            yield segment, [packet for packet in container.demux(container.streams[0]) if packet.pts is not None]


def composed(call: Call, film: Plan, minutes: list[int], files: dict[str, bytes]) -> list[float]:
    """The same in the film: only the parts that hold these claps are made, as they would be for the whole."""

    def fetch(blob: str, start: int, length: int) -> bytes:
        return files[blob][start : start + length]

    pictures, sounds = {}, {}
    for minute in minutes:
        number = minute * 60 * FPS // PART_FRAMES
        clips = Clips(fetch)
        stage = Stage(film, font_files()[0], clips)
        part, data = make_part(film, "", stage, number, clips)
        stage.close()
        begins = number * PART_FRAMES / FPS
        watched = file_head([part]) + data[head_bytes(data) :]
        clap = minute * 60 - begins
        pictures[minute] = begins + _flash(watched, clap)
        sounds[minute] = begins + _onset(watched, clap)
    return errors(call, pictures, sounds)


def _flash(film: bytes, near: float) -> float:
    with av.open(io.BytesIO(film)) as container:
        for frame in container.decode(video=0):
            middle = np.frombuffer(frame.planes[0], np.uint8).reshape(-1, frame.planes[0].line_size)[360, 640]
            if middle > 128 and float(frame.time) > near - 2:
                return float(frame.time)
    raise RuntimeError("no flash in the film")


def _onset(film: bytes, near: float) -> float:
    with av.open(io.BytesIO(film)) as container:
        blocks = [(frame.time, frame.to_ndarray()[0]) for frame in container.decode(audio=0)]
    sound = np.abs(np.concatenate([block for _, block in blocks]))
    skip = max(0, round((near - 2 - blocks[0][0]) * RATE))
    loud = sound[skip:] > 0.3 * sound[skip:].max()
    return float(blocks[0][0]) + (skip + int(np.argmax(loud))) / RATE


def _info(kind: str) -> TrackInfo:
    video = kind == "video"
    source = "camera" if video else "microphone"
    return TrackInfo(
        track_id=f"p1-{source}", participant_id="p1", person_id="p1", role="policyholder", source=source, kind=kind,
        codec="VP8" if video else "opus", clock_rate=90000 if video else 48000, payload_type=96 if video else 111,
    )  # fmt: skip


def _rtp(kind: int, sequence: int, timestamp: int, payload: bytes) -> bytes:
    return pack("!BBHII", 0x80, 0x80 | kind, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, kind) + payload


def _ntp(at: float) -> int:
    ntp = round((3_900_000_000 + SENDER_OFF_S + at) * 2**32)
    assert ntp_ms(ntp) > 0
    return ntp


@cache
def _pictures() -> tuple[bytes, bytes]:
    """A black and a white key frame of VP8."""
    return tuple(_picture(brightness) for brightness in (16, 235))


def _picture(brightness: int) -> bytes:
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 64, 48, "yuv420p", Fraction(1, 10)
    planes = np.full((72, 64), 128, np.uint8)
    planes[:48] = brightness
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.pts, frame.time_base = 0, encoder.time_base
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])


@cache
def _sounds() -> tuple[bytes, list[bytes]]:
    """A packet of silence, and those of a beep with what it takes to fade."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.format, encoder.layout, encoder.sample_rate = "s16", "mono", RATE
    encoder.time_base, encoder.options = Fraction(1, RATE), {"application": "lowdelay"}
    tone = (np.sin(2 * np.pi * 1000 * np.arange(960 * BEEP) / RATE) * 20000).astype(np.int16)
    sound = np.concatenate([np.zeros(960 * 50, np.int16), tone, np.zeros(960 * 20, np.int16)])
    packets = []
    for at in range(0, len(sound), 960):
        frame = av.AudioFrame.from_ndarray(sound[None, at : at + 960].copy(), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, at, encoder.time_base
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets[40], packets[50:70]
