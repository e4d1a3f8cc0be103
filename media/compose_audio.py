"""Sound of a film: every voice at its place, mixed to one channel, encoded as AAC.

A part begins and ends in the middle of the sound. So that nothing clicks there, the encoder hears some frames before
and after what is kept of it (AAC frames overlap by half), and Opus decoders some time too.
"""

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from av.codec.context import Flags

from media.compose_part import AAC, PART_SOUNDS
from media.compose_plan import FPS, RATE, Clip, Plan
from media.compose_source import Clips, seek

AROUND = 4 * AAC  # what the encoder hears before and after a part
PREROLL_MS = 500  # what a decoder hears before that (RFC 7845, 4.6: at least 80)
JUMP = RATE // 200  # 5 ms: times that are off by more are another piece of sound
DRIFT_LEAST = 5 * RATE  # a piece that is shorter tells nothing of its clock
DRIFT_MOST = 0.002
FADE = RATE // 500  # 2 ms, where pieces meet
PER_MS = RATE // 1000
BITRATE = 64000

Samples = np.ndarray  # float32, -1 to 1


class Piece:
    """Sound without a break: blocks, and the time at which each of them says that it begins."""

    def __init__(self) -> None:
        self._blocks: list[Samples] = []
        self._starts: list[float] = []
        self._times: list[float] = []
        self.length = 0

    def add(self, at: float, block: Samples) -> None:
        self._starts.append(self.length)
        self._times.append(at)
        self._blocks.append(block)
        self.length += len(block)

    def follows(self, at: float) -> bool:
        """Times are rounded to milliseconds and clocks drift, so the last few say where it goes on."""
        starts, times = self._starts[-50:], self._times[-50:]
        return abs(at - self.length - float(np.mean(np.subtract(times, starts)))) <= JUMP

    def placed(self) -> tuple[int, Samples]:
        """First sample and samples. A source whose clock runs apart from ours is stretched to it."""
        samples = np.concatenate(self._blocks)
        starts, times = np.array(self._starts), np.array(self._times)
        pace = self._pace(starts, times)
        at = float(np.mean(times - starts * pace))
        if pace == 1.0:
            return round(at), samples
        first = int(np.ceil(at))
        wanted = np.arange(first, int(at + self.length * pace))
        return first, np.interp((wanted - at) / pace, np.arange(self.length), samples).astype(np.float32)

    def _pace(self, starts: np.ndarray, times: np.ndarray) -> float:
        """Samples of ours to one of the source: 1.0 unless it is apart by a sample or more over the piece."""
        if self.length < DRIFT_LEAST:
            return 1.0
        pace = float(np.polyfit(starts - starts.mean(), times - times.mean(), 1)[0])
        apart = abs(pace - 1) * self.length
        return pace if apart > 2 * PER_MS // 3 and abs(pace - 1) < DRIFT_MOST else 1.0


def window(plan: Plan, first: int, last: int, source: Clips) -> Samples:
    """All voices together, from the first sample of the film to before the last."""
    mixed = np.zeros(last - first, np.float32)
    for lane in plan.voices:
        mixed += _lane(lane.clips, first, last, source)
    return np.clip(mixed, -1, 1)


def _lane(clips: tuple[Clip, ...], first: int, last: int, source: Clips) -> Samples:
    """Where two pieces overlap the later one counts."""
    out = np.zeros(last - first, np.float32)
    for clip in clips:
        if clip.start_ms * PER_MS < last and clip.end_ms * PER_MS > first - RATE:
            for piece in _pieces(clip, first, last, source):
                _lay(out, first, *piece.placed())
    return out


def _lay(out: Samples, first: int, at: int, samples: Samples) -> None:
    begin, end = max(at, first), min(at + len(samples), first + len(out))
    if begin >= end:
        return
    region, fresh = out[begin - first : end - first], samples[begin - at : end - at].copy()
    fade = min(FADE, len(fresh)) if begin == at else 0
    rising = np.linspace(0, 1, fade, dtype=np.float32)
    fresh[:fade] = fresh[:fade] * rising + region[:fade] * (1 - rising)
    region[:] = fresh


def _pieces(clip: Clip, first: int, last: int, source: Clips) -> Iterator[Piece]:
    piece = Piece()
    for at, block in _decoded(clip, first / PER_MS - PREROLL_MS, last / PER_MS, source):
        if piece.length and not piece.follows(at):
            yield piece
            piece = Piece()
        piece.add(at, block)
    if piece.length:
        yield piece


def _decoded(clip: Clip, from_ms: float, to_ms: float, source: Clips) -> Iterator[tuple[float, Samples]]:
    """Blocks with their first sample on the film's clock."""
    container = source.open(clip)
    if container is None:
        return
    with container:
        stream = container.streams[0]
        if from_ms > clip.start_ms:
            seek(container, from_ms - clip.start_ms)
        for packet in container.demux(stream):
            if packet.pts is None or (at := clip.start_ms + float(packet.pts * stream.time_base * 1000)) < from_ms:
                continue
            if at >= to_ms:
                return
            try:
                frames = packet.decode()
            except av.FFmpegError:
                continue
            for frame in frames:
                yield at * PER_MS, _mono(frame)
                at += frame.samples / PER_MS


def _mono(frame: av.AudioFrame) -> Samples:
    """Opus comes out as floats, one plane a channel."""
    return frame.to_ndarray().mean(axis=0, dtype=np.float32)


def encode(plan: Plan, part: int, source: Clips) -> tuple[bytes, list[bytes]]:
    """The AudioSpecificConfig, and the frames of a part. Frame n of the film decodes to the samples from
    (n - 1) * 1024 on, as if one encoder had made them all."""
    first = part * PART_SOUNDS * AAC
    until = min(first + PART_SOUNDS * AAC, _end(plan))
    begin = max(first - AROUND, 0)
    samples = window(plan, begin, until + AROUND, source)
    encoder = _encoder()
    packets = []
    for at in range(0, len(samples) // AAC * AAC, AAC):
        frame = av.AudioFrame.from_ndarray(samples[None, at : at + AAC], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, begin + at, encoder.time_base
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    kept = [bytes(packet) for packet in packets if first - AAC <= packet.pts < until - AAC]
    return bytes(encoder.extradata), kept


def _end(plan: Plan) -> int:
    """Frames come whole; one more, since the first is silence."""
    return (-(-plan.frames * RATE // FPS // AAC) + 1) * AAC


def _encoder() -> av.AudioCodecContext:
    encoder = av.CodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = RATE, "mono", "fltp", BITRATE
    encoder.time_base = Fraction(1, RATE)
    encoder.flags |= Flags.global_header
    encoder.open()
    return encoder
