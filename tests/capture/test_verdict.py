from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.readout import Line
from capture.verdict import Expected, compare, unread

TODAY = date(2026, 11, 22)
WANG = Expected("A123456789", ("王大陸", "WANG TA-LU"), date(1986, 3, 8), "front")
BACK = Expected("A123456789", ("王大陸",), date(1986, 3, 8), "back")
ZONE = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
FRONT_LINES = ("示範證件", "姓名王大陸", "出生民國75年3月8日", "編號 A123456789")


def told(expected, *texts, score=0.97):
    return compare([Line(text, score) for text in texts], expected, TODAY).verdicts


def test_a_front_that_says_what_the_case_says_agrees_in_every_field():
    assert told(WANG, *FRONT_LINES) == dict.fromkeys(("number", "name", "birth_date", "side"), "agrees")


def test_what_the_case_does_not_know_is_not_compared():
    for lines in (FRONT_LINES, ("編號 A1Z34S6789",)):
        assert set(told(Expected("", (), None, "other", passport=True), *lines).values()) == {"unread"}
    assert told(Expected("", (), None, "front"), *FRONT_LINES) == unread(WANG).verdicts | {"side": "agrees"}
    nobody_s_passport = Expected("", (), None, "other", passport=True)
    assert told(nobody_s_passport, *ZONE) == unread(nobody_s_passport).verdicts | {"mrz": "agrees"}


def test_nothing_is_known_of_a_card_without_a_word():
    assert told(WANG) == unread(WANG).verdicts == dict.fromkeys(("number", "name", "birth_date", "side"), "unread")


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("編號 A123456789", "agrees"),
        ("A1Z34S6789", "agrees"),
        ("編號 B123456780", "differs"),
        ("編號 A123456788", "unread"),
        ("A1Z34S6788", "unread"),
        ("編號", "unread"),
    ],
)
def test_only_a_number_whose_checksum_holds_contradicts(line, verdict):
    assert told(WANG, line)["number"] == verdict


@pytest.mark.parametrize(
    ("line", "score", "verdict"),
    [
        ("姓 名 王 大 陸", 0.97, "agrees"),
        ("王大陸", 0.6, "agrees"),
        ("姓名 林小美", 0.97, "differs"),
        ("姓名 林小美", 0.7, "unread"),
        ("姓名 王大陆", 0.97, "unread"),
        ("姓名", 0.97, "unread"),
        ("Name WANG, TA-LU", 0.97, "agrees"),
        ("Name CHEN, MEI-LI", 0.97, "differs"),
        ("林小美", 0.97, "unread"),
    ],
)
def test_another_name_differs_and_a_slip_of_a_stroke_is_unread(line, score, verdict):
    assert told(WANG, line, score=score)["name"] == verdict


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (["出生年月日", "民國75年3月8日"], "agrees"),
        (["1986/03/08"], "agrees"),
        (["出生民國75年3月9日"], "differs"),
        (["出生", "75年3月9日"], "differs"),
        (["發證日期 民國104年3月9日"], "unread"),
        (["出生 民國75年"], "unread"),
    ],
)
def test_a_date_differs_only_behind_the_label_of_birth(lines, verdict):
    assert told(WANG, *lines)["birth_date"] == verdict


def test_the_side_is_known_by_its_words():
    back = ("父 王一 母 林二", "配偶", "出生地 臺北市", "住址 示範市測試路 1 號")
    assert (told(BACK, *back), told(WANG, *back)["side"]) == ({"side": "agrees"}, "differs")
    assert told(BACK, *FRONT_LINES) == {"number": "agrees", "side": "differs"}


def test_a_back_with_another_number_is_told():
    assert told(BACK, "住址", "編號 B123456780") == {"number": "differs", "side": "agrees"}


def test_a_passport_is_read_by_its_zone():
    anna = Expected("A223456781", ("ERIKSSON ANNA MARIA",), date(1974, 8, 12), "front", passport=True)
    assert told(anna, *ZONE) == {"number": "unread", "name": "agrees", "birth_date": "agrees", "mrz": "agrees"}
    other = Expected("A223456781", ("ERIKSSON ANNA MARIA",), date(1974, 8, 13), "front", passport=True)
    assert told(other, *ZONE)["birth_date"] == "differs"
    spoilt = (ZONE[0], ZONE[1].replace("7408122", "7408132"))
    assert told(anna, *spoilt) == {"number": "unread", "name": "agrees", "birth_date": "unread", "mrz": "unread"}


def test_what_was_read_is_kept_only_where_something_was():
    found = compare([Line("編號 B123456780", 0.9), Line("姓名林小美", 0.95)], WANG, TODAY)
    assert found.read == {"number": "B123456780", "name": "林小美", "side": "front"}


@given(st.lists(st.text(max_size=40), max_size=8), st.sampled_from(["front", "back", "other"]), st.booleans())
def test_any_text_gets_a_verdict_for_the_same_fields(texts, side, passport):
    expected = Expected("A123456789", ("王大陸",), date(1986, 3, 8), side, passport)
    verdicts = told(expected, *texts)
    assert set(verdicts) - {"number"} == set(unread(expected).verdicts) - {"number"}
    assert set(verdicts.values()) <= {"agrees", "differs", "unread"}
