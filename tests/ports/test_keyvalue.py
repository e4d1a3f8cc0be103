"""One suite over memory and Valkey; then what only one of them has."""

import asyncio

import pytest

from ports.clock import FrozenClock, SystemClock
from ports.errors import KeyValueUnavailable
from ports.keyvalue import KeyValue, MemoryKeyValue, Script, TwinStore, open_keyvalue
from tests.engines import ValkeyServer


def _add_twin(store: TwinStore, keys: list[str], args: list[bytes]) -> list:
    store.incr(keys[0])
    store.expire(keys[0], int(args[0]))
    return [int(store.get(keys[0])), args[1]]


ADD = Script(
    "local n = redis.call('INCR', KEYS[1]); redis.call('EXPIRE', KEYS[1], ARGV[1]); return {n, ARGV[2]}", _add_twin
)


async def test_what_was_set_is_got_and_an_absent_key_is_none(keyvalue: KeyValue):
    assert await keyvalue.get("a") is None
    assert await keyvalue.set("a", b"\x00\xff") is True
    assert await keyvalue.get("a") == b"\x00\xff"


async def test_only_the_first_may_set_a_key_that_must_be_absent(keyvalue: KeyValue):
    wrote = await asyncio.gather(*[keyvalue.set("lock", b"%d" % i, only_if_absent=True) for i in range(20)])
    assert wrote.count(True) == 1
    assert await keyvalue.get("lock") == b"%d" % wrote.index(True)


async def test_a_value_is_gone_after_its_time_to_live(keyvalue: KeyValue):
    await keyvalue.set("short", b"1", ttl=0.05)
    await keyvalue.set("long", b"1", ttl=50)
    await asyncio.sleep(0.1)
    assert [await keyvalue.get("short"), await keyvalue.get("long")] == [None, b"1"]
    assert await keyvalue.set("short", b"2", only_if_absent=True) is True


async def test_setting_again_without_a_time_to_live_keeps_the_value(keyvalue: KeyValue):
    await keyvalue.set("a", b"1", ttl=0.05)
    await keyvalue.set("a", b"2")
    await asyncio.sleep(0.1)
    assert await keyvalue.get("a") == b"2"


async def test_of_many_takers_one_gets_the_value(keyvalue: KeyValue):
    await keyvalue.set("ticket", b"t")
    taken = await asyncio.gather(*[keyvalue.take("ticket") for _ in range(20)])
    assert sorted(taken, key=bool) == [None] * 19 + [b"t"]


async def test_delete_counts_the_keys_that_there_were(keyvalue: KeyValue):
    await keyvalue.set("a", b"1")
    assert await keyvalue.delete("a", "b") == 1
    assert await keyvalue.delete() == 0
    assert await keyvalue.get("a") is None


async def test_scan_lists_exactly_the_keys_with_the_prefix(keyvalue: KeyValue):
    for key in ("worker:2", "worker:1", "worker*", "work[e]r:3", "other"):
        await keyvalue.set(key, b"1")
    assert await keyvalue.scan("worker:") == ("worker:1", "worker:2")
    assert await keyvalue.scan("worker*") == ("worker*",)
    assert await keyvalue.scan("work[e]") == ("work[e]r:3",)
    assert await keyvalue.scan("none") == ()


async def test_a_script_means_the_same_in_lua_and_in_memory(keyvalue: KeyValue):
    assert await keyvalue.run(ADD, ["n"], [100, "é"]) == [1, "é".encode()]
    assert await keyvalue.run(ADD, ["n"], [100, b"\x00"]) == [2, b"\x00"]


async def test_a_script_is_one_step_for_all_who_race(keyvalue: KeyValue):
    answers = await asyncio.gather(*[keyvalue.run(ADD, ["n"], [100, ""]) for _ in range(50)])
    assert sorted(number for number, _ in answers) == list(range(1, 51))


async def test_every_subscriber_gets_what_was_published_to_its_channels(keyvalue: KeyValue):
    async with keyvalue.subscribe("a", "b") as both, keyvalue.subscribe("b") as one:
        for channel, payload in (("a", b"1"), ("b", b"\xff"), ("c", b"3")):
            await keyvalue.publish(channel, payload)
        assert [await anext(both), await anext(both)] == [("a", b"1"), ("b", b"\xff")]
        assert await anext(one) == ("b", b"\xff")


async def test_leaving_one_subscription_keeps_the_other(keyvalue: KeyValue):
    async with keyvalue.subscribe("a") as stays:
        async with keyvalue.subscribe("a"):
            pass
        await keyvalue.publish("a", b"1")
        assert await anext(stays) == ("a", b"1")


async def test_a_channel_can_be_subscribed_again_after_leaving_it(keyvalue: KeyValue):
    for payload in (b"1", b"2"):
        async with keyvalue.subscribe("a") as inbox:
            await keyvalue.publish("a", payload)
            assert await anext(inbox) == ("a", payload)


async def test_a_slow_subscriber_loses_the_oldest_and_knows_how_many(keyvalue: KeyValue):
    async with keyvalue.subscribe("a", capacity=3) as inbox, keyvalue.subscribe("a", capacity=100) as quick:
        for number in range(10):
            await keyvalue.publish("a", b"%d" % number)
        for _ in range(10):
            await anext(quick)
        assert [(await anext(inbox))[1] for _ in range(3)] == [b"7", b"8", b"9"]
        assert (inbox.dropped, quick.dropped) == (7, 0)


async def test_closing_the_store_ends_the_iteration_of_its_subscribers(keyvalue_url: str):
    store = open_keyvalue(keyvalue_url, SystemClock())
    async with store.subscribe("a") as inbox:
        await store.close()
        assert [message async for message in inbox] == []
    await store.close()


async def test_memory_expires_by_the_injected_clock():
    clock = FrozenClock()
    store = MemoryKeyValue(clock)
    await store.set("a", b"1", ttl=60)
    clock.advance(59.9)
    assert await store.get("a") == b"1"
    assert await store.scan("a") == ("a",)
    clock.advance(0.1)
    assert await store.get("a") is None
    assert await store.scan("a") == ()


async def test_a_subscription_recovers_when_valkey_is_killed_and_comes_back(private_valkey: ValkeyServer):
    store = open_keyvalue(private_valkey.url, SystemClock())
    try:
        async with store.subscribe("case") as inbox:
            await store.publish("case", b"before")
            assert await anext(inbox) == ("case", b"before")
            private_valkey.kill()
            with pytest.raises(KeyValueUnavailable):
                await store.publish("case", b"lost")
            await asyncio.to_thread(private_valkey.start)
            assert await _publish_until_it_arrives(store, inbox) == ("case", b"after")
            assert inbox.reconnects == 1
        assert await store.run(ADD, ["n"], [100, "scripts are sent again"]) == [1, b"scripts are sent again"]
    finally:
        await store.close()


async def _publish_until_it_arrives(store: KeyValue, inbox) -> tuple[str, bytes]:
    arrived = asyncio.ensure_future(anext(inbox))
    async with asyncio.timeout(10):
        while not arrived.done():
            await store.publish("case", b"after")
            await asyncio.wait([arrived], timeout=0.05)
    return arrived.result()


async def test_a_store_that_is_not_there_is_named_and_not_waited_for(tmp_path):
    store = open_keyvalue(f"unix://{tmp_path}/nothing", SystemClock())
    async with asyncio.timeout(3):
        with pytest.raises(KeyValueUnavailable):
            await store.get("a")
    await store.close()
