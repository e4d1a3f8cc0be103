"""Files at rest: encrypted, written once, readable by range. Names are paths such as `case/photos/1.jpg`."""

import asyncio
import os
import re
import secrets
from collections.abc import AsyncIterable, AsyncIterator
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, MemoryStore, S3Store

from ports.errors import BlobExists, BlobNameInvalid, BlobNotFound, Tampered
from ports.keys import Keys
from ports.sealed import KEY_BYTES, NONCE_BYTES, TAG_BYTES, RangeReader, StreamSealer

MAGIC = b"CVX1"
PREAMBLE_BYTES = len(MAGIC) + NONCE_BYTES + KEY_BYTES + TAG_BYTES  # then the sealed stream
ONE_PUT_BYTES = 8 << 20  # up to here one request creates the object; beyond, parts are uploaded aside first
CHUNK_BYTES = 1 << 20
ASIDE = ".incoming/"
NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*")
NAME_LIMIT = 512


class BlobInfo(msgspec.Struct, frozen=True):
    """`size` in bytes and `sha256` in hex are those of the plaintext."""

    name: str
    size: int
    sha256: str


class Blobs(Protocol):
    async def put(self, name: str, data: bytes | AsyncIterable[bytes], *, scope: str) -> BlobInfo:
        """Durable when it returns. Raises BlobExists, BlobNameInvalid, KeyErased."""
        ...

    async def get(self, name: str, *, scope: str) -> bytes:
        """Raises BlobNotFound, KeyErased, Tampered."""
        ...

    async def read(self, name: str, start: int, length: int, *, scope: str) -> bytes:
        """A range of the plaintext, cut at its end. Raises as `get`."""
        ...

    async def size(self, name: str, *, scope: str) -> int: ...

    async def delete(self, name: str) -> None: ...

    async def list(self, prefix: str) -> tuple[str, ...]: ...

    async def exists(self, name: str) -> bool: ...


OUTAGES = (BaseError, ConnectionError, TimeoutError)  # of the store itself: the same again may go well


class SealedBlobs:
    """Blobs over any obstore store. Each object has its own key, wrapped by the key of its scope and put in front, and
    its name is authenticated, so that objects cannot be exchanged or renamed."""

    def __init__(self, store: Any, keys: Keys):
        self._store, self._keys = store, keys

    async def put(self, name: str, data: bytes | AsyncIterable[bytes], *, scope: str) -> BlobInfo:
        _check_name(name)
        key = os.urandom(KEY_BYTES)
        preamble = MAGIC + await self._keys.wrap(scope, key)
        sealer = StreamSealer(key, name.encode())
        parts = _sealed_parts(preamble, sealer, _chunks(data))
        first = await _take(parts, ONE_PUT_BYTES)
        try:
            if len(first) <= ONE_PUT_BYTES:
                await obstore.put_async(self._store, name, first, mode="create", use_multipart=False)
            else:
                await self._put_large(name, _chain(first, parts))
        except AlreadyExistsError as taken:
            raise BlobExists(name) from taken
        await self._make_durable(name)
        return BlobInfo(name, sealer.size, sealer.sha256)

    async def _put_large(self, name: str, parts: AsyncIterator[bytes]) -> None:
        """Parts go to a name of their own, then become the object in one step that fails where one exists."""
        if await self.exists(name):
            raise BlobExists(name)
        aside = ASIDE + secrets.token_hex(16)
        try:
            await obstore.put_async(self._store, aside, parts, max_concurrency=2)
            await obstore.copy_async(self._store, aside, name, overwrite=False)
        finally:
            await self._remove(aside)

    async def _make_durable(self, name: str) -> None:
        """A local file is written when it and its folders are on the disk; S3 answers only then."""
        if isinstance(self._store, LocalStore):
            await asyncio.to_thread(_sync, Path(str(self._store.prefix)), name)

    async def get(self, name: str, *, scope: str) -> bytes:
        reader = await self._reader(name, scope)
        return await reader.read(0, reader.size)

    async def read(self, name: str, start: int, length: int, *, scope: str) -> bytes:
        return await (await self._reader(name, scope)).read(start, length)

    async def size(self, name: str, *, scope: str) -> int:
        return (await self._reader(name, scope)).size

    async def _reader(self, name: str, scope: str) -> RangeReader:
        _check_name(name)
        try:
            sealed = (await obstore.head_async(self._store, name))["size"]
            preamble = await self._range(name, 0, min(PREAMBLE_BYTES, sealed))
        except (NotFoundError, FileNotFoundError) as absent:
            raise BlobNotFound(name) from absent
        if len(preamble) < PREAMBLE_BYTES or not preamble.startswith(MAGIC):
            raise Tampered("not a sealed blob")
        key = await self._keys.unwrap(scope, preamble[len(MAGIC) :])

        async def fetch(start: int, length: int) -> bytes:
            return await self._range(name, PREAMBLE_BYTES + start, length)

        return RangeReader(key, name.encode(), sealed - PREAMBLE_BYTES, fetch)

    async def _range(self, name: str, start: int, length: int) -> bytes:
        if length == 0:
            return b""
        return bytes(await obstore.get_range_async(self._store, name, start=start, length=length))

    async def delete(self, name: str) -> None:
        _check_name(name)
        await self._remove(name)

    async def _remove(self, name: str) -> None:
        try:
            await obstore.delete_async(self._store, name)
        except (NotFoundError, FileNotFoundError):
            return  # gone is what was asked for

    async def list(self, prefix: str) -> tuple[str, ...]:
        """Names that begin with `prefix`, sorted."""
        folder = prefix.rpartition("/")[0] or None
        names = [item["path"] async for batch in obstore.list(self._store, folder) for item in batch]
        return tuple(sorted(name for name in names if name.startswith(prefix) and not name.startswith(ASIDE)))

    async def exists(self, name: str) -> bool:
        _check_name(name)
        try:
            await obstore.head_async(self._store, name)
        except (NotFoundError, FileNotFoundError):
            return False
        return True


def open_blobs(url: str, keys: Keys) -> SealedBlobs:
    """`memory:`, `file:///folder` or `s3://[key:secret@]bucket[/prefix][?endpoint=http://host:port&region=name]`;
    without a key in the URL the usual AWS variables are asked."""
    parts = urlsplit(url)
    if parts.scheme == "memory":
        return SealedBlobs(MemoryStore(), keys)
    if parts.scheme == "file":
        return SealedBlobs(LocalStore(unquote(parts.path), mkdir=True), keys)
    if parts.scheme == "s3" and parts.hostname:
        return SealedBlobs(_s3(parts), keys)
    raise ValueError("a blob URL begins with memory:, file:/// or s3://")


def _s3(parts: Any) -> S3Store:
    options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    config: dict[str, Any] = {"region": options.pop("region", "us-east-1"), "copy_if_not_exists": "multipart"}
    endpoint = options.pop("endpoint", None)
    if options:
        raise ValueError(f"unknown in a blob URL: {', '.join(sorted(options))}")
    if endpoint:
        config |= {"endpoint": endpoint, "virtual_hosted_style_request": False}
    if parts.username:
        config |= {"access_key_id": unquote(parts.username), "secret_access_key": unquote(parts.password or "")}
    local = bool(endpoint and endpoint.startswith("http://"))
    client = {"allow_http": local, "timeout": "60s", "connect_timeout": "5s"}
    return S3Store(parts.hostname, prefix=parts.path.strip("/") or None, client_options=client, **config)


def _check_name(name: str) -> None:
    if len(name) > NAME_LIMIT or not NAME.fullmatch(name):
        raise BlobNameInvalid("a blob's name is segments of letters, digits, dot, dash and underscore")


async def _chunks(data: bytes | AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    if not isinstance(data, bytes | bytearray | memoryview):
        async for chunk in data:
            yield chunk
        return
    view = memoryview(data)
    for start in range(0, len(view), CHUNK_BYTES):
        yield bytes(view[start : start + CHUNK_BYTES])


async def _sealed_parts(preamble: bytes, sealer: StreamSealer, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield preamble
    async for chunk in chunks:
        if sealed := await asyncio.to_thread(sealer.update, chunk):
            yield sealed
    yield sealer.finish()


async def _take(parts: AsyncIterator[bytes], limit: int) -> bytes:
    """Parts until they are more than `limit` bytes or end."""
    taken = bytearray()
    async for part in parts:
        taken += part
        if len(taken) > limit:
            break
    return bytes(taken)


async def _chain(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part


def _sync(root: Path, name: str) -> None:
    path = root / name
    for place in (path, *path.parents):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if place == root:
            return
