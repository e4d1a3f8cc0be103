"""The journal on SQLite and PostgreSQL."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Executable, Row, bindparam, func, select, text, true
from sqlalchemy import insert as new
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from ports.chain import Entry, Record, Stored, extend, journal_key, opened
from ports.database import insert_absent, transact
from ports.errors import JournalConflict, SubjectTaken
from ports.journal import JournalBase
from ports.keys import Keys
from ports.schema import journal, journal_subjects

APPEND_LOCK = 4236
TAKE_TURN = text(f"SELECT pg_advisory_xact_lock({APPEND_LOCK})")

_case = journal.c.case_id == bindparam("case")
ROWS = select(journal).where(_case, journal.c.seq > bindparam("after")).order_by(journal.c.seq)
TAIL = select(journal).where(journal.c.position > bindparam("after")).order_by(journal.c.position)
_latest = select(journal).where(_case).order_by(journal.c.seq.desc()).limit(1).subquery()
_end = select(func.max(journal.c.position).label("end")).subquery()
ENDS = select(_latest, _end.c.end).select_from(_end.outerjoin(_latest, true()))


class SqlJournal(JournalBase):
    """Appends of all cases take turns (one lock, a few ms), so that positions appear in their order and whoever tails
    them misses none."""

    def __init__(self, engine: AsyncEngine, keys: Keys):
        super().__init__(keys)
        self._engine = engine

    async def append(self, case_id: str, expected: int, records: Sequence[Record]) -> tuple[Entry, ...]:
        key = journal_key(await self._keys.data_key(case_id))  # before the lock: it may write, too
        rows = await transact(self._engine, lambda connection: _append(connection, key, case_id, expected, records))
        return tuple(opened(row, key) for row in rows)

    async def length(self, case_id: str) -> int:
        return (await self.lengths([case_id]))[case_id]

    async def lengths(self, case_ids: Iterable[str]) -> dict[str, int]:
        asked = list(case_ids)
        query = select(journal.c.case_id, func.max(journal.c.seq)).where(journal.c.case_id.in_(asked))
        found = await self._all(query.group_by(journal.c.case_id))
        return dict.fromkeys(asked, 0) | {case_id: length for case_id, length in found}

    async def tail(self, after_position: int, limit: int = 500) -> tuple[Entry, ...]:
        rows = await self._all(TAIL.limit(limit), after=after_position)
        return await self._open([Stored(*row) for row in rows])

    async def cases_of(self, subject: str, limit: int | None = None) -> tuple[str, ...]:
        named = journal_subjects.c
        query = select(named.case_id).where(named.subject == subject).order_by(named.position.desc()).limit(limit)
        return tuple(case_id for (case_id,) in await self._all(query))

    async def _rows(self, case_id: str, after: int) -> tuple[Stored, ...]:
        return tuple(Stored(*row) for row in await self._all(ROWS, case=case_id, after=after))

    async def _all(self, query: Executable, **values: str | int) -> Sequence[Row]:
        return await transact(self._engine, lambda connection: connection.execute(query, values).all(), reading=True)


def _append(connection: Connection, key: bytes, case_id: str, expected: int, records: Sequence[Record]) -> list[Stored]:
    if connection.dialect.name == "postgresql":  # on SQLite BEGIN IMMEDIATE has done it
        connection.execute(TAKE_TURN)
    *latest, end = connection.execute(ENDS, {"case": case_id}).one()
    last = Stored(*latest) if latest[0] is not None else None
    if (length := last.seq if last else 0) != expected:
        raise JournalConflict(case_id, expected, length)
    rows = extend(key, case_id, last, (end or 0) + 1, records)
    if rows:
        names = Stored.__struct_fields__
        connection.execute(new(journal), [{name: getattr(row, name) for name in names} for row in rows])
        _mention(connection, rows, records)
    return rows


def _mention(connection: Connection, rows: Sequence[Stored], records: Sequence[Record]) -> None:
    mentions = [
        {"subject": subject, "case_id": row.case_id, "position": row.position}
        for row, record in zip(rows, records, strict=True)
        for subject in record.subjects
    ]
    if mentions:
        try:
            connection.execute(insert_absent(connection, journal_subjects), mentions)
        except IntegrityError:
            raise SubjectTaken from None
