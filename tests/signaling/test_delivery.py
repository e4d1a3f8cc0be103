import asyncio

from ports.clock import FrozenClock
from ports.keyvalue import MemoryKeyValue
from signaling.delivery import CHANNEL, Notices, Watcher


class Watching:
    """Notices on virtual time, with one watcher."""

    def __init__(self):
        self.clock = FrozenClock()
        self.bus = MemoryKeyValue(self.clock)
        self.versions, self.mine, self.told = {}, [], []
        self.fails = 0
        self.notices = Notices(self.bus, self.clock, self.heads)
        self.watcher = Watcher(self.tell, self.list_mine)
        self.notices.add(self.watcher)

    async def heads(self, refs):
        if self.fails:
            self.fails -= 1
            raise OSError("database away")
        return {ref: self.versions.get(ref, 0) for ref in refs}

    async def tell(self, ref, version):
        self.told.append((ref, version))

    async def list_mine(self):
        return self.mine

    async def pass_time(self, seconds):
        for _ in range(int(seconds * 2)):
            self.clock.advance(0.5)
            for _ in range(10):
                await asyncio.sleep(0)

    async def __aenter__(self):
        self.task = asyncio.create_task(self.notices.run())
        await self.pass_time(0.5)
        return self

    async def __aexit__(self, *_):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def test_what_the_bus_did_not_bring_the_poll_brings_within_two_seconds():
    async with Watching() as w:
        await w.notices.watch(w.watcher, ["a"], all_mine=False)
        w.versions["a"] = 7
        await w.pass_time(2)
        assert w.told == [("a", 7)]


async def test_what_was_told_is_not_told_again_by_the_poll():
    async with Watching() as w:
        await w.notices.watch(w.watcher, ["a"], all_mine=False)
        w.versions["a"] = 7
        await w.bus.publish(CHANNEL, b'{"case_id":"a","version":7}')
        await w.pass_time(10)
        assert w.told == [("a", 7)]


async def test_a_failed_poll_is_tried_again():
    async with Watching() as w:
        await w.notices.watch(w.watcher, ["a"], all_mine=False)
        w.versions["a"], w.fails = 7, 2
        await w.pass_time(20)
        assert w.told == [("a", 7)]


async def test_a_new_case_of_mine_is_found_without_the_bus_too():
    async with Watching() as w:
        await w.notices.watch(w.watcher, [], all_mine=True)
        w.mine, w.versions = ["new"], {"new": 1}
        await w.pass_time(12)
        assert w.told == [("new", 1)]


async def test_who_stopped_watching_hears_nothing():
    async with Watching() as w:
        await w.notices.watch(w.watcher, ["a"], all_mine=False)
        await w.notices.watch(w.watcher, ["b"], all_mine=False)
        w.versions = {"a": 1, "b": 2}
        await w.pass_time(2)
        assert w.told == [("b", 2)]
        w.notices.remove(w.watcher)
        w.versions["b"] = 3
        await w.pass_time(4)
        assert w.told == [("b", 2)]
