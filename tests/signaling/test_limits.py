from hypothesis import given
from hypothesis import strategies as st

from signaling.limits import Bucket


def test_a_burst_is_let_through_and_then_the_rate():
    bucket = Bucket(rate=2, burst=3, now=0.0)
    assert [bucket.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(0.4), bucket.take(0.5), bucket.take(0.9), bucket.take(1.0)] == [False, True, False, True]


def test_a_long_silence_saves_up_no_more_than_the_burst():
    bucket = Bucket(rate=10, burst=3, now=0.0)
    assert [bucket.take(1000.0) for _ in range(4)] == [True, True, True, False]


@given(st.lists(st.floats(0, 1), max_size=200))
def test_never_more_than_burst_and_rate_allow(pauses):
    bucket, now, taken = Bucket(rate=5, burst=4, now=0.0), 0.0, 0
    for pause in pauses:
        now += pause
        taken += bucket.take(now)
    assert taken <= 4 + 5 * now + 1e-6
