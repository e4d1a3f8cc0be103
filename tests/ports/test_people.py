from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from ports.database import write
from ports.errors import LoginTaken, Tampered
from ports.keys import MemoryKeys
from ports.people import PeopleStore, Person

WANG = Person(
    "m1", "member", "A001", "$argon2$1", None, {"name": "王小明", "id_no": "A123456789", "phone": "0912345678"}
)
AGENT = Person("a1", "agent", "A001", "$argon2$2", "JBSWY3DPEHPK3PXP", {"name": "林業務", "registration_no": "0123"})


@pytest.fixture
def people(engine: AsyncEngine, keys: MemoryKeys) -> PeopleStore:
    return PeopleStore(engine, keys)


async def test_a_person_is_found_by_login_of_the_kind_and_by_id(people: PeopleStore):
    await people.put(WANG)
    await people.put(AGENT)
    assert await people.by_login("member", "A001") == WANG
    assert await people.by_login("agent", "A001") == AGENT
    assert await people.by_id("a1") == AGENT
    assert [
        await people.by_login("reviewer", "A001"),
        await people.by_login("member", "x"),
        await people.by_id("x"),
    ] == [None] * 3


async def test_all_of_a_kind_come_by_login(people: PeopleStore):
    second = msgspec.structs.replace(WANG, person_id="m0", login="A002")
    for person in (second, AGENT, WANG):
        await people.put(person)
    assert await people.all("member") == (WANG, second)


async def test_putting_again_replaces_the_person(people: PeopleStore):
    await people.put(WANG)
    changed = msgspec.structs.replace(WANG, password_hash="$argon2$3", profile={"name": "王大明"})
    await people.put(changed)
    assert await people.all("member") == (changed,)


async def test_a_login_that_another_person_has_is_refused(people: PeopleStore):
    await people.put(WANG)
    with pytest.raises(LoginTaken):
        await people.put(msgspec.structs.replace(WANG, person_id="m2"))
    assert await people.all("member") == (WANG,)


async def test_an_unknown_kind_is_refused_by_the_database(engine: AsyncEngine):
    with pytest.raises(IntegrityError):
        async with write(engine) as connection:
            await connection.execute(text("INSERT INTO people VALUES ('x', 'admin', 'x', 'x', '')"))


async def test_an_erased_person_is_no_longer_found(people: PeopleStore, keys: MemoryKeys):
    await people.put(WANG)
    await keys.erase("person:m1")
    assert await people.by_id("m1") is None
    assert await people.all("member") == ()


async def test_a_profile_put_under_another_login_does_not_open(people: PeopleStore, engine: AsyncEngine):
    await people.put(WANG)
    async with write(engine) as connection:
        await connection.execute(text("UPDATE people SET login = 'A999'"))
    with pytest.raises(Tampered):
        await people.by_login("member", "A999")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_profile_lies_readable_in_the_file(people: PeopleStore, tmp_path: Path):
    await people.put(AGENT)
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert any(b"$argon2$2" in content for content in files)
    assert not any(secret in content for content in files for secret in ("林業務".encode(), b"JBSWY3DPEHPK3PXP"))
