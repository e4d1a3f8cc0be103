"""Deadlines kept by the jobs: whatever is killed, and however late it comes back, each step happens once."""

import asyncio
from datetime import date

import pytest

from cases.deadlines import keep_deadlines
from cases.errors import CaseBusy
from cases.query import withdraw_query
from ports.database import migrate, open_engine
from server import timekeeper
from server.timekeeper import Timekeeper
from tests.cases.stage import NEW_BUSINESS, UNDERWRITER, Stage

DAY = 86_400


async def steps(stage):
    return [e.type for e in await stage.desk.journal.read(stage.case_id) if e.type.startswith(("Query", "Letter"))]


@pytest.fixture
async def engine(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path / 'cvx.sqlite'}"
    await migrate(url)
    engine = open_engine(url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def asked():
    stage = Stage()
    await stage.under_review(NEW_BUSINESS)
    await stage.ask("inforce")
    return stage


async def turn(stage, engine, days=0.0):
    stage.clock.advance(days * DAY)
    await Timekeeper(stage.desk, engine, stage.clock).turn()


async def test_a_whole_query_runs_down_through_process_after_process(asked, engine):
    for _ in range(35):
        await turn(asked, engine, 1)
    assert await steps(asked) == ["QueryIssued", "QueryReminded", "QueryCancelNoticed", "QueryLapsed", "LetterIssued"]


async def test_after_a_month_away_the_reminder_still_comes_first_and_leaves_its_days(asked, engine):
    await turn(asked, engine)
    await turn(asked, engine, 31)
    await turn(asked, engine)
    assert await steps(asked) == ["QueryIssued", "QueryReminded"]
    await turn(asked, engine, 8)
    assert (await steps(asked))[-1] == "QueryCancelNoticed"


async def test_a_withdrawn_query_rings_no_more(asked, engine):
    await withdraw_query(asked.desk, UNDERWRITER, asked.case_id, "query-1", "誤發")
    await turn(asked, engine, 20)
    assert await steps(asked) == ["QueryIssued", "QueryWithdrawn"]


async def test_an_erased_case_holds_up_nothing(asked, engine):
    await asked.desk.keys.erase(asked.case_id)
    keeper = Timekeeper(asked.desk, engine, asked.clock)
    await turn(asked, engine, 20)
    assert await keeper.done() == date(2026, 3, 21)


async def test_a_day_that_failed_is_looked_at_again(asked, engine, monkeypatch):
    async def busy(desk, case_id):
        raise CaseBusy

    with monkeypatch.context() as patched:
        patched.setattr(timekeeper, "keep_deadlines", busy)
        await turn(asked, engine, 16)
    assert await Timekeeper(asked.desk, engine, asked.clock).done() == date(2026, 3, 16)
    await turn(asked, engine)
    assert await steps(asked) == ["QueryIssued", "QueryReminded"]


async def test_two_timekeepers_at_once_remind_once(asked, engine):
    asked.clock.advance(15 * DAY)
    await asyncio.gather(*(keep_deadlines(asked.desk, asked.case_id) for _ in range(4)))
    assert await steps(asked) == ["QueryIssued", "QueryReminded"]
