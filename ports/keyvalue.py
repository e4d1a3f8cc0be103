"""Ephemeral shared state: live OTPs, presence, leases, join tickets and the bus. Losing it costs a reconnect, never a
fact of a case. Keys are str, values bytes, times seconds."""

import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from ports.clock import Clock
from ports.fanout import Inbox

INBOX_CAPACITY = 1000
Argument = bytes | str | int


@dataclass(frozen=True, slots=True)
class Script:
    """A step that nobody can interrupt, said twice with the same meaning: Lua for Valkey and Redis, `twin` for memory.

    The Lua reads KEYS and ARGV and answers an array of integers and strings (no nil, which would cut the array).
    The twin gets the same keys and the arguments as bytes and answers a list of int and bytes.
    """

    lua: str
    twin: "Callable[[TwinStore, list[str], list[bytes]], list]"


class KeyValue(Protocol):
    async def get(self, key: str) -> bytes | None: ...

    async def set(self, key: str, value: bytes, *, ttl: float | None = None, only_if_absent: bool = False) -> bool:
        """Answers whether the value was written."""
        ...

    async def take(self, key: str) -> bytes | None:
        """Get and delete in one step: of many takers one gets the value."""
        ...

    async def delete(self, *keys: str) -> int:
        """Answers how many keys there were."""
        ...

    async def scan(self, prefix: str) -> tuple[str, ...]:
        """The keys that begin with `prefix`, sorted. For short lists such as workers, not for the whole store."""
        ...

    async def run(self, script: Script, keys: Sequence[str], args: Sequence[Argument]) -> list: ...

    async def publish(self, channel: str, payload: bytes) -> None: ...

    def subscribe(self, *channels: str, capacity: int = INBOX_CAPACITY) -> AbstractAsyncContextManager[Inbox]:
        """Inside the context the subscription stands; iterate it for (channel, payload). The oldest of more than
        `capacity` unread messages are dropped and counted."""
        ...

    async def close(self) -> None: ...


class TwinStore:
    """What a script's twin may touch: values with an expiry, on one clock. Not a coroutine in sight, so each call of
    a twin is one step."""

    def __init__(self, clock: Clock):
        self._clock = clock
        self._values: dict[str, tuple[bytes, float]] = {}

    def get(self, key: str) -> bytes | None:
        value, until = self._values.get(key, (None, math.inf))
        if self._clock.monotonic() >= until:
            del self._values[key]
            return None
        return value

    def set(self, key: str, value: bytes, ttl: float | None = None) -> None:
        self._values[key] = (bytes(value), math.inf if ttl is None else self._clock.monotonic() + ttl)

    def delete(self, key: str) -> int:
        existed = self.get(key) is not None
        self._values.pop(key, None)
        return int(existed)

    def keys(self, prefix: str) -> list[str]:
        return sorted(key for key in list(self._values) if key.startswith(prefix) and self.get(key) is not None)

    def incr(self, key: str, by: int = 1) -> int:
        """As INCRBY: an absent key counts as 0, and the expiry stays."""
        number = int(self.get(key) or b"0") + by
        until = self._values.get(key, (b"", math.inf))[1]
        self._values[key] = (str(number).encode(), until)
        return number

    def expire(self, key: str, ttl: float) -> None:
        value = self.get(key)
        if value is not None:
            self.set(key, value, ttl)

    def ttl(self, key: str) -> float | None:
        """Seconds left, or None for a key that is absent or stays."""
        if self.get(key) is None:
            return None
        until = self._values[key][1]
        return None if until == math.inf else until - self._clock.monotonic()


class MemoryKeyValue:
    """The in-memory twin: one process, forgotten at exit. Expiry follows the injected clock."""

    def __init__(self, clock: Clock):
        self._store = TwinStore(clock)
        self._inboxes: dict[str, list[Inbox]] = {}

    async def get(self, key: str) -> bytes | None:
        return self._store.get(key)

    async def set(self, key: str, value: bytes, *, ttl: float | None = None, only_if_absent: bool = False) -> bool:
        if only_if_absent and self._store.get(key) is not None:
            return False
        self._store.set(key, value, ttl)
        return True

    async def take(self, key: str) -> bytes | None:
        value = self._store.get(key)
        self._store.delete(key)
        return value

    async def delete(self, *keys: str) -> int:
        return sum(self._store.delete(key) for key in keys)

    async def scan(self, prefix: str) -> tuple[str, ...]:
        return tuple(self._store.keys(prefix))

    async def run(self, script: Script, keys: Sequence[str], args: Sequence[Argument]) -> list:
        return script.twin(self._store, list(keys), [as_bytes(argument) for argument in args])

    async def publish(self, channel: str, payload: bytes) -> None:
        for inbox in self._inboxes.get(channel, ()):
            inbox.put(channel, bytes(payload))

    @asynccontextmanager
    async def subscribe(self, *channels: str, capacity: int = INBOX_CAPACITY) -> AsyncIterator[Inbox]:
        inbox = Inbox(capacity)
        for channel in channels:
            self._inboxes.setdefault(channel, []).append(inbox)
        try:
            yield inbox
        finally:
            for channel in channels:
                self._inboxes[channel].remove(inbox)
            inbox.close()

    async def close(self) -> None:
        for inboxes in self._inboxes.values():
            for inbox in inboxes:
                inbox.close()


def open_keyvalue(url: str, clock: Clock) -> KeyValue:
    """`memory:`, or what Valkey and Redis answer at: `unix:///path`, `redis://host:port/0`, `rediss://`."""
    if url == "memory:":
        return MemoryKeyValue(clock)
    from ports.valkey import ValkeyKeyValue  # noqa: PLC0415 -- start-up time: the twin needs no client

    return ValkeyKeyValue(url)


def as_bytes(argument: Argument) -> bytes:
    return argument if isinstance(argument, bytes) else str(argument).encode()
