import asyncio

import pytest

from media.admission import Capacity, JoinGate
from media.errors import WorkerFull


class Connecting:
    """A connection that settles when told."""

    def __init__(self) -> None:
        self.callbacks: list = []

    def when_settled(self, callback) -> None:
        self.callbacks.append(callback)

    def settle(self) -> None:
        for callback in self.callbacks:
            callback()


async def test_only_so_many_connections_are_set_up_at_once():
    gate, first, second, third = JoinGate(at_once=2), Connecting(), Connecting(), Connecting()
    await gate.admit(first)
    await gate.admit(second)
    waiting = asyncio.create_task(gate.admit(third))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    first.settle()
    await asyncio.wait_for(waiting, 1.0)
    second.settle()
    third.settle()


async def test_a_peer_that_does_not_come_gives_its_turn_back():
    gate, absent, next_one = JoinGate(at_once=1, seconds=0.05), Connecting(), Connecting()
    await gate.admit(absent)
    await asyncio.wait_for(gate.admit(next_one), 1.0)
    absent.settle()
    third = asyncio.create_task(gate.admit(Connecting()))
    await asyncio.sleep(0.01)
    assert not third.done()
    await asyncio.wait_for(third, 1.0)
    await asyncio.sleep(0.06)


def test_load_is_processor_time_over_elapsed_time():
    capacity = Capacity()
    capacity.sample(cpu=10.0, now=100.0)
    assert capacity.load == 0.0
    capacity.sample(cpu=10.5, now=101.0)
    assert capacity.load == 0.5
    capacity.sample(cpu=10.9, now=101.1)
    assert capacity.load == 0.5


def test_a_worker_with_all_its_rooms_or_a_busy_core_is_full():
    capacity = Capacity(max_rooms=2, max_load=0.8)
    capacity.check(1)
    with pytest.raises(WorkerFull):
        capacity.check(2)
    capacity.sample(0.0, 1.0)
    capacity.sample(0.9, 2.0)
    with pytest.raises(WorkerFull):
        capacity.check(0)
