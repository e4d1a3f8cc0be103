from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from media.loss import AT_ONCE, FIRST_ROUND_TRIP_S, GIVE_UP_S, LIMIT, REORDER_S, RETRY_S, Missing


def after(*sequences: int, at: float = 0.0) -> Missing:
    missing = Missing()
    for sequence in sequences:
        missing.arrived(sequence & 0xFFFF, at)
    return missing


def test_what_was_skipped_is_asked_for_once_it_cannot_be_only_late():
    missing = after(65533, 1, 2)
    assert missing.due(REORDER_S / 2) == []
    assert missing.due(REORDER_S) == [65534, 65535, 0]


def test_a_packet_that_was_only_overtaken_is_never_asked_for():
    missing = after(5, 7, 6)
    assert (missing.due(REORDER_S), missing.gaps) == ([], {})


def test_it_is_asked_for_again_each_round_trip_until_it_comes():
    missing = after(5, 7)
    times = [at / 100 for at in range(60) if missing.due(at / 100)]
    assert [round(at, 1) for at in times] == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    missing.arrived(6, 0.55, resent=True)
    assert missing.due(1.0) == []


def test_the_round_trip_is_measured_by_answers_to_a_single_request():
    missing = Missing()
    for number in range(0, 200, 2):
        missing.arrived(number, number * 1.0)
        missing.arrived(number + 2, number + 1.0)
        missing.due(number + 1.02)
        missing.arrived(number + 1, number + 1.05, resent=True)
    assert 0.03 <= missing.round_trip < 0.031
    missing.arrived(300, 400.0)
    assert len([at for at in range(100) if missing.due(400.0 + at / 100)]) > 20  # every 30 ms, not every 100


def test_after_a_second_it_is_given_up():
    missing = after(5, 7)
    assert missing.due(GIVE_UP_S) == [6]
    assert (missing.due(GIVE_UP_S + 0.01), missing.gaps, missing.given_up) == ([], {}, 1)


def test_a_jump_is_no_loss_to_be_repaired_but_told():
    missing = after(5, 6 + LIMIT + 1)
    assert (missing.gaps, missing.given_up) == ({}, LIMIT + 1)


def test_a_sender_that_begins_anew_far_below_is_followed():
    missing = after(40000, 10000, 10002)
    assert list(missing.gaps) == [10001]


@given(
    start=st.integers(0, 0xFFFF),
    steps=st.lists(st.tuples(st.integers(-40, 60), st.integers(0, 40)), max_size=150),
)
def test_it_never_asks_for_what_came_and_stays_small(start, steps):
    missing, came, highest, now, asked = Missing(), set(), start + 0x10000, 0.0, []
    missing.arrived(start, now)
    for step, pause in steps:
        sequence, now = max(highest + step, start + 0x10000), now + pause / 1000
        highest = max(highest, sequence)
        missing.arrived(sequence & 0xFFFF, now)
        came.add(sequence & 0xFFFF)
        due = missing.due(now)
        assert not came & set(due)
        assert len(due) <= AT_ONCE
        assert len(missing.gaps) <= LIMIT
        assert due == sorted(due, key=lambda number: (number - highest) & 0xFFFF)
        asked += [(number, now) for number in due]
    for number in {number for number, _ in asked}:
        times = [at for one, at in asked if one == number]
        assert len(times) <= GIVE_UP_S / RETRY_S + 1
        assert all(later - earlier >= FIRST_ROUND_TRIP_S - 1e-9 for earlier, later in pairwise(times))
