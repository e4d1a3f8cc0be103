import asyncio

import pytest

from media.admission import FEWEST_LOOKS, LOOK_LOAD, STREAM_LOAD, Capacity, JoinGate, LookGate, Seats, looks_at_once
from media.errors import LooksBusy, WorkerFull


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


EMPTY, MET = Seats(3, 0), Seats(3, 3)


def test_a_worker_with_all_its_rooms_or_a_busy_core_is_full():
    capacity = Capacity(max_rooms=2, max_load=0.8)
    capacity.check([EMPTY], 3)
    with pytest.raises(WorkerFull):
        capacity.check([EMPTY, EMPTY], 3)
    capacity.sample(0.0, 1.0)
    capacity.sample(0.9, 2.0)
    with pytest.raises(WorkerFull):
        capacity.check([], 3)


def test_seats_that_were_promised_count_before_anybody_sits_there():
    capacity = Capacity(max_rooms=16, max_load=0.85)
    assert [capacity.full([Seats(6, 0)] * rooms, 6) for rooms in (3, 4)] == [False, True]
    assert [capacity.full([Seats(2, 0)] * rooms, 2) for rooms in (35, 36)] == [False, True]


def test_who_came_unpromised_counts_too():
    assert Capacity(max_rooms=4).full([Seats(2, 5)], 3) is False
    assert Capacity(max_rooms=4).full([Seats(2, 6)], 3) is True


def test_the_load_that_those_who_are_still_to_come_will_make_is_counted_before_they_make_it():
    capacity = Capacity(max_rooms=16, max_load=0.85)
    capacity.sample(0.0, 1.0)
    capacity.sample(0.7, 2.0)
    assert capacity.full([MET] * 10, 3) is False
    assert capacity.full([MET] * 6 + [EMPTY] * 4, 3) is True


@pytest.mark.parametrize("people", range(2, 7))
def test_a_room_that_is_open_has_the_place_that_it_was_given(people):
    """Full or not full to others does not change while its own people come, as long as they cost what was thought."""
    told = set()
    for present in range(people + 1):
        capacity = Capacity(max_rooms=16, max_load=0.85)
        capacity.load = STREAM_LOAD * present**2
        told.add(capacity.full([Seats(people, present)] * 3))
    assert len(told) == 1


def test_only_so_many_cameras_are_looked_at_at_once_and_a_turn_may_be_given_back_twice():
    gate = LookGate(2)
    first, _ = gate.take(), gate.take()
    with pytest.raises(LooksBusy):
        gate.take()
    first()
    first("again")
    assert gate.looking == 1
    gate.take()
    with pytest.raises(LooksBusy):
        gate.take()


def test_what_is_looked_at_counts_for_the_next_room():
    capacity = Capacity(max_load=0.85, max_looks=2)
    capacity.load = 0.85 - LOOK_LOAD - 9 * STREAM_LOAD - 0.01
    capacity.looks.take()
    assert capacity.full([]) is False
    give_back = capacity.looks.take()
    assert capacity.full([]) is True
    give_back()
    assert capacity.full([]) is False


def test_workers_that_share_a_machine_share_its_cores_for_looking():
    alone = looks_at_once(1)
    assert (alone >= FEWEST_LOOKS, looks_at_once(1000)) == (True, FEWEST_LOOKS)
    assert looks_at_once(2) == max(FEWEST_LOOKS, alone // 2)
