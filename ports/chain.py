"""The journal's records as a hash chain per case (pure).

Bodies are encrypted with a key of the case and bound to their place (case, sequence, id, type, time, actor, previous
hash). The hash runs over the ciphertext, so the chain still verifies when the key, and with it the person, is erased.
"""

import hashlib
import secrets
import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ports.sealed import NONCE_BYTES, derive, open_sealed, seal

START = bytes(32)  # what the first entry of a case calls its previous hash
FORMAT = b"cvx-journal-1"
ONE_CASE_ONLY = "no:"  # a subject that begins so names one case, ever


class Record(msgspec.Struct, frozen=True):
    """What is to be appended. `body` is JSON-able and may be personal; `subjects` are the ids of the persons whose
    case this is, found again by `cases_of`; `at` is an aware datetime."""

    type: str
    at: datetime
    actor: str
    body: dict[str, Any]
    subjects: tuple[str, ...] = ()


class Entry(msgspec.Struct, frozen=True):
    """What was appended. `position` orders all cases, `seq` counts 1, 2, 3 in the case, `body` is None when the key
    of the case was erased."""

    position: int
    case_id: str
    seq: int
    id: str
    type: str
    at: datetime
    actor: str
    body: dict[str, Any] | None
    previous: bytes
    hash: bytes


class Stored(msgspec.Struct, frozen=True):
    """An entry as it lies in the store, its body sealed. `at` is text: every engine gives back what was hashed."""

    position: int
    case_id: str
    seq: int
    id: str
    type: str
    at: str
    actor: str
    sealed: bytes
    previous: bytes
    hash: bytes


class Head(msgspec.Struct, frozen=True):
    """The end of a chain as somebody noted it elsewhere: how many entries, and the hash of the last."""

    entries: int
    hash: str


class Verification(msgspec.Struct, frozen=True):
    """`broken_at` is the sequence number of the first entry that does not fit; `head` the hex hash of the last one
    that does. Without entries the head is 64 zeros."""

    ok: bool
    entries: int
    broken_at: int | None
    head: str


def one_case_only(subject: str) -> bool:
    return subject.startswith(ONE_CASE_ONLY)


def journal_key(data_key: bytes) -> bytes:
    """What opens the bodies of one case and nothing else; an evidence package may carry it."""
    return derive(data_key, "journal")


def extend(key: bytes, case_id: str, last: Stored | None, position: int, records: Iterable[Record]) -> list[Stored]:
    """The records as entries after `last`, the first at `position`."""
    rows = []
    for offset, record in enumerate(records):
        last = _seal_record(key, case_id, last, position + offset, record)
        rows.append(last)
    return rows


def _seal_record(key: bytes, case_id: str, last: Stored | None, position: int, record: Record) -> Stored:
    seq, previous = (last.seq + 1, last.hash) if last else (1, START)
    place = (case_id, seq, secrets.token_hex(16), record.type, _text(record.at), record.actor)
    coordinates = encode(*place, previous)
    sealed = seal(key, msgspec.json.encode(record.body), coordinates)
    return Stored(position, *place, sealed, previous, _digest(coordinates, sealed))


def encode(case_id: str, seq: int, id: str, type: str, at: str, actor: str, previous: bytes) -> bytes:
    """Canonical bytes of an entry's place: the format's name, then each field behind its length (4 bytes, big-endian);
    numbers as decimal text."""
    fields = (FORMAT, case_id.encode(), b"%d" % seq, id.encode(), type.encode(), at.encode(), actor.encode(), previous)
    return b"".join([struct.pack(">I", len(field)) + field for field in fields])


def _digest(coordinates: bytes, sealed: bytes) -> bytes:
    return hashlib.sha256(coordinates + sealed).digest()


def _coordinates(row: Stored) -> bytes:
    return encode(row.case_id, row.seq, row.id, row.type, row.at, row.actor, row.previous)


def opened(row: Stored, key: bytes | None) -> Entry:
    """The entry with its body, or without when there is no key. Raises Tampered."""
    body = None
    if key is not None:
        body = msgspec.json.decode(open_sealed(key, row.sealed, _coordinates(row)))
    place = (row.position, row.case_id, row.seq, row.id, row.type, datetime.fromisoformat(row.at), row.actor)
    return Entry(*place, body, row.previous, row.hash)


def verify_chain(
    case_id: str, rows: Sequence[Stored], key: bytes | None = None, known: Head | None = None
) -> Verification:
    """Whether these are all entries of the case from the first on, unchanged and in order. With `key` the bodies must
    open too. Entries cut from the end only show against a `known` head."""
    cipher = AESGCM(key) if key else None
    previous = START
    for number, row in enumerate(rows, start=1):
        if not _fits(case_id, number, previous, row, cipher):
            return Verification(False, len(rows), number, previous.hex())
        previous = row.hash
    if known and not _reaches(rows, known):
        return Verification(False, len(rows), min(len(rows) + 1, known.entries), previous.hex())
    return Verification(True, len(rows), None, previous.hex())


def _fits(case_id: str, number: int, previous: bytes, row: Stored, cipher: AESGCM | None) -> bool:
    if (row.case_id, row.seq, row.previous) != (case_id, number, previous):
        return False
    coordinates = _coordinates(row)
    return _digest(coordinates, row.sealed) == row.hash and (cipher is None or _opens(cipher, row.sealed, coordinates))


def _opens(cipher: AESGCM, sealed: bytes, coordinates: bytes) -> bool:
    try:
        cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], coordinates)
    except (InvalidTag, ValueError):
        return False
    return True


def _reaches(rows: Sequence[Stored], known: Head) -> bool:
    if known.entries == 0:
        return True
    return len(rows) >= known.entries and rows[known.entries - 1].hash.hex() == known.hash


def _text(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("a record needs an aware datetime")
    return at.astimezone(UTC).isoformat(timespec="microseconds")
