"""From credentials to a person: one answer for whatever is wrong, and few tries."""

import hashlib

from ports.clock import Clock
from ports.keyvalue import KeyValue, Script, TwinStore
from ports.people import PeopleStore, Person
from server.errors import BadCredentials, LoginLocked, TotpRequired, TotpReused
from server.passwords import TOTP_KEPT_SECONDS, Passwords, totp_step
from server.typedefs import Login

WINDOW_SECONDS = 900
TRIES_PER_LOGIN = 10
TRIES_PER_ADDRESS = 300


class LoginDesk:
    """Counts every try before it looks, so that many at once cannot get past the limit. A success takes its own try
    back: a branch behind one address does not lock itself out."""

    def __init__(self, people: PeopleStore, keyvalue: KeyValue, clock: Clock) -> None:
        self._people = people
        self._keyvalue = keyvalue
        self._clock = clock
        self._passwords = Passwords()

    async def check(self, login: Login, address: str) -> Person:
        """The person, or BadCredentials, TotpRequired, TotpReused, LoginLocked."""
        if login.kind != "member" and login.totp is None:
            raise TotpRequired
        account, origin = _account_key(login), f"login:from:{address}"
        await self._count(account, TRIES_PER_LOGIN)
        await self._count(origin, TRIES_PER_ADDRESS)
        person = await self._people.by_login(login.kind, login.login)
        if not await self._passwords.matches(person.password_hash if person else None, login.password):
            raise BadCredentials
        if login.kind != "member":
            await self._second_factor(person, login.totp)
        await self._keyvalue.delete(account)
        await self._keyvalue.run(TAKE_BACK, [origin], [])
        return person

    async def _second_factor(self, person: Person, code: str) -> None:
        step = totp_step(person.totp_secret, code, self._clock.now()) if person.totp_secret else None
        if step is None:
            raise BadCredentials
        key = f"totp:{person.person_id}:{step}"
        if not await self._keyvalue.set(key, b"1", ttl=TOTP_KEPT_SECONDS, only_if_absent=True):
            raise TotpReused

    async def _count(self, key: str, limit: int) -> None:
        tries, rest = await self._keyvalue.run(COUNT, [key], [WINDOW_SECONDS])
        if tries > limit:
            raise LoginLocked(retry_after=max(1, rest))


def _account_key(login: Login) -> str:
    """Logins are typed by people; what they typed by mistake (a password, an ID number) is not kept."""
    return "login:of:" + hashlib.sha256(f"{login.kind}\0{login.login}".encode()).hexdigest()[:32]


def _count_twin(store: TwinStore, keys: list[str], args: list[bytes]) -> list:
    tries = store.incr(keys[0])
    if tries == 1:
        store.expire(keys[0], int(args[0]))
    return [tries, int(store.ttl(keys[0]) or 0)]


COUNT = Script(
    "local tries = redis.call('INCR', KEYS[1])\n"
    "if tries == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end\n"
    "return {tries, redis.call('TTL', KEYS[1])}",
    _count_twin,
)


def _take_back_twin(store: TwinStore, keys: list[str], args: list[bytes]) -> list:
    return [store.incr(keys[0], -1) if store.get(keys[0]) is not None else 0]


TAKE_BACK = Script(
    "if redis.call('EXISTS', KEYS[1]) == 1 then return {redis.call('DECR', KEYS[1])} end\nreturn {0}",
    _take_back_twin,
)
