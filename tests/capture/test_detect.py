"""Cards are found where they were drawn, and nowhere else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from capture.detect import THRESHOLD, best_figure, detect
from capture.quad import clockwise, side_lengths
from tests.capture.cards import SPIN, flat_card, iou, scene


@pytest.mark.parametrize("spin", SPIN.values(), ids=SPIN)
@pytest.mark.parametrize("lean", [0.0, 25.0], ids=["level", "leaning"])
def test_a_card_on_a_desk_is_found_to_a_pixel(spin: float, lean: float) -> None:
    drawn = scene(spin, lean=lean, width=0.45)
    found = detect(drawn.image)
    assert found.corners is not None
    assert np.abs(clockwise(found.corners) - clockwise(drawn.corners)).max() < 1.5
    assert (found.score >= THRESHOLD, found.cut_off) == (True, False)


def test_a_white_card_on_a_light_desk_is_found() -> None:
    drawn = scene(12.0, card=flat_card(colour=(240, 240, 240)), desk=(222, 224, 226))
    found = detect(drawn.image)
    assert found.corners is not None
    assert iou(found.corners, drawn.corners) > 0.97


def test_a_finger_over_a_side_does_not_hide_the_card() -> None:
    drawn = scene(8.0)
    middle = drawn.corners[2:].mean(axis=0).astype(int)
    cv2.ellipse(drawn.image, [int(v) for v in middle], (60, 90), 0, 0, 360, (140, 170, 215), -1)
    found = best_figure(drawn.image).corners
    assert found is not None
    assert iou(clockwise(found), drawn.corners) > 0.95


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_an_empty_picture_holds_no_card(shade: int) -> None:
    assert detect(np.full((480, 640, 3), shade, np.uint8)).corners is None


@pytest.mark.parametrize("seed", range(4))
def test_noise_and_lines_hold_no_card(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = cv2.GaussianBlur(rng.integers(0, 255, (480, 640, 3), dtype=np.uint8), (0, 0), 3)
    for _ in range(8):
        a, b = rng.integers(0, 480, (2, 2)).tolist()
        cv2.line(image, a, b, [int(v) for v in rng.integers(0, 255, 3)], 2)
    assert detect(image).corners is None


def test_a_card_that_goes_past_the_border_is_cut_off() -> None:
    drawn = scene(4.0, width=0.6, centre=(0.2, 0.5))
    assert detect(drawn.image).cut_off is True


@pytest.mark.parametrize("size", [(1, 1), (31, 500), (500, 31), (64, 64)])
def test_a_picture_of_any_size_is_taken(size: tuple[int, int]) -> None:
    assert detect(np.zeros((*size, 3), np.uint8)).corners is None


def test_the_corners_of_a_large_photo_are_found_in_its_own_pixels() -> None:
    drawn = scene(6.0, lean=15.0, size=(3200, 2400))
    found = detect(drawn.image)
    assert found.corners is not None
    assert np.abs(clockwise(found.corners) - clockwise(drawn.corners)).max() < 2.0


@pytest.mark.parametrize("share", [0.06, 0.2])
def test_a_card_of_which_a_part_is_outside_is_said_to_be_cut_off(share: float) -> None:
    drawn = scene(2.0, width=0.6)
    low, high = drawn.corners.min(axis=0), drawn.corners.max(axis=0)
    x, _ = (low + share * (high - low)).astype(int)
    assert detect(np.ascontiguousarray(drawn.image[:, x:])).cut_off is True


def test_a_card_in_shadow_is_found_by_the_second_look() -> None:
    drawn = scene(10.0, card=flat_card(colour=(200, 204, 206)), desk=(196, 198, 200), light=0.5)
    found = detect(drawn.image)
    assert found.corners is not None
    assert iou(found.corners, drawn.corners) > 0.95


def test_a_whole_card_beside_the_border_is_not_cut_off() -> None:
    drawn = scene(3.0, width=0.6, centre=(0.325, 0.5))
    assert 5 < drawn.corners[:, 0].min() < 30
    assert detect(drawn.image).cut_off is False


def test_a_card_of_which_a_side_is_not_to_be_seen_is_found_all_the_same() -> None:
    drawn = scene(0.0, width=0.5)
    right = int(drawn.corners[1, 0])
    drawn.image[:, right - 8 : right + 8] = cv2.GaussianBlur(drawn.image, (0, 0), 9.0)[:, right - 8 : right + 8]
    found = detect(drawn.image).corners
    assert found is not None
    assert iou(clockwise(found), drawn.corners) > 0.93


def test_an_empty_sheet_is_no_card() -> None:
    image = np.full((960, 1280, 3), (70, 85, 110), np.uint8)
    cv2.rectangle(image, (400, 200), (880, 679), (240, 240, 240), -1)
    assert detect(image).corners is None


@pytest.mark.parametrize("spin", [0.0, 90.0, 180.0, 270.0])
def test_the_first_side_is_a_long_one_whichever_way_the_card_lies(spin: float) -> None:
    found = detect(scene(spin + 8.0).image).corners
    assert found is not None
    top, right, *_ = side_lengths(found)
    assert top > 1.3 * right
