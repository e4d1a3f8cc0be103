"""Authenticated encryption in two shapes.

`seal` and `open_sealed` are for small values: AES-256-GCM, a random 96-bit nonce in front.
`StreamSealer`, `StreamOpener` and `RangeReader` are for files: the streaming format that Tink calls
AES256_GCM_HKDF_1MB (segments of 1 MiB, each with its own nonce, the last one marked), so that any range can be read
and authenticated alone, and any Tink opens what we sealed.
"""

import hashlib
import os
import struct
from collections.abc import Awaitable, Callable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ports.errors import Tampered

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
SEGMENT_BYTES = 1 << 20  # a sealed segment, its tag included
SALT_BYTES = 32
PREFIX_BYTES = 7
HEADER_BYTES = 1 + SALT_BYTES + PREFIX_BYTES
FIRST_PLAIN = SEGMENT_BYTES - HEADER_BYTES - TAG_BYTES  # the header takes its room from the first segment
NEXT_PLAIN = SEGMENT_BYTES - TAG_BYTES

Fetch = Callable[[int, int], Awaitable[bytes]]


def derive(key: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose, so that no key is used by two algorithms (RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, None, purpose.encode()).derive(key)


def seal(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, aad)


def open_sealed(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """Raises Tampered when key, bytes or `aad` are not those of the seal."""
    return _decrypt(AESGCM(key), sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], aad)


def _decrypt(cipher: AESGCM, nonce: bytes, sealed: bytes, aad: bytes | None) -> bytes:
    try:
        return cipher.decrypt(nonce, sealed, aad)
    except (InvalidTag, ValueError) as broken:
        raise Tampered("sealed bytes do not open") from broken


def sealed_size(plain_size: int) -> int:
    """Bytes that a plaintext of this size takes when sealed as a stream."""
    return plain_size + HEADER_BYTES + TAG_BYTES * _count(plain_size)


def plain_size(size: int) -> int:
    """The inverse of `sealed_size`. Raises Tampered for a size that no stream has."""
    segments = max(1, -(-size // SEGMENT_BYTES))
    plain = size - HEADER_BYTES - TAG_BYTES * segments
    if plain < 0 or sealed_size(plain) != size:
        raise Tampered("not the size of a sealed stream")
    return plain


def _count(plain: int) -> int:
    return 1 if plain <= FIRST_PLAIN else 1 + -(-(plain - FIRST_PLAIN) // NEXT_PLAIN)


class _Segments:
    """The cipher of one stream: the key and nonces follow from its header and `aad`."""

    def __init__(self, key: bytes, header: bytes, aad: bytes):
        if len(header) != HEADER_BYTES or header[0] != HEADER_BYTES:
            raise Tampered("not a sealed stream")
        salt, self._prefix = header[1 : 1 + SALT_BYTES], header[1 + SALT_BYTES :]
        self._cipher = AESGCM(HKDF(SHA256(), KEY_BYTES, salt, aad).derive(key))

    def seal(self, number: int, last: bool, plaintext: bytes) -> bytes:
        return self._cipher.encrypt(self._nonce(number, last), plaintext, None)

    def open(self, number: int, last: bool, sealed: bytes) -> bytes:
        return _decrypt(self._cipher, self._nonce(number, last), sealed, None)

    def _nonce(self, number: int, last: bool) -> bytes:
        return self._prefix + struct.pack(">IB", number, last)


class StreamSealer:
    """`update` answers the sealed bytes that are complete, `finish` the rest; `size` and `sha256` tell about the
    plaintext. A segment is sealed only when it is known whether it is the last one."""

    def __init__(self, key: bytes, aad: bytes):
        self._header = bytes([HEADER_BYTES]) + os.urandom(SALT_BYTES + PREFIX_BYTES)
        self._segments = _Segments(key, self._header, aad)
        self._pending = bytearray()
        self._number = 0
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def update(self, data: bytes) -> bytes:
        self._hash.update(data)
        self.size += len(data)
        self._pending += data
        out = bytearray()
        while len(self._pending) > (room := NEXT_PLAIN if self._number else FIRST_PLAIN):
            out += self._next(bytes(self._pending[:room]), last=False)
            del self._pending[:room]
        return bytes(out)

    def finish(self) -> bytes:
        return self._next(bytes(self._pending), last=True)

    def _next(self, plaintext: bytes, *, last: bool) -> bytes:
        sealed = self._segments.seal(self._number, last, plaintext)
        if self._number == 0:
            sealed = self._header + sealed
        self._number += 1
        return sealed


class RangeReader:
    """Random access to a sealed stream of `size` sealed bytes, of which `fetch(start, length)` gives a part."""

    def __init__(self, key: bytes, aad: bytes, size: int, fetch: Fetch):
        self._key, self._aad, self._sealed, self._fetch = key, aad, size, fetch
        self._last = max(0, -(-size // SEGMENT_BYTES) - 1)
        self.size = plain_size(size)

    async def read(self, start: int, length: int) -> bytes:
        """The plaintext from `start`, cut at the end of the stream. Raises Tampered."""
        parts = [part async for part in self.stream(start, length)]
        return b"".join(parts)

    async def stream(self, start: int, length: int):
        """As `read`, a segment at a time: memory stays at a few MiB however long the range."""
        end = min(start + length, self.size)
        if start < 0 or (start >= end and self.size):
            return
        segments = _Segments(self._key, await self._fetch(0, HEADER_BYTES), self._aad)
        for number in range(_segment_of(start), _segment_of(max(start, end - 1)) + 1):
            plain = segments.open(number, number == self._last, await self._fetch(*self._place(number)))
            first = _plain_start(number)
            yield plain[max(0, start - first) : max(0, end - first)]

    def _place(self, number: int) -> tuple[int, int]:
        start = number * SEGMENT_BYTES or HEADER_BYTES
        return start, min((number + 1) * SEGMENT_BYTES, self._sealed) - start


def _segment_of(position: int) -> int:
    return 0 if position < FIRST_PLAIN else 1 + (position - FIRST_PLAIN) // NEXT_PLAIN


def _plain_start(number: int) -> int:
    return 0 if number == 0 else FIRST_PLAIN + (number - 1) * NEXT_PLAIN


def open_stream(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """A whole sealed stream that is in memory. Raises Tampered."""
    return b"".join(_open_segments(key, sealed, aad))


def _open_segments(key: bytes, sealed: bytes, aad: bytes) -> Iterator[bytes]:
    plain_size(len(sealed))
    segments = _Segments(key, sealed[:HEADER_BYTES], aad)
    last = max(0, -(-len(sealed) // SEGMENT_BYTES) - 1)
    for number in range(last + 1):
        start = number * SEGMENT_BYTES or HEADER_BYTES
        yield segments.open(number, number == last, sealed[start : (number + 1) * SEGMENT_BYTES])
