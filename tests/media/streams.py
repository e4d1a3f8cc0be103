"""Small real streams for the tests: encoded once, cut into RTP packets by the codecs' own packetisers."""

from fractions import Fraction
from functools import cache
from struct import pack

import av
import numpy as np
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder

VIDEO, AUDIO = 96, 111


def pictures(codec: str, count: int, key_every: int = 30, width: int = 160, height: int = 120) -> tuple[bytes, ...]:
    """Encoded frames of 30 a second; fewer of them are the first of more."""
    return _pictures(codec, max(count, 90), key_every, width, height)[:count]


def sounds(count: int) -> tuple[bytes, ...]:
    """Opus packets of 20 ms; fewer of them are the first of more."""
    return _sounds(max(count, 200))[:count]


@cache
def _pictures(codec: str, count: int, key_every: int, width: int, height: int) -> tuple[bytes, ...]:
    encoder = av.CodecContext.create({"VP8": "libvpx", "VP9": "libvpx-vp9", "H264": "libx264"}[codec], "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate, encoder.bit_rate = Fraction(1, 90000), Fraction(30), 500000
    encoder.options = (
        {"preset": "ultrafast", "tune": "zerolatency"}
        if codec == "H264"
        else {"deadline": "realtime", "lag-in-frames": "0", "cpu-used": "8", "g": "3000", "auto-alt-ref": "0"}
    )
    noise = np.random.default_rng(7).integers(0, 255, (height, width, 3), dtype=np.uint8)
    packets: list[bytes] = []
    for number in range(count):
        frame = av.VideoFrame.from_ndarray(np.roll(noise, number, 1), format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = number * 3000, encoder.time_base
        frame.pict_type = 1 if number % key_every == 0 else 0
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(packets)


@cache
def _sounds(count: int) -> tuple[bytes, ...]:
    encoder = av.CodecContext.create("libopus", "w")
    encoder.format, encoder.layout, encoder.sample_rate = "s16", "stereo", 48000
    encoder.time_base, encoder.options = Fraction(1, 48000), {"application": "voip"}
    packets: list[bytes] = []
    for number in range(count):
        frame = av.AudioFrame(format="s16", layout="stereo", samples=960)
        samples = np.random.default_rng(number).integers(-3000, 3000, 1920, dtype=np.int16)
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts, frame.time_base = 48000, number * 960, encoder.time_base
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(packets)


def rtp(sequence: int, timestamp: int, payload: bytes, marker: bool, payload_type: int) -> bytes:
    second = payload_type | (0x80 if marker else 0)
    return pack("!BBHII", 0x80, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 0x1234) + payload


def packetise(codec: str, frame: bytes, picture: int = 0) -> list[bytes]:
    if codec == "VP8":
        return Vp8Encoder._packetize(frame, picture & 0x7FFF)
    if codec == "VP9":
        cuts = [frame[at : at + 1200] for at in range(0, len(frame), 1200)]
        return [bytes([0x08 * (at == 0) | 0x04 * (at == len(cuts) - 1)]) + cut for at, cut in enumerate(cuts)]
    if codec == "H264":
        return H264Encoder._packetize(H264Encoder._split_bitstream(frame))
    return [frame]


def packets_of(
    codec: str, frames: tuple[bytes, ...], sequence: int = 0, timestamp: int = 0, step: int | None = None
) -> list[list[bytes]]:
    """The RTP packets of each frame."""
    step = step or (960 if codec == "opus" else 3000)
    out: list[list[bytes]] = []
    for number, frame in enumerate(frames):
        payloads = packetise(codec, frame, number)
        out.append([])
        for at, payload in enumerate(payloads):
            last = at == len(payloads) - 1
            kind = AUDIO if codec == "opus" else VIDEO
            out[-1].append(rtp(sequence, timestamp + number * step, payload, last, kind))
            sequence += 1
    return out


def flat(groups: list[list[bytes]]) -> list[bytes]:
    return [packet for group in groups for packet in group]


def decoded(data: bytes) -> int:
    """How many frames come out of a decoder."""
    import io

    with av.open(io.BytesIO(data)) as container:
        return sum(1 for _ in container.decode(container.streams[0]))
