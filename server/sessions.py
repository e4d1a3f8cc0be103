"""Who is logged in: opaque tokens, hashed in SQL, and the principal behind each."""

import hashlib
import secrets
from collections import OrderedDict

import msgspec
from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cases.actor import Actor
from ports.clock import Clock
from ports.database import read, write
from ports.people import PeopleStore, Person
from ports.schema import sessions
from signaling.peers import Peer

LIFE_SECONDS = 12 * 3600
IDLE_SECONDS = 2 * 3600
TOUCH_SECONDS = 60
FRESH_SECONDS = 1.0
REMEMBERED = 10_000


class Principal(msgspec.Struct, frozen=True):
    """Who is logged in, as his pages may know him."""

    id: str
    kind: str
    name: str
    unit: str | None


class Login(msgspec.Struct, frozen=True):
    """A live session. `session_id` is the hash of the token: it names the session and opens nothing."""

    session_id: str
    principal: Principal
    registration_no: str = ""

    @property
    def actor(self) -> Actor:
        p = self.principal
        return Actor(p.id, p.kind, p.name, p.unit, self.session_id, self.registration_no)

    @property
    def peer(self) -> Peer:
        p = self.principal
        return Peer(p.id, p.kind, p.name, p.unit or "", self.session_id)


class Sessions:
    """A session seen within the last second is believed without asking SQL, so a logout elsewhere counts after it."""

    def __init__(self, engine: AsyncEngine, people: PeopleStore, clock: Clock) -> None:
        self._engine = engine
        self._people = people
        self._clock = clock
        self._fresh: OrderedDict[str, tuple[float, Login]] = OrderedDict()

    async def begin(self, person: Person) -> str:
        """A new session of this person -> its token, which only the cookie holds."""
        token = secrets.token_urlsafe(32)
        now = self._clock.now().timestamp()
        row = {"session_hash": _digest(token), "person_id": person.person_id, "kind": person.kind, "data": {}}
        times = {"created_at": now, "expires_at": now + IDLE_SECONDS}
        async with write(self._engine) as connection:
            await connection.execute(delete(sessions).where(sessions.c.expires_at < now))
            await connection.execute(insert(sessions).values(**row, **times))
        return token

    async def of_token(self, token: str) -> Login | None:
        return await self.of_id(_digest(token))

    async def of_id(self, session_id: str) -> Login | None:
        """The live session of this id, or None when it ended or never was."""
        now = self._clock.monotonic()
        at, login = self._fresh.get(session_id, (0.0, None))
        if login and now - at < FRESH_SECONDS:
            return login
        login = await self._load(session_id)
        self._remember(session_id, now, login)
        return login

    async def end(self, session_id: str) -> None:
        self._fresh.pop(session_id, None)
        async with write(self._engine) as connection:
            await connection.execute(delete(sessions).where(sessions.c.session_hash == session_id))

    async def _load(self, session_id: str) -> Login | None:
        async with read(self._engine) as connection:
            found = await connection.execute(select(sessions).where(sessions.c.session_hash == session_id))
            row = found.one_or_none()
        now = self._clock.now().timestamp()
        if row is None or now >= row.expires_at:
            return None
        await self._prolong(session_id, row, now)
        person = await self._people.by_id(row.person_id)
        return login_of(session_id, person) if person else None

    async def _prolong(self, session_id: str, row: Row, now: float) -> None:
        """Two more idle hours within the twelve; written once a minute at the most."""
        until = min(now + IDLE_SECONDS, row.created_at + LIFE_SECONDS)
        if until - row.expires_at >= TOUCH_SECONDS:
            async with write(self._engine) as connection:
                changed = update(sessions).where(sessions.c.session_hash == session_id).values(expires_at=until)
                await connection.execute(changed)

    def _remember(self, session_id: str, now: float, login: Login | None) -> None:
        self._fresh.pop(session_id, None)
        if login:
            self._fresh[session_id] = now, login
        if len(self._fresh) > REMEMBERED:
            self._fresh.popitem(last=False)


def login_of(session_id: str, person: Person) -> Login:
    profile = person.profile
    principal = Principal(person.person_id, person.kind, profile.get("name", ""), profile.get("unit"))
    return Login(session_id, principal, profile.get("registration_no") or "")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
