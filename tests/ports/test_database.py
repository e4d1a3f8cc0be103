import asyncio
import traceback

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from ports.database import migrate, open_engine, read, transact, write
from ports.schema import checkpoints, metadata


def _differences(connection: Connection) -> list:
    return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)


async def test_the_migrations_make_exactly_the_tables_of_the_schema(engine: AsyncEngine):
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_many_processes_may_migrate_at_the_same_time(database_url: str):
    await asyncio.gather(*[migrate(database_url) for _ in range(3)])
    await migrate(database_url)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlite_is_opened_durable_and_patient(engine: AsyncEngine):
    settings = ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "busy_timeout")
    async with read(engine) as connection:
        values = [(await connection.execute(text(f"PRAGMA {name}"))).scalar_one() for name in settings]
    assert values == ["wal", 2, 1, 1, 5000]


async def test_a_transaction_that_raises_leaves_nothing(engine: AsyncEngine):
    with pytest.raises(ZeroDivisionError):
        async with write(engine) as connection:
            await connection.execute(text("INSERT INTO checkpoints (name, position) VALUES ('a', 1)"))
            raise ZeroDivisionError
    async with read(engine) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM checkpoints"))).scalar_one() == 0


async def test_what_is_told_of_a_failing_insert_holds_no_parameter(engine: AsyncEngine):
    row = {"name": "A123456789", "position": 1}
    for rows in ([row, row], [row | {"position": None}]):
        with pytest.raises(IntegrityError) as one_way:
            await transact(engine, lambda connection: connection.execute(insert(checkpoints), rows))  # noqa: B023
        with pytest.raises(IntegrityError) as other_way:
            async with write(engine) as connection:
                await connection.execute(insert(checkpoints), rows)
        for failed in (one_way, other_way):
            told = "".join(traceback.format_exception(failed.value))
            assert "INSERT INTO checkpoints" in told
            assert "A123456789" not in told


async def test_a_reader_sees_one_state_and_waits_for_no_writer(engine: AsyncEngine):
    count = text("SELECT count(*) FROM checkpoints")
    async with write(engine) as writer:
        await writer.execute(text("INSERT INTO checkpoints (name, position) VALUES ('a', 1)"))
        async with asyncio.timeout(1), read(engine) as reader:
            assert (await reader.execute(count)).scalar_one() == 0
    async with read(engine) as reader:
        assert (await reader.execute(count)).scalar_one() == 1


async def test_writers_that_read_first_do_not_fail_each_other(engine: AsyncEngine):
    async def add_one() -> None:
        async with write(engine) as connection:
            lock = " FOR UPDATE" if engine.dialect.name == "postgresql" else ""
            query = text(f"SELECT position FROM checkpoints WHERE name = 'a'{lock}")
            position = (await connection.execute(query)).scalar_one()
            await connection.execute(text("UPDATE checkpoints SET position = :next"), {"next": position + 1})

    async with write(engine) as connection:
        await connection.execute(text("INSERT INTO checkpoints (name, position) VALUES ('a', 0)"))
    await asyncio.gather(*[add_one() for _ in range(10)])
    async with read(engine) as connection:
        assert (await connection.execute(text("SELECT position FROM checkpoints"))).scalar_one() == 10


@pytest.mark.parametrize("url", ["mysql://host/db", "oracle://x"])
def test_another_engine_is_refused(url: str):
    with pytest.raises(ValueError, match="sqlite: or postgresql:"):
        open_engine(url)
