"""Opening the SQL database, SQLite by default and PostgreSQL by URL, and bringing its tables up to date."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.sql import Executable
from sqlalchemy.sql.schema import Table

from ports.errors import JournalUnprotected
from ports.schema import trigger_names

MIGRATIONS = Path(__file__).parent / "migrations"
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
BUSY_SECONDS = 5
POOL_SIZE = 5
INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
TRIGGERS = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')",
}


def open_engine(url: str) -> AsyncEngine:
    """`sqlite:////folder/file` or `postgresql://user:secret@host/name`. Raises ValueError for another engine."""
    place = _driver_url(url)
    if place.get_backend_name() == "sqlite":
        engine = create_async_engine(place, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    options = {"timeout": 5, "command_timeout": 30, "server_settings": {"application_name": "cvx"}}
    return create_async_engine(place, pool_size=POOL_SIZE, pool_pre_ping=True, connect_args=options)


def _driver_url(url: str) -> URL:
    place = make_url(url)
    driver = DRIVERS.get(place.get_backend_name())
    if driver is None:
        raise ValueError("a database URL begins with sqlite: or postgresql:")
    return place.set(drivername=driver)


def _prepare_sqlite(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for setting in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once: a transaction that reads first and writes later could only fail then."""
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN" if options.get("reading") else "BEGIN IMMEDIATE")


@asynccontextmanager
async def write(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction that commits at the end, or rolls back when the block raises."""
    async with engine.begin() as connection:
        yield connection


@asynccontextmanager
async def read(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One consistent view; waits for no writer on SQLite."""
    async with engine.execution_options(reading=True).connect() as connection:
        yield connection


def insert_absent(connection: AsyncConnection, table: Table) -> Executable:
    """An INSERT that leaves an existing row as it is."""
    return INSERTS[connection.dialect.name](table).on_conflict_do_nothing()


async def migrate(url: str) -> None:
    """Bring the tables up to date and check that the journal is protected. Safe to call from many processes."""
    place = _driver_url(url)
    if place.get_backend_name() == "sqlite" and place.database:
        await asyncio.to_thread(Path(place.database).parent.mkdir, parents=True, exist_ok=True)
    engine = open_engine(url)
    try:
        async with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_advisory_xact_lock(4237)"))
            await connection.run_sync(_upgrade)
        await check_protection(engine)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def check_protection(engine: AsyncEngine) -> None:
    """Raises JournalUnprotected when a trigger that refuses changes to the journal is missing or off."""
    async with read(engine) as connection:
        rows = await connection.execute(text(TRIGGERS[connection.dialect.name]))
        present = {(table, name) for table, name in rows}
        missing = trigger_names(connection.dialect.name) - present
    if missing:
        raise JournalUnprotected(f"missing: {', '.join(sorted(name for _, name in missing))}")
