"""The thread between the media path and the disk.

`put` never waits: it appends to a bounded queue. The thread takes what has come every 0.4 s, seals it as records
that span at most 0.5 s each, writes and syncs once for all tracks together. When the disk fails it tries again, with
the same bytes; when the queue is full `put` says False and the caller must count and tell what it lost.
"""

import errno
import threading
import time
from collections import deque
from collections.abc import Iterable

import structlog

from media.entries import RECORDING, AnyEntry, Ended, Frame
from media.spool import SpoolWriter

EVERY_S = 0.4
RECORD_MS = 500
LIMIT_BYTES = 32 << 20
RESERVE_BYTES = 4 << 20  # beyond it for the recording's own entries, which tell what was lost
GIVE_UP_S = 5.0  # at the end: how long a disk that fails is asked again
ENTRY_BYTES = 400  # what an entry counts besides its media, in memory

log = structlog.get_logger()


class WriteBehind:
    """Owns one `SpoolWriter`; `put` and the attributes are for the event loop.

    ``durable_ms[stream]``: ``at_ms`` of the stream's newest entry on the disk. ``head``: how many records are there,
    and the digest over them. ``error``: why the last try to write failed, None when it did not.
    """

    def __init__(
        self,
        spool: SpoolWriter,
        limit_bytes: int = LIMIT_BYTES,
        every_s: float = EVERY_S,
        patience_s: float = GIVE_UP_S,
    ):
        self.durable_ms: dict[int, int] = {}
        self.head = (spool.records, spool.head)
        self.error: str | None = None
        self._spool = spool
        self._limit, self._every, self._patience = limit_bytes, every_s, patience_s
        self._queue: deque[tuple[int, AnyEntry]] = deque()
        self._batch: list[tuple[int, AnyEntry]] = []  # sealed, and not yet known to be on the disk
        self._put = self._written = 0  # bytes; each has one writer
        self._wake = threading.Event()
        self._ending = self._released = False
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def put(self, stream: int, entry: AnyEntry) -> bool:
        """False: the queue is full, and the entry was not taken."""
        size = _size(entry)
        if self._put - self._written + size > self._limit + (RESERVE_BYTES if stream == RECORDING else 0):
            return False
        self._put += size
        self._queue.append((stream, entry))
        return True

    def finish(self) -> bool:
        """Blocks until everything is written or the disk has failed for 5 s. False: something was not written."""
        self._ending = True
        self._wake.set()
        self._thread.join()
        return self.error is None and not self._queue

    def release(self) -> None:
        """Let go of the file, after `finish`: whoever recovers may have it."""
        if not self._released:
            self._released = True
            self._spool.close()

    def _run(self) -> None:
        patience = self._patience / self._every
        while patience > 0 and not (self._ending and not self._queue and not self._batch):
            if self.error is None:
                self._wake.wait(self._every)
            else:
                time.sleep(self._every)  # also at the end: the disk gets time to recover
            self._write()
            patience -= self._ending and self.error is not None

    def _write(self) -> None:
        if not self._batch:
            self._batch = [self._queue.popleft() for _ in range(len(self._queue))]
            for stream, entries in into_records(self._batch):
                self._spool.seal(stream, entries)
        if not self._batch:
            return
        try:
            self._spool.flush()
        except OSError as failed:
            self._failed(failed)
            return
        self.error = None
        self._account()

    def _failed(self, failed: OSError) -> None:
        reason = errno.errorcode.get(failed.errno or 0, "unknown")
        if reason != self.error:
            log.error("spool_write_failed", reason=reason, spool=self._spool.path.name)
        self.error = reason

    def _account(self) -> None:
        for stream, entry in self._batch:
            self.durable_ms[stream] = max(self.durable_ms.get(stream, 0), entry.at_ms)
        self.head = (self._spool.records, self._spool.head)
        self._written += sum(_size(entry) for _, entry in self._batch)
        self._batch = []


def into_records(batch: Iterable[tuple[int, AnyEntry]]) -> list[tuple[int, list[AnyEntry]]]:
    """One record a stream and half second. `Ended` stands alone, so that it comes after everything else."""
    records: list[tuple[int, list[AnyEntry]]] = []
    latest: dict[int, list[AnyEntry]] = {}
    for stream, entry in batch:
        current = latest.get(stream)
        if current is None or entry.at_ms - current[0].at_ms >= RECORD_MS or isinstance(entry, Ended):
            current = latest[stream] = []
            records.append((stream, current))
        current.append(entry)
    return records


def _size(entry: AnyEntry) -> int:
    return ENTRY_BYTES + (len(entry.data) if isinstance(entry, Frame) else 0)
