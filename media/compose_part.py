"""A finished part of a film: encoded pictures and sound in the order in which they will lie in the file, with what the
file's index must know of them. A part depends on the plan and its number alone. Pure."""

from struct import Struct

import msgspec

from media.compose_plan import FPS, PART_FRAMES

SIZE = Struct(">I")
AAC = 1024  # samples a frame
PART_SOUNDS = PART_FRAMES // FPS * 48000 // AAC


class Picture(msgspec.Struct, frozen=True, array_like=True):
    """`shift`: how many pictures later than decoded it is shown."""

    size: int
    shift: int
    key: bool


class Part(msgspec.Struct, frozen=True):
    """`video_setup` is an avcC record, `audio_setup` an AudioSpecificConfig; `runs`: so many pictures, then so many
    sounds, and again. `delay`: by how many pictures decoding runs ahead.
    `unopened`: segments that are no files."""

    digest: str
    number: int
    video_setup: bytes
    audio_setup: bytes
    delay: int
    pictures: tuple[Picture, ...]
    sounds: tuple[int, ...]
    runs: tuple[tuple[int, int], ...]
    unopened: tuple[str, ...] = ()


def runs_of(pictures: int, sounds: int) -> tuple[tuple[int, int], ...]:
    """A second of pictures, then the sound of that second."""
    seconds = max(1, -(-pictures // FPS))
    cuts = [min(round(second * PART_SOUNDS * FPS / PART_FRAMES), sounds) for second in range(seconds)] + [sounds]
    return tuple((min(FPS, pictures - second * FPS), cuts[second + 1] - cuts[second]) for second in range(seconds))


def pack(part: Part, pictures: list[bytes], sounds: list[bytes]) -> bytes:
    head = msgspec.msgpack.encode(part)
    pieces, at_picture, at_sound = [SIZE.pack(len(head)), head], 0, 0
    for many_pictures, many_sounds in part.runs:
        pieces += pictures[at_picture : at_picture + many_pictures]
        pieces += sounds[at_sound : at_sound + many_sounds]
        at_picture, at_sound = at_picture + many_pictures, at_sound + many_sounds
    return b"".join(pieces)


def head_bytes(data: bytes) -> int:
    """How long the head is, its size included."""
    return SIZE.size + SIZE.unpack_from(data)[0]


def read_head(data: bytes) -> Part:
    return msgspec.msgpack.decode(data[SIZE.size : head_bytes(data)], type=Part)
