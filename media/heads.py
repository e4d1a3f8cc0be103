"""Signed heads of a running spool, kept away from it: a spool that is shorter or other than it once was shows later."""

from datetime import datetime
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from media.manifest import canonical
from media.messages import Value
from media.spool import SpoolReader
from ports.blobs import Blobs
from ports.errors import BlobExists, Tampered
from ports.keys import Keys


class Head(Value, frozen=True):
    """``spool``: the digest before the first record, which names the file. ``head``: that after ``records`` of them."""

    recording_id: str
    spool: str
    records: int
    head: str
    at: datetime


class SignedHead(Value, frozen=True):
    head: Head
    signature: str


def folder(recording_id: str, spool: str) -> str:
    return f"recordings/{recording_id}/heads/{spool[:16]}/"


async def publish(head: Head, *, scope: str, blobs: Blobs, keys: Keys) -> None:
    signature = await keys.sign(_digest(head))
    name = f"{folder(head.recording_id, head.spool)}{head.records:08d}.json"
    try:
        await blobs.put(name, canonical(SignedHead(head, signature.hex())), scope=scope)
    except BlobExists:
        return  # nothing was written since the last one


async def agrees(spool: SpoolReader, recording_id: str, *, scope: str, blobs: Blobs, keys: Keys) -> bool:
    """Whether the spool still begins with everything that its last published head vouches for."""
    names = await blobs.list(folder(recording_id, spool.digest_after(0) or ""))
    if not names:
        return True
    try:
        data = await blobs.get(max(names), scope=scope)
    except Tampered:
        return False
    head = _verified(data, await keys.public_key())
    return head is not None and spool.digest_after(head.records) == head.head


def _verified(data: bytes, public_key: bytes) -> Head | None:
    try:
        signed = msgspec.json.decode(data, type=SignedHead)
        Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(signed.signature), _digest(signed.head))
    except (msgspec.DecodeError, InvalidSignature, ValueError):
        return None
    return signed.head


def _digest(head: Head) -> bytes:
    return sha256(canonical(head)).digest()
