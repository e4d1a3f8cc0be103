"""How messages wait: requests in a bounded queue in their order, frames and pages in a slot that the newest takes."""

import asyncio
from collections.abc import Awaitable, Callable

from ports.clock import Clock
from signaling.errors import SessionEnded, Superseded, TooManyMessages
from signaling.messages import Message

Handle = Callable[[Message], Awaitable[dict]]
Waiting = tuple[Message, asyncio.Future]


class Inbox:
    """First come, first served; when full, the message is refused."""

    def __init__(self, handle: Handle, capacity: int) -> None:
        self._handle = handle
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue(capacity)

    def post(self, message: Message) -> asyncio.Future:
        if self._queue.full():
            raise TooManyMessages
        reply = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((message, reply))
        return reply

    async def run(self) -> None:
        try:
            while True:
                await _answer(self._handle, *await self._queue.get())
        finally:
            while not self._queue.empty():
                _fail(self._queue.get_nowait()[1], SessionEnded())


class Newest:
    """At most `per_second`; a message that still waits when the next arrives is answered `superseded`."""

    def __init__(self, handle: Handle, per_second: float, clock: Clock) -> None:
        self._handle = handle
        self._pause = 1 / per_second
        self._clock = clock
        self._slot: Waiting | None = None
        self._filled = asyncio.Event()

    def post(self, message: Message) -> asyncio.Future:
        if self._slot:
            _fail(self._slot[1], Superseded())
        reply = asyncio.get_running_loop().create_future()
        self._slot = message, reply
        self._filled.set()
        return reply

    async def run(self) -> None:
        try:
            while True:
                await self._filled.wait()
                await self._next()
        finally:
            if self._slot:
                _fail(self._slot[1], SessionEnded())

    async def _next(self) -> None:
        (message, reply), self._slot = self._slot, None
        self._filled.clear()
        started = self._clock.monotonic()
        await _answer(self._handle, message, reply)
        await self._clock.sleep(self._pause - (self._clock.monotonic() - started))


async def _answer(handle: Handle, message: Message, reply: asyncio.Future) -> None:
    """The outcome belongs to whoever waits for the reply, the error too: it is he who tells the client."""
    try:
        result = await handle(message)
    except Exception as error:  # noqa: BLE001 - handed on through the future
        _fail(reply, error)
    else:
        if not reply.done():
            reply.set_result(result)
    finally:
        _fail(reply, SessionEnded())


def _fail(reply: asyncio.Future, error: Exception) -> None:
    if not reply.done():
        reply.set_exception(error)
