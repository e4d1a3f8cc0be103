"""The journal on SQLite and PostgreSQL."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Row, func, select, text, true
from sqlalchemy import insert as new
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ports.chain import Entry, Record, Stored, extend, journal_key, opened
from ports.database import insert_absent, read, write
from ports.errors import JournalConflict
from ports.journal import JournalBase
from ports.keys import Keys
from ports.schema import journal, journal_subjects

APPEND_LOCK = 4236


class SqlJournal(JournalBase):
    """Appends of all cases take turns (one lock, a few ms), so that positions appear in their order and whoever tails
    them misses none."""

    def __init__(self, engine: AsyncEngine, keys: Keys):
        super().__init__(keys)
        self._engine = engine

    async def append(self, case_id: str, expected: int, records: Sequence[Record]) -> tuple[Entry, ...]:
        key = journal_key(await self._keys.data_key(case_id))  # before the lock: it may write, too
        async with write(self._engine) as connection:
            await _take_turn(connection)
            last, end = await _ends(connection, case_id)
            if (length := last.seq if last else 0) != expected:
                raise JournalConflict(case_id, expected, length)
            rows = extend(key, case_id, last, end + 1, records)
            await _insert(connection, rows, records)
        return tuple(opened(row, key) for row in rows)

    async def length(self, case_id: str) -> int:
        return (await self.lengths([case_id]))[case_id]

    async def lengths(self, case_ids: Iterable[str]) -> dict[str, int]:
        asked = list(case_ids)
        query = select(journal.c.case_id, func.max(journal.c.seq)).where(journal.c.case_id.in_(asked))
        async with read(self._engine) as connection:
            found = await connection.execute(query.group_by(journal.c.case_id))
            return dict.fromkeys(asked, 0) | {case_id: length for case_id, length in found}

    async def tail(self, after_position: int, limit: int = 500) -> tuple[Entry, ...]:
        query = select(journal).where(journal.c.position > after_position).order_by(journal.c.position).limit(limit)
        async with read(self._engine) as connection:
            rows = (await connection.execute(query)).all()
        return await self._open([_stored(row) for row in rows])

    async def cases_of(self, subject: str) -> tuple[str, ...]:
        named = journal_subjects.c
        query = select(named.case_id).where(named.subject == subject).order_by(named.position.desc())
        async with read(self._engine) as connection:
            return tuple((await connection.execute(query)).scalars())

    async def _rows(self, case_id: str, after: int) -> tuple[Stored, ...]:
        query = select(journal).where(journal.c.case_id == case_id, journal.c.seq > after).order_by(journal.c.seq)
        async with read(self._engine) as connection:
            return tuple(_stored(row) for row in await connection.execute(query))


async def _take_turn(connection: AsyncConnection) -> None:
    """On SQLite BEGIN IMMEDIATE has done it."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": APPEND_LOCK})


async def _ends(connection: AsyncConnection, case_id: str) -> tuple[Stored | None, int]:
    """The last entry of the case and the last position of all."""
    latest = select(journal).where(journal.c.case_id == case_id).order_by(journal.c.seq.desc()).limit(1).subquery()
    end = select(func.max(journal.c.position).label("end")).subquery()
    row = (await connection.execute(select(latest, end.c.end).select_from(end.outerjoin(latest, true())))).one()
    return (None if row.position is None else Stored(*row[:-1])), row.end or 0


async def _insert(connection: AsyncConnection, rows: Sequence[Stored], records: Sequence[Record]) -> None:
    if not rows:
        return
    names = Stored.__struct_fields__
    await connection.execute(new(journal), [{name: getattr(row, name) for name in names} for row in rows])
    mentions = [
        {"subject": subject, "case_id": row.case_id, "position": row.position}
        for row, record in zip(rows, records, strict=True)
        for subject in record.subjects
    ]
    if mentions:
        await connection.execute(insert_absent(connection, journal_subjects), mentions)


def _stored(row: Row) -> Stored:
    return Stored(*row)
