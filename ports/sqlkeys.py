"""Keys at rest in SQL, each wrapped by the key-encryption key, which lies in a file of its own."""

import os
import stat
from pathlib import Path

import structlog
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from ports.database import insert_absent, transact, write
from ports.errors import KekInvalid, KeyErased, Tampered
from ports.keys import ScopedKeys
from ports.schema import keys
from ports.sealed import KEY_BYTES, open_sealed, seal

log = structlog.get_logger()

WRAPPED = select(keys.c.wrapped).where(keys.c.scope == bindparam("scope"))


def load_kek(path: Path) -> bytes:
    """The 32 bytes in this file, which only its owner may read; it is made on first use. Raises KekInvalid."""
    try:
        return _make(path)
    except FileExistsError:
        return _load(path)


def _make(path: Path) -> bytes:
    """Written aside and linked, so that a second process never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        raise FileExistsError(path)
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    kek = os.urandom(KEY_BYTES)
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(kek)
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    return kek


def _load(path: Path) -> bytes:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KekInvalid("others may read the key-encryption key: chmod 600")
    kek = path.read_bytes()
    if len(kek) != KEY_BYTES:
        raise KekInvalid(f"a key-encryption key has {KEY_BYTES} bytes")
    return kek


class SqlKeys(ScopedKeys):
    """Nothing is cached: a key that one process erases is gone for all at once."""

    def __init__(self, engine: AsyncEngine, kek: bytes):
        if len(kek) != KEY_BYTES:
            raise KekInvalid(f"a key-encryption key has {KEY_BYTES} bytes")
        self._engine, self._kek = engine, kek

    async def data_key(self, scope: str) -> bytes:
        """Raises KeyErased, KekInvalid."""
        wrapped = await self._wrapped(scope)
        if wrapped is None:
            wrapped = await self._create(scope)
        try:
            return open_sealed(self._kek, wrapped, _place(scope))
        except Tampered as wrong:
            raise KekInvalid("the key-encryption key did not wrap this key") from wrong

    async def erase(self, scope: str) -> None:
        async with write(self._engine) as connection:
            await connection.execute(insert_absent(connection, keys).values(scope=scope, wrapped=None))
            await connection.execute(update(keys).where(keys.c.scope == scope).values(wrapped=None))
        await self._forget()

    async def _forget(self) -> None:
        """Remove what the engine still holds of the old row: SQLite's write-ahead log, PostgreSQL's dead tuple."""
        sqlite = self._engine.dialect.name == "sqlite"
        async with self._engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            done = await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)" if sqlite else "VACUUM keys"))
            if (
                sqlite and done.one().busy
            ):  # a reader stayed for all of the busy timeout; the next checkpoint removes it
                log.warning("erased_key_remains_in_write_ahead_log")

    async def _wrapped(self, scope: str) -> bytes | None:
        row = await transact(
            self._engine, lambda connection: connection.execute(WRAPPED, {"scope": scope}).first(), reading=True
        )
        if row is not None and row.wrapped is None:
            raise KeyErased(scope)
        return None if row is None else row.wrapped

    async def _create(self, scope: str) -> bytes:
        wrapped = seal(self._kek, os.urandom(KEY_BYTES), _place(scope))
        row = {"scope": scope, "wrapped": wrapped}
        await transact(self._engine, lambda connection: connection.execute(insert_absent(connection, keys), row))
        made = await self._wrapped(scope)
        assert made is not None  # just inserted, by us or by who was faster
        return made


def _place(scope: str) -> bytes:
    return b"cvx-key:" + scope.encode()
