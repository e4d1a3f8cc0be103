"""RTP payload formats: what one packet holds of a frame, and what a whole frame is. Pure; malformed input gives None.

VP8 is RFC 7741 and RFC 6386, VP9 RFC 9628, H264 RFC 6184 (frames come out in Annex B form), Opus RFC 7587 and RFC 6716.
"""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

START_CODE = b"\0\0\0\1"
OPUS_RATE = 48000


class Piece(msgspec.Struct, frozen=True, gc=False):
    """``start``: a frame may begin with this packet."""

    start: bool
    data: bytes


class Shape(msgspec.Struct, frozen=True, gc=False):
    """``key``: decodable without any earlier frame. ``width`` and ``height`` in px, 0 where the format hides them."""

    key: bool
    width: int = 0
    height: int = 0


ALONE = Shape(True)


class Format(NamedTuple):
    unpack: Callable[[bytes], Piece | None]
    inspect: Callable[[bytes], Shape]


# ---- VP8 ------------------------------------------------------------------------------------------------------------


def unpack_vp8(payload: bytes) -> Piece | None:
    at = 1
    if payload[0] & 0x80:
        if len(payload) < 2:
            return None
        extension, at = payload[1], 2
        if extension & 0x80:
            if len(payload) <= at:
                return None
            at += 2 if payload[at] & 0x80 else 1
        at += (extension >> 6 & 1) + (1 if extension & 0x30 else 0)
    if len(payload) <= at:
        return None
    return Piece(payload[0] & 0x17 == 0x10, payload[at:])


def inspect_vp8(frame: bytes) -> Shape:
    if frame[0] & 1 or len(frame) < 10 or frame[3:6] != b"\x9d\x01\x2a":
        return Shape(False)
    width, height = int.from_bytes(frame[6:8], "little") & 0x3FFF, int.from_bytes(frame[8:10], "little") & 0x3FFF
    return Shape(width > 0 and height > 0, width, height)


# ---- VP9 ------------------------------------------------------------------------------------------------------------


def unpack_vp9(payload: bytes) -> Piece | None:
    flags, at = payload[0], 1
    try:
        if flags & 0x80:
            at += 2 if payload[at] & 0x80 else 1
        if flags & 0x20:
            at += 1 if flags & 0x10 else 2
        if flags & 0x50 == 0x50:
            at = _after_references(payload, at)
        if flags & 0x02:
            at = _after_structure(payload, at)
    except IndexError:
        return None
    if len(payload) <= at:
        return None
    return Piece(bool(flags & 0x08), payload[at:])


def _after_references(payload: bytes, at: int) -> int:
    """At most three reference differences follow, each saying whether another one comes."""
    for _ in range(3):
        at += 1
        if not payload[at - 1] & 1:
            break
    return at


def _after_structure(payload: bytes, at: int) -> int:
    head, at = payload[at], at + 1
    if head & 0x10:
        at += 4 * ((head >> 5) + 1)
    if head & 0x08:
        pictures, at = payload[at], at + 1
        for _ in range(pictures):
            at += 1 + (payload[at] >> 2 & 3)
    return at


def inspect_vp9(frame: bytes) -> Shape:
    """Profile 0, which is what browsers send; others look like frames that depend on one never seen."""
    if len(frame) < 10 or frame[0] & 0xFC != 0x80 or frame[1:4] != b"\x49\x83\x42":
        return Shape(False)
    bits = int.from_bytes(frame[4:10], "big")
    if bits >> 45 == 7:
        return Shape(False)
    return Shape(True, (bits >> 28 & 0xFFFF) + 1, (bits >> 12 & 0xFFFF) + 1)


# ---- H264 -----------------------------------------------------------------------------------------------------------


def unpack_h264(payload: bytes) -> Piece | None:
    kind = payload[0] & 0x1F
    if 1 <= kind <= 23:
        return Piece(True, START_CODE + payload)
    if kind == 24:
        return _unpack_aggregate(payload)
    if kind == 28 and len(payload) > 2:
        first = bool(payload[1] & 0x80)
        head = START_CODE + bytes([payload[0] & 0xE0 | payload[1] & 0x1F]) if first else b""
        return Piece(first, head + payload[2:])
    return None


def _unpack_aggregate(payload: bytes) -> Piece | None:
    units, at = [], 1
    while at + 2 <= len(payload):
        size = int.from_bytes(payload[at : at + 2], "big")
        unit = payload[at + 2 : at + 2 + size]
        if not unit or len(unit) != size:
            return None
        units.append(START_CODE + unit)
        at += 2 + size
    return Piece(True, b"".join(units)) if units else None


def inspect_h264(frame: bytes) -> Shape:
    """A key frame brings its sequence parameters: without them a file could not begin with it."""
    kinds = {unit[0] & 0x1F for unit in frame.split(START_CODE) if unit}
    return Shape(5 in kinds and 7 in kinds)


# ---- Opus -----------------------------------------------------------------------------------------------------------


def unpack_opus(payload: bytes) -> Piece | None:
    return Piece(True, payload)


def inspect_opus(frame: bytes) -> Shape:
    return ALONE


def opus_frame_duration(packet: bytes) -> int:
    """Of one of the packet's frames, in 1/48000 s (RFC 6716 table 2)."""
    config = packet[0] >> 3
    if config < 12:
        return (480, 960, 1920, 2880)[config & 3]
    if config < 16:
        return (480, 960)[config & 1]
    return (120, 240, 480, 960)[config & 3]


def opus_duration(packet: bytes) -> int:
    """Of the packet, in 1/48000 s, 120 ms at most (RFC 6716 section 3.2)."""
    code = packet[0] & 3
    frames = (1, 2, 2)[code] if code < 3 else (packet[1] & 0x3F if len(packet) > 1 else 1)
    return min(max(frames, 1) * opus_frame_duration(packet), 5760)


def opus_concealment(packet: bytes) -> bytes:
    """A packet of one empty frame in the same mode: decoders conceal it (RFC 6716 section 3.2.1)."""
    return bytes([packet[0] & 0xFC])


FORMATS: dict[str, Format] = {
    "VP8": Format(unpack_vp8, inspect_vp8),
    "VP9": Format(unpack_vp9, inspect_vp9),
    "H264": Format(unpack_h264, inspect_h264),
    "opus": Format(unpack_opus, inspect_opus),
}
