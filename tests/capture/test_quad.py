"""Geometry of four corners."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.quad import ID1, area, clockwise, crossings, in_space, side_lengths, tilt
from tests.capture.cards import seen

SIZE = (1280, 960)


@given(st.permutations(range(4)))
def test_any_order_of_corners_becomes_clockwise_from_the_top_left(order: list[int]) -> None:
    corners = np.array([[10.0, 20.0], [200.0, 30.0], [190.0, 150.0], [5.0, 140.0]])
    assert clockwise(corners[order]).tolist() == corners.tolist()


@given(st.floats(0, 360), st.floats(0, 45), st.floats(0.3, 0.7))
def test_a_card_seen_in_perspective_has_its_own_ratio_and_square_corners(
    spin: float, lean: float, width: float
) -> None:
    ratio, cosine = in_space(seen(spin, lean, width, (0.5, 0.5), SIZE), SIZE)
    assert (float(ratio), float(cosine)) == pytest.approx((ID1, 0.0), abs=1e-6)


@given(st.floats(0, 360), st.floats(0, 60))
def test_the_lean_is_measured_in_degrees(spin: float, lean: float) -> None:
    assert tilt(seen(spin, lean, 0.4, (0.5, 0.5), SIZE), SIZE) == pytest.approx(lean, abs=0.01)


def test_many_figures_are_measured_at_once() -> None:
    corners = np.stack([seen(a, 20, 0.5, (0.5, 0.5), SIZE) for a in (0, 30, 60)])
    assert in_space(corners, SIZE)[0] == pytest.approx([ID1] * 3)


def test_area_and_sides_of_a_rectangle() -> None:
    corners = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 3.0], [0.0, 3.0]])
    assert (float(area(corners)), side_lengths(corners).tolist()) == (12.0, [4.0, 3.0, 4.0, 3.0])


def test_sides_meet_in_the_corners() -> None:
    corners = np.array([[10.0, 20.0], [110.0, 30.0], [100.0, 90.0], [5.0, 80.0]])
    sides = np.stack([corners, np.roll(corners, -1, axis=0)], axis=1)
    assert crossings(sides) == pytest.approx(corners)
