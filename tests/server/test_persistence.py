import asyncio

from ports.clock import FrozenClock
from server.persistence import persist


class Part:
    """Away until `up`; keeps when it was asked."""

    def __init__(self, clock):
        self.clock, self.up, self.asked = clock, False, []

    async def __call__(self):
        self.asked.append(self.clock.monotonic())
        if not self.up:
            raise ConnectionError


async def settle():
    for _ in range(10):
        await asyncio.sleep(0)


async def test_what_is_away_for_hours_is_asked_every_minute_and_done_when_it_is_back():
    clock, ending, failures = FrozenClock(), asyncio.Event(), []
    part = Part(clock)
    task = asyncio.create_task(
        persist(part, clock=clock, ending=ending, told=lambda error, seconds: failures.append(seconds))
    )
    for _ in range(2 * 3600):
        await settle()
        clock.advance(1)
    pauses = [after - before for before, after in zip(part.asked, part.asked[1:], strict=False)]
    assert max(pauses) <= 61
    assert pauses[-10:] == [60.0] * 10
    assert failures[-1] > 7000
    part.up = True
    clock.advance(60)
    assert await task is True


async def test_the_end_of_the_process_ends_the_waiting_at_once():
    clock, ending = FrozenClock(), asyncio.Event()
    part = Part(clock)
    task = asyncio.create_task(persist(part, clock=clock, ending=ending, told=lambda error, seconds: None))
    await settle()
    ending.set()
    assert (await task, part.asked) == (False, [0.0])
