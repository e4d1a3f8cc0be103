"""The index by itself; that players take the film is in test_compose."""

from collections.abc import Iterator
from struct import unpack, unpack_from

import pytest

from media.compose_part import Part, Picture, runs_of
from media.mp4 import LARGE, avc_setup, file_head, length_prefixed

SPS, PPS, SLICE = b"\x67\x42\x00\x1f\xaa", b"\x68\xce\x38\x80", b"\x65\x88\x84\x21"
FOLDERS = {b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl"}


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every box in its order, with what is in it."""
    at = 0
    while at < len(data):
        size, name = unpack_from(">I4s", data, at)
        content = data[at + 8 : at + size]
        yield name, content
        if name in FOLDERS:
            yield from boxes(content)
        at += size


def part(number: int, pictures: int, sounds: int) -> Part:
    return Part(
        digest="d",
        number=number,
        video_setup=avc_setup(b"\0\0\0\1" + SPS + b"\0\0\1" + PPS),
        audio_setup=b"\x11\x88",
        delay=1,
        pictures=tuple(Picture(100 + n, n % 2, n == 0) for n in range(pictures)),
        sounds=tuple(range(10, 10 + sounds)),
        runs=runs_of(pictures, sounds),
    )


PARTS = (part(0, 50, 94), part(1, 30, 56))


def found(name: bytes) -> list[bytes]:
    head = file_head(PARTS)
    index = head[: len(head) - LARGE]
    return [content for each, content in boxes(index) if each == name]


def test_the_data_box_takes_all_that_follows():
    head = file_head(PARTS)
    one, name, size = unpack(">I4sQ", head[-LARGE:])
    data = sum(sum(p.size for p in each.pictures) + sum(each.sounds) for each in PARTS)
    assert (one, name, size) == (1, b"mdat", LARGE + data)


def test_each_picture_and_each_sound_is_counted_with_its_size_once():
    video, audio = found(b"stsz")
    pictures = [picture.size for each in PARTS for picture in each.pictures]
    sounds = [size for each in PARTS for size in each.sounds]
    assert list(unpack_from(f">{len(pictures)}I", video, 12)) == pictures
    assert list(unpack_from(f">{len(sounds)}I", audio, 12)) == sounds


def test_chunks_lie_one_behind_the_other_pictures_first_from_the_end_of_the_head_on():
    offsets = [unpack_from(f">{unpack_from('>I', table, 4)[0]}Q", table, 8) for table in found(b"co64")]
    expected: tuple[list[int], list[int]] = ([], [])
    at = len(file_head(PARTS))
    for each in PARTS:
        picture = sound = 0
        for pictures, sounds in each.runs:
            expected[0].append(at)
            at += sum(p.size for p in each.pictures[picture : picture + pictures])
            expected[1].append(at)
            at += sum(each.sounds[sound : sound + sounds])
            picture, sound = picture + pictures, sound + sounds
    assert [list(table) for table in offsets] == list(expected)


def test_players_may_seek_to_the_first_picture_of_each_part():
    (keys,) = found(b"stss")
    assert unpack(">I2I", keys[4:]) == (2, 1, 51)


def test_it_lasts_as_long_as_its_pictures():
    (head,) = found(b"mvhd")
    scale, duration = unpack_from(">II", head, 12)
    assert duration / scale == pytest.approx(80 / 25)


def test_the_decoder_is_told_by_the_parameter_sets_of_the_encoder():
    setup = avc_setup(b"\0\0\0\1" + SPS + b"\0\0\1" + PPS)
    assert setup[:4] == bytes([1]) + SPS[1:4]
    assert setup[6:8] + setup[8 : 8 + len(SPS)] == len(SPS).to_bytes(2) + SPS
    assert PPS in setup


def test_start_codes_become_lengths_and_zeros_between_units_go():
    annexb = b"\0\0\0\1" + SPS + b"\0\0\0\1" + PPS + b"\0\0\1" + SLICE + b"\0"
    assert length_prefixed(annexb) == b"".join(len(unit).to_bytes(4) + unit for unit in (SPS, PPS, SLICE.rstrip(b"\0")))
