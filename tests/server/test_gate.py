import pytest
from aiohttp.test_utils import make_mocked_request

from server.errors import UpgradeRequired
from server.gate import check_version, client_address, origins, version_parts
from server.settings import Settings


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("5.10.1", (5, 10, 1)),
        ("5.10.1.7", (5, 10, 1)),
        ("5.9.9", (5, 9, 9)),
        ("6", (6, 0, 0)),
        ("", (0, 0, 0)),
        ("v5.10.1", (0, 10, 1)),
        ("５.10.1", (0, 10, 1)),
        ("9" * 5000 + ".1.1", (999_999_999, 1, 1)),
    ],
)
def test_the_first_three_numeric_parts_make_the_version(text, parts):
    assert version_parts(text) == parts


@pytest.mark.parametrize("text", ["5.10.1", "5.10.1.3", "5.10.2", "5.11", "6.0.0", "10.0.0"])
def test_a_new_enough_client_passes(text):
    check_version(text, "5.10.1")


@pytest.mark.parametrize("text", ["5.9.9", "5.10.0", "4.99.99", "", "new"])
def test_an_old_or_nameless_client_is_told_to_upgrade(text):
    with pytest.raises(UpgradeRequired) as refused:
        check_version(text, "5.10.1")
    assert refused.value.details == {"minimum": "5.10.1", "link": "/"}


def test_production_has_one_origin_and_the_embedded_default_its_local_names():
    assert origins(Settings(env="production", public_url="https://cvx.example")) == {"https://cvx.example"}
    assert origins(Settings(port=8123)) == {"http://127.0.0.1:8123", "http://localhost:8123"}


async def test_members_with_an_old_client_hear_so_and_agents_do_not(system):
    member, agent = await system.logged_in("member-1"), await system.logged_in("agent-1")

    old = await member.get("/api/cases", headers={"X-CVX-Client": "5.9.9"})
    staff = await agent.get("/api/cases", headers={"X-CVX-Client": "5.9.9"})

    assert (old[0], old[1]["code"], old[1]["minimum"]) == (426, "upgrade_required", "5.10.1")
    assert staff[0] == 200


async def test_about_and_login_work_for_an_old_client(system):
    about = await system.browser().get("/api/about", headers={"X-CVX-Client": "1"})
    assert about[0] == 200
    assert about[1]["minimum_client"] == "5.10.1"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({}, 401),
    ],
)
async def test_a_write_from_another_site_is_refused(system, headers, status):
    session = system.browser().session
    body = {"kind": "member", "login": "M0000001", "password": "wrong"}
    async with session.post(system.origin + "/api/sessions", json=body, headers=headers) as response:
        assert response.status == status


async def test_every_answer_carries_the_headers_that_protect_a_page(system):
    session = system.browser().session
    for path in ("/api/about", "/api/cases", "/no/such/thing", "/healthz"):
        async with session.get(system.origin + path) as response:
            policy = dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
            assert policy["default-src"] == "'none'"
            assert policy["script-src"] == "'self'"
            assert policy["frame-ancestors"] == "'none'"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "same-origin"


async def test_a_host_header_cannot_write_the_policy(system):
    session = system.browser().session
    async with session.get(system.origin + "/api/about", headers={"Host": "x; script-src *"}) as response:
        assert "*" not in response.headers["Content-Security-Policy"]


async def test_answers_about_people_are_not_kept_by_caches(system):
    session = (await system.logged_in("member-1")).session
    async with session.get(system.origin + "/api/sessions/me") as response:
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("8.8.8.8", None, "8.8.8.8"),
        ("8.8.8.8", "198.51.100.1", "8.8.8.8"),
        ("10.0.0.2", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", None, "127.0.0.1"),
    ],
)
def test_only_a_proxy_of_our_own_may_say_who_asks(remote, forwarded, address):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = make_mocked_request("GET", "/", headers=headers).clone(remote=remote)
    assert client_address(request) == address
