"""Spans of a card being shown, by time stamps alone (S53, F39)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.showing import RATE, Spans

MS = RATE // 1000


def shown(*times_ms, start=0, side="front"):
    spans = Spans()
    for at in times_ms:
        spans.push((start + at * MS) % (1 << 32), side)
    return spans


@pytest.mark.parametrize(("until_ms", "passes"), [(4900, False), (4999, False), (5000, True), (5200, True)])
def test_five_seconds_pass_and_less_does_not(until_ms, passes):
    spans = shown(*range(0, 4801, 200), until_ms)
    assert (spans.shown("front"), spans.longest("front")) == (passes, until_ms / 1000)


@pytest.mark.parametrize(("gap_ms", "passes"), [(400, True), (401, False), (1000, False)])
def test_a_gap_of_four_hundred_milliseconds_is_bridged_and_a_longer_one_is_not(gap_ms, passes):
    spans = shown(*range(0, 2401, 200), *range(2400 + gap_ms, 5001, 200), 5000)
    assert spans.shown("front") is passes


@given(st.integers(0, (1 << 32) - 1))
def test_time_stamps_wrap_wherever_they_start(start):
    spans = shown(*range(0, 5001, 200), start=start)
    assert (spans.shown("front"), spans.seconds("front")) == (True, 5.0)


def test_pictures_without_a_card_end_a_span_only_with_time():
    spans = shown(*range(0, 2001, 200))
    for at in (2200, 2400):
        spans.push(at * MS, None)
    assert spans.seconds("front") == 2.0
    spans.push(2401 * MS, None)
    assert (spans.seconds("front"), spans.longest("front")) == (0.0, 2.0)


def test_two_half_spans_make_no_whole_one():
    spans = shown(*range(0, 3001, 200), *range(4000, 7001, 200))
    assert (spans.shown("front"), spans.longest("front")) == (False, 3.0)


def test_each_side_has_its_own_time():
    spans = shown(*range(0, 5001, 200))
    for at in range(6000, 9001, 200):
        spans.push(at * MS, "back")
    assert (spans.shown("front"), spans.shown("back"), spans.seconds("back")) == (True, False, 3.0)


def test_what_comes_late_or_twice_is_no_hit():
    spans = shown(0, 200, 400, 400, 100, 300, 0)
    assert spans.seconds("front") == 0.4


def test_another_stream_joins_no_span():
    spans = shown(*range(0, 3001, 200))
    spans.restart()
    for at in range(0, 3001, 200):
        spans.push(77 + at * MS, "front")
    assert (spans.longest("front"), spans.shown("front")) == (3.0, False)


@given(st.lists(st.tuples(st.integers(1, 500), st.sampled_from(["front", "back", None])), max_size=80))
def test_a_side_is_never_shown_for_longer_than_its_hits_span(steps):
    spans, now, hits = Spans(), 0, {"front": [], "back": []}
    for step, side in steps:
        now += step
        spans.push(now * MS, side)
        if side:
            hits[side].append(now)
    for side, times in hits.items():
        runs, first = [0], None
        for before, at in zip([None, *times], times, strict=False):
            first = at if before is None or at - before > 400 else first
            runs.append(at - first)
        assert spans.longest(side) == max(runs) / 1000
