"""Keys by scope: a scope is a case id or `person:<id>`. Erasing the key of a scope erases all it encrypted."""

import os
from abc import ABC, abstractmethod
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ports.errors import KeyErased
from ports.sealed import KEY_BYTES, derive, open_sealed, seal

SIGNING_SCOPE = "system:signing"


class Keys(Protocol):
    async def data_key(self, scope: str) -> bytes:
        """32 bytes, made on first use. Raises KeyErased."""
        ...

    async def erase(self, scope: str) -> None:
        """For good; a second time is harmless, and the scope never gets a new key."""
        ...

    async def wrap(self, scope: str, key: bytes) -> bytes:
        """`key` sealed under the scope's key: 28 bytes longer. Raises KeyErased."""
        ...

    async def unwrap(self, scope: str, wrapped: bytes) -> bytes:
        """Raises KeyErased, Tampered."""
        ...

    async def sign(self, digest: bytes) -> bytes:
        """Ed25519 (RFC 8032) over the digest, 64 bytes."""
        ...

    async def public_key(self) -> bytes:
        """The raw 32 bytes that check `sign`."""
        ...


class ScopedKeys(ABC):
    """Wrapping and signing for any store that can give `data_key`."""

    @abstractmethod
    async def data_key(self, scope: str) -> bytes: ...

    async def wrap(self, scope: str, key: bytes) -> bytes:
        return seal(derive(await self.data_key(scope), "wrap"), key, scope.encode())

    async def unwrap(self, scope: str, wrapped: bytes) -> bytes:
        return open_sealed(derive(await self.data_key(scope), "wrap"), wrapped, scope.encode())

    async def sign(self, digest: bytes) -> bytes:
        return (await self._signing_key()).sign(digest)

    async def public_key(self) -> bytes:
        return (await self._signing_key()).public_key().public_bytes_raw()

    async def _signing_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(derive(await self.data_key(SIGNING_SCOPE), "sign"))


class MemoryKeys(ScopedKeys):
    """The in-memory twin: keys live as long as the object."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes | None] = {}

    async def data_key(self, scope: str) -> bytes:
        key = self._keys.setdefault(scope, os.urandom(KEY_BYTES))
        if key is None:
            raise KeyErased(scope)
        return key

    async def erase(self, scope: str) -> None:
        self._keys[scope] = None
