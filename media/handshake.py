"""The first bytes on a worker's socket: both sides prove that they hold the shared secret, before any message is read.

    worker -> client   nonce w, 32 bytes
    client -> worker   nonce c, 32 bytes; HMAC-SHA256(secret, "client" w c)
    worker -> client   HMAC-SHA256(secret, "worker" w c)

Fresh nonces, so nothing can be played again; different words, so nothing can be sent back. It authenticates and does
not encrypt: between machines the network must be private.
"""

import asyncio
import hmac
import secrets

from media.errors import BadRequest

SIZE = 32
SECONDS = 3.0


async def admit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, secret: bytes) -> None:
    """The worker's side. Raises BadRequest for whoever does not hold the secret, or takes over 3 s to show it."""
    worker = secrets.token_bytes(SIZE)
    writer.write(worker)
    said = await _read(reader, 2 * SIZE)
    client = said[:SIZE]
    _check(said[SIZE:], _proof(secret, b"client", worker, client))
    writer.write(_proof(secret, b"worker", worker, client))


async def introduce(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, secret: bytes) -> None:
    """The client's side. Raises BadRequest when the worker does not know the secret, or refuses ours."""
    worker, client = await _read(reader), secrets.token_bytes(SIZE)
    writer.write(client + _proof(secret, b"client", worker, client))
    _check(await _read(reader), _proof(secret, b"worker", worker, client))


def _proof(secret: bytes, side: bytes, worker: bytes, client: bytes) -> bytes:
    return hmac.digest(secret, b"cvx media link 1 " + side + worker + client, "sha256")


def _check(given: bytes, expected: bytes) -> None:
    if not hmac.compare_digest(given, expected):
        raise BadRequest("the other side does not hold the secret")


async def _read(reader: asyncio.StreamReader, size: int = SIZE) -> bytes:
    try:
        async with asyncio.timeout(SECONDS):
            return await reader.readexactly(size)
    except (asyncio.IncompleteReadError, ConnectionError, TimeoutError) as error:
        raise BadRequest("the other side did not introduce itself") from error
