"""One fixture a port, parametrised over all its adapters."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from ports.blobs import SealedBlobs, open_blobs
from ports.clock import SystemClock
from ports.database import migrate, open_engine
from ports.journal import Journal, MemoryJournal
from ports.keys import Keys, MemoryKeys
from ports.keyvalue import KeyValue, open_keyvalue
from ports.sqljournal import SqlJournal
from ports.sqlkeys import SqlKeys

KEK = bytes(range(32))


@pytest.fixture(params=["memory", "valkey"])
def keyvalue_url(request: pytest.FixtureRequest) -> str:
    return "memory:" if request.param == "memory" else request.getfixturevalue("valkey_url")


@pytest.fixture
async def keyvalue(keyvalue_url: str) -> AsyncIterator[KeyValue]:
    store = open_keyvalue(keyvalue_url, SystemClock())
    yield store
    await store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/data/cvx.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    await migrate(database_url)
    engine = open_engine(database_url)
    yield engine
    await engine.dispose()


@dataclass(frozen=True)
class Ledger:
    journal: Journal
    keys: Keys


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    urls = {"memory": lambda: "memory:", "sqlite": lambda: f"sqlite:///{tmp_path}/cvx.db"}
    return urls.get(request.param, lambda: request.getfixturevalue("postgres_url"))()


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncIterator[Ledger]:
    if ledger_url == "memory:":
        keys = MemoryKeys()
        yield Ledger(MemoryJournal(keys), keys)
        return
    await migrate(ledger_url)
    engine = open_engine(ledger_url)
    sql_keys = SqlKeys(engine, KEK)
    yield Ledger(SqlJournal(engine, sql_keys), sql_keys)
    await engine.dispose()


@pytest.fixture(params=["memory", "file", "s3"])
def blob_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    urls = {"memory": lambda: "memory:", "file": lambda: f"file://{tmp_path}/blobs"}
    return urls.get(request.param, lambda: request.getfixturevalue("s3_url"))()


@pytest.fixture
def keys() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
def blobs(blob_url: str, keys: MemoryKeys) -> SealedBlobs:
    return open_blobs(blob_url, keys)
