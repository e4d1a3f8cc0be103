"""Meetings that were left alone, by a clock that the test turns."""

import pytest

from cases import meeting, recording
from cases.state import State
from media.errors import MediaTimeout, RoomUnknown
from media.messages import RecorderStatus, RoomStatus, Roster, RosterEntry
from ports.errors import KeyValueUnavailable
from server.caretaker import ABANDONED_SECONDS, Caretaker
from tests.cases.stage import AGENT, ALONE, LIN, REVIEWER, WANG, Stage
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


class Room:
    """The media plane with one room. `before_answer` happens while it is asked."""

    def __init__(self, *people: str):
        self.people: tuple[str, ...] | None = people
        self.before_answer = None
        self.error: Exception | None = None

    async def status(self, room_id: str) -> RoomStatus:
        if self.before_answer:
            await self.before_answer()
        if self.error:
            raise self.error
        roster = Roster(tuple(RosterEntry(f"p-{person}", person, "insured", 1) for person in self.people))
        return RoomStatus(room_id, "w1", roster, RecorderStatus())


async def present(stage) -> tuple[str, ...]:
    return (await stage.case()).meeting.present


async def test_who_is_in_the_room_no_more_has_left_although_nobody_said_so(stage):
    await stage.meeting_for()
    await meeting.joined(stage.desk, AGENT, stage.case_id)
    await hold(stage)
    rooms = Room(AGENT.id, WANG.id, LIN.id)
    care = Caretaker(stage.desk, rooms)
    await care.turn()
    assert await present(stage) == (WANG.id, LIN.id, AGENT.id)
    rooms.people = (AGENT.id, LIN.id)
    await care.turn()
    assert await present(stage) == (LIN.id, AGENT.id)
    rooms.error = RoomUnknown("no worker has it")
    await care.turn()
    assert await present(stage) == ()


async def test_presence_stays_while_the_worker_does_not_answer_and_while_something_happens(stage):
    await stage.meeting_for(ALONE)
    await hold(stage)
    rooms = Room()
    care = Caretaker(stage.desk, rooms)
    rooms.error = MediaTimeout("busy")
    await care.turn()
    assert await present(stage) == (WANG.id,)
    rooms.error = None

    async def come_again() -> None:
        await meeting.left(stage.desk, WANG, stage.case_id, "left")
        await meeting.joined(stage.desk, WANG, stage.case_id)

    rooms.before_answer = come_again
    await care.turn()
    assert await present(stage) == (WANG.id,)
    rooms.before_answer = None
    await care.turn()
    assert await present(stage) == ()
