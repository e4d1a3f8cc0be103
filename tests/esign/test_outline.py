import math

import pytest
from hypothesis import given, settings

from esign.outline import bounds, fit, outline, pdf_operators
from esign.strokes import parse_ink
from tests.esign.hand import ink
from tests.esign.test_strokes import inks


def drawn(*points, width=900, height=300):
    return parse_ink({"width": width, "height": height, "strokes": [list(points)]})


def thickness(ink):
    left, top, right, bottom = bounds(outline(ink))
    return min(right - left, bottom - top)


def test_each_stroke_becomes_one_closed_shape():
    assert len(outline(ink())) == len(ink().strokes) == 27


def test_a_slow_hand_draws_a_wider_line_than_a_fast_one():
    slow, fast = (drawn(*[[50 + 10 * i, 150, i * ms, 0.5] for i in range(30)]) for ms in (40, 2))
    assert thickness(slow) > 1.3 * thickness(fast)


def test_more_pressure_draws_a_wider_line():
    hard, soft = (drawn(*[[50 + 10 * i, 150, i * 10, p] for i in range(30)]) for p in (1.0, 0.1))
    assert thickness(hard) > 1.3 * thickness(soft)


def test_a_tap_is_a_dot():
    left, top, right, bottom = bounds(outline(drawn([100, 100, 0])))
    assert (left + right) / 2 == pytest.approx(100)
    assert right - left == pytest.approx(bottom - top)
    assert right - left > 2


def test_points_that_repeat_and_turn_back_sharply_are_drawn():
    assert len(outline(drawn([1, 1, 0], [1, 1, 5], [9, 1, 9], [1, 1, 12], [1, 1, 20]))) == 1


@settings(max_examples=40)
@given(inks())
def test_every_ink_fits_into_its_box_whole(ink):
    for polygon in fit(outline(ink), 226, 58, 4):
        for x, y in polygon:
            assert 3.99 <= x <= 222.01
            assert 3.99 <= y <= 54.01


def test_fitting_crops_to_the_ink_and_keeps_its_proportions():
    shapes = fit(outline(ink()), 226, 58, 4)
    left, bottom, right, top = bounds(shapes)
    before = bounds(outline(ink()))
    assert top - bottom == pytest.approx(50)
    assert (right - left) / (top - bottom) == pytest.approx((before[2] - before[0]) / (before[3] - before[1]))


def test_the_page_has_y_upwards_so_what_is_drawn_first_and_high_ends_high():
    high_then_low = parse_ink({"width": 300, "height": 300, "strokes": [[[10, 10, 0]], [[290, 290, 900]]]})
    first, second = fit(outline(high_then_low), 100, 100, 4)
    assert min(y for _, y in first) > max(y for _, y in second)


@settings(max_examples=40)
@given(inks())
def test_operators_are_finite_numbers_and_path_operators_only(ink):
    for line in pdf_operators(fit(outline(ink), 226, 58, 4)).decode().splitlines():
        *numbers, operator = line.split()
        assert operator in {"rg", "m", "l", "f"}
        assert all(n == "h" or math.isfinite(float(n)) for n in numbers)
