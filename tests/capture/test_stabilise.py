"""Three still frames in a row make a quad steady."""

from __future__ import annotations

import numpy as np

from capture.detect import Detection
from capture.stabilise import Stabiliser

CARD = np.array([[0.2, 0.2], [0.8, 0.2], [0.8, 0.7], [0.2, 0.7]])


def seen(move: float = 0.0, cut_off: bool = False) -> Detection:
    return Detection(CARD + move, 0.9, cut_off)


NONE = Detection(None, 0.3, False)


def test_the_third_still_frame_is_steady() -> None:
    stabiliser = Stabiliser()
    assert [stabiliser.push(seen()).steady for _ in range(4)] == [False, False, True, True]


def test_a_move_of_more_than_one_and_a_half_percent_starts_again() -> None:
    stabiliser = Stabiliser()
    assert [stabiliser.push(seen(m)).steady for m in (0, 0, 0.016, 0.016, 0.016)] == [False, False, False, False, True]


def test_a_smaller_move_is_still() -> None:
    stabiliser = Stabiliser()
    assert [stabiliser.push(seen(m)).steady for m in (0, 0.0149, 0)] == [False, False, True]


def test_a_frame_that_is_refused_or_cut_off_starts_again() -> None:
    stabiliser = Stabiliser()
    steady = [stabiliser.push(seen(), refused=r).steady for r in (False, False, True, False, False, False)]
    assert steady == [False, False, False, False, False, True]
    assert stabiliser.push(seen(cut_off=True)).steady is False


def test_one_miss_keeps_the_quad_and_a_second_drops_it() -> None:
    stabiliser = Stabiliser()
    for _ in range(3):
        stabiliser.push(seen())
    kept, dropped = stabiliser.push(NONE), stabiliser.push(NONE)
    assert (kept.steady, kept.corners is not None, dropped.corners) == (False, True, None)


def test_small_moves_are_smoothed_and_a_jump_is_followed_at_once() -> None:
    stabiliser = Stabiliser()
    stabiliser.push(seen())
    smooth, jump = stabiliser.push(seen(0.01)).corners, stabiliser.push(seen(0.3)).corners
    assert np.allclose(smooth, CARD + 0.006) and np.allclose(jump, CARD + 0.3)


def test_the_same_figure_told_from_its_other_end_is_still() -> None:
    stabiliser = Stabiliser()
    turned = Detection(np.roll(CARD, 2, axis=0), 0.9, False)
    assert [stabiliser.push(frame).steady for frame in (seen(), turned, seen())] == [False, False, True]
    assert np.abs(stabiliser.push(turned).corners - CARD).max() < 1e-9
