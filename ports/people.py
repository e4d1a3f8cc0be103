"""Members, agents, reviewers, underwriters: who may log in, and what is known about them, sealed with a key of each."""

from typing import Any

import msgspec
from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from ports.database import INSERTS, read, write
from ports.errors import KeyErased, LoginTaken
from ports.keys import Keys
from ports.schema import people
from ports.sealed import derive, open_sealed, seal


class Person(msgspec.Struct, frozen=True):
    """`kind` is member, agent, reviewer or underwriter; `login` is unique in its kind. `profile` holds what is known:
    name, name_en, birth_date, id_no, phone, sex, nationality, unit, registration_no, registration_until, member_no."""

    person_id: str
    kind: str
    login: str
    password_hash: str
    totp_secret: str | None
    profile: dict[str, Any]


class _Secret(msgspec.Struct):
    totp_secret: str | None
    profile: dict[str, Any]


class PeopleStore:
    """A person whose key was erased is no longer found."""

    def __init__(self, engine: AsyncEngine, keys: Keys):
        self._engine, self._keys = engine, keys

    async def by_login(self, kind: str, login: str) -> Person | None:
        return await self._one(people.c.kind == kind, people.c.login == login)

    async def by_id(self, person_id: str) -> Person | None:
        return await self._one(people.c.person_id == person_id)

    async def all(self, kind: str) -> tuple[Person, ...]:
        """In the order of their logins."""
        found = [await self._open(row) for row in await self._rows(people.c.kind == kind)]
        return tuple(person for person in found if person)

    async def put(self, person: Person) -> None:
        """Add, or replace the one with this id. Raises LoginTaken, KeyErased."""
        secret = msgspec.json.encode(_Secret(person.totp_secret, person.profile))
        sealed = seal(await self._key(person.person_id), secret, _place(person.person_id, person.kind, person.login))
        values = {
            "kind": person.kind,
            "login": person.login,
            "password_hash": person.password_hash,
            "sealed": sealed,
        }
        try:
            async with write(self._engine) as connection:
                statement = INSERTS[connection.dialect.name](people).values(person_id=person.person_id, **values)
                await connection.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=values))
        except IntegrityError as taken:
            raise LoginTaken("this login belongs to another person") from taken

    async def _one(self, *conditions: Any) -> Person | None:
        rows = await self._rows(*conditions)
        return await self._open(rows[0]) if rows else None

    async def _rows(self, *conditions: Any) -> list[Row]:
        async with read(self._engine) as connection:
            return list(await connection.execute(select(people).where(*conditions).order_by(people.c.login)))

    async def _open(self, row: Row) -> Person | None:
        try:
            key = await self._key(row.person_id)
        except KeyErased:
            return None
        plain = open_sealed(key, row.sealed, _place(row.person_id, row.kind, row.login))
        secret = msgspec.json.decode(plain, type=_Secret)
        return Person(row.person_id, row.kind, row.login, row.password_hash, secret.totp_secret, secret.profile)

    async def _key(self, person_id: str) -> bytes:
        return derive(await self._keys.data_key(f"person:{person_id}"), "person")


def _place(person_id: str, kind: str, login: str) -> bytes:
    return msgspec.json.encode([person_id, kind, login])
