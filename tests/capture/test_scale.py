"""A picture is made smaller to a side that is told, without losing its mean."""

from __future__ import annotations

import numpy as np
import pytest

from capture.scale import reduced


@pytest.mark.parametrize("scale", [1.0, 0.7, 0.5, 0.3, 0.11])
def test_the_sides_are_those_of_the_scale(scale: float) -> None:
    image = np.random.default_rng(1).integers(0, 255, (480, 641, 3), dtype=np.uint8)
    small = reduced(image, scale)
    assert small.shape == (round(480 * scale), round(641 * scale), 3)
    assert small.mean() == pytest.approx(image.mean(), abs=1.0)


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1)])
def test_a_side_of_one_pixel_stays(size: tuple[int, int]) -> None:
    assert min(reduced(np.zeros((*size, 3), np.uint8), 0.1).shape[:2]) == 1


def test_nothing_is_done_to_a_picture_that_keeps_its_size() -> None:
    image = np.zeros((32, 32, 3), np.uint8)
    assert reduced(image, 1.0) is image
