"""Opening the SQL database, SQLite by default and PostgreSQL by URL, and bringing its tables up to date."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine, ExceptionContext, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.sql import Executable
from sqlalchemy.sql.schema import Table

from ports.errors import JournalUnprotected
from ports.schema import trigger_names

MIGRATIONS = Path(__file__).parent / "migrations"
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
BUSY_SECONDS = 5
POOL_SIZE = 5
HIDDEN = {"hide_parameters": True}  # errors are logged, and parameters name persons
INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
TRIGGERS = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')",
}


def open_engine(url: str) -> AsyncEngine:
    """`sqlite:////folder/file` or `postgresql://user:secret@host/name`. Raises ValueError for another engine."""
    place = _driver_url(url)
    if place.get_backend_name() == "sqlite":
        return SqliteEngine(place)
    options = {"timeout": 5, "command_timeout": 30, "server_settings": {"application_name": "cvx"}}
    engine = create_async_engine(place, pool_size=POOL_SIZE, pool_pre_ping=True, connect_args=options, **HIDDEN)
    event.listen(engine.sync_engine, "handle_error", _without_detail)
    return engine


class SqliteEngine(AsyncEngine):
    """aiosqlite changes threads four times a statement. `transact` runs a whole transaction in one thread instead:
    one for the writers, which would wait for each other anyway, and some for the readers."""

    __slots__ = ("_direct", "_readers", "_writer")

    def __init__(self, place: URL):
        if place.database in (None, "", ":memory:"):
            raise ValueError("a database URL begins with sqlite: or postgresql: and names a file")
        options: dict[str, Any] = {"connect_args": {"timeout": BUSY_SECONDS, "isolation_level": None}} | HIDDEN
        super().__init__(_prepared(create_async_engine(place, **options).sync_engine))
        self._direct = _prepared(create_engine(place.set(drivername="sqlite+pysqlite"), **options))
        self._start()

    def _start(self) -> None:
        self._writer = ThreadPoolExecutor(1, "sqlite-write")
        self._readers = ThreadPoolExecutor(POOL_SIZE, "sqlite-read")

    async def transact[T](self, work: Callable[[Connection], T], reading: bool) -> T:
        thread = self._readers if reading else self._writer
        return await asyncio.get_running_loop().run_in_executor(thread, self._run, work, reading)

    def _run[T](self, work: Callable[[Connection], T], reading: bool) -> T:
        with self._direct.execution_options(reading=reading).begin() as connection:
            return work(connection)

    async def dispose(self, close: bool = True) -> None:
        for threads in (self._writer, self._readers):
            await asyncio.to_thread(threads.shutdown)
        self._start()
        self._direct.dispose(close)
        await super().dispose(close)


def _prepared(engine: Engine) -> Engine:
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


async def transact[T](engine: AsyncEngine, work: Callable[[Connection], T], *, reading: bool = False) -> T:
    """Run `work` as one transaction; it must not do anything else, since on SQLite it runs in a thread. Cancelling the
    caller does not cancel what already runs."""
    if isinstance(engine, SqliteEngine):
        return await engine.transact(work, reading)
    async with read(engine) if reading else write(engine) as connection:
        return await connection.run_sync(work)


def _driver_url(url: str) -> URL:
    place = make_url(url)
    driver = DRIVERS.get(place.get_backend_name())
    if driver is None:
        raise ValueError("a database URL begins with sqlite: or postgresql:")
    return place.set(drivername=driver)


def _prepare_sqlite(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    _write_ahead(cursor)
    for setting in ("synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """The change to WAL, once in the life of a file, does not wait for another process: so it is tried again."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except Exception as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
        time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once: a transaction that reads first and writes later could only fail then."""
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN" if options.get("reading") else "BEGIN IMMEDIATE")


def _without_detail(context: ExceptionContext) -> None:
    """PostgreSQL's DETAIL quotes the row that it refuses; like the parameters it stays out of every message."""
    original = context.original_exception
    for error in filter(None, (context.sqlalchemy_exception, original, original.__cause__)):
        error.args = tuple(arg.split("\nDETAIL:")[0] if isinstance(arg, str) else arg for arg in error.args)
        if hasattr(error, "detail") and error is original.__cause__:
            error.detail = None


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


def insert_absent(connection: AsyncConnection | Connection, table: Table) -> Executable:
    """An INSERT that leaves an existing row of the same primary key as it is."""
    return INSERTS[connection.dialect.name](table).on_conflict_do_nothing(index_elements=table.primary_key.columns)


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
    from alembic import command  # noqa: PLC0415 -- slow import, for whoever migrates and no other role
    from alembic.config import Config  # noqa: PLC0415

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
