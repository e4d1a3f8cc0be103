"""One segment of a track as a file: WebM, or Matroska for H264, with duration and cues, the frames as they came.

Pure but for memory: frames in, bytes out, and the same frames give the same bytes, so that sealing twice is harmless.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from struct import pack
from typing import Any

import av
import msgspec

from media.assembler import EncodedFrame
from media.gaps import STILL_MS, is_hole
from media.payloads import OPUS_RATE, opus_concealment, opus_duration, opus_frame_duration
from media.recording_errors import SegmentUnreadable

CLUSTER_MS = 1000
CUE_BYTES = 40  # the most that one entry takes in the index
MUX_NAMES = {"VP8": "vp8", "VP9": "vp9"}


class Segment(msgspec.Struct, frozen=True):
    """``frames``: those received; ``concealed``: empty Opus frames in the place of what never came, without which
    players would let the sound run ahead of the picture; ``holes``: (from_ms, to_ms) without a frame."""

    data: bytes
    frames: int
    concealed: int
    duration_ms: int
    width: int
    height: int
    holes: tuple[tuple[int, int], ...]


class Timed(msgspec.Struct, frozen=True, gc=False):
    """A frame at its place: ``pts`` and ``duration`` in units of the clock rate from the segment's first frame.
    ``empty``: nobody sent it."""

    pts: int
    duration: int
    key: bool
    data: bytes
    empty: bool = False


def extension(codec: str) -> str:
    return "mkv" if codec == "H264" else "webm"


def mux(frames: Sequence[EncodedFrame], codec: str, clock_rate: int) -> Segment:
    """The file of these frames: at least one, times rising, video beginning with a key frame. Raises
    SegmentUnreadable where the frames are no stream of the codec."""
    timed = place_audio(frames) if codec == "opus" else place_video(frames, clock_rate)
    first = frames[0]
    try:
        data = _write(timed, codec, clock_rate, first)
    except (av.FFmpegError, IndexError, ValueError) as failed:  # IndexError: the example has no stream
        raise SegmentUnreadable(type(failed).__name__) from failed
    return Segment(
        data=data,
        frames=len(frames),
        concealed=sum(each.empty for each in timed),
        duration_ms=_ms(timed[-1].pts + timed[-1].duration, clock_rate),
        width=first.width,
        height=first.height,
        holes=tuple(_holes(frames, clock_rate)),
    )


def place_video(frames: Sequence[EncodedFrame], clock_rate: int) -> list[Timed]:
    """A picture stands until the next one."""
    start, still = frames[0].timestamp, STILL_MS * clock_rate // 1000
    ends = [frame.timestamp for frame in frames[1:]] + [frames[-1].timestamp + still]
    return [
        Timed(frame.timestamp - start, end - frame.timestamp, frame.key, frame.data)
        for frame, end in zip(frames, ends, strict=True)
    ]


def place_audio(frames: Sequence[EncodedFrame]) -> list[Timed]:
    """Packet after packet, for so players play them, whatever times they carry. Where what is played falls behind those
    times by half a frame, an empty frame is put in; where it runs ahead by as much, a frame is left out. Both happen to
    sound cards that run slow or fast, too."""
    start, played, timed = frames[0].timestamp, 0, list[Timed]()
    for frame in frames:
        pts, duration = frame.timestamp - start, opus_duration(frame.data)
        if pts + duration // 2 < played:
            continue
        if timed:
            empty = list(_concealment(timed[-1], played, pts))
            played += sum(each.duration for each in empty)
            timed += empty
            pts = max(pts, timed[-1].pts + 1)
        timed.append(Timed(pts, duration, True, frame.data))
        played += duration
    return timed


def _concealment(last: Timed, at: int, until: int) -> Iterator[Timed]:
    """After `last`, times rising: where frames get shorter, `at` may still be half a long one behind."""
    step, data, pts = opus_frame_duration(last.data), opus_concealment(last.data), last.pts
    while at + step // 2 < until:
        pts = max(at, pts + 1)
        yield Timed(pts, step, True, data, empty=True)
        at += step


def _holes(frames: Sequence[EncodedFrame], clock_rate: int) -> Iterator[tuple[int, int]]:
    start = frames[0].timestamp
    for before, after in pairwise(frames):
        if is_hole(before.timestamp, after.timestamp, clock_rate):
            yield _ms(before.timestamp - start, clock_rate), _ms(after.timestamp - start, clock_rate)


def _ms(units: int, clock_rate: int) -> int:
    return round(units * 1000 / clock_rate)


def _write(timed: Sequence[Timed], codec: str, clock_rate: int, first: EncodedFrame) -> bytes:
    sink, base = io.BytesIO(), Fraction(1, clock_rate)
    with (
        av.open(sink, "w", format=_container(codec), options=_options(timed, codec, clock_rate)) as out,
        _stream(out, codec, first) as stream,
    ):
        for frame in timed:
            packet = av.Packet(frame.data)
            packet.pts = packet.dts = frame.pts
            packet.duration, packet.time_base = frame.duration, base
            packet.is_keyframe, packet.stream = frame.key, stream
            out.mux(packet)
    return sink.getvalue()


def _container(codec: str) -> str:
    return "matroska" if codec == "H264" else "webm"


def _options(timed: Sequence[Timed], codec: str, clock_rate: int) -> dict[str, str]:
    """Room for the index in front, so that a browser can seek before it has fetched the end; nothing of the moment or
    the machine in the file."""
    clusters = _ms(timed[-1].pts, clock_rate) // CLUSTER_MS + 2
    entries = clusters if codec == "opus" else sum(frame.key for frame in timed)
    return {
        "cluster_time_limit": str(CLUSTER_MS),
        "reserve_index_space": str(CUE_BYTES * entries + 64),
        "fflags": "+bitexact",
    }


@contextmanager
def _stream(out: Any, codec: str, first: EncodedFrame) -> Iterator[Any]:
    if codec in MUX_NAMES:
        yield out.add_mux_stream(MUX_NAMES[codec], rate=30, width=first.width, height=first.height)
        return
    example, name = (_opus_example(), "ogg") if codec == "opus" else (first.data, "h264")
    with av.open(io.BytesIO(example), format=name) as template:
        yield out.add_stream_from_template(template.streams[0], opaque=True)


def _opus_example() -> bytes:
    """The smallest Ogg stream that tells the muxer what Opus it gets: stereo, nothing to skip (RFC 7845)."""
    head = b"OpusHead" + pack("<BBHIhB", 1, 2, 0, OPUS_RATE, 0, 0)
    pages = ((2, 0, head), (0, 0, b"OpusTags" + bytes(8)), (4, 960, b"\xf8\xff\xfe"))
    return b"".join(_ogg_page(flags, position, number, body) for number, (flags, position, body) in enumerate(pages))


def _ogg_page(flags: int, position: int, number: int, body: bytes) -> bytes:
    page = b"OggS\0" + pack("<BqIII", flags, position, 1, number, 0) + bytes([1, len(body)]) + body
    return page[:22] + pack("<I", _ogg_crc(page)) + page[26:]


def _ogg_crc(page: Iterable[int]) -> int:
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc >> 31 else 0)) & 0xFFFFFFFF
    return crc
