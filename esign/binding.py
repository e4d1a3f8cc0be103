"""What ties strokes to one place: the issued document, the field, the signer, the session, the server's challenge.

Strokes that are moved elsewhere do not open: the binding is associated data of their sealing (AES-256-GCM, NIST SP
800-38D). Its digest, together with the ink's, goes into the signature's reason and into the event.
"""

import hashlib
import json
import os

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import InkNotOpened
from .strokes import Ink, compress, decompress, ink_sha256

_VERSION = b"\x01"
_SALT = 32
_NONCE = 12


class Binding(msgspec.Struct, frozen=True):
    """`document_sha256`: hex, of the issued PDF. `challenge`: the server's 32 random bytes as it wrote them."""

    document_sha256: str
    field: str
    signer: str
    session: str
    challenge: str

    def canonical(self) -> bytes:
        return _canonical(msgspec.to_builtins(self))


def binding_digest(binding: Binding, ink: Ink) -> str:
    """Hex SHA-256 of the canonical JSON of the binding and the ink's SHA-256."""
    return hashlib.sha256(_canonical(msgspec.to_builtins(binding) | {"ink_sha256": ink_sha256(ink)})).hexdigest()


def seal_ink(key: bytes, ink: Ink, binding: Binding) -> bytes:
    """Encrypt the strokes under a key of their own, derived from `key` (32 bytes): version, salt, nonce, ciphertext."""
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    sealed = AESGCM(_record_key(key, salt)).encrypt(nonce, compress(ink), binding.canonical())
    return _VERSION + salt + nonce + sealed


def open_ink(key: bytes, sealed: bytes, binding: Binding) -> Ink:
    """The inverse of `seal_ink`. Raises InkNotOpened for another binding, another key or any changed byte."""
    start = len(_VERSION) + _SALT
    salt, nonce, body = sealed[len(_VERSION) : start], sealed[start : start + _NONCE], sealed[start + _NONCE :]
    if sealed[: len(_VERSION)] != _VERSION or len(body) < 16:
        raise InkNotOpened("not sealed strokes")
    try:
        return decompress(AESGCM(_record_key(key, salt)).decrypt(nonce, body, binding.canonical()))
    except InvalidTag:
        raise InkNotOpened("the strokes belong to another document, field, signer or session") from None


def _record_key(key: bytes, salt: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, b"cvx ink 1").derive(key)


def _canonical(value: dict) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
