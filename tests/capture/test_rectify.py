"""The card comes out flat, at its ratio."""

from __future__ import annotations

import numpy as np
import pytest

from capture.quad import clockwise
from capture.rectify import rectify
from tests.capture.cards import flat_card, scene, seen


def test_the_rectified_card_is_the_card_that_was_drawn() -> None:
    drawn = scene(15.0, lean=25.0, size=(2000, 1500))
    card = rectify(drawn.image, drawn.corners, 856)
    assert card.shape == (540, 856, 3)
    assert np.abs(card.astype(int) - flat_card().astype(int)).mean() < 6


CORNERS = seen(0.0, 0.0, 0.55, (0.5, 0.5), (5000, 4000))


def test_a_large_photo_gives_1600_by_1009() -> None:
    assert rectify(np.zeros((4000, 5000, 3), np.uint8), CORNERS).shape[:2] == (
        1009,
        1600,
    )


def test_a_small_one_is_not_blown_up_beyond_its_pixels() -> None:
    corners = np.array([[0.0, 0.0], [500.0, 0.0], [500.0, 315.0], [0.0, 315.0]])
    assert rectify(np.zeros((400, 600, 3), np.uint8), corners).shape[:2] == (315, 500)


@pytest.mark.parametrize("spin", [80.0, 100.0])
def test_an_upright_card_stays_upright(spin: float) -> None:
    card = rectify(np.zeros((960, 1280, 3), np.uint8), clockwise(scene(spin).corners))
    assert card.shape[0] > card.shape[1]
