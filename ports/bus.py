"""Channels of Valkey or Redis for a whole process: one connection, owned by one task that connects again and
subscribes again by itself. What was published meanwhile is lost and counted as a reconnect in every inbox."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import structlog
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import RedisError

from ports.errors import KeyValueUnavailable
from ports.fanout import Inbox

log = structlog.get_logger()

HEARTBEAT = 5.0  # seconds of silence before a PING, and again before the connection counts as lost
STANDING_TIMEOUT = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0


class Bus:
    def __init__(self, make_connection: Callable[[], AbstractConnection]):
        self._make_connection = make_connection
        self._inboxes: defaultdict[str, list[Inbox]] = defaultdict(list)
        self._standing: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._connection: AbstractConnection | None = None
        self._owner: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def subscribe(self, channels: tuple[str, ...], capacity: int) -> AsyncIterator[Inbox]:
        """Raises KeyValueUnavailable when the subscription does not stand in time."""
        inbox = Inbox(capacity)
        new = [channel for channel in channels if not self._inboxes[channel]]
        for channel in channels:
            self._inboxes[channel].append(inbox)
        try:
            await self._stand(channels, new)
            yield inbox
        finally:
            inbox.close()
            await self._leave(channels, inbox)

    async def close(self) -> None:
        if self._owner:
            self._owner.cancel()
            with suppress(asyncio.CancelledError):
                await self._owner
        for inbox in self._everyone():
            inbox.close()

    async def _stand(self, channels: tuple[str, ...], new: list[str]) -> None:
        if self._owner is None or self._owner.done():
            self._owner = asyncio.create_task(self._serve(), name="bus")
        elif new:
            await self._send("SUBSCRIBE", *new)
        try:
            async with asyncio.timeout(STANDING_TIMEOUT):
                for channel in channels:
                    await self._standing[channel].wait()
        except TimeoutError as late:
            raise KeyValueUnavailable("the subscription does not stand") from late

    async def _leave(self, channels: tuple[str, ...], inbox: Inbox) -> None:
        for channel in channels:
            self._inboxes[channel].remove(inbox)
        empty = [channel for channel in channels if not self._inboxes[channel]]
        for channel in empty:
            del self._inboxes[channel]
            self._standing.pop(channel, None)
        if empty:
            await self._send("UNSUBSCRIBE", *empty)

    async def _send(self, *command: str) -> None:
        """When the connection is down there is nothing to say: the owner subscribes to all that is wanted then."""
        if self._connection:
            with suppress(RedisError, OSError):
                await self._connection.send_command(*command)

    async def _serve(self) -> None:
        pause = FIRST_PAUSE
        while True:
            connection = self._make_connection()
            try:
                await self._listen(connection)
            except (RedisError, OSError) as lost:
                pause = FIRST_PAUSE if self._connection else min(2 * pause, LONGEST_PAUSE)
                log.warning("bus_lost", reason=type(lost).__name__)
            finally:
                await self._drop(connection)
            await asyncio.sleep(pause)

    async def _listen(self, connection: AbstractConnection) -> None:
        await connection.connect()
        self._connection = connection
        if wanted := [channel for channel, inboxes in self._inboxes.items() if inboxes]:
            await connection.send_command("SUBSCRIBE", *wanted)
        silent = False
        while True:
            reply = await connection.read_response(timeout=HEARTBEAT)
            if reply is None and silent:
                raise Lost("no answer to a ping")
            silent = reply is None
            if silent:
                await connection.send_command("PING")
            elif isinstance(reply, list):
                self._dispatch(*reply[:3])

    def _dispatch(self, kind: bytes, channel: bytes, payload: bytes | int = 0) -> None:
        name = channel.decode()
        if kind == b"subscribe":
            self._standing[name].set()
        elif kind == b"message" and isinstance(payload, bytes):
            for inbox in self._inboxes.get(name, ()):
                inbox.put(name, payload)

    async def _drop(self, connection: AbstractConnection) -> None:
        self._connection = None
        for channel, event in self._standing.items():
            if event.is_set():
                for inbox in self._inboxes.get(channel, ()):
                    inbox.reconnects += 1
                event.clear()
        await connection.disconnect(nowait=True)

    def _everyone(self) -> set[Inbox]:
        return {inbox for inboxes in self._inboxes.values() for inbox in inboxes}
