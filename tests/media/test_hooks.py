import asyncio

from media.hooks import RETRY_SECONDS, HookRunner
from ports.clock import FrozenClock, SystemClock


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_reports_run_one_after_another_in_their_order():
    done = []

    async def report(number: int) -> None:
        await asyncio.sleep(0.01 if number == 0 else 0)
        done.append(number)

    runner = HookRunner(SystemClock())
    for number in range(3):
        runner.post(report, number)
    await runner.close(1.0)
    assert done == [0, 1, 2]


async def test_a_report_that_fails_is_tried_again_ever_slower_before_the_next_one():
    clock, calls = FrozenClock(), []

    async def fails_twice() -> None:
        calls.append("first")
        if len(calls) < 3:
            raise OSError("no database")

    async def after() -> None:
        calls.append("second")

    runner = HookRunner(clock)
    runner.post(fails_twice)
    runner.post(after)
    await settle()
    assert calls == ["first"]
    clock.advance(RETRY_SECONDS[0])
    await settle()
    assert calls == ["first", "first"]
    clock.advance(RETRY_SECONDS[0])
    await settle()
    assert calls == ["first", "first"]
    clock.advance(RETRY_SECONDS[1])
    await settle()
    assert calls == ["first", "first", "first", "second"]
    await runner.close(1.0)


async def test_closing_gives_up_after_its_time_and_leaves_no_task():
    async def never() -> None:
        await asyncio.Event().wait()

    before = asyncio.all_tasks()
    runner = HookRunner(SystemClock())
    runner.post(never)
    await runner.close(0.05)
    assert asyncio.all_tasks() == before


async def test_posting_never_waits_not_even_when_the_queue_is_full():
    async def never() -> None:
        await asyncio.Event().wait()

    runner = HookRunner(SystemClock(), capacity=2)
    for _ in range(10):
        runner.post(never)
    await runner.close(0.01)
