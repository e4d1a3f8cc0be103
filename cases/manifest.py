"""The signed manifest of a recording, as far as cases read it; `media/manifest.py` has all of it.

The file is canonical JSON of `{"manifest": ..., "signature": ...}`; the signature is Ed25519 over the SHA-256 of the
manifest's bytes as they stand in the file. So nothing has to be written again in order to check it.
"""

import hashlib
from datetime import datetime
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cases.rooms import Part, Recording


class Gap(msgspec.Struct, frozen=True):
    """Milliseconds of the recording's clock. `reason`: muted, loss, or why the track's segment before it ended."""

    track_id: str
    from_ms: int
    to_ms: int
    reason: str


class Mark(msgspec.Struct, frozen=True):
    """Noted by the recorder itself, such as `muted` and `unmuted` with `person_id` and `source`."""

    at_ms: int
    at: datetime
    label: str
    data: dict[str, Any]


class Manifest(msgspec.Struct, frozen=True):
    recording_id: str
    gaps: tuple[Gap, ...]
    part: int = 1
    marks: tuple[Mark, ...] = ()


class _Signature(msgspec.Struct, frozen=True):
    algorithm: str
    public_key: str
    value: str


class _File(msgspec.Struct, frozen=True):
    manifest: msgspec.Raw
    signature: _Signature


def signed_manifest(data: bytes, public_key: bytes) -> Manifest | None:
    """The manifest of a file that this raw Ed25519 key signed; None for anything else."""
    try:
        file = msgspec.json.decode(data, type=_File)
        signature = bytes.fromhex(file.signature.value)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, hashlib.sha256(file.manifest).digest())
        return msgspec.json.decode(file.manifest, type=Manifest)
    except (msgspec.MsgspecError, ValueError, InvalidSignature):
        return None


def manifest_name(recording: Recording, part: Part) -> str:
    """The name of a part's manifest in the evidence package; the first has the name that the only one always had."""
    return f"recordings/{recording.serial}{'' if part.part == 1 else f'.part-{part.part}'}.manifest"
