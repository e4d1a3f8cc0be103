"""The append-only record of everything that happened to each case; audit trail, state and outbox in one."""

import asyncio
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Protocol

from ports.chain import (
    Entry,
    Head,
    Record,
    Stored,
    Verification,
    extend,
    journal_key,
    one_case_only,
    opened,
    verify_chain,
)
from ports.errors import JournalConflict, KeyErased, SubjectTaken
from ports.keys import Keys

__all__ = ["Entry", "Head", "Journal", "JournalBase", "MemoryJournal", "Record", "Stored", "Verification"]


class Journal(Protocol):
    async def append(self, case_id: str, expected: int, records: Sequence[Record]) -> tuple[Entry, ...]:
        """All records or none, after exactly `expected` entries. Raises JournalConflict, SubjectTaken, KeyErased."""
        ...

    async def read(self, case_id: str, after: int = 0) -> tuple[Entry, ...]: ...

    async def length(self, case_id: str) -> int: ...

    async def lengths(self, case_ids: Iterable[str]) -> dict[str, int]:
        """Every asked case is in the answer; an unknown one has 0."""
        ...

    async def tail(self, after_position: int, limit: int = 500) -> tuple[Entry, ...]:
        """Entries of all cases in the order of their commit; none is ever added before a position already seen."""
        ...

    async def cases_of(self, subject: str, limit: int | None = None) -> tuple[str, ...]:
        """Cases that named this subject, the latest to do so for the first time in front; at most `limit`."""
        ...

    async def stored(self, case_id: str) -> tuple[Stored, ...]:
        """The entries with their bodies still sealed, as the chain was hashed over them."""
        ...

    async def verify(self, case_id: str, known: Head | None = None) -> Verification: ...


class JournalBase(ABC):
    """Opening and verifying, the same for every store of `Stored` rows."""

    def __init__(self, keys: Keys):
        self._keys = keys

    async def stored(self, case_id: str) -> tuple[Stored, ...]:
        return await self._rows(case_id, 0)

    async def read(self, case_id: str, after: int = 0) -> tuple[Entry, ...]:
        return await self._open(await self._rows(case_id, after))

    async def verify(self, case_id: str, known: Head | None = None) -> Verification:
        rows = await self._rows(case_id, 0)
        key = await self._key(case_id) if rows else None
        return await asyncio.to_thread(verify_chain, case_id, rows, key, known)

    @abstractmethod
    async def _rows(self, case_id: str, after: int) -> tuple[Stored, ...]: ...

    async def _open(self, rows: Sequence[Stored]) -> tuple[Entry, ...]:
        keys = {case_id: await self._key(case_id) for case_id in {row.case_id for row in rows}}
        return tuple(opened(row, keys[row.case_id]) for row in rows)

    async def _key(self, case_id: str) -> bytes | None:
        try:
            return journal_key(await self._keys.data_key(case_id))
        except KeyErased:
            return None


class MemoryJournal(JournalBase):
    """The in-memory twin: the same chain and the same encryption, forgotten at exit."""

    def __init__(self, keys: Keys):
        super().__init__(keys)
        self._all: list[Stored] = []
        self._cases: defaultdict[str, list[Stored]] = defaultdict(list)
        self._subjects: defaultdict[str, dict[str, None]] = defaultdict(dict)

    async def append(self, case_id: str, expected: int, records: Sequence[Record]) -> tuple[Entry, ...]:
        key = journal_key(await self._keys.data_key(case_id))
        rows = self._cases[case_id]
        if len(rows) != expected:
            raise JournalConflict(case_id, expected, len(rows))
        named = [subject for record in records for subject in record.subjects]
        if any(one_case_only(subject) and self._subjects[subject].keys() - {case_id} for subject in named):
            raise SubjectTaken
        added = extend(key, case_id, rows[-1] if rows else None, len(self._all) + 1, records)
        rows += added
        self._all += added
        for subject in named:
            self._subjects[subject].setdefault(case_id)
        return tuple(opened(row, key) for row in added)

    async def length(self, case_id: str) -> int:
        return len(self._cases.get(case_id, ()))

    async def lengths(self, case_ids: Iterable[str]) -> dict[str, int]:
        return {case_id: await self.length(case_id) for case_id in case_ids}

    async def tail(self, after_position: int, limit: int = 500) -> tuple[Entry, ...]:
        return await self._open(self._all[after_position : after_position + limit])

    async def cases_of(self, subject: str, limit: int | None = None) -> tuple[str, ...]:
        return tuple(reversed(self._subjects.get(subject, {})))[:limit]

    async def _rows(self, case_id: str, after: int) -> tuple[Stored, ...]:
        return tuple(self._cases.get(case_id, ())[after:])
