"""What is measured tells the drawn card from figures beside it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from capture.edges import find_edges
from capture.features import NAMES, measure
from capture.judge import WEIGHTS, likelihood
from capture.search import Candidates
from capture.sight import Sight
from tests.capture.cards import CARD, flat_card, scene

SIZE = (640, 480)


def candidates(*corners: np.ndarray, sides: float = 1.0) -> Candidates:
    count = len(corners)
    cover = np.full((count, 4), sides, np.float32)
    return Candidates(np.stack(corners), cover, np.zeros((count, 4), np.float32), np.ones(count))


def sight(corners: np.ndarray) -> Sight:
    """Two sights of exactly this figure, in cells of eight pixels."""
    on = np.zeros((60, 80), np.uint8)
    cv2.fillConvexPoly(on, np.rint((corners - 3.5) / 8).astype(np.int32), 1)
    return Sight(corners, 0.95, 0.03, on.astype(np.float32), np.full(2, 3.5), 8.0, 1.0)


def measured(image: np.ndarray, found: Candidates) -> dict[str, np.ndarray]:
    return dict(zip(NAMES, measure(image, find_edges(image), found, sight(found.corners[0])).T, strict=True))


def test_each_number_has_its_weight() -> None:
    assert tuple(name for name, *_ in WEIGHTS) == NAMES


def test_the_card_is_likelier_than_the_same_figure_moved() -> None:
    drawn = scene(7.0, size=SIZE)
    found = candidates(drawn.corners, drawn.corners + 25.0)
    right, moved = likelihood(measure(drawn.image, find_edges(drawn.image), found, sight(drawn.corners)))
    assert (right > 0.6, moved < 0.1) == (True, True)


def test_the_step_in_colour_is_seen_on_a_side_and_not_beside_it() -> None:
    drawn = scene(0.0, size=SIZE)
    values = measured(drawn.image, candidates(drawn.corners, drawn.corners + np.array([0.0, 40.0])))
    assert values["step least"][0] > 0.9 > 0.5 > values["step least"][1]


def test_a_square_is_off_the_shape_of_a_card() -> None:
    square = np.array([[200.0, 100.0], [400.0, 100.0], [400.0, 300.0], [200.0, 300.0]])
    card = scene(0.0, size=SIZE).corners
    off = measured(np.zeros((480, 640, 3), np.uint8), candidates(square, card))["off"]
    assert off.tolist() == pytest.approx([3.0, 0.0], abs=0.1)


def test_round_corners_are_told_from_sharp_ones() -> None:
    paper = flat_card()
    mask = np.zeros((CARD[1], CARD[0]), np.uint8)
    radius = round(3.18 / 85.6 * CARD[0])
    cv2.rectangle(mask, (radius, 0), (CARD[0] - radius, CARD[1]), 255, -1)
    cv2.rectangle(mask, (0, radius), (CARD[0], CARD[1] - radius), 255, -1)
    for x in (radius, CARD[0] - radius):
        for y in (radius, CARD[1] - radius):
            cv2.circle(mask, (x, y), radius, 255, -1)
    rounded = np.where(mask[..., None] > 0, paper, np.array([70, 85, 110])).astype(np.uint8)
    values = []
    for card in (paper, rounded):
        drawn = scene(0.0, card=card, width=0.65, size=SIZE)
        values.append(measured(drawn.image, candidates(drawn.corners)))
    sharp, round_ = values
    assert (sharp["sharp"][0] > round_["sharp"][0] + 0.3, round_["round"][0] > sharp["round"][0] + 0.3) == (True, True)


def test_a_blank_figure_has_no_print() -> None:
    blank = scene(0.0, card=np.full((540, 856, 3), 220, np.uint8), size=SIZE)
    printed = scene(0.0, size=SIZE)
    values = [
        measured(cv2.GaussianBlur(s.image, (0, 0), 2.0), candidates(s.corners))["print"][0] for s in (blank, printed)
    ]
    assert (values[0], values[1] > 0.1) == (0.0, True)


def test_a_corner_outside_the_picture_is_counted_in_tenths_of_the_long_side() -> None:
    drawn = scene(0.0, size=SIZE)
    moved = drawn.corners - np.array([drawn.corners[:, 0].min() + 32.0, 0.0])
    assert measured(drawn.image, candidates(drawn.corners, moved))["outside"].tolist() == [0.0, 0.5]


def test_a_figure_where_the_first_sight_was_agrees_with_it_and_one_beside_does_not() -> None:
    drawn = scene(5.0, size=SIZE)
    values = measured(drawn.image, candidates(drawn.corners, drawn.corners + np.array([90.0, 60.0])))
    assert (values["apart"][0], values["covered"][0] > 0.95, values["around"][0] < 0.4) == (0.0, True, True)
    assert (values["apart"][1] > 0.2, values["covered"][1] < 0.9, values["around"][1] > values["around"][0]) == (
        True,
        True,
        True,
    )
