import asyncio
from datetime import timedelta

import pytest

from ports.clock import FrozenClock
from ports.keyvalue import MemoryKeyValue
from ports.people import Person
from ports.valkey import ValkeyKeyValue
from server.errors import BadCredentials, LoginLocked, TotpRequired, TotpReused
from server.login import LoginDesk
from server.passwords import hash_password, totp_now
from server.typedefs import Login

SECRET = "CVXDEMOAGENTBAAAAAAAAAAAAAAAAAAA"
AGENT = Person("a", "agent", "A1", hash_password("right"), SECRET, {})
MEMBER = Person("m", "member", "M1", hash_password("right"), None, {})


class Directory:
    async def by_login(self, kind, login):
        return {("agent", "A1"): AGENT, ("member", "M1"): MEMBER}.get((kind, login))


@pytest.fixture
def clock():
    return FrozenClock()


@pytest.fixture(params=["memory", "valkey"])
async def desk(request, clock):
    url = request.getfixturevalue("valkey_url") if request.param == "valkey" else None
    keyvalue = ValkeyKeyValue(url) if url else MemoryKeyValue(clock)
    for prefix in ("login:", "totp:"):
        await keyvalue.delete(*await keyvalue.scan(prefix))
    yield LoginDesk(Directory(), keyvalue, clock)
    await keyvalue.close()


async def test_the_right_password_is_let_in(desk):
    assert await desk.check(Login("member", "M1", "right"), "192.0.2.1") == MEMBER


WRONG = [("member", "M1", "wrong"), ("member", "M2", "right"), ("reviewer", "A1", "right", "111111")]


@pytest.mark.parametrize("login", WRONG)
async def test_whatever_is_wrong_gets_one_answer(desk, login):
    with pytest.raises(BadCredentials) as refused:
        await desk.check(Login(*login), "192.0.2.1")
    assert refused.value.details == {}


@pytest.mark.parametrize("steps", [-1, 0, 1])
async def test_a_code_of_the_neighbouring_half_minutes_is_good_once(desk, clock, steps):
    code = totp_now(SECRET, clock.now() + timedelta(seconds=30 * steps))
    assert await desk.check(Login("agent", "A1", "right", code), "192.0.2.1") == AGENT
    with pytest.raises(TotpReused):
        await desk.check(Login("agent", "A1", "right", code), "192.0.2.1")


@pytest.mark.parametrize("steps", [-2, 2])
async def test_a_code_of_a_minute_ago_or_ahead_is_wrong(desk, clock, steps):
    code = totp_now(SECRET, clock.now() + timedelta(seconds=30 * steps))
    with pytest.raises(BadCredentials):
        await desk.check(Login("agent", "A1", "right", code), "192.0.2.1")


async def test_staff_without_a_code_is_asked_for_it_before_anything_is_looked_at(desk):
    with pytest.raises(TotpRequired):
        await desk.check(Login("agent", "nobody", "wrong"), "192.0.2.1")


async def test_many_tries_at_once_do_not_get_past_the_limit(desk):
    tries = [desk.check(Login("member", "M1", "wrong"), "192.0.2.1") for _ in range(15)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(result) for result in results].count(BadCredentials) == 10
    assert [type(result) for result in results].count(LoginLocked) == 5


async def test_a_success_clears_the_count_of_the_login(desk):
    for _ in range(3):
        for _ in range(9):
            with pytest.raises(BadCredentials):
                await desk.check(Login("member", "M1", "wrong"), "192.0.2.1")
        assert await desk.check(Login("member", "M1", "right"), "192.0.2.1") == MEMBER


async def test_an_address_is_locked_by_failures_and_not_by_those_who_log_in(desk, monkeypatch):
    monkeypatch.setattr("server.login.TRIES_PER_ADDRESS", 5)
    for _ in range(12):
        assert await desk.check(Login("member", "M1", "right"), "192.0.2.1") == MEMBER
    for number in range(5):
        assert await desk.check(Login("member", "M1", "right"), "192.0.2.1") == MEMBER
        with pytest.raises(BadCredentials):
            await desk.check(Login("member", f"X{number}", "wrong"), "192.0.2.1")
    with pytest.raises(LoginLocked):
        await desk.check(Login("member", "M1", "right"), "192.0.2.1")
    assert await desk.check(Login("member", "M1", "right"), "192.0.2.2") == MEMBER


async def test_the_lock_is_lifted_after_a_quarter_of_an_hour(clock):
    desk = LoginDesk(Directory(), MemoryKeyValue(clock), clock)
    for _ in range(10):
        with pytest.raises(BadCredentials):
            await desk.check(Login("member", "M1", "wrong"), "192.0.2.1")
    clock.advance(899)
    with pytest.raises(LoginLocked) as locked:
        await desk.check(Login("member", "M1", "right"), "192.0.2.1")
    assert locked.value.details == {"retry_after": 1}
    clock.advance(1)
    assert await desk.check(Login("member", "M1", "right"), "192.0.2.1") == MEMBER
