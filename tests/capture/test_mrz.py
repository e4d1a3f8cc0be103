from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.mrz import check_digit, find, parse

TODAY = date(2026, 11, 22)
# The specimens of ICAO Doc 9303, parts 4, 5 and 6.
TD3 = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
TD1 = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")


@pytest.mark.parametrize(
    ("lines", "name", "kind", "number"),
    [(TD3, "TD3", "P", "L898902C3"), (TD2, "TD2", "I", "D23145890"), (TD1, "TD1", "I", "D23145890")],
)
def test_the_specimens_of_icao_hold(lines, name, kind, number):
    zone = parse(lines, TODAY)
    assert (zone.format, zone.kind, zone.number, zone.failed) == (name, kind, number, ())
    assert (zone.surname, zone.given, zone.sex) == ("ERIKSSON", "ANNA MARIA", "F")
    assert (zone.issuer, zone.nationality) == ("UTO", "UTO")
    assert (zone.birth_date, zone.expires) == (date(1974, 8, 12), date(2012, 4, 15))


def test_the_optional_field_of_a_passport_is_told():
    assert parse(TD3, TODAY).optional == "ZE184226B"


def test_a_number_of_more_than_nine_characters_goes_on_in_the_optional_field_of_a_card():
    lines = ("I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<")
    zone = parse(lines, TODAY)
    assert (zone.number, zone.failed) == ("D23145890734", ())


@pytest.mark.parametrize("lines", [TD1, TD2, TD3])
@given(data=st.data())
def test_one_wrong_digit_in_a_field_with_a_check_digit_is_noticed(lines, data):
    row = 1
    places = [at for at in range(len(lines[row])) if lines[row][at].isdigit()]
    at = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != lines[row][at]]))
    spoilt = list(lines)
    spoilt[row] = lines[row][:at] + other + lines[row][at + 1 :]
    assert not parse(spoilt, TODAY).holds


def test_a_birth_is_in_the_past_and_an_expiry_at_most_ten_years_ahead():
    line = "L898902C36UTO" + "261122" + check_digit("261122") + "F" + "361231" + check_digit("361231")
    zone = parse((TD3[0], (line + "<" * 44)[:44]), TODAY)
    assert (zone.birth_date, zone.expires) == (date(2026, 11, 22), date(2036, 12, 31))


@given(st.lists(st.text("AB0129<", min_size=44, max_size=44), min_size=2, max_size=2))
def test_any_two_lines_of_the_alphabet_are_read_without_an_error(lines):
    assert parse(lines, TODAY).format == "TD3"


@given(st.lists(st.text(max_size=50), max_size=6))
def test_any_text_is_searched_without_an_error(texts):
    zone = find(texts, TODAY)
    assert zone is None or zone.format in ("TD1", "TD2", "TD3")


def test_a_zone_is_found_among_other_lines_and_with_spaces_in_it():
    spaced = [TD3[0].replace("<<<<", "< << <"), TD3[1][:10] + " " + TD3[1][10:]]
    assert find(["PASSPORT", *spaced, "REPUBLIC"], TODAY) == parse(TD3, TODAY)
    assert find(["PASSPORT", TD3[1], TD3[0][:40]], TODAY) is None
