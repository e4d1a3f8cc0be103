"""One connection from a client to one worker, shared by all requests and watches of this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog

import media.recording_errors  # noqa: F401 -- known to all_errors only once it is imported
from media import handshake
from media.errors import BadRequest, MediaError, MediaTimeout, MediaUnavailable, WorkerGone, all_errors
from media.eventbox import EventBox
from media.wire import Body, Down, Failure, Happened, Reply, Request, Unwatch, Watch, decode_down, frame, read_frame

CONNECT_SECONDS = 3.0
MAX_OUTSTANDING = 256

log = structlog.get_logger()


class Link:
    """Requests and their replies are matched by id; when the connection ends, what waits gets MediaUnavailable."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._reader, self._writer = reader, writer
        self._next_id = 0
        self._waiting: dict[int, asyncio.Future[msgspec.Raw]] = {}
        self._boxes: dict[str, set[EventBox]] = {}
        self._closed = False
        self._task = asyncio.create_task(self._read(), name="media-link")

    @classmethod
    async def open(cls, url: str, secret: bytes) -> "Link":
        """`url`: unix:///path or tcp://host:port; `secret`: that of the worker."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                return cls(*await _connect(url, secret))
        except (ConnectionRefusedError, FileNotFoundError) as error:
            raise WorkerGone("no media worker listens") from error
        except (OSError, TimeoutError) as error:
            raise MediaUnavailable("no media worker answers") from error
        except BadRequest as error:
            raise MediaUnavailable(str(error)) from error

    @property
    def closed(self) -> bool:
        return self._closed

    async def ask(self, body: Body, expected: Any, seconds: float) -> Any:
        """Send one request and wait for its result, decoded as `expected`."""
        if self._closed or len(self._waiting) >= MAX_OUTSTANDING:
            raise MediaUnavailable("the media worker does not keep up")
        request_id = self._next_id = self._next_id + 1
        message = frame(Request(request_id, body))
        reply = self._waiting[request_id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                self._writer.write(message)
                await self._writer.drain()
                return msgspec.msgpack.decode(await reply, type=expected)
        except TimeoutError as error:
            raise MediaTimeout(type(body).__name__) from error
        except ConnectionError as error:
            raise MediaUnavailable("the connection to the media worker was lost") from error
        finally:
            self._waiting.pop(request_id, None)

    @asynccontextmanager
    async def watch(self, room_id: str, seconds: float) -> AsyncIterator[EventBox]:
        """Events of the room, snapshot first. The box closes when the connection does."""
        box = EventBox()
        self._boxes.setdefault(room_id, set()).add(box)
        try:
            await self.ask(Watch(room_id), None, seconds)
            yield box
        finally:
            self._boxes[room_id].discard(box)
            if not self._boxes[room_id]:
                del self._boxes[room_id]
                with suppress(MediaError):
                    await self.ask(Unwatch(room_id), None, seconds)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
        self._end()
        self._writer.close()
        with suppress(ConnectionError, asyncio.CancelledError):
            await self._writer.wait_closed()

    async def _read(self) -> None:
        try:
            while (data := await read_frame(self._reader)) is not None:
                self._dispatch(decode_down(data))
        except BadRequest:
            log.warning("media_link_garbled")
        finally:
            self._end()
            self._writer.close()

    def _dispatch(self, message: Down) -> None:
        if isinstance(message, Happened):
            for box in self._boxes.get(message.room_id, ()):
                box.put(message.event)
            return
        waiting = self._waiting.get(message.id)
        if waiting is None or waiting.done():
            return
        if isinstance(message, Reply):
            waiting.set_result(message.result)
        else:
            waiting.set_exception(_as_error(message))

    def _end(self) -> None:
        self._closed = True
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(MediaUnavailable("the connection to the media worker was lost"))
        for boxes in self._boxes.values():
            for box in boxes:
                box.close()


def _as_error(failure: Failure) -> MediaError:
    return all_errors().get(failure.code, MediaError)(failure.message)


async def _connect(url: str, secret: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        reader, writer = await asyncio.open_unix_connection(parts.path)
    else:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        await handshake.introduce(reader, writer, secret)
    except BaseException:
        writer.close()
        raise
    return reader, writer
