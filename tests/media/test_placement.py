import pytest

from media import placement
from media.placement import WorkerInfo, beat, choose, drop_lease, live_workers, take_lease, worker_of
from ports.clock import FrozenClock
from ports.keyvalue import MemoryKeyValue


def worker(worker_id: str, rooms: int = 0, load: float = 0.0, full: bool = False) -> WorkerInfo:
    return WorkerInfo(worker_id, f"unix:///{worker_id}", rooms, load, 1, full)


@pytest.mark.parametrize(
    ("workers", "chosen"),
    [
        ((), None),
        ((worker("a", full=True),), None),
        ((worker("a", rooms=2), worker("b", rooms=1)), "b"),
        ((worker("a", load=0.5), worker("b", load=0.1)), "b"),
        ((worker("a", full=True), worker("b", rooms=9)), "b"),
        ((worker("b"), worker("a")), "a"),
    ],
)
def test_a_room_goes_where_there_is_most_to_spare(workers, chosen):
    assert (choose(workers) and choose(workers).worker_id) == chosen


async def test_a_worker_that_stops_beating_is_gone_after_three_seconds():
    clock = FrozenClock()
    keyvalue = MemoryKeyValue(clock)
    await beat(keyvalue, worker("a"))
    clock.advance(placement.LEASE_SECONDS - 0.1)
    assert await live_workers(keyvalue) == (worker("a"),)
    clock.advance(0.2)
    assert await live_workers(keyvalue) == ()


async def test_a_room_is_found_at_the_worker_that_holds_it():
    keyvalue = MemoryKeyValue(FrozenClock())
    await beat(keyvalue, worker("a"))
    assert await worker_of(keyvalue, "r1") is None
    assert await take_lease(keyvalue, "r1", "a") == "a"
    assert await worker_of(keyvalue, "r1") == worker("a")


async def test_the_first_to_take_a_lease_keeps_it_while_it_renews():
    clock = FrozenClock()
    keyvalue = MemoryKeyValue(clock)
    assert await take_lease(keyvalue, "r1", "a") == "a"
    clock.advance(2.0)
    assert await take_lease(keyvalue, "r1", "a") == "a"
    clock.advance(2.0)
    assert await take_lease(keyvalue, "r1", "b") == "a"
    clock.advance(1.5)
    assert await take_lease(keyvalue, "r1", "b") == "b"


async def test_only_the_holder_drops_a_lease():
    keyvalue = MemoryKeyValue(FrozenClock())
    await take_lease(keyvalue, "r1", "a")
    await drop_lease(keyvalue, "r1", "b")
    assert await keyvalue.get("room:r1") == b"a"
    await drop_lease(keyvalue, "r1", "a")
    assert await keyvalue.get("room:r1") is None
