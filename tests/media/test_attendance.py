import pytest

from media.attendance import EMPTY_SECONDS, HOST_SECONDS, Attendance
from media.messages import Reason

BOTH, CUSTOMER, NOBODY = {"host", "insured"}, {"insured"}, frozenset()


def verdicts(*steps: tuple[float, set[str] | None]) -> list[Reason | None]:
    """Each step: a time, and who is there from then on, or None to ask for the verdict of that time."""
    attendance, found = Attendance(0.0), []
    for now, roles in steps:
        if roles is None:
            found.append(attendance.verdict(now))
        else:
            attendance.update(roles, now)
    return found


def test_a_host_that_is_there_keeps_the_room_however_long():
    assert verdicts((1, BOTH), (2, {"host"}), (1e6, None)) == [None]


def test_a_host_that_stays_away_is_lost_after_two_minutes_whoever_comes_and_goes_meanwhile():
    gone = 100.0
    steps = ((1, BOTH), (gone, CUSTOMER), (gone + 50, NOBODY), (gone + 60, CUSTOMER))
    asked = ((gone + HOST_SECONDS, None), (gone + HOST_SECONDS + 0.1, None))
    assert verdicts(*steps, *asked) == [None, Reason.HOST_LOST]


def test_a_host_that_comes_back_in_time_gets_two_minutes_again():
    steps = ((1, BOTH), (100, CUSTOMER), (219, BOTH), (300, CUSTOMER), (419, None), (421, None))
    assert verdicts(*steps) == [None, Reason.HOST_LOST]


@pytest.mark.parametrize(("roles", "reason"), [(NOBODY, Reason.ROOM_EMPTY), (CUSTOMER, Reason.HOST_LOST)])
def test_a_host_that_never_came_is_waited_for_as_long_as_an_empty_room_is(roles, reason):
    assert verdicts((1, roles), (EMPTY_SECONDS, None), (EMPTY_SECONDS + 0.1, None)) == [None, reason]
