"""What becomes of an effect that fails: tried again, or written down where people see it."""

import asyncio
from concurrent.futures.process import BrokenProcessPool

import pytest
from structlog.testing import capture_logs

from cases import meeting, reading
from cases.errors import WrongState
from cases.opening import amend_document
from esign.errors import MissingGlyph, TimestampUnavailable
from media.errors import MediaTimeout, RoomUnknown
from ports.clock import FrozenClock
from server.effects import Effects, effects_of
from server.texts import problem_text
from tests.cases.stage import AGENT, ALONE, Stage

FORM = "application_service"


class Failing:
    """In the place of the press: issuing fails with this error."""

    def __init__(self, error):
        self.error = error

    async def issue(self, *_):
        raise self.error


@pytest.fixture
async def stage():
    stage = Stage()
    await stage.open(ALONE)
    return stage


def effects(stage, error, clock=None):
    return Effects(stage.desk, Failing(error), stage.outbox, clock or FrozenClock())


async def failure(stage):
    view = await reading.case_view(stage.desk, AGENT, await stage.case())
    return next(document.failure for document in view.documents if document.id == FORM)


async def test_a_name_that_no_font_draws_is_told_once_and_not_tried_again(stage):
    failing = effects(stage, MissingGlyph(("𰻞",)))
    for _ in range(2):  # once more after a crash
        assert await failing.perform("issue", [stage.case_id, FORM, 1]) is True
    case = await stage.case()
    assert [entry.type for entry in case.history] == ["CaseOpened", "EffectFailed"]
    assert await failure(stage) == "missing_glyph"
    assert problem_text("missing_glyph").zh
    await amend_document(stage.desk, AGENT, stage.case_id, FORM, {"remark": "更正"})
    assert await failure(stage) is None


async def test_what_may_come_back_is_waited_for_and_after_five_minutes_said_to_be_stuck(stage):
    clock = FrozenClock()
    waiting = effects(stage, TimestampUnavailable(), clock)
    with capture_logs() as logs:
        task = asyncio.create_task(waiting.perform("issue", [stage.case_id, FORM, 1]))
        for _ in range(400):
            for _ in range(10):
                await asyncio.sleep(0)
            clock.advance(1)
        waiting.end()
        assert await task is False
    stuck = [(line["log_level"], line["seconds"] >= 300) for line in logs if line["event"] == "effect_stuck"]
    assert stuck
    assert set(stuck) == {("error", True)}
    assert [entry.type for entry in (await stage.case()).history] == ["CaseOpened"]


async def test_what_an_erased_case_asked_for_is_dropped(stage):
    await stage.desk.keys.erase(stage.case_id)
    assert await effects(stage, MissingGlyph(("x",))).perform("issue", [stage.case_id, FORM, 1]) is True


async def test_a_dead_pool_is_not_asked_again(stage):
    broken = effects(stage, BrokenProcessPool())
    assert await broken.perform("issue", [stage.case_id, FORM, 1]) is False
    assert broken.broken.is_set()


async def test_what_a_case_that_has_ended_no_longer_takes_is_dropped(stage):
    late = effects(stage, WrongState("DocumentIssued is not possible", state="withdrawn"))
    with capture_logs() as logs:
        assert await late.perform("issue", [stage.case_id, FORM, 1]) is True
    assert [entry["event"] for entry in logs] == ["effect_dropped"]


class Rooms:
    """In the place of the media plane: closing fails with these errors, one after the other, and then is done."""

    def __init__(self, *errors):
        self.errors, self.closed = list(errors), []

    async def close_room(self, room_id, reason):
        if self.errors:
            raise self.errors.pop(0)
        self.closed.append((room_id, reason))


async def ended_meeting(stage):
    """The effect that an ended meeting asks for."""
    await stage.meeting_for(ALONE)
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id, "斷線")
    asked = [effect for entry in await stage.desk.journal.tail(0) for effect in effects_of(entry)]
    return next(effect for effect in asked if effect.kind == "close")


async def test_the_recorder_of_an_ended_meeting_is_stopped_however_often_the_media_plane_does_not_answer():
    stage, clock = Stage(), FrozenClock()
    effect = await ended_meeting(stage)
    rooms = Rooms(MediaTimeout(), MediaTimeout())
    closing = Effects(stage.desk, Failing(None), stage.outbox, clock, rooms=rooms)
    task = asyncio.create_task(closing.perform(effect.kind, list(effect.arguments)))
    for _ in range(100):
        await asyncio.sleep(0)
        clock.advance(1)
    assert await task is True
    assert (rooms.closed, effect.queue) == ([((await stage.case()).meeting.room_id, "ended")], "rooms")


async def test_a_room_that_nobody_holds_any_more_is_closed():
    stage = Stage()
    effect = await ended_meeting(stage)
    closing = Effects(stage.desk, Failing(None), stage.outbox, FrozenClock(), rooms=Rooms(RoomUnknown()))
    assert await closing.perform(effect.kind, list(effect.arguments)) is True
