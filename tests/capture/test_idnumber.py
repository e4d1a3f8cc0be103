from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.idnumber import LETTERS, accepted_on, found_in, kind_of, mended_in

SECONDS = "1289ABCD"


def with_digit(head: str) -> str:
    """The number that begins so and holds."""
    return next(head + digit for digit in "0123456789" if kind_of(head + digit))


heads = st.builds(
    lambda letter, second, rest: f"{letter}{second}{rest}",
    st.sampled_from(sorted(LETTERS)),
    st.sampled_from(SECONDS),
    st.text("0123456789", min_size=7, max_size=7),
)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("A123456789", "national_id"),
        ("A800000014", "residence_permit"),
        ("A900000016", "residence_permit"),
        ("AC01234567", "old_residence_permit"),
        ("A123456788", None),
        ("A323456789", None),
        ("a123456789", None),
        ("A12345678", None),
        ("A1234567890", None),
        ("", None),
    ],
)
def test_a_number_is_known_by_its_form_and_checksum(number, kind):
    assert kind_of(number) == kind


@given(heads)
def test_exactly_one_last_digit_holds(head):
    assert sum(kind_of(head + digit) is not None for digit in "0123456789") == 1


@given(heads, st.sampled_from([2, 6, 8, 9]), st.integers(1, 9))
def test_one_wrong_digit_is_noticed_where_its_weight_is_prime_to_ten(head, place, by):
    number = with_digit(head)
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert kind_of(wrong) is None


@given(heads, st.text("姓名編號: ", max_size=6))
def test_a_number_is_found_in_a_line_and_however_it_is_spaced(head, before):
    number = with_digit(head)
    full_width = "".join(chr(ord(char) + 0xFEE0) for char in number)
    spaced = f"{number[:1]} {number[1:4]}-{number[4:]}"
    for written in (number, spaced, full_width, number.lower()):
        assert number in found_in([f"{before}{written}"])


@given(st.lists(st.text(max_size=40), max_size=5))
def test_what_is_found_in_any_text_holds(texts):
    assert all(kind_of(number) for number in (*found_in(texts), *mended_in(texts)))


def test_an_o_among_digits_is_mended_and_not_found_as_it_is():
    assert with_digit("A10345678") == "A103456783"
    assert (found_in(["編號 A1O3456783"]), mended_in(["編號 A1O3456783"])) == ((), ("A103456783",))


def test_old_residence_numbers_end_with_2030():
    assert accepted_on("old_residence_permit", date(2030, 12, 31))
    assert not accepted_on("old_residence_permit", date(2031, 1, 1))
    assert accepted_on("residence_permit", date(2031, 1, 1))
