"""A closer sight mends what a first one got roughly, and says where there is nothing."""

from __future__ import annotations

import numpy as np
import pytest

from capture.refine import PLACE, laid, refined
from capture.sight import Sight
from tests.capture.cards import SPIN, iou, scene


def roughly(corners: np.ndarray) -> np.ndarray:
    """A tenth too small, and beside."""
    middle = corners.mean(axis=0)
    return middle + 0.9 * (corners - middle) + np.array([24.0, -18.0])


def sight(corners: np.ndarray) -> Sight:
    return Sight(corners, 0.95, 0.1, np.ones((60, 80), np.float32), np.full(2, 3.5), 8.0)


@pytest.mark.parametrize("spin", SPIN.values(), ids=SPIN)
def test_rough_corners_come_nearer_in_the_same_order(spin: float) -> None:
    drawn = scene(spin, lean=10.0)
    seen = refined(drawn.image, sight(roughly(drawn.corners)))
    away = [
        np.linalg.norm(corners - drawn.corners, axis=1).mean() for corners in (roughly(drawn.corners), seen.corners)
    ]
    assert (away[1] < away[0] / 2, seen.closer > 0.8) == (True, True)


def test_a_short_side_may_come_first() -> None:
    drawn = scene(8.0)
    rolled = np.roll(drawn.corners, 1, axis=0)
    seen = refined(drawn.image, sight(roughly(rolled)))
    assert (iou(seen.corners, drawn.corners) > 0.9, np.linalg.norm(seen.corners - rolled, axis=1).max() < 24) == (
        True,
        True,
    )


def test_an_even_picture_leaves_the_first_sight_as_it_was() -> None:
    figure = scene(0.0).corners
    seen = refined(np.full((480, 640, 3), 128, np.uint8), sight(figure))
    assert seen.closer < 0.6


def test_the_figure_is_laid_where_every_card_lies() -> None:
    drawn = scene(20.0)
    flat, lay = laid(drawn.image, drawn.corners)
    placed = np.column_stack([drawn.corners, np.ones(4)]) @ lay.T
    assert flat.shape == (128, 160, 3)
    assert placed[:, :2] / placed[:, 2:] == pytest.approx(PLACE, abs=1e-3)
