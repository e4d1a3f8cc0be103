import asyncio
import os
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from ports.errors import KekInvalid, KeyErased
from ports.sqlkeys import SqlKeys, load_kek
from tests.ports.conftest import KEK


async def test_all_who_race_for_a_new_scope_get_one_key(engine: AsyncEngine):
    keys = await asyncio.gather(*[SqlKeys(engine, KEK).data_key("a") for _ in range(10)])
    assert len(set(keys)) == 1


async def test_a_key_erased_here_is_gone_for_another_process_at_once(engine: AsyncEngine):
    here, there = SqlKeys(engine, KEK), SqlKeys(engine, KEK)
    await there.data_key("a")
    await here.erase("a")
    with pytest.raises(KeyErased):
        await there.data_key("a")


async def test_the_signing_key_survives_a_restart(engine: AsyncEngine):
    assert await SqlKeys(engine, KEK).public_key() == await SqlKeys(engine, KEK).public_key()


async def test_another_key_encryption_key_opens_nothing(engine: AsyncEngine):
    await SqlKeys(engine, KEK).data_key("a")
    with pytest.raises(KekInvalid):
        await SqlKeys(engine, bytes(32)).data_key("a")
    with pytest.raises(KekInvalid):
        SqlKeys(engine, b"short")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_erased_key_is_nowhere_in_the_files_of_sqlite(engine: AsyncEngine, tmp_path: Path):
    keys = SqlKeys(engine, KEK)
    await keys.data_key("a")
    async with engine.connect() as connection:
        wrapped = (await connection.execute(text("SELECT wrapped FROM keys WHERE scope = 'a'"))).scalar_one()
    assert _holds(tmp_path, wrapped)
    await keys.erase("a")
    assert not _holds(tmp_path, wrapped)


def _holds(folder: Path, secret: bytes) -> bool:
    return any(secret in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_the_key_file_is_made_once_and_only_for_its_owner(tmp_path: Path):
    path = tmp_path / "sub" / "kek"
    kek = load_kek(path)
    assert len(kek) == 32
    assert load_kek(path) == kek
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(path.parent) == ["kek"]


def test_a_key_file_that_others_may_read_or_of_another_length_is_refused(tmp_path: Path):
    path = tmp_path / "kek"
    load_kek(path)
    path.chmod(0o640)
    with pytest.raises(KekInvalid, match="chmod"):
        load_kek(path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(KekInvalid, match="32"):
        load_kek(path)
