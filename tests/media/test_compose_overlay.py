from datetime import UTC, datetime

import numpy as np
import pytest

from media.compose_layout import BAR, WIDTH, Rect
from media.compose_overlay import PAPER, PLATE, Bar, Letters, Name, plate
from tests.media.filming import FONT


@pytest.fixture(scope="module")
def letters() -> Letters:
    return Letters(FONT)


@pytest.mark.parametrize("text", ["王", "要保人 王大陸", "a very long name of somebody " * 10])
def test_text_is_cut_to_its_place_and_has_even_sizes(letters, text):
    mask = letters.mask(text, 20, 300)
    assert mask.shape[1] <= 302 and {size % 2 for size in mask.shape} == {0}
    assert mask.max() > 200


def test_nothing_to_print_is_nothing(letters):
    assert letters.mask("", 20, 300).max() == 0


def test_a_plate_fills_its_place_and_says_why_in_the_middle(letters):
    grey = plate(letters, Rect(0, 0, 400, 200), "鏡頭關閉")
    assert grey.shape == (200, 400)
    rows, columns = np.nonzero(grey != PLATE)
    assert abs(rows.mean() - 100) < 12 and abs(columns.mean() - 200) < 12


def test_the_clock_is_that_of_taipei_and_changes_alone(letters):
    bar = Bar(letters, "A123", "{}")
    at = datetime(2026, 3, 2, 1, 0, 0, tzinfo=UTC)
    first, later = bar.at(at), bar.at(at.replace(second=1))
    assert first.shape == (BAR, WIDTH) and first.min() == PAPER
    _, columns = np.nonzero(first != later)
    assert columns.min() > WIDTH - 420
    assert (bar.at(at) == first).all()


def test_a_name_darkens_what_is_under_it_and_is_read_on_any_ground(letters):
    name = Name(letters, "王大陸", 300)
    for ground in (16, 235):
        luma = np.full((name.height, name.width), ground, np.uint8)
        blue, red = (np.full((name.height // 2, name.width // 2), 128, np.uint8) for _ in range(2))
        name.over(luma, blue, red)
        assert int(luma.max()) - int(luma.min()) > 100
        assert {int(blue.min()), int(red.max())} == {128}
