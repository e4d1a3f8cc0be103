"""Each hint comes for its own fault, and none for a good photo."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from capture.detect import Detection
from capture.quad import clockwise
from capture.quality import Quality, assess, same_side
from capture.rectify import rectify
from tests.capture.cards import Scene, flat_card, scene


def judged(drawn: Scene, *, live: bool = False, cut_off: bool = False) -> Quality:
    return assess(drawn.image, Detection(clockwise(drawn.corners), 0.9, cut_off), live=live)


def changed(drawn: Scene, image: np.ndarray) -> Scene:
    return Scene(image, drawn.corners)


def test_a_good_photo_has_no_hints() -> None:
    assert judged(scene(5.0)).hints == ()


def test_a_dark_photo_is_too_dark() -> None:
    assert "too_dark" in judged(scene(5.0, light=0.25)).hints


def test_a_blurred_photo_is_blurred() -> None:
    drawn = scene(5.0)
    assert judged(changed(drawn, cv2.GaussianBlur(drawn.image, (0, 0), 6))).hints == ("blurred",)


def test_a_dark_photo_that_is_sharp_is_not_called_blurred() -> None:
    assert judged(scene(5.0, light=0.25)).hints == ("too_dark",)


def test_a_white_patch_is_glare() -> None:
    drawn = scene(5.0)
    cv2.circle(drawn.image, (640, 480), 90, (255, 255, 255), -1)
    assert judged(drawn).hints == ("glare",)


@pytest.mark.parametrize(
    ("width", "live", "far"), [(0.45, False, True), (0.50, False, False), (0.15, True, True), (0.17, True, False)]
)
def test_a_card_of_few_pixels_is_too_far(width: float, live: bool, far: bool) -> None:
    assert ("too_far" in judged(scene(0.0, width=width), live=live).hints) is far


def test_a_card_that_is_cut_off_is_out_of_frame_and_refused() -> None:
    quality = judged(scene(0.0), cut_off=True)
    assert (quality.hints, quality.refused) == (("out_of_frame",), True)


def test_a_card_that_leans_is_tilted_and_further_refused() -> None:
    level, leaning = (judged(scene(0.0, lean=lean)) for lean in (0.0, 40.0))
    assert ("tilted" in level.hints, "tilted" in leaning.hints, leaning.refused) == (False, True, True)


def test_without_a_card_there_is_nothing_to_hint_at() -> None:
    assert assess(np.zeros((10, 10, 3), np.uint8), Detection(None, 0.1, False), live=True).hints == ()


def test_the_same_side_is_known_again_also_upside_down() -> None:
    first, second = (rectify(s.image, s.corners) for s in (scene(3.0, seed=1), scene(20.0, lean=20.0, seed=2)))
    assert same_side(first, second) and same_side(first, cv2.rotate(second, cv2.ROTATE_180))


def test_the_other_side_is_another_card() -> None:
    back = np.full((540, 856, 3), (200, 210, 220), np.uint8)
    cv2.putText(back, "BACK", (100, 300), cv2.FONT_HERSHEY_SIMPLEX, 5, (30, 30, 30), 12)
    assert same_side(flat_card(), back) is False
