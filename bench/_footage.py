"""A sealed recording for benchmarks of composition: people in front of a wall who sway and speak, 640x480@30, Opus."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from hashlib import sha256
from math import sin

import av
import numpy as np

from media.assembler import EncodedFrame
from media.compose_plan import ManifestRef, Order, Person, Words
from media.manifest import VERSION, Manifest, ManifestSegment, ManifestTrack, SpoolProof, digest, signed
from media.segment import mux
from ports.blobs import Blobs
from ports.keys import Keys

SCOPE = "bench"
BEGAN = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
WIDTH, HEIGHT, FPS, BITRATE = 640, 480, 30, 600_000
SCENE_SECONDS = 10  # then it begins again
WORDS = Words(
    "受理編號 SV000001　錄影序號 R1",
    "臺北時間 {}",
    "未開啟鏡頭",
    "影像中斷",
    "未在會議中",
    "分享畫面",
    "影像檔無法讀取",
)


async def shoot(people: int, seconds: int, blobs: Blobs, keys: Keys) -> tuple[Order, list[tuple[bytes, bytes]]]:
    """What the composer is asked for, and the files of camera and microphone of each person."""
    files, tracks = [], []
    for number in range(people):
        files.append((camera(number, seconds), microphone(number, seconds)))
        for kind, data in zip(("camera", "microphone"), files[-1], strict=True):
            tracks.append(await _track(f"p{number}", kind, data, seconds * 1000, blobs))
    manifest = Manifest(
        version=VERSION, recording_id="bench", part=1, serial="R1", started_at=BEGAN,
        ended_at=BEGAN + timedelta(seconds=seconds), duration_ms=seconds * 1000, reason="left", complete=True,
        frames_lost=0, tracks=tuple(tracks), gaps=(), marks=(), spool=SpoolProof(1, ""),
    )  # fmt: skip
    data = signed(manifest, await keys.public_key(), await keys.sign(digest(manifest)))
    info = await blobs.put("recordings/bench/manifest.json", data, scope=SCOPE)
    named = tuple(Person(f"p{number}", f"要保人 王大陸{number}") for number in range(people))
    order = Order(SCOPE, "bench", BEGAN, float(seconds), (ManifestRef(info.name, info.sha256),), named, WORDS)
    return order, files


def camera(number: int, seconds: int) -> bytes:
    scene = _encoded(number)
    frames = []
    for at in range(seconds * FPS):
        key, data = scene[at % len(scene)]
        frames.append(EncodedFrame(at * 3000, at / FPS, key, data, WIDTH, HEIGHT))
    return mux(frames, "VP8", 90000).data


def microphone(number: int, seconds: int) -> bytes:
    """A voice that rises and falls, with pauses."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.format, encoder.layout, encoder.sample_rate = "s16", "mono", 48000
    encoder.bit_rate, encoder.time_base = 32000, Fraction(1, 48000)
    time = np.arange(seconds * 48000) / 48000
    tone = np.sin(2 * np.pi * (140 + 60 * number) * time + 3 * np.sin(5 * time)) * (np.sin(1.3 * time + number) > 0)
    sound, packets = (tone * 8000).astype(np.int16), []
    for at in range(0, len(sound), 960):
        frame = av.AudioFrame.from_ndarray(sound[None, at : at + 960].copy(), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, at, encoder.time_base
        packets += encoder.encode(frame)
    frames = [EncodedFrame(n * 960, n * 0.02, True, bytes(packet), 0, 0) for n, packet in enumerate(packets)]
    return mux(frames, "opus", 48000).data


def _encoded(number: int) -> list[tuple[bool, bytes]]:
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.bit_rate, encoder.time_base, encoder.framerate = BITRATE, Fraction(1, FPS), Fraction(FPS)
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "max-intra-rate": "900"}
    encoder.gop_size = FPS * SCENE_SECONDS
    packets = []
    for at, image in enumerate(_scene(number)):
        frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = at, encoder.time_base
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return [(packet.is_keyframe, bytes(packet)) for packet in packets]


def _scene(number: int):
    rng = np.random.default_rng(number)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    wall = (120 + 60 * np.sin(columns / 37 + number) * np.cos(rows / 53))[..., None] * np.array([1, 0.9, 0.8])
    wall += rng.normal(0, 12, (HEIGHT // 8, WIDTH // 8, 1)).repeat(8, 0).repeat(8, 1)
    face = rng.normal(0, 14, (HEIGHT, WIDTH, 1)) + np.array([205.0, 165, 140])
    for at in range(FPS * SCENE_SECONDS):
        x, y = 320 + 25 * sin(at / 19 + number), 230 + 12 * sin(at / 13)
        image = wall + rng.normal(0, 2, (HEIGHT, WIDTH, 1))  # a sensor is never still
        body = ((columns - x) / 190) ** 2 + ((rows - y - 280) / 170) ** 2 < 1
        head = ((columns - x) / 80) ** 2 + ((rows - y) / 110) ** 2 < 1
        mouth = ((columns - x) / 28) ** 2 + ((rows - y - 50) / (4 + 10 * abs(sin(at / 3)))) ** 2 < 1
        image[body] = (60, 70, 110 + 20 * number)
        image[head] = np.roll(face, (round(y), round(x)), (0, 1))[head]
        image[mouth] = (120, 30, 40)
        yield image.clip(0, 255).astype(np.uint8)


async def _track(person: str, source: str, data: bytes, duration_ms: int, blobs: Blobs) -> ManifestTrack:
    video = source == "camera"
    info = await blobs.put(f"recordings/bench/{person}-{source}/1.webm", data, scope=SCOPE)
    segment = ManifestSegment(
        number=1, blob=info.name, sha256=sha256(data).hexdigest(), size=len(data), codec="VP8" if video else "opus",
        clock_rate=90000 if video else 48000, width=WIDTH, height=HEIGHT, start_ms=0, duration_ms=duration_ms,
        frames=1, concealed=0, arrived_ms=0, first_packet_at=BEGAN, first_timestamp=0, ended="left",
    )  # fmt: skip
    kind = "video" if video else "audio"
    return ManifestTrack(f"{person}-{source}", person, person, "policyholder", source, kind, (segment,))
