"""One thing is said at a time, and long enough to be read."""

from __future__ import annotations

import itertools
import random

from capture.advice import REST, Advice


def said(*frames: tuple[bool, tuple[str, ...], bool]) -> list[str]:
    advice = Advice()
    return [advice.push(*frame) for frame in frames]


NOTHING = (False, (), False)
FOUND, STEADY = (True, (), False), (True, (), True)
DARK, GLARE, BOTH = (True, ("too_dark",), False), (True, ("glare",), False), (True, ("too_dark", "glare"), False)


def test_a_fault_is_told_once_it_was_seen_twice() -> None:
    assert said(NOTHING, GLARE, GLARE) == ["search", "search", "glare"]


def test_a_fault_of_one_frame_is_never_told() -> None:
    assert said(FOUND, FOUND, GLARE, FOUND, FOUND) == ["search", "hold", "hold", "hold", "hold"]


def test_the_fault_that_is_shown_stays_while_it_lasts_whatever_else_comes() -> None:
    assert said(GLARE, GLARE, *[BOTH] * 6)[1:] == ["glare"] * 7


def test_all_is_well_at_once() -> None:
    assert said(FOUND, FOUND, STEADY) == ["search", "hold", "steady"]


def test_what_is_said_stands_for_half_a_second() -> None:
    shown = said(GLARE, GLARE, *[DARK] * (REST + 1))
    assert shown == ["search", *["glare"] * REST, *["too_dark"] * 2]


def test_frames_that_flicker_change_what_is_said_twice_a_second_at_most() -> None:
    dice = random.Random(7)
    advice = Advice()
    shown = [advice.push(*dice.choice([NOTHING, FOUND, DARK, GLARE, BOTH])) for _ in range(400)]
    changes = [at for at in range(1, 400) if shown[at] != shown[at - 1]]
    assert min(after - before for before, after in itertools.pairwise(changes)) >= REST
