"""TCP that crosses from one network namespace to another over a Unix socket, and that can go silent.

`python -m bench._forward PORT PATH` listens on 127.0.0.1:PORT of its own network and hands each connection to the Unix
socket PATH, where a `Mouth` of the other network takes it on.
"""

import asyncio
import contextlib
import sys
from pathlib import Path

CHUNK = 65536


class Mouth:
    """Connects what comes through the Unix socket to a port of this network's loopback."""

    def __init__(self, path: Path, port: int):
        self._path, self._port = path, port
        self._silent: set[asyncio.Task[None]] = set()
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Mouth":
        self._server = await asyncio.start_unix_server(self._serve, self._path)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(self._open)

    def cut(self) -> None:
        """The connections of this moment are never heard of again; nobody is told. New ones work."""
        self._silent |= self._open

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._open.add(task)
        try:
            onward = await asyncio.open_connection("127.0.0.1", self._port)
            await join((reader, writer), onward, lambda: task in self._silent)
        except asyncio.CancelledError:
            return  # asyncio's streams would print it; who cancels us waits for our end
        finally:
            self._open.discard(task)
            self._silent.discard(task)
            writer.close()


async def join(one, other, silent=lambda: False) -> None:
    """Bytes both ways until either end closes."""
    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(_pump(one[0], other[1], silent))
            both.create_task(_pump(other[0], one[1], silent))
    except* (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        other[1].close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, silent) -> None:
    while data := await reader.read(CHUNK):
        if not silent():
            writer.write(data)
            await writer.drain()
    if not silent():
        raise ConnectionResetError  # one end has closed: so does the other


async def main(port: int, path: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await join((reader, writer), await asyncio.open_unix_connection(path))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
