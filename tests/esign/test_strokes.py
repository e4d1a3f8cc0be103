import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.errors import InkEmpty, InkError, InkMalformed, InkTimeBackwards, InkTooLarge
from esign.strokes import (
    MAX_POINTS,
    MAX_STROKES,
    Ink,
    Point,
    compress,
    decompress,
    ink_sha256,
    pack,
    parse_ink,
    unpack,
)
from tests.esign.hand import handwriting, ink


def wire(*strokes, width=600, height=300):
    return {"width": width, "height": height, "strokes": list(strokes)}


@st.composite
def inks(draw):
    times = iter(sorted(draw(st.lists(st.integers(0, 60_000), min_size=40, max_size=40))))
    side = st.integers(10, 40_000).map(lambda tenths: tenths / 10)
    coordinate = st.integers(-40_000, 40_000).map(lambda tenths: tenths / 10)
    pressure = st.integers(0, 100).map(lambda hundredths: hundredths / 100)
    counts = draw(st.lists(st.integers(1, 8), min_size=1, max_size=5))
    strokes = [[[draw(coordinate), draw(coordinate), next(times), draw(pressure)] for _ in range(n)] for n in counts]
    return parse_ink({"width": draw(side), "height": draw(side), "strokes": strokes})


def test_ink_is_parsed_with_coordinates_rounded_to_a_tenth_and_pressure_to_a_hundredth():
    assert parse_ink(wire([[1.26, 2.04, 3, 0.456], [4, 5, 6]])) == Ink(
        600.0, 300.0, ((Point(1.3, 2.0, 3, 0.46), Point(4.0, 5.0, 6, 0.5)),)
    )


def test_strokes_without_points_are_left_out():
    assert len(parse_ink(wire([], [[1, 1, 0]], [])).strokes) == 1


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (wire(), InkEmpty),
        (wire([], []), InkEmpty),
        (wire([[1, 1, 5]], [[1, 1, 4]]), InkTimeBackwards),
        (wire([[1, 1, 5], [2, 2, 4]]), InkTimeBackwards),
        (wire(*[[[1, 1, 0]]] * (MAX_STROKES + 1)), InkTooLarge),
        (wire([[1, 1, 0]] * (MAX_POINTS + 1)), InkTooLarge),
        (wire([[1, 1]]), InkMalformed),
        (wire([[1, 1, 0, 0.5, 9]]), InkMalformed),
        (wire([[1, 1, 0, 1.5]]), InkMalformed),
        (wire([[1, 1, -1]]), InkMalformed),
        (wire([[9_000, 1, 0]]), InkMalformed),
        (wire([[float("nan"), 1, 0]]), InkMalformed),
        (wire([[float("inf"), 1, 0]]), InkMalformed),
        (wire([["1", 1, 0]]), InkMalformed),
        (wire([{"x": 1, "y": 1, "t": 0}]), InkMalformed),
        (wire([[1, 1, 0]], width=0), InkMalformed),
        (wire([[1, 1, 0]], height=float("nan")), InkMalformed),
        (wire([[1, 1, 0]]) | {"image": "..."}, InkMalformed),
        ({"width": 1, "height": 1}, InkMalformed),
        (wire("ab"), InkMalformed),
        ([], InkMalformed),
        (None, InkMalformed),
    ],
)
def test_what_is_no_ink_is_refused_with_its_code(data, error):
    with pytest.raises(error) as refused:
        parse_ink(data)
    assert type(refused.value) is error


@settings(max_examples=50)
@given(inks())
def test_packing_loses_nothing(ink):
    assert unpack(pack(ink)) == ink
    assert decompress(compress(ink)) == ink


@settings(max_examples=40)
@given(inks(), inks())
def test_equal_inks_and_only_they_have_equal_digests(one, other):
    assert (ink_sha256(one) == ink_sha256(other)) == (one == other)


@given(st.binary(max_size=200))
def test_unpacking_any_bytes_gives_ink_or_a_refusal(data):
    for read in (unpack, decompress):
        try:
            read(data)
        except InkError as error:
            assert error.code in {"ink_malformed", "ink_too_large"}


def test_a_bomb_is_not_inflated():
    import zlib

    with pytest.raises(InkTooLarge):
        decompress(zlib.compress(bytes(50_000_000)))


def test_a_signature_of_three_characters_packs_into_two_kilobytes():
    assert sum(map(len, handwriting()["strokes"])) == 432
    assert len(compress(ink())) < 2_400
