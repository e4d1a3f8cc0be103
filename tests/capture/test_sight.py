"""The first sight says roughly where a card is, which way it is read, and that there is none."""

from __future__ import annotations

import numpy as np
import pytest

from capture.sight import see
from tests.capture.cards import SPIN, iou, scene


@pytest.mark.parametrize("spin", SPIN.values(), ids=SPIN)
def test_a_card_is_seen_roughly_where_it_was_drawn(spin: float) -> None:
    drawn = scene(spin, lean=10.0)
    seen = see(drawn.image)
    assert seen is not None
    assert iou(seen.corners, drawn.corners) > 0.7


def test_the_first_side_is_a_long_one() -> None:
    for spin in SPIN.values():
        seen = see(scene(spin).image)
        assert seen is not None
        top, right = (
            np.linalg.norm(seen.corners[1] - seen.corners[0]),
            np.linalg.norm(seen.corners[2] - seen.corners[1]),
        )
        assert top > 1.2 * right


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_an_even_picture_holds_none(shade: int) -> None:
    seen = see(np.full((480, 640, 3), shade, np.uint8))
    assert seen is None or seen.likelihood < 0.7


def test_a_card_that_is_cut_off_is_seen_where_it_shows() -> None:
    drawn = scene(0.0, width=0.6)
    left = int(drawn.corners[:, 0].min()) + 100
    seen = see(np.ascontiguousarray(drawn.image[:, left:]))
    assert seen is not None
    assert iou(seen.corners, np.maximum(drawn.corners - np.array([left, 0.0]), 0.0)) > 0.5


def test_a_part_of_the_picture_is_told_in_its_own_pixels() -> None:
    seen = see(scene(8.0).image)
    assert seen is not None
    part = seen.within(np.array([100, 60]), 0.5)
    middle = seen.corners.mean(axis=0)
    there = (middle - np.array([100, 60]) + 0.5) * 0.5 - 0.5
    assert part.corners.mean(axis=0) == pytest.approx(there)
    assert part.covered(there[None, None])[0, 0] == pytest.approx(seen.covered(middle[None, None])[0, 0], abs=1e-4)
