import pytest

from esign.checks import characters, check
from esign.strokes import parse_ink
from tests.esign.hand import handwriting, ink


def changed(point=lambda x, y, t, p: [x, y, t, p], strokes=slice(None), **sides):
    data = handwriting() | sides
    data["strokes"] = [[point(*values) for values in stroke] for stroke in data["strokes"][strokes]]
    return parse_ink(data)


@pytest.mark.parametrize("seed", range(12))
def test_a_name_written_out_raises_no_warning(seed):
    assert check(ink(seed), "王大陸") == ()


@pytest.mark.parametrize(
    ("name", "count"),
    [("王大陸", 3), ("歐陽林林", 4), ("𡍼小明", 3), ("John Smith", 2), ("林 Anna", 2), ("", 1)],
)
def test_a_name_is_counted_in_what_one_writes_separately(name, count):
    assert characters(name) == count


def line(n=20):
    return parse_ink({"width": 600, "height": 300, "strokes": [[[20 + 28 * i, 150, 60 * i, 0.5] for i in range(n)]]})


def test_a_straight_line_is_told_to_be_too_simple():
    assert set(check(line(), "王大陸")) >= {"ink_few_strokes", "ink_too_simple", "ink_too_small", "ink_speed_even"}


@pytest.mark.parametrize(
    ("code", "odd"),
    [
        ("ink_few_strokes", changed(strokes=slice(0, 2))),
        ("ink_short", changed(lambda x, y, t, p: [x / 30, y / 30, t, p])),
        ("ink_too_small", changed(lambda x, y, t, p: [x / 6, y, t, p])),
        ("ink_outside_pad", changed(lambda x, y, t, p: [x + 300, y, t, p])),
        ("ink_too_fast", changed(lambda x, y, t, p: [x, y, t / 20, p])),
        ("ink_too_slow", changed(lambda x, y, t, p: [x, y, t * 30, p])),
        ("ink_characters_joined", changed(lambda x, y, t, p: [(x * 7) % 900, y, t, p])),
    ],
)
def test_each_oddity_has_its_code(code, odd):
    assert code in check(odd, "王大陸")


def test_characters_one_below_the_other_are_as_good_as_side_by_side():
    upright = changed(lambda x, y, t, p: [y, x, t, p], width=300, height=900)
    assert check(upright, "王大陸") == ()


def test_a_program_that_draws_evenly_is_noticed():
    even = [
        [[100 + 9 * i, 60 + (i % 2) * 90 + row * 40, 40 * (i + 30 * row), 0.5] for i in range(25)] for row in (0, 1)
    ]
    assert "ink_speed_even" in check(parse_ink({"width": 500, "height": 250, "strokes": even}), "王")
