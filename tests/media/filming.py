"""Small sealed recordings whose pictures and sounds are known: plain colours that flash, and tones."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from hashlib import sha256
from pathlib import Path

import av
import numpy as np

from media.assembler import EncodedFrame
from media.compose_plan import ManifestRef, Order, Person, Words
from media.manifest import VERSION, Gap, Manifest, ManifestSegment, ManifestTrack, SpoolProof, digest, signed
from media.segment import extension, mux
from ports.blobs import Blobs
from ports.keys import Keys

FONT = Path(__file__).parents[2] / "esign/fonts/NotoSansTC_400Regular.ttf"
BEGAN = datetime(2026, 11, 22, 2, 15, 3, 400_000, tzinfo=UTC)
SCOPE = "case-1"
ENCODERS = {"VP8": "libvpx", "VP9": "libvpx-vp9", "H264": "libx264"}
REALTIME = {"deadline": "realtime", "lag-in-frames": "0", "cpu-used": "8", "g": "3000", "auto-alt-ref": "0"}
WORDS = Words(
    "受理編號 SV26112200017　錄影序號 R20261122-ABCD-EFGH-7",
    "臺北時間 {}",
    "未開啟鏡頭",
    "影像中斷",
    "未在會議中",
    "分享畫面",
    "影像檔無法讀取",
)


def picture(colour: tuple[int, int, int], width: int, height: int) -> np.ndarray:
    """The colour, with the upper left quarter black, so that a turn shows."""
    image = np.empty((height, width, 3), np.uint8)
    image[:] = colour
    image[: height // 2, : width // 2] = 0
    return image


def encoded(codec: str, images: list[np.ndarray], key_every: int = 30) -> list[EncodedFrame]:
    """30 pictures a second."""
    height, width, _ = images[0].shape
    encoder = av.CodecContext.create(ENCODERS[codec], "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate, encoder.bit_rate = Fraction(1, 90000), Fraction(30), 500_000
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency"} if codec == "H264" else REALTIME
    frames = []
    for number, image in enumerate(images):
        frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base, frame.pict_type = number * 3000, encoder.time_base, int(number % key_every == 0)
        for packet in encoder.encode(frame):
            frames.append(
                EncodedFrame(packet.pts, packet.pts / 90000, packet.is_keyframe, bytes(packet), width, height)
            )
    return frames


@cache
def coloured(codec: str, seconds: float, colour: tuple[int, int, int], width: int = 320, height: int = 240) -> bytes:
    images = [picture(colour, width, height)] * round(seconds * 30)
    return mux(encoded(codec, images), codec, 90000).data


def voiced(samples: np.ndarray) -> bytes:
    """Opus of mono samples, -1 to 1."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.format, encoder.layout, encoder.sample_rate = "s16", "mono", 48000
    encoder.time_base = Fraction(1, 48000)
    frames, sound = [], (samples * 32000).astype(np.int16)
    for at in range(0, len(sound) // 960 * 960, 960):
        frame = av.AudioFrame.from_ndarray(sound[None, at : at + 960].copy(), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, at, encoder.time_base
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    return mux([EncodedFrame(n * 960, n * 0.02, True, data, 0, 0) for n, data in enumerate(frames)], "opus", 48000).data


class Footage:
    """A recording that is put together from clips."""

    def __init__(
        self,
        blobs: Blobs,
        keys: Keys,
        recording_id: str = "rec-1",
        began: datetime = BEGAN,
        scope: str = SCOPE,
    ):
        self._blobs, self._keys, self._id, self._began, self._scope = blobs, keys, recording_id, began, scope
        self._tracks: dict[str, ManifestTrack] = {}
        self._gaps: list[Gap] = []
        self._until = 0

    async def add(
        self, person: str, source: str, data: bytes, start_ms: int, codec: str = "VP8", rotation: int = 0,
        ended: str = "left",
    ) -> None:  # fmt: skip
        track_id = f"{person}-{source}"
        track = self._tracks.get(track_id) or ManifestTrack(
            track_id, person, person, "policyholder", source, "audio" if codec == "opus" else "video", ()
        )
        number = len(track.segments) + 1
        name = f"recordings/{self._id}/{self._began:%H%M%S}/{track_id}/{number}.{extension(codec)}"
        await self._blobs.put(name, data, scope=self._scope)
        duration = _duration_ms(data)
        segment = ManifestSegment(
            number=number, blob=name, sha256=sha256(data).hexdigest(), size=len(data), codec=codec,
            clock_rate=48000 if codec == "opus" else 90000, width=320, height=240, start_ms=start_ms,
            duration_ms=duration, frames=1, concealed=0, arrived_ms=start_ms, first_packet_at=self._began,
            first_timestamp=0, ended=ended, rotation=rotation,
        )  # fmt: skip
        self._until = max(self._until, start_ms + duration)
        self._tracks[track_id] = ManifestTrack(
            track_id, person, person, "policyholder", source, track.kind, (*track.segments, segment)
        )

    def gap(self, person: str, source: str, from_ms: int, to_ms: int, reason: str) -> None:
        self._gaps.append(Gap(f"{person}-{source}", from_ms, to_ms, reason))

    async def seal(self, part: int = 1) -> ManifestRef:
        manifest = Manifest(
            version=VERSION, recording_id=self._id, part=part, serial="R1", started_at=self._began,
            ended_at=self._began + timedelta(milliseconds=self._until), duration_ms=self._until, reason="left",
            complete=True, frames_lost=0, tracks=tuple(self._tracks.values()), gaps=tuple(self._gaps), marks=(),
            spool=SpoolProof(1, ""),
        )  # fmt: skip
        data = signed(manifest, await self._keys.public_key(), await self._keys.sign(digest(manifest)))
        info = await self._blobs.put(f"recordings/{self._id}/manifest-{part}.json", data, scope=self._scope)
        return ManifestRef(info.name, info.sha256)


def _duration_ms(data: bytes) -> int:
    import io

    with av.open(io.BytesIO(data)) as container:
        return round(container.duration / 1000)


def order(*sealed: ManifestRef, people: tuple[str, ...] = ("A1", "M1", "M2")) -> Order:
    labels = {"A1": "業務員 歐陽林林", "M1": "要保人 王大陸", "M2": "被保險人 林小芸"}
    named = tuple(Person(person, labels.get(person, person)) for person in people)
    return Order(SCOPE, "rec-1", BEGAN, 0.0, sealed, named, WORDS)
