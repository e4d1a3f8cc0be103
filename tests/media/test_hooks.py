import asyncio

from structlog.testing import capture_logs

from media.hooks import LATER_SECONDS, RETRY_SECONDS, HookRunner
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


async def test_a_report_that_fails_for_good_holds_up_the_others_for_a_while_only_and_is_repeated_ever_more_rarely():
    clock, calls = FrozenClock(), []

    async def fails() -> None:
        calls.append("fails")
        raise ValueError("never")

    async def after() -> None:
        calls.append("after")

    runner = HookRunner(clock)
    runner.post(fails)
    runner.post(after)
    await settle()
    for pause in RETRY_SECONDS:
        assert "after" not in calls
        clock.advance(pause)
        await settle()
    assert calls == ["fails"] * (len(RETRY_SECONDS) + 1) + ["after"]
    calls.clear()
    for pause in (*LATER_SECONDS, LATER_SECONDS[-1]):
        clock.advance(pause - 1)
        await settle()
        assert calls == []
        clock.advance(1)
        await settle()
        assert calls == ["fails"]
        calls.clear()
    await runner.close(1.0)
    assert calls == ["fails"]


async def test_what_was_put_off_and_succeeds_in_the_end_is_left_no_more():
    clock, broken = FrozenClock(), [True]

    async def mended() -> None:
        if broken:
            raise OSError("no database")

    runner = HookRunner(clock)
    runner.post(mended)
    for pause in RETRY_SECONDS:
        await settle()
        clock.advance(pause)
    await settle()
    broken.clear()
    with capture_logs() as logs:
        await runner.close(1.0)
    assert logs == []


async def test_what_is_left_at_the_end_is_named_in_the_log():
    async def recording_stalled() -> None:
        await asyncio.Event().wait()

    async def recording_sealed() -> None:
        raise AssertionError("its turn never comes")

    runner = HookRunner(SystemClock())
    runner.post(recording_stalled)
    runner.post(recording_sealed)
    with capture_logs() as logs:
        await runner.close(0.01)
    assert [(entry["event"], entry["hooks"]) for entry in logs] == [
        ("media_hooks_unfinished", ["recording_stalled", "recording_sealed"])
    ]
