"""The key-value store on Valkey or Redis."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from functools import lru_cache

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import NoScriptError
from redis.exceptions import TimeoutError as Late

from ports.bus import Bus
from ports.errors import KeyValueUnavailable
from ports.fanout import Inbox
from ports.keyvalue import INBOX_CAPACITY, Argument, Script

POOL_SIZE = 20  # commands take microseconds: more connections would only hide a slow server
ANSWER_SECONDS = 3.0
CONNECT_SECONDS = 2.0
GLOB = re.compile(r"([*?\[\]\\^])")


class ValkeyKeyValue:
    """`unix:///path`, `redis://host:port/0` or `rediss://`. A lost connection is tried twice more, a late answer not:
    the command may have run."""

    def __init__(self, url: str):
        self._pool = BlockingConnectionPool.from_url(
            url,
            max_connections=POOL_SIZE,
            timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=CONNECT_SECONDS,
            protocol=2,
            retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), 2, supported_errors=(Lost,)),
        )
        self._redis = Redis.from_pool(self._pool)
        self._bus = Bus(self._pool.make_connection)

    async def get(self, key: str) -> bytes | None:
        with _named():
            return await self._redis.get(key)

    async def set(self, key: str, value: bytes, *, ttl: float | None = None, only_if_absent: bool = False) -> bool:
        milliseconds = None if ttl is None else max(1, round(ttl * 1000))
        with _named():
            return bool(await self._redis.set(key, value, px=milliseconds, nx=only_if_absent))

    async def take(self, key: str) -> bytes | None:
        with _named():
            return await self._redis.getdel(key)

    async def delete(self, *keys: str) -> int:
        with _named():
            return await self._redis.delete(*keys) if keys else 0

    async def scan(self, prefix: str) -> tuple[str, ...]:
        pattern = GLOB.sub(r"\\\1", prefix) + "*"
        with _named():
            found = [key async for key in self._redis.scan_iter(match=pattern, count=1000)]
        return tuple(sorted({key.decode() for key in found}))

    async def run(self, script: Script, keys: Sequence[str], args: Sequence[Argument]) -> list:
        with _named():
            try:
                return await self._redis.evalsha(_digest(script.lua), len(keys), *keys, *args)
            except NoScriptError:
                return await self._redis.eval(script.lua, len(keys), *keys, *args)

    async def publish(self, channel: str, payload: bytes) -> None:
        with _named():
            await self._redis.publish(channel, payload)

    def subscribe(self, *channels: str, capacity: int = INBOX_CAPACITY) -> AbstractAsyncContextManager[Inbox]:
        return self._bus.subscribe(channels, capacity)

    async def close(self) -> None:
        await self._bus.close()
        await self._redis.aclose()
        await self._pool.aclose()


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except (Lost, Late, OSError) as silent:
        raise KeyValueUnavailable("the key-value store does not answer") from silent


@lru_cache(maxsize=64)
def _digest(lua: str) -> str:
    return hashlib.sha1(lua.encode(), usedforsecurity=False).hexdigest()
