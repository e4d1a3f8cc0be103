"""Meetings that were left alone, by a clock that the test turns."""

import pytest

from cases import meeting, recording
from cases.state import State
from ports.errors import KeyValueUnavailable
from server.caretaker import ABANDONED_SECONDS, Caretaker
from tests.cases.stage import AGENT, ALONE, REVIEWER, WANG, Stage
from tests.cases.test_parts import begin, part_of, seal


@pytest.fixture
def stage():
    return Stage()


async def hold(stage, worker: bytes = b"w1"):
    room_id = (await stage.case()).meeting.room_id
    await stage.desk.keyvalue.set(f"room:{room_id}", worker, ttl=3.0)


async def test_a_meeting_whose_room_nobody_holds_for_a_quarter_of_an_hour_ends(stage):
    await stage.submitted(ALONE)
    await seal(stage, await part_of(stage, 1, 0))
    care = Caretaker(stage.desk)
    await care.turn()
    stage.clock.advance(ABANDONED_SECONDS - 1)
    await care.turn()
    assert (await stage.case()).open_meeting is not None
    stage.clock.advance(1)
    await care.turn()
    case = await stage.case()
    assert (case.state, case.meeting.end_reason) == (State.UNDER_REVIEW, "room_empty")


async def test_a_room_that_a_worker_holds_is_not_abandoned_and_one_that_came_back_begins_to_count_anew(stage):
    await stage.submitted(ALONE)
    care = Caretaker(stage.desk)
    for _ in range(3):
        await care.turn()
        stage.clock.advance(ABANDONED_SECONDS - 1)
        await hold(stage)
        await care.turn()
        stage.clock.advance(5)
    assert (await stage.case()).open_meeting is not None


async def test_a_part_that_does_not_come_holds_nothing_up_for_ever(stage):
    await stage.submitted(ALONE)
    await begin(stage, 2)
    await stage.confirm(WANG)
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id)
    await seal(stage, await part_of(stage, 2, 5, reason="ended"))
    care = Caretaker(stage.desk)
    await care.turn()
    assert (await stage.case()).state == State.SUBMITTED
    stage.clock.advance(recording.PATIENCE.total_seconds())
    await care.turn()
    case = await stage.case()
    assert (case.state, case.recording.missing) == (State.UNDER_REVIEW, {1})


async def test_a_case_that_is_settled_is_not_read_again_until_it_changes(stage):
    await stage.under_review(ALONE)
    care, reads = Caretaker(stage.desk), []
    await care.turn()
    whole = stage.desk.journal.read

    async def counted(case_id, after=0):
        reads.append(case_id)
        return await whole(case_id, after)

    stage.desk.journal.read = counted
    await care.turn()
    assert reads == []
    stage.desk.journal.read = whole
    await recording.view_recording(stage.desk, REVIEWER, stage.case_id, [[0, 1]])
    stage.desk.journal.read = counted
    await care.turn()
    assert reads != []


async def test_meetings_of_last_week_are_looked_after_and_older_ones_are_not(stage):
    await stage.submitted(ALONE)
    stage.clock.advance(6 * 24 * 3600)
    care = Caretaker(stage.desk)
    await care.turn()
    stage.clock.advance(ABANDONED_SECONDS)
    await care.turn()
    assert (await stage.case()).open_meeting is None


async def test_an_outage_of_the_store_ends_no_meeting(stage):
    await stage.submitted(ALONE)

    async def away(key):
        raise KeyValueUnavailable

    stage.desk.keyvalue.get = away
    care = Caretaker(stage.desk)
    for _ in range(2):
        with pytest.raises(KeyValueUnavailable):
            await care.turn()
        stage.clock.advance(ABANDONED_SECONDS)
    assert (await stage.case()).open_meeting is not None
