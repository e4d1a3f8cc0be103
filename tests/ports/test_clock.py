import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from ports.clock import FrozenClock, SystemClock


async def test_a_frozen_clock_stands_still_until_it_is_advanced():
    clock = FrozenClock(datetime(2026, 3, 2, tzinfo=UTC))
    before = clock.now(), clock.monotonic()
    await asyncio.sleep(0.01)
    assert (clock.now(), clock.monotonic()) == before
    clock.advance(90.5)
    assert clock.now() == datetime(2026, 3, 2, 0, 1, 30, 500000, tzinfo=UTC)
    assert clock.monotonic() == before[1] + 90.5


async def test_sleepers_wake_when_their_time_has_come_in_the_order_of_their_deadlines():
    clock, woken = FrozenClock(), []

    async def sleeper(seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(seconds)

    async with asyncio.TaskGroup() as tasks:
        for seconds in (3, 1, 2):
            tasks.create_task(sleeper(seconds))
        await asyncio.sleep(0)
        clock.advance(0.9)
        await asyncio.sleep(0)
        assert woken == []
        clock.advance(1.1)
        await asyncio.sleep(0)
        assert woken == [1, 2]
        clock.advance(1)
    assert woken == [1, 2, 3]


async def test_a_cancelled_sleeper_does_not_disturb_the_others():
    clock = FrozenClock()
    cancelled = asyncio.create_task(clock.sleep(1))
    waiting = asyncio.create_task(clock.sleep(1))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.sleep(0)
    clock.advance(1)
    await waiting
    assert cancelled.cancelled()


def test_a_frozen_clock_refuses_a_naive_start_and_going_back():
    with pytest.raises(ValueError, match="time zone"):
        FrozenClock(datetime(2026, 3, 2))
    with pytest.raises(ValueError, match="back"):
        FrozenClock().advance(-1)


async def test_the_system_clock_is_aware_and_moves():
    clock = SystemClock()
    start = clock.monotonic()
    await clock.sleep(0.01)
    assert clock.monotonic() - start >= 0.009
    assert clock.now().utcoffset() == timedelta(0)
