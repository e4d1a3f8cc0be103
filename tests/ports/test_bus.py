"""The bus when the server is silent, absent or slow; the plain cases are in test_keyvalue.py."""

import asyncio
import signal

import pytest
from redis.asyncio import Redis

from ports import bus
from ports.clock import SystemClock
from ports.errors import KeyValueUnavailable
from ports.keyvalue import open_keyvalue
from tests.engines import ValkeyServer


async def test_a_server_that_fell_silent_counts_as_lost_and_is_found_again(
    private_valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bus, "HEARTBEAT", 0.1)
    store = open_keyvalue(private_valkey.url, SystemClock())
    async with store.subscribe("a") as inbox:
        await asyncio.sleep(0.5)
        assert inbox.reconnects == 0
        private_valkey.process.send_signal(signal.SIGSTOP)
        async with asyncio.timeout(5):
            while inbox.reconnects == 0:  # noqa: ASYNC110 -- it is a counter
                await asyncio.sleep(0.02)
        private_valkey.process.send_signal(signal.SIGCONT)
        async with store.subscribe("b"):
            await store.publish("a", b"again")
        assert await anext(inbox) == ("a", b"again")
    await store.close()


async def test_a_subscription_that_cannot_stand_is_refused(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bus, "STANDING_TIMEOUT", 0.1)
    store = open_keyvalue(f"unix://{tmp_path}/nothing", SystemClock())
    with pytest.raises(KeyValueUnavailable):
        async with store.subscribe("a"):
            pytest.fail("it does not stand")
    await store.close()


async def test_many_subscriptions_share_one_connection(private_valkey: ValkeyServer):
    store, asker = open_keyvalue(private_valkey.url, SystemClock()), Redis.from_url(private_valkey.url)
    contexts = [store.subscribe(f"room-{number}") for number in range(40)]
    inboxes = await asyncio.gather(*[context.__aenter__() for context in contexts])
    for number in range(40):
        await asker.publish(f"room-{number}", b"%d" % number)
    assert [(await anext(inbox))[1] for inbox in inboxes] == [b"%d" % number for number in range(40)]
    assert (await asker.info("clients"))["connected_clients"] == 2
    await asyncio.gather(*[context.__aexit__(None, None, None) for context in contexts])
    assert await asker.pubsub_channels() == []
    await store.close()
    await asker.aclose()
