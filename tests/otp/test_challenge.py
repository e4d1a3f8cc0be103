from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otp.challenge import Binding, mask_phone, mobile_number, new_challenge, phone_tag, tag_of, typed_code
from otp.errors import MalformedCode, PhoneNotAllowed
from tests.otp.conftest import BINDING, PEPPER

FIELDS = Binding.__struct_fields__


@pytest.mark.parametrize("typed", ["338451", "３３８４５１", "338 451", " 338451\n", "３38\u3000451", "3 3 8 4 5 1"])
def test_six_digits_are_taken_however_they_were_typed(typed: str):
    assert typed_code(typed) == "338451"


@pytest.mark.parametrize(
    "typed",
    ["", "33845", "3384511", "33845a", "-38451", "٣٣٨٤٥١", "³³⁸⁴⁵¹", "①②③④⑤⑥", "1" * 10_000, "338451;", "3.8451"],
)
def test_anything_else_is_malformed(typed: str):
    with pytest.raises(MalformedCode):
        typed_code(typed)


@given(st.text())
def test_a_typed_code_is_six_ascii_digits_or_refused(typed: str):
    try:
        code = typed_code(typed)
    except MalformedCode:
        return
    assert len(code) == 6
    assert code.isascii()
    assert code.isdigit()


@pytest.mark.parametrize(
    "phone", ["0912345678", "0912-345-678", "+886912345678", "+886 912 345 678", "886912345678", "０９１２３４５６７８"]
)
def test_a_taiwanese_mobile_number_is_known_in_its_usual_spellings(phone: str):
    assert mobile_number(phone) == "+886912345678"


@pytest.mark.parametrize(
    "phone", ["", "0223456789", "091234567", "09123456789", "+15005550006", "+8860912345678", "0912345678x", "9" * 999]
)
def test_other_destinations_are_refused(phone: str):
    with pytest.raises(PhoneNotAllowed):
        mobile_number(phone)


def test_a_masked_phone_shows_seven_digits():
    assert mask_phone("+886912345678") == "0912***678"


def test_a_phone_s_tag_does_not_hold_the_phone_and_needs_the_pepper():
    assert phone_tag(PEPPER, "+886912345678") == phone_tag(PEPPER, "+886912345678")
    assert phone_tag(PEPPER, "+886912345678") != phone_tag(bytes(32), "+886912345678")
    assert "912345678" not in phone_tag(PEPPER, "+886912345678")


def test_every_challenge_is_new_and_its_tag_recognises_its_code_only():
    challenges = [new_challenge(PEPPER, BINDING) for _ in range(200)]
    assert len({challenge.nonce for challenge in challenges}) == 200
    assert len({challenge.code for challenge in challenges}) > 190
    for challenge in challenges[:20]:
        assert typed_code(challenge.code) == challenge.code
        assert tag_of(PEPPER, BINDING, challenge.code) == challenge.tag


def test_codes_begin_with_every_digit_about_equally_often():
    first = Counter(new_challenge(PEPPER, BINDING).code[0] for _ in range(3000))
    assert set(first) == set("0123456789")
    assert max(first.values()) < 2 * min(first.values())


@pytest.mark.parametrize("field", FIELDS)
def test_a_tag_holds_for_its_whole_binding(field: str):
    other = msgspec.structs.replace(BINDING, **{field: "other"})
    assert tag_of(PEPPER, other, "338451") != tag_of(PEPPER, BINDING, "338451")


@given(st.lists(st.text(max_size=4), min_size=5, max_size=5), st.lists(st.text(max_size=4), min_size=5, max_size=5))
def test_two_bindings_share_a_tag_only_when_they_are_equal(one: list[str], other: list[str]):
    tags = [tag_of(PEPPER, Binding(*fields), "338451") for fields in (one, other)]
    assert (tags[0] == tags[1]) == (one == other)
