"""What comes from outside: four formats by their content, limits before decoding, nothing but pixels kept."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from capture.decode import MOST_BYTES, decode, encode_jpeg
from capture.errors import PhotoError, PhotoTooLarge, PhotoTooManyPixels, PhotoTooSmall, PhotoUndecodable
from tests.capture.cards import jpeg, scene

PICTURE = scene(5.0, size=(320, 240)).image


def saved(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    out = io.BytesIO()
    (image or Image.fromarray(cv2.cvtColor(PICTURE, cv2.COLOR_BGR2RGB))).save(out, kind, **options)
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims a size and holds nothing."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"")
    chunks = b"".join(
        struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (header, data, b"IEND")
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_each_of_the_four_formats_decodes(kind: str) -> None:
    pixels = decode(saved(kind))
    assert pixels.shape == PICTURE.shape
    assert np.abs(pixels.astype(int) - PICTURE.astype(int)).mean() < 6


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PDF"])
def test_other_formats_are_refused(kind: str) -> None:
    with pytest.raises(PhotoUndecodable):
        decode(saved(kind))


def test_a_rotated_photo_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    upright = decode(saved("JPEG", exif=exif))
    assert upright.shape[:2] == (320, 240)
    assert np.abs(upright.astype(int) - cv2.rotate(PICTURE, cv2.ROTATE_90_CLOCKWISE).astype(int)).mean() < 6


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_large_picture_comes_at_no_more_than_twice_what_is_enough_and_upright(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(kind, exif=exif)
    small, large = decode(data, enough=100), decode(data)
    assert 100 <= max(small.shape) < 200
    assert (small.shape[0] > small.shape[1]) == (large.shape[0] > large.shape[1])
    same = cv2.resize(large, small.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - same.astype(int)).mean() < 6
    assert decode(saved(kind), enough=200).shape == PICTURE.shape  # less than twice as large


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "RGBA", "I;16"])
def test_every_kind_of_pixel_is_made_smaller(mode: str) -> None:
    grey = Image.new("RGB", (400, 400), (120, 120, 120))
    picture = Image.new("I;16", (400, 400), 120 << 8) if mode == "I;16" else grey.convert(mode)
    pixels = decode(saved("JPEG" if mode == "CMYK" else "PNG", picture), enough=100)
    assert np.abs(pixels.astype(int).mean() - 120) < (90 if mode == "1" else 3)
    assert pixels.shape[0] == (400 if mode == "I;16" else 100)


def test_fifty_megapixels_need_a_fraction_of_what_their_pixels_weigh(tmp_path) -> None:
    photo = tmp_path / "large.jpg"
    Image.new("RGB", (8600, 5800), (90, 120, 60)).save(photo, "JPEG")
    script = (
        "import resource, sys; from pathlib import Path; from capture.decode import decode;"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "before, data = used(), Path(sys.argv[1]).read_bytes(); decode(data, enough=4096); print(used() - before)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(photo)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 250_000  # kB; 8600 x 5800 pixels are 150 MB, and were there three to six times


def test_metadata_does_not_survive() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRET-CAMERA"
    kept = encode_jpeg(decode(saved("JPEG", exif=exif, comment=b"SECRET-COMMENT")))
    assert b"SECRET" not in kept and b"Exif" not in kept
    assert dict(Image.open(io.BytesIO(kept)).getexif()) == {}


def test_what_is_glued_to_the_end_of_a_picture_does_not_survive() -> None:
    assert b"<script>" not in encode_jpeg(decode(jpeg(PICTURE) + b"<script>alert(1)</script>"))


def test_one_byte_too_many_is_refused_before_decoding() -> None:
    with pytest.raises(PhotoTooLarge):
        decode(b"\xff" * (MOST_BYTES + 1))


def test_a_bomb_is_refused_by_its_header() -> None:
    with pytest.raises(PhotoTooManyPixels):
        decode(png_of(10_000, 5_001))


def test_exactly_the_limit_gets_past_the_header() -> None:
    with pytest.raises(PhotoUndecodable):
        decode(png_of(10_000, 5_000))


def test_a_giant_bomb_is_refused_too() -> None:
    with pytest.raises(PhotoTooManyPixels):
        decode(png_of(2**31 - 1, 2**31 - 1))


def test_a_thumbnail_is_too_small() -> None:
    with pytest.raises(PhotoTooSmall):
        decode(saved("PNG", Image.new("RGB", (63, 200))))


def test_a_truncated_photo_is_refused() -> None:
    whole = jpeg(PICTURE)
    with pytest.raises(PhotoUndecodable):
        decode(whole[: len(whole) // 2])


def test_transparency_becomes_white() -> None:
    assert decode(saved("PNG", Image.new("RGBA", (80, 80), (0, 0, 0, 0)))).min() == 255


def test_sixteen_bits_of_grey_keep_their_tones() -> None:
    grey = cv2.cvtColor(PICTURE, cv2.COLOR_BGR2GRAY)
    pixels = decode(cv2.imencode(".png", grey.astype(np.uint16) * 257)[1].tobytes())
    assert (pixels[..., 0] == grey).all()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["JPEG", "PNG", "WEBP", "HEIF"]), st.integers(0, 400))
def test_damaged_bytes_are_refused_in_one_way(damage: bytes, kind: str, at: int) -> None:
    data = bytearray(WHOLE[kind])
    data[at : at + len(damage)] = damage
    try:
        assert decode(bytes(data)).ndim == 3
    except PhotoError as refused:
        assert refused.code.startswith("photo_")


WHOLE = {kind: saved(kind) for kind in ("JPEG", "PNG", "WEBP", "HEIF")}
