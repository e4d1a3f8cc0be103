"""A live recording on the disk: one append-only file of sealed records, chained, nothing of it in the clear.

The file is a head (magic, length, JSON of scope and wrapped data key), then records: number, stream and length (>QHI),
then AES-256-GCM over the packed entries. The nonce is the record's number, since the key belongs to this file alone;
the head of the record and the digest of everything before it are authenticated with it. So a record cannot be altered,
moved, left out or put into another file. What the chain alone cannot show, a tail cut off between two records, shows as
an end without `Ended`.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from struct import Struct
from typing import BinaryIO, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from media.entries import RECORDING, AnyEntry, Ended, pack_entries, unpack_entries
from media.recording_errors import SpoolBroken

MAGIC = b"CVXSPL1\n"
SIZE = Struct(">I")
HEAD = Struct(">QHI")
TAG = 16
KEY_BYTES = 32
HEADER_LIMIT = 4096
RECORD_LIMIT = 64 << 20


class SpoolHeader(msgspec.Struct, frozen=True):
    """``wrapped``: the file's data key under the key of ``scope``."""

    scope: str
    wrapped: bytes


class SpoolWriter:
    """Owned by one thread. The file is locked until `close`, at the latest while this process lives, so that recovery
    leaves it alone; it has its name only once it is locked and has its head."""

    def __init__(self, path: Path, header: SpoolHeader, key: bytes):
        encoded = msgspec.json.encode(header)
        start = MAGIC + SIZE.pack(len(encoded)) + encoded
        self.path = path
        self.records = 0
        self._cipher = AESGCM(key)
        self._digest = sha256(start).digest()
        self._pending = [start]
        self._length = 0
        new = path.with_suffix(".new")
        self._file = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.flush()
            new.rename(path)
            _sync_folder(path.parent)
        except BaseException:
            os.close(self._file)
            new.unlink(missing_ok=True)
            raise

    @property
    def head(self) -> str:
        """The running digest over all records sealed so far, in hex."""
        return self._digest.hex()

    def seal(self, stream: int, entries: Sequence[AnyEntry]) -> None:
        """The next record. Sealed once, so that a write that fails is repeated with the same bytes."""
        plain = pack_entries(entries)
        head = HEAD.pack(self.records, stream, len(plain) + TAG)
        sealed = self._cipher.encrypt(_nonce(self.records), plain, self._digest + head)
        self._digest = _chain(self._digest, head, sealed[-TAG:])
        self._pending += (head, sealed)
        self.records += 1

    def flush(self) -> None:
        """All records are on the disk when it returns. Raises OSError, and then keeps them for the next try."""
        data = memoryview(b"".join(self._pending))
        os.ftruncate(self._file, self._length)  # what a failed try may have left
        os.lseek(self._file, self._length, os.SEEK_SET)
        done = 0
        while done < len(data):
            done += os.write(self._file, data[done:])
        os.fsync(self._file)
        self._length += len(data)
        self._pending = []

    def close(self) -> None:
        os.close(self._file)


class Record(NamedTuple):
    number: int
    stream: int
    offset: int
    length: int
    before: bytes  # the digest of everything before it


class SpoolReader:
    """Every record is checked on opening; what follows the first bad one is not there. Raises SpoolBroken.

    ``recording``: the entries of stream 0. ``broken``: None, "torn" (the file ends within a record) or "altered" (a
    record does not open). ``ended``: the last entry is `Ended`, so nothing is missing at the end either.
    ``unread``: only the first record is opened, and `head` is what it is if none of the others was altered.
    """

    def __init__(self, path: Path, key: bytes, *, unread: bool = False):
        self.path = path
        self._unread = unread
        self.recording: list[AnyEntry] = []
        self.broken: str | None = None
        self._cipher = AESGCM(key)
        self._records: list[Record] = []
        with path.open("rb") as file:
            self._digest = sha256(_read_start(file)).digest()
            while self.broken is None and (head := file.read(HEAD.size)):
                self.broken = self._read_record(file, head)

    @property
    def records(self) -> int:
        return len(self._records)

    @property
    def head(self) -> str:
        return self._digest.hex()

    @property
    def ended(self) -> bool:
        last = bool(self._records) and self._records[-1].stream == RECORDING
        return self.broken is None and last and isinstance(self.recording[-1], Ended)

    def entries(self, stream: int) -> Iterator[AnyEntry]:
        """Decrypts the records of this stream only, one at a time."""
        with self.path.open("rb") as file:
            for record in self._records:
                if record.stream == stream:
                    file.seek(record.offset)
                    yield from self._open(record, file.read(HEAD.size), file.read(record.length))

    def digest_after(self, records: int) -> str | None:
        """The running digest when that many records were sealed. None where there are fewer."""
        if records > self.records:
            return None
        return (self._digest if records == self.records else self._records[records].before).hex()

    def _read_record(self, file: BinaryIO, head: bytes) -> str | None:
        if len(head) < HEAD.size:
            return "torn"
        number, stream, length = HEAD.unpack(head)
        if number != self.records or not TAG < length <= RECORD_LIMIT:
            return "altered"
        record = Record(number, stream, file.tell() - HEAD.size, length, self._digest)
        skipped = length - TAG if self._unread and self._records else 0
        file.seek(skipped, os.SEEK_CUR)
        sealed = file.read(length - skipped)
        if len(sealed) < length - skipped:
            return "torn"
        if not skipped:
            try:
                entries = self._open(record, head, sealed)
            except InvalidTag:
                return "altered"
            if stream == RECORDING:
                self.recording += entries
        self._records.append(record)
        self._digest = _chain(self._digest, head, sealed[-TAG:])
        return None

    def _open(self, record: Record, head: bytes, sealed: bytes) -> list[AnyEntry]:
        plain = self._cipher.decrypt(_nonce(record.number), sealed, record.before + head)
        try:
            return unpack_entries(plain)
        except msgspec.DecodeError as unknown:  # sealed by us, so by another version of us
            raise SpoolBroken(self.path.name) from unknown


def read_header(path: Path) -> SpoolHeader:
    """Raises SpoolBroken."""
    with path.open("rb") as file:
        start = _read_start(file)
    try:
        return msgspec.json.decode(start[len(MAGIC) + SIZE.size :], type=SpoolHeader)
    except msgspec.DecodeError as malformed:
        raise SpoolBroken(path.name) from malformed


@contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Whether it is ours alone while the block lasts: nobody alive writes to it, seals it or has claimed it."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield False
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield path.exists()  # or whoever had it before has finished it


def remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _read_start(file: BinaryIO) -> bytes:
    start = file.read(len(MAGIC) + SIZE.size)
    if len(start) < len(MAGIC) + SIZE.size or not start.startswith(MAGIC):
        raise SpoolBroken(Path(file.name).name)
    length = SIZE.unpack(start[len(MAGIC) :])[0]
    encoded = file.read(min(length, HEADER_LIMIT))
    if len(encoded) != length:
        raise SpoolBroken(Path(file.name).name)
    return start + encoded


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _chain(digest: bytes, head: bytes, tag: bytes) -> bytes:
    return sha256(digest + head + tag).digest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
