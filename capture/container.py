"""What is wrapped round a picture: nothing in front of it, behind it or between may be anything but a picture.

A file that is a picture and something else as well (a web page, a PDF, an archive) is refused before it is decoded, and
so is one of several pictures. What phones themselves put behind a photo stays allowed, since it is in most photos of
such phones: the further JPEGs that an MPF index announces (CIPA DC-007), a motion photo's clip, Samsung's trailer.
All of it is dropped in any case: what is kept of a photo is encoded anew from its pixels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from capture.errors import PhotoMultiFrame, PhotoPolyglot, PhotoUndecodable

MARKUP = re.compile(rb"<(?:!doctype|html|head|body|script|iframe|svg|\?php)[\s>/]|<\?php\s", re.IGNORECASE)
ENTROPY_ENDS = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
PDF_WITHIN = 1024  # readers look for its header this far
ZIP_END, ZIP_ENTRY, ZIP_FILE, ZIP_TAIL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04", 65_557
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
BARE = (0x01, *range(0xD0, 0xD9))  # markers of a JPEG without a length
MOVING_BRANDS = (b"hevc", b"hevx", b"msf1", b"avis")
MOST_PARTS = 10_000  # segments, chunks or boxes round one picture
MOST_BEHIND = 16  # previews, gain maps and clips behind one


@dataclass(frozen=True, slots=True)
class Wrapping:
    """`around`: all bytes that are not the picture's own data. `behind`: what follows the picture's end."""

    around: bytes
    behind: bytes
    frames: bool = False  # says that there are several


def check_container(data: bytes) -> None:
    """Raises PhotoUndecodable for what is none of the four kinds, or ends early; PhotoPolyglot; PhotoMultiFrame."""
    wrapping = _unwrap(data)
    if wrapping.frames:
        raise PhotoMultiFrame("several pictures in one file")
    if not _phones_own(wrapping.behind, wrapping.around):
        raise PhotoPolyglot("data behind the picture")
    if _is_more(data, wrapping.around):
        raise PhotoPolyglot("the picture is another kind of file as well")


def _unwrap(data: bytes) -> Wrapping:
    if data.startswith(JPEG):
        around, end = _jpeg(data, 0)
        return Wrapping(around, data[end:])
    if data.startswith(PNG):
        return _png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    if data[4:8] == b"ftyp":
        return _heif(data)
    raise PhotoUndecodable("none of the four kinds")


def _jpeg(data: bytes, at: int) -> tuple[bytes, int]:
    """The segments round the scans, and where the picture that begins at `at` ends."""
    around, place = [], at + 2
    while True:
        if place + 2 > len(data) or data[place] != 0xFF:
            raise PhotoUndecodable("the picture stops half-way")
        marker = data[place + 1]
        if marker == 0xFF:  # fill byte
            place += 1
            continue
        if marker == 0xD9:
            return b"".join(around), place + 2
        length = 0 if marker in BARE else int.from_bytes(data[place + 2 : place + 4])
        end = place + 2 + length
        _keep(around, data[place:end])
        if marker == 0xDA:
            found = ENTROPY_ENDS.search(data, end)
            end = found.start() if found else len(data)
        place = end


def _png(data: bytes) -> Wrapping:
    around, place, frames = [], len(PNG), False
    while place + 12 <= len(data):
        kind, end = data[place + 4 : place + 8], place + 12 + int.from_bytes(data[place : place + 4])
        frames |= kind == b"acTL"
        if kind not in (b"IDAT", b"fdAT"):
            _keep(around, data[place:end])
        place = end
        if kind == b"IEND":
            return Wrapping(b"".join(around), data[place:], frames)
    raise PhotoUndecodable("the picture stops half-way")


def _webp(data: bytes) -> Wrapping:
    around, place, frames = [], 12, False
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise PhotoUndecodable("the picture stops half-way")
    while place + 8 <= end:
        kind, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        frames |= kind in (b"ANIM", b"ANMF")
        if kind not in (b"VP8 ", b"VP8L", b"ALPH"):
            _keep(around, data[place : min(place + 8 + size, end)])
        place += 8 + size + size % 2
    return Wrapping(b"".join(around), data[end:].removeprefix(b"\0"), frames)


def _heif(data: bytes) -> Wrapping:
    around, place, frames = [], 0, data[8:12] in MOVING_BRANDS
    while (box := _box(data, place)) is not None:
        kind, end = box
        frames |= kind == b"moov"
        if kind not in (b"mdat", b"mpvd"):  # the pictures; the clip of a motion photo
            _keep(around, data[place:end])
        place = end
    return Wrapping(b"".join(around), data[place:], frames)


def _box(data: bytes, at: int) -> tuple[bytes, int] | None:
    """Kind and end of the box (ISO/IEC 14496-12) that begins here, None where none does."""
    size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
    if size == 1:
        size = int.from_bytes(data[at + 8 : at + 16])
    end = len(data) if size == 0 else at + size
    whole = len(kind) == 4 and kind.isalnum() and at + 8 <= end <= len(data)
    return (kind, end) if whole else None


def _keep(around: list[bytes], part: bytes) -> None:
    if len(around) == MOST_PARTS:
        raise PhotoUndecodable("in too many parts")
    around.append(part)


def _phones_own(behind: bytes, around: bytes) -> bool:
    """Whether what follows a picture is nothing, padding, or what phones are known to put there."""
    for _ in range(MOST_BEHIND):
        stripped = behind.lstrip(b"\0")
        if not stripped:
            return True
        clip = behind.find(b"ftyp") - 4
        if stripped.startswith(JPEG) and b"MPF\0" in around:
            behind = stripped[_jpeg(stripped, 0)[1] :]
        elif b"MotionPhoto" in around and clip >= 0 and not behind[:clip].strip(b"\0"):
            behind = behind[clip + _clip_end(behind[clip:]) :]
        else:
            return behind.endswith(b"SEFT") and b"SEFH" in behind
    return False


def _clip_end(clip: bytes) -> int:
    place = 0
    while (box := _box(clip, place)) is not None:
        place = box[1]
    return place


def _is_more(data: bytes, around: bytes) -> bool:
    if b"%PDF-" in data[:PDF_WITHIN] or b"%PDF-" in around or MARKUP.search(around):
        return True
    if ZIP_FILE in around and ZIP_END in around:
        return True
    return ZIP_END in data[-ZIP_TAIL:] and ZIP_ENTRY in data
