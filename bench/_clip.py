"""What the participants of a benchmark send: a few seconds of VP8 640x480@30 and of Opus, encoded once, cut for RTP."""

import fractions

import av
import numpy as np
from aiortc.codecs.vpx import Vp8Encoder

WIDTH, HEIGHT, FPS, BITRATE = 640, 480, 30, 595_000
CLIP_SECONDS = 4
KEYFRAME_PERCENT = 900  # of a frame's share of the bit rate, as real-time encoders limit it
AUDIO_BITRATE, AUDIO_SECONDS, AUDIO_SAMPLES = 40_000, 0.02, 960

Clip = list[list[bytes]]


def encode_video() -> Clip:
    """The RTP payloads of each frame of a few seconds of VP8; the first is a key frame."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.bit_rate, encoder.time_base = BITRATE, fractions.Fraction(1, FPS)
    rate = {"minrate": str(BITRATE), "maxrate": str(BITRATE), "max-intra-rate": str(KEYFRAME_PERCENT)}
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", **rate}
    encoder.gop_size = FPS * CLIP_SECONDS
    packer = Vp8Encoder()
    return [packer.pack(packet)[0] for packet in _pictures(encoder)]


def _pictures(encoder: av.VideoCodecContext) -> list[av.Packet]:
    noise = np.random.default_rng(1).integers(0, 60, (HEIGHT, WIDTH), np.uint8)
    slope = np.add.outer(np.arange(HEIGHT), np.arange(WIDTH))
    packets = []
    for number in range(FPS * CLIP_SECONDS):
        grey = ((slope + number * 5) % 190).astype(np.uint8) + np.roll(noise, number * 7, axis=1)
        frame = av.VideoFrame.from_ndarray(np.stack([grey] * 3, axis=-1), format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = number, encoder.time_base
        packets += encoder.encode(frame)
    return packets + encoder.encode(None)


def encode_audio() -> Clip:
    """The RTP payload of each 20 ms of a few seconds of Opus at 40 kbps."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.format, encoder.layout, encoder.sample_rate = "s16", "mono", 48000
    encoder.bit_rate, encoder.time_base = AUDIO_BITRATE, fractions.Fraction(1, 48000)
    encoder.options = {"application": "voip", "vbr": "off"}
    rng = np.random.default_rng(2)
    packets = []
    for number in range(round(CLIP_SECONDS / AUDIO_SECONDS)):
        samples = rng.integers(-3000, 3000, (1, AUDIO_SAMPLES), dtype=np.int16)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, number * AUDIO_SAMPLES, encoder.time_base
        packets += encoder.encode(frame)
    return [[bytes(packet)] for packet in packets]
