"""One connection to a worker: reads requests, answers each, and streams the events of the rooms that are watched."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec
import structlog

from media import handshake
from media.errors import BadRequest, MediaError
from media.eventbox import EventBox
from media.wire import Down, Failure, Happened, Reply, Unwatch, Watch, decode_body, decode_request, frame, read_frame

REQUESTS_AT_ONCE = 64

log = structlog.get_logger()


class Session:
    """With one who holds the secret. `handle(body)` answers a request; `watch(room_id, box)` and
    `unwatch(room_id, box)` tie a room to a box."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        secret: bytes,
        handle: Callable[[Any], Awaitable[Any]],
        watch: Callable[[str, EventBox], None],
        unwatch: Callable[[str, EventBox], None],
    ):
        self.stranger = True  # has not shown yet that it holds the secret
        self._reader, self._writer, self._secret = reader, writer, secret
        self._handle, self._watch, self._unwatch = handle, watch, unwatch
        self._tasks: set[asyncio.Task[None]] = set()
        self._watched: dict[str, tuple[EventBox, asyncio.Task[None]]] = {}
        self._turns = asyncio.Semaphore(REQUESTS_AT_ONCE)
        self._writing = asyncio.Lock()

    async def run(self) -> None:
        """Until the other side closes or talks nonsense."""
        try:
            await handshake.admit(self._reader, self._writer, self._secret)
            self.stranger = False
            while (data := await read_frame(self._reader)) is not None:
                request_id, body = decode_request(data)
                await self._turns.acquire()
                task = asyncio.create_task(self._answer(request_id, body), name="media-request")
                self._tasks.add(task)
                task.add_done_callback(self._done)
        except BadRequest as error:
            log.warning("media_connection_refused", reason=str(error))
        finally:
            await self._close()

    def stop(self) -> None:
        """End the connection; `run` returns."""
        self._writer.close()
        for task in self._tasks:
            task.cancel()

    def abort(self) -> None:
        """End the connection at once."""
        self.stranger = False
        self._writer.transport.abort()

    async def _answer(self, request_id: int, raw: msgspec.Raw) -> None:
        try:
            result = await self._perform(decode_body(raw))
            reply: Down = Reply(request_id, msgspec.Raw(msgspec.msgpack.encode(result)))
            frame(reply)  # one that is too large is a failure, not silence
        except MediaError as error:
            reply = Failure(request_id, error.code, str(error))
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("media_request_failed", reference=reference)
            reply = Failure(request_id, MediaError.code, f"reference {reference}")
        await self._send(reply)

    async def _perform(self, body: Any) -> Any:
        if isinstance(body, Watch):
            return self._begin_watch(body.room_id)
        if isinstance(body, Unwatch):
            return await self._end_watch(body.room_id)
        return await self._handle(body)

    def _begin_watch(self, room_id: str) -> None:
        """Watching again begins anew, with a fresh snapshot: several readers of one process share the stream."""
        if room_id in self._watched:
            box, _ = self._watched[room_id]
            self._unwatch(room_id, box)
            self._watch(room_id, box)
            return
        box = EventBox()
        self._watch(room_id, box)
        self._watched[room_id] = (box, asyncio.create_task(self._stream(room_id, box), name="media-watch"))

    async def _end_watch(self, room_id: str) -> None:
        box, task = self._watched.pop(room_id, (None, None))
        if box is not None:
            self._unwatch(room_id, box)
            box.close()
            await asyncio.wait([task])

    async def _stream(self, room_id: str, box: EventBox) -> None:
        async for event in box:
            await self._send(Happened(room_id, event))

    async def _send(self, message: Down) -> None:
        """One message at a time; a reader that does not read holds up only itself."""
        with suppress(ConnectionError):
            async with self._writing:
                self._writer.write(frame(message))
                await self._writer.drain()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._turns.release()

    async def _close(self) -> None:
        self._writer.close()
        for task in (*self._tasks, *(task for _, task in self._watched.values())):
            task.cancel()
        for room_id, (box, _) in self._watched.items():
            self._unwatch(room_id, box)
        waiting = {*self._tasks, *(task for _, task in self._watched.values())}
        if waiting:
            await asyncio.wait(waiting)
        with suppress(ConnectionError):
            await self._writer.wait_closed()
