"""The manifest of a recording: which files it has, how they lie on one clock, what is missing, and who vouches for it.

The file is canonical JSON of ``{"manifest": ..., "signature": ...}``: keys in order, no spaces, so that the same
manifest is the same bytes. The signature is Ed25519 over the SHA-256 of the canonical manifest. ``*_ms`` count from the
start of the recording.
"""

from base64 import b32encode
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from media.messages import Codec, Kind, SealedRecording, SealedTrack, SegmentRef, Source, Value
from media.recording_errors import ManifestInvalid

VERSION = 1
LIMIT = 64 << 20
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class ClockReport(Value, frozen=True):
    """``ntp``: 64-bit NTP time in hex (JSON numbers hold less); ``timestamp``: unwrapped RTP time of that moment."""

    ntp: str
    timestamp: int
    at_ms: int


class ManifestSegment(Value, frozen=True):
    """``start_ms``: its first frame on the recording's clock, by the sender's reports where it sent any; ``arrived_ms``
    and ``first_packet_at``: when that frame came. ``concealed``: empty frames put where sound was lost. ``rotation``:
    0, 90, 180 or 270 degrees, the clockwise turn that makes its pictures upright."""

    number: int
    blob: str
    sha256: str
    size: int
    codec: Codec
    clock_rate: int
    width: int
    height: int
    start_ms: int
    duration_ms: int
    frames: int
    concealed: int
    arrived_ms: int
    first_packet_at: datetime
    first_timestamp: int
    ended: str
    reports: tuple[ClockReport, ...] = ()
    rotation: int = 0


class ManifestTrack(Value, frozen=True):
    track_id: str
    participant_id: str
    person_id: str
    role: str
    source: Source
    kind: Kind
    segments: tuple[ManifestSegment, ...]


class Gap(Value, frozen=True):
    """``reason``: muted, loss, or why the segment before it ended."""

    track_id: str
    from_ms: int
    to_ms: int
    reason: str


class Mark(Value, frozen=True):
    at_ms: int
    at: datetime
    label: str
    data: dict[str, Any]


class SpoolProof(Value, frozen=True):
    """The spool that the recording was sealed from: how many records, the digest over them, and what is wrong with it:
    ``torn``, ``altered``, ``cut`` (it had more once, or other ones) or ``unended`` (the process died)."""

    records: int
    head: str
    fault: str | None = None


class Manifest(Value, frozen=True):
    """``complete``: the recording was ended in order, and nothing that came was lost on the way to the disk. ``part``
    counts the manifests of one recording that went on after a worker was lost."""

    version: int
    recording_id: str
    part: int
    serial: str
    started_at: datetime
    ended_at: datetime
    duration_ms: int
    reason: str
    complete: bool
    frames_lost: int
    tracks: tuple[ManifestTrack, ...]
    gaps: tuple[Gap, ...]
    marks: tuple[Mark, ...]
    spool: SpoolProof
    problems: tuple[str, ...] = ()


class Signature(Value, frozen=True):
    """``public_key`` and ``value`` in hex."""

    algorithm: str
    public_key: str
    value: str


class SignedManifest(Value, frozen=True):
    manifest: Manifest
    signature: Signature


def canonical(value: Any) -> bytes:
    return msgspec.json.encode(value, order="sorted")


def digest(manifest: Manifest) -> bytes:
    """What is signed."""
    return sha256(canonical(manifest)).digest()


def signed(manifest: Manifest, public_key: bytes, signature: bytes) -> bytes:
    """The bytes of the file."""
    return canonical(SignedManifest(manifest, Signature("Ed25519", public_key.hex(), signature.hex())))


def verify_manifest(data: bytes, public_key: bytes) -> Manifest:
    """The manifest of a file signed with this key. Raises ManifestInvalid for anything else, spaces included."""
    file = read_signed(data)
    if file.signature.algorithm != "Ed25519" or file.signature.public_key != public_key.hex():
        raise ManifestInvalid("signed with another key")
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            bytes.fromhex(file.signature.value), digest(file.manifest)
        )
    except (InvalidSignature, ValueError) as wrong:
        raise ManifestInvalid("signature") from wrong
    return file.manifest


def read_signed(data: bytes) -> SignedManifest:
    """Without looking at the signature. Raises ManifestInvalid."""
    if len(data) > LIMIT:
        raise ManifestInvalid("too large")
    try:
        file = msgspec.json.decode(data, type=SignedManifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as malformed:
        raise ManifestInvalid("malformed") from malformed
    if canonical(file) != data:
        raise ManifestInvalid("not canonical")
    return file


def summary(manifest: Manifest, blob: str, blob_sha256: str) -> SealedRecording:
    """What the rest of the system needs to know of a sealed recording."""
    return SealedRecording(
        recording_id=manifest.recording_id,
        serial=manifest.serial,
        manifest_blob=blob,
        manifest_sha256=blob_sha256,
        seconds=manifest.duration_ms / 1000,
        tracks=tuple(_summary_of_track(track) for track in manifest.tracks),
        started_at=manifest.started_at,
        reason=manifest.reason,
        part=manifest.part,
    )


def _summary_of_track(track: ManifestTrack) -> SealedTrack:
    return SealedTrack(
        track_id=track.track_id,
        participant_id=track.participant_id,
        person_id=track.person_id,
        role=track.role,
        source=track.source,
        kind=track.kind,
        codec=track.segments[0].codec,
        frames=sum(segment.frames for segment in track.segments),
        seconds=sum(segment.duration_ms for segment in track.segments) / 1000,
        segments=tuple(
            SegmentRef(
                segment.blob, segment.sha256, segment.start_ms, segment.duration_ms, segment.frames, segment.rotation
            )
            for segment in track.segments
        ),
    )


# ---- the serial -----------------------------------------------------------------------------------------------------


def make_serial(recording_id: str, day: date) -> str:
    """The serial to be written on paper (U2): R, the day, eight characters of the id's digest, a check character
    (ISO/IEC 7064 MOD 37,36: any one wrong character is noticed, and nearly every swap of two neighbours)."""
    tail = b32encode(sha256(recording_id.encode()).digest()[:5]).decode()
    return f"R{day:%Y%m%d}-{tail[:4]}-{tail[4:]}-{check_character(f'R{day:%Y%m%d}{tail}')}"


def check_character(text: str) -> str:
    """ISO/IEC 7064 MOD 37,36 over digits and capital letters."""
    product = 36
    for character in text:
        total = (product + ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return ALPHABET[(37 - product) % 36]
