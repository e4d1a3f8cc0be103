"""A photo is accepted once and for all on the server; live frames answer fast and in shares of the frame."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
import pytest

from capture.decode import decode
from capture.errors import FrameRefused, PhotoPolyglot, PhotoTooLarge
from capture.quad import clockwise
from capture.service import FRAME_BYTES, LiveCapture, Looked, accept_photo, detect_frame, look_at, shown_before
from tests.capture.cards import iou, jpeg, scene


def test_a_photo_gives_its_original_and_its_card() -> None:
    drawn = scene(10.0, lean=15.0, width=0.6)
    photo = accept_photo(jpeg(drawn.image), detection_on=True)
    assert (photo.width, photo.height, photo.quality) == (1280, 960, ())
    assert photo.sha256 == hashlib.sha256(photo.original).hexdigest()
    quad = np.array(photo.quad) * [1280, 960] - 0.5
    assert iou(quad, clockwise(drawn.corners)) > 0.98
    card = decode(photo.card)
    assert card.shape[1] / card.shape[0] == pytest.approx(1.586, abs=0.01)


def test_with_detection_off_the_whole_picture_stands() -> None:
    photo = accept_photo(jpeg(scene(10.0).image), detection_on=False)
    assert (photo.card, photo.quad, photo.score, photo.quality) == (None, None, 0.0, ())


def test_without_a_card_the_whole_picture_stands_and_says_so() -> None:
    photo = accept_photo(jpeg(np.full((480, 640, 3), 120, np.uint8)), detection_on=True)
    assert (photo.card, photo.quad, photo.quality) == (None, None, ("no_card",))


def test_the_same_bytes_give_the_same_digest() -> None:
    data = jpeg(scene(10.0).image)
    assert accept_photo(data, True).sha256 == accept_photo(data, True).sha256


def test_a_very_large_photo_is_kept_at_4096() -> None:
    photo = accept_photo(jpeg(scene(5.0, size=(4200, 3150)).image), detection_on=True)
    assert (photo.width, photo.height, photo.card is not None) == (4096, 3072, True)


def test_a_live_stream_becomes_steady_on_the_third_frame() -> None:
    live = LiveCapture()
    frame = jpeg(scene(5.0, size=(640, 480)).image, 60)
    seen = [live.look(frame) for _ in range(3)]
    assert [look.steady for look in seen] == [False, False, True]
    assert all(0 <= value <= 1 for corner in seen[-1].corners for value in corner)
    assert seen[-1].hints == ()


def test_a_live_stream_without_a_card_has_no_quad() -> None:
    look = LiveCapture().look(jpeg(np.full((480, 640, 3), 120, np.uint8)))
    assert (look.corners, look.cut_off, look.steady) == (None, False, False)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n" + bytes(50),
        b"\xff\xd8\xff\xe0" + bytes(100),
        b"\xff" * (FRAME_BYTES + 1),
    ],
)
def test_a_frame_that_is_no_small_jpeg_is_refused(frame: bytes) -> None:
    with pytest.raises(FrameRefused):
        detect_frame(frame)


def test_a_frame_of_too_many_pixels_is_refused_by_its_header() -> None:
    with pytest.raises(FrameRefused, match="decodable"):
        detect_frame(jpeg(np.zeros((1001, 1000, 3), np.uint8), 30))


def test_a_frame_that_stops_half_way_is_refused_or_looked_at() -> None:
    frame = jpeg(scene(5.0, size=(320, 240)).image, 50)
    try:
        found, image = detect_frame(frame[: len(frame) // 2])
        assert (found.corners is None or found.corners.shape == (4, 2), image.shape) == (True, (240, 320, 3))
    except FrameRefused as refused:
        assert refused.code == "frame_refused"


def test_a_photo_that_is_something_else_as_well_is_refused() -> None:
    with pytest.raises(PhotoPolyglot):
        accept_photo(jpeg(scene(10.0).image) + b"<html>", detection_on=True)


def test_a_photo_over_the_configured_size_is_refused() -> None:
    data = jpeg(scene(10.0).image)
    with pytest.raises(PhotoTooLarge):
        accept_photo(data, detection_on=True, most_bytes=len(data) - 1)


def test_dragged_corners_that_nothing_supports_cut_the_card_and_are_marked() -> None:
    blank = jpeg(np.full((960, 1280, 3), 120, np.uint8))
    photo = accept_photo(blank, True, ((0.2, 0.3), (0.8, 0.3), (0.8, 0.8), (0.2, 0.8)))
    assert (photo.crop, photo.quad[0], decode(photo.card).shape[:2]) == ("manual", (0.2, 0.3), (484, 768))


def test_a_passport_s_page_keeps_its_own_ratio() -> None:
    photo = accept_photo(jpeg(scene(0.0, width=0.6).image), detection_on=True, passport=True)
    height, width = decode(photo.card).shape[:2]
    assert width / height == pytest.approx(125 / 88, abs=0.01)


def test_a_card_that_was_photographed_twice_is_known_again() -> None:
    first, again = (accept_photo(jpeg(scene(spin, seed=spin).image), True).card for spin in (3, 12))
    other = np.full((540, 856, 3), (200, 210, 220), np.uint8)
    cv2.putText(other, "BACK", (100, 300), cv2.FONT_HERSHEY_SIMPLEX, 5, (30, 30, 30), 12)
    back = accept_photo(jpeg(scene(3.0, card=other).image), True).card
    assert (shown_before(again, [back, first]), shown_before(back, [first, again])) == (1, None)


def test_a_dark_frame_in_which_nothing_is_found_is_too_dark() -> None:
    assert look_at(jpeg(np.full((480, 640, 3), 20, np.uint8))).hints == ("too_dark",)


def test_a_quad_of_little_score_is_never_steady() -> None:
    live = LiveCapture()
    unsure = Looked(((0.2, 0.2), (0.8, 0.2), (0.8, 0.7), (0.2, 0.7)), 0.7, False, (), False)
    assert [live.push(unsure).steady for _ in range(4)] == [False] * 4
