"""What the customer drags is the server's, supported by it, or his own word."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from capture.crop import choose, overlap
from capture.errors import QuadInvalid
from capture.quad import clockwise
from tests.capture.cards import Scene, scene

DRAWN = scene(8.0, lean=10.0, width=0.6)


def shares(drawn: Scene, move: float = 0.0) -> tuple:
    corners = (clockwise(drawn.corners) + 0.5) / [drawn.image.shape[1], drawn.image.shape[0]]
    return tuple((float(x) + move, float(y)) for x, y in corners)


def test_without_dragging_the_server_s_own_corners_stand() -> None:
    found, crop = choose(DRAWN.image, True, None)
    assert (crop, overlap(found.corners, clockwise(DRAWN.corners)) > 0.97) == ("detected", True)


def test_with_detection_off_nothing_is_cut_out() -> None:
    found, crop = choose(DRAWN.image, False, None)
    assert (found.corners, crop) == (None, None)


def test_a_figure_dragged_roughly_onto_the_card_gives_the_server_s_corners() -> None:
    found, crop = choose(DRAWN.image, True, shares(DRAWN, 0.01))
    assert (crop, overlap(found.corners, clockwise(DRAWN.corners)) > 0.97) == ("detected", True)


def test_the_second_of_two_cards_is_supported_when_it_was_dragged() -> None:
    first = scene(0.0, width=0.5, centre=(0.3, 0.3), size=(1600, 1200))
    second = scene(0.0, width=0.3, centre=(0.78, 0.8), size=(1600, 1200))
    both = first.image.copy()
    low, high = second.corners.min(axis=0).astype(int) - 2, second.corners.max(axis=0).astype(int) + 3
    both[low[1] : high[1], low[0] : high[0]] = second.image[low[1] : high[1], low[0] : high[0]]
    found, crop = choose(both, True, shares(second))
    assert (crop, overlap(found.corners, clockwise(second.corners)) > 0.95) == ("supported", True)


def test_a_figure_that_nothing_supports_is_the_customer_s_word() -> None:
    blank = np.full((600, 800, 3), 120, np.uint8)
    cv2.circle(blank, (400, 300), 200, (90, 90, 90), -1)
    dragged = ((0.2, 0.2), (0.8, 0.25), (0.8, 0.7), (0.2, 0.7))
    found, crop = choose(blank, True, dragged)
    assert crop == "manual"
    assert np.allclose(found.corners, np.array(dragged) * [800, 600] - 0.5)


@pytest.mark.parametrize(
    "dragged",
    [
        ((0.0, 0.0), (0.1, 0.0), (0.1, 0.1), (0.0, 0.1)),
        ((0.1, 0.1), (0.9, 0.1), (0.4, 0.3), (0.1, 0.9)),
        ((0.1, 0.1), (1.2, 0.1), (0.9, 0.9), (0.1, 0.9)),
        ((0.1, 0.1), (float("nan"), 0.1), (0.9, 0.9), (0.1, 0.9)),
        ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9)),
    ],
)
def test_corners_that_make_no_card_are_refused(dragged: tuple) -> None:
    with pytest.raises(QuadInvalid):
        choose(DRAWN.image, True, dragged)
