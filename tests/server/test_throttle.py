import pytest

from ports.clock import FrozenClock
from server import throttle
from server.errors import TooManyRequests
from server.throttle import Throttle


def asked(limit, session, times):
    """How many of so many requests at once are let in."""
    let_in = 0
    for _ in range(times):
        try:
            limit.take(session)
            let_in += 1
        except TooManyRequests as refused:
            assert refused.details == {"retry_after": 1}
    return let_in


def test_a_session_may_burst_and_then_keep_its_rate():
    clock = FrozenClock()
    limit = Throttle(clock)
    assert asked(limit, "s", 100) == 80
    clock.advance(1)
    assert asked(limit, "s", 100) == 20


def test_a_session_is_not_slowed_by_another():
    limit = Throttle(FrozenClock())
    asked(limit, "s", 100)
    assert asked(limit, "t", 10) == 10


def test_only_so_many_sessions_are_remembered(monkeypatch):
    monkeypatch.setattr(throttle, "REMEMBERED", 2)
    limit = Throttle(FrozenClock())
    for session in ("a", "b", "a", "c"):
        asked(limit, session, 80)
    assert asked(limit, "a", 1) == 0
    assert asked(limit, "b", 1) == 1


async def test_a_page_gone_wild_is_told_to_wait_and_others_are_served(system):
    wild, calm = await system.logged_in("agent-1"), await system.logged_in("agent-1")
    statuses = [(await wild.get("/api/catalog"))[0] for _ in range(20)]
    assert statuses == [200] * 20
    login = await system.services.sessions.of_token(wild.cookie.split("=", 1)[1])
    with pytest.raises(TooManyRequests):
        for _ in range(200):
            system.services.throttle.take(login.session_id)
    async with wild.session.get(system.origin + "/api/catalog") as refused:
        assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
        assert (await refused.json())["code"] == "too_many_requests"
    assert (await calm.get("/api/catalog"))[0] == 200
