"""A photo is one picture and nothing else; what phones put beside it is let through."""

from __future__ import annotations

import io
import struct
import zipfile

import numpy as np
import pytest
from PIL import Image
from pillow_heif import register_heif_opener

from capture.container import check_container
from capture.errors import PhotoMultiFrame, PhotoPolyglot, PhotoUndecodable
from tests.capture.cards import jpeg, scene

register_heif_opener()
PICTURE = Image.fromarray(scene(5.0, size=(320, 240)).image[..., ::-1])
CLIP = struct.pack(">I4s8s", 16, b"ftyp", b"mp42\0\0\0\0") + struct.pack(">I4s8s", 16, b"mdat", b"\0" * 8)


def written(kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    PICTURE.save(out, kind, **how)
    return out.getvalue()


KINDS = ("JPEG", "PNG", "WEBP", "HEIF")
WHOLE = {kind: written(kind) for kind in KINDS}


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as files:
        files.writestr("a.txt", "a")
    return out.getvalue()


def with_segment(photo: bytes, marker: int, body: bytes) -> bytes:
    """A JPEG with one more segment behind its start."""
    return photo[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + photo[2:]


@pytest.mark.parametrize("kind", KINDS)
def test_a_plain_picture_passes(kind: str) -> None:
    check_container(WHOLE[kind])


def test_a_progressive_jpeg_with_its_many_scans_passes() -> None:
    check_container(written("JPEG", progressive=True, quality=95))


BEHIND = {
    "a web page": b"<html><script>alert(1)</script></html>",
    "an archive": archive(),
    "a PDF": b"%PDF-1.7\n%%EOF",
    "bytes": b"behind",
    "another picture": WHOLE["JPEG"],
    "a clip": CLIP,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", BEHIND)
def test_nothing_may_follow_the_picture(kind: str, what: str) -> None:
    if (kind, what) == ("HEIF", "a clip"):  # boxes, like the picture's own
        check_container(WHOLE[kind] + CLIP)
        return
    with pytest.raises(PhotoPolyglot):
        check_container(WHOLE[kind] + BEHIND[what])


@pytest.mark.parametrize(
    "comment", [b"<!DOCTYPE html>", b"<svg onload=x>", b"<?php phpinfo();", b"%PDF-1.4", archive(), b"x <SCRIPT src=y>"]
)
def test_nothing_else_may_hide_in_a_comment(comment: bytes) -> None:
    with pytest.raises(PhotoPolyglot):
        check_container(with_segment(WHOLE["JPEG"], 0xFE, comment))


def test_nothing_else_may_hide_in_a_chunk_of_text() -> None:
    text = b"iTXtx\0\0\0\0\0<script>1</script>"
    chunk = struct.pack(">I", len(text) - 4) + text + b"\0" * 4
    with pytest.raises(PhotoPolyglot):
        check_container(WHOLE["PNG"][:33] + chunk + WHOLE["PNG"][33:])


def test_an_archive_at_the_end_of_a_box_is_seen() -> None:
    packed = archive()
    with pytest.raises(PhotoPolyglot):
        check_container(WHOLE["HEIF"] + struct.pack(">I4s", len(packed) + 8, b"free") + packed)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_refused(kind: str) -> None:
    with pytest.raises(PhotoMultiFrame):
        check_container(written(kind, save_all=True, append_images=[PICTURE.rotate(90)]))


def test_the_pictures_that_an_index_announces_are_the_phone_s_own() -> None:
    out = io.BytesIO()
    PICTURE.save(out, "MPO", save_all=True, append_images=[PICTURE.resize((64, 64))])
    check_container(out.getvalue())
    with pytest.raises(PhotoPolyglot):
        check_container(out.getvalue() + b"PK")


def test_a_motion_photo_and_a_trailer_are_the_phone_s_own() -> None:
    moving = with_segment(WHOLE["JPEG"], 0xE1, b"http://ns.adobe.com/xap/1.0/\0<x GCamera:MotionPhoto='1'/>")
    check_container(moving + CLIP)
    check_container(WHOLE["JPEG"] + b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_DataSEFHd\0\0\0SEFT")
    with pytest.raises(PhotoPolyglot):
        check_container(moving + CLIP + b"more")


def test_padding_is_no_data() -> None:
    check_container(WHOLE["JPEG"] + b"\0" * 500)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_stops_half_way_is_undecodable(kind: str) -> None:
    whole = WHOLE[kind]
    for length in np.linspace(0, len(whole) - 3, 40).astype(int):
        with pytest.raises(PhotoUndecodable):
            check_container(whole[:length])


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg/>", b"%PDF-1.7", b"\xff\xd8" + b"\0" * 500])
def test_what_is_no_picture_is_undecodable(data: bytes) -> None:
    with pytest.raises(PhotoUndecodable):
        check_container(data)


def test_a_photo_of_a_camera_with_exif_passes() -> None:
    exif = Image.Exif()
    exif[0x010F] = "maker"
    check_container(written("JPEG", exif=exif, quality=92))
    check_container(jpeg(scene(10.0).image))


ENDLESS = {
    "a clip whose length is none": (0xE1, b"MotionPhoto", b"\xff\xff\xff\xffftyp"),
    "a million pictures": (0xE2, b"MPF\0", b"\xff\xd8\xff\xd9" * 1_000_000),
}


@pytest.mark.parametrize(("marker", "says", "behind"), ENDLESS.values(), ids=ENDLESS)
def test_what_would_be_walked_for_ever_is_refused_at_once(marker: int, says: bytes, behind: bytes) -> None:
    with pytest.raises(PhotoPolyglot):
        check_container(with_segment(WHOLE["JPEG"], marker, says) + behind)


def test_a_picture_in_a_million_parts_is_refused() -> None:
    with pytest.raises(PhotoUndecodable):
        check_container(WHOLE["JPEG"][:2] + b"\xff\x01" * 1_000_000 + WHOLE["JPEG"][2:])
