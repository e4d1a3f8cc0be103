"""What the database itself must refuse, and what verification finds when somebody got round it."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from ports.chain import Head, Record, Verification
from ports.database import check_protection, migrate, open_engine, read, write
from ports.errors import JournalUnprotected
from ports.keys import MemoryKeys
from ports.schema import trigger_names
from ports.sqljournal import SqlJournal

AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def journal(engine: AsyncEngine) -> SqlJournal:
    return SqlJournal(engine, MemoryKeys())


async def fill(journal: SqlJournal) -> Verification:
    records = [Record("A", AT, "agent-1", {"id_no": "A123456789", "number": number}, ("p",)) for number in range(5)]
    await journal.append("c", 0, records)
    return await journal.verify("c")


async def execute(engine: AsyncEngine, *statements: str) -> None:
    async with write(engine) as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def drop_triggers(engine: AsyncEngine) -> None:
    dialect = engine.dialect.name
    on = "ON {0}" if dialect == "postgresql" else ""
    await execute(engine, *[f"DROP TRIGGER {name} {on.format(table)}" for table, name in trigger_names(dialect)])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET actor = 'someone' WHERE seq = 1",
        "DELETE FROM journal WHERE seq = 1",
        "DELETE FROM journal",
        "UPDATE journal_subjects SET subject = 'q'",
        "DELETE FROM journal_subjects",
    ],
)
async def test_the_database_refuses_to_change_the_journal(engine: AsyncEngine, journal: SqlJournal, statement: str):
    before = await fill(journal)
    with pytest.raises(DBAPIError, match="append-only"):
        await execute(engine, statement)
    assert await journal.verify("c") == before
    assert await journal.cases_of("p") == ("c",)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_postgresql_refuses_to_truncate_it_too(engine: AsyncEngine, journal: SqlJournal):
    await fill(journal)
    with pytest.raises(DBAPIError, match="append-only"):
        await execute(engine, "TRUNCATE journal")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlite_refuses_to_replace_a_row(engine: AsyncEngine, journal: SqlJournal):
    before = await fill(journal)
    columns = "position, case_id, seq, id, type, at, 'x', sealed, previous, hash"
    with pytest.raises(DBAPIError, match="append-only"):
        await execute(engine, f"INSERT OR REPLACE INTO journal SELECT {columns} FROM journal WHERE seq = 5")
    await execute(engine, "INSERT OR REPLACE INTO journal_subjects VALUES ('p', 'c', 99)")
    assert await journal.verify("c") == before
    async with read(engine) as connection:
        assert (await connection.execute(text("SELECT position FROM journal_subjects"))).scalars().all() == [1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlite_refuses_to_take_a_number_from_its_case(engine: AsyncEngine, journal: SqlJournal):
    await journal.append("c", 0, [Record("A", AT, "x", {}, ("no:1",))])
    with pytest.raises(DBAPIError, match="names another case"):
        await execute(engine, "INSERT OR REPLACE INTO journal_subjects VALUES ('no:1', 'd', 99)")
    assert await journal.cases_of("no:1") == ("c",)


async def test_a_database_of_before_finds_its_submitted_cases_by_that(engine: AsyncEngine, journal: SqlJournal):
    await journal.append("c", 0, [Record("CaseOpened", AT, "x", {}), Record("CaseSubmitted", AT, "x", {})])
    await execute(
        engine,
        "DROP INDEX uq_journal_subjects_number",
        *(["DROP TRIGGER journal_subjects_no_reuse"] if engine.dialect.name == "sqlite" else []),
        "UPDATE alembic_version SET version_num = '0001'",
    )
    await migrate(engine.url.render_as_string(hide_password=False))
    assert await journal.cases_of("submitted") == ("c",)


async def test_a_database_without_a_trigger_is_refused_at_start(engine: AsyncEngine):
    await check_protection(engine)
    table, name = min(trigger_names(engine.dialect.name))
    await execute(engine, f"DROP TRIGGER {name}" + (f" ON {table}" if engine.dialect.name == "postgresql" else ""))
    with pytest.raises(JournalUnprotected, match=name):
        await check_protection(engine)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_disabled_trigger_is_refused_at_start(engine: AsyncEngine):
    await execute(engine, "ALTER TABLE journal DISABLE TRIGGER journal_no_change")
    with pytest.raises(JournalUnprotected, match="journal_no_change"):
        await check_protection(engine)


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        (["UPDATE journal SET actor = 'someone' WHERE seq = 3"], 3),
        (["UPDATE journal SET at = '2020-01-01T00:00:00.000000+00:00' WHERE seq = 2"], 2),
        (["UPDATE journal SET sealed = (SELECT sealed FROM journal WHERE seq = 1) WHERE seq = 4"], 4),
        (["DELETE FROM journal WHERE seq = 1"], 1),
        (["DELETE FROM journal WHERE seq = 3"], 3),
        (["DELETE FROM journal WHERE seq = 3", "UPDATE journal SET seq = seq - 1 WHERE seq > 3"], 3),
        (
            [
                "UPDATE journal SET seq = 99 WHERE seq = 2",
                "UPDATE journal SET seq = 2 WHERE seq = 3",
                "UPDATE journal SET seq = 3 WHERE seq = 99",
            ],
            2,
        ),
        (["UPDATE journal SET case_id = 'd' WHERE seq = 5"], 5),
        (["DELETE FROM journal WHERE seq > 3"], 4),
    ],
    ids=["edited", "dated", "body", "first gone", "one gone", "renumbered", "reordered", "moved", "truncated"],
)
async def test_tampering_is_found_by_verification(
    engine: AsyncEngine, journal: SqlJournal, tampering: list[str], broken_at: int
):
    noted = await fill(journal)
    await drop_triggers(engine)
    await execute(engine, *tampering)
    found = await journal.verify("c", Head(noted.entries, noted.head))
    assert (found.ok, found.broken_at) == (False, broken_at)


async def test_the_journal_goes_on_after_a_restart(engine: AsyncEngine, database_url: str):
    keys = MemoryKeys()
    await fill(SqlJournal(engine, keys))
    again = open_engine(database_url)
    journal = SqlJournal(again, keys)
    await journal.append("c", 5, [Record("B", AT, "x", {})])
    assert (await journal.verify("c")).entries == 6
    assert [entry.position for entry in await journal.tail(4)] == [5, 6]
    await again.dispose()


async def test_two_processes_append_to_one_database_without_an_error(engine: AsyncEngine, database_url: str):
    keys, other = MemoryKeys(), open_engine(database_url)
    journals = [SqlJournal(engine, keys), SqlJournal(other, keys)]

    async def write_case(number: int) -> None:
        for expected in range(5):
            await journals[number % 2].append(f"case-{number}", expected, [Record("A", AT, "x", {})])

    await asyncio.gather(*[write_case(number) for number in range(6)])
    assert [entry.position for entry in await journals[0].tail(0)] == list(range(1, 31))
    await other.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_personal_data_lies_readable_in_the_file(engine: AsyncEngine, journal: SqlJournal, tmp_path: Path):
    await fill(journal)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(b"agent-1" in path.read_bytes() for path in files)
    assert not any(b"A123456789" in path.read_bytes() for path in files)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_writer_waits_for_another_process_that_holds_the_lock(
    engine: AsyncEngine, journal: SqlJournal, database_url: str
):
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writer = asyncio.ensure_future(journal.append("c", 0, [Record("A", AT, "x", {})]))
    await asyncio.sleep(0.1)
    assert await journal.length("c") == 0
    assert not writer.done()
    other.execute("COMMIT")
    other.close()
    assert len(await writer) == 1
