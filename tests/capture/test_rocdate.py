from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.rocdate import dates_in

BIRTH = date(1986, 3, 8)


@pytest.mark.parametrize(
    "text",
    [
        "出生民國75年3月8日",
        "民國 75 年 03 月 08 日",
        "出生年月日 075/03/08",
        "75.3.8",
        "1986-03-08",
        "1986/3/8",
        "19860308",
        "0750308",
        "民國７５年３月８日",
    ],
)
def test_a_date_is_read_however_it_is_written(text):
    assert dates_in(text) == (BIRTH,)


@pytest.mark.parametrize("text", ["", "75年13月8日", "民國75年2月30日", "A123456789", "0912345678", "電話 02-27551399"])
def test_what_is_no_date_is_none(text):
    assert dates_in(text) == ()


def test_years_of_more_than_two_digits_are_roc_years_below_the_thousand():
    assert dates_in("發證 104年1月2日 / 出生 9年1月2日 98.1.2") == (date(2015, 1, 2), date(2009, 1, 2))


@given(st.dates(date(1912, 1, 1), date(2100, 12, 31)))
def test_every_day_is_read_back_from_both_calendars(day):
    roc = f"民國{day.year - 1911:03d}年{day.month:02d}月{day.day:02d}日"
    assert dates_in(roc) == dates_in(day.isoformat()) == (day,)


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error(text):
    assert all(isinstance(found, date) for found in dates_in(text))
