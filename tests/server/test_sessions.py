from tests.server.conftest import PEOPLE, totp_of


async def test_a_member_logs_in_with_number_and_password_and_out_again(system):
    browser = system.browser()
    member = PEOPLE["member-1"]

    status, principal = await browser.post(
        "/api/sessions", {"kind": "member", "login": member.login, "password": member.password}
    )

    assert (status, principal) == (200, {"id": "member-1", "kind": "member", "name": "王大陸", "unit": None})
    assert await browser.get("/api/sessions/me") == (200, principal)
    assert (await browser.delete("/api/sessions/me"))[0] == 204
    assert (await browser.get("/api/sessions/me"))[0] == 401


async def test_the_cookie_is_bound_to_the_host_and_unreadable_to_scripts(system):
    browser = system.browser()
    member = PEOPLE["member-1"]
    body = {"kind": "member", "login": member.login, "password": member.password}
    async with browser.session.post(system.origin + "/api/sessions", json=body) as response:
        cookie = response.headers["Set-Cookie"]

    name, *attributes = cookie.split("; ")
    assert name.startswith("__Host-cvx=")
    assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/"} <= set(attributes)
    assert not any(attribute.lower().startswith("domain") for attribute in attributes)


async def test_the_token_is_nowhere_in_the_database(system):
    browser = await system.logged_in("member-1")
    token = browser.cookie.split("=", 1)[1].encode()

    files = [file.read_bytes() for file in system.settings.data_dir.glob("cvx.sqlite*")]

    assert files and not any(token in data for data in files)


async def test_an_agent_needs_the_authenticator_code(system):
    agent = PEOPLE["agent-1"]
    body = {"kind": "agent", "login": agent.login, "password": agent.password}
    browser = system.browser()

    missing = await browser.post("/api/sessions", body)
    wrong = await browser.post("/api/sessions", {**body, "totp": "000000"})
    right = await browser.post("/api/sessions", {**body, "totp": totp_of("agent-1")})

    assert (missing[0], missing[1]["code"]) == (401, "totp_required")
    assert (wrong[0], wrong[1]["code"]) == (401, "bad_credentials")
    assert right[0] == 200
    assert right[1]["unit"] == "營業單位"


async def test_an_authenticator_code_works_once(system):
    agent = PEOPLE["agent-1"]
    body = {"kind": "agent", "login": agent.login, "password": agent.password, "totp": totp_of("agent-1")}

    first = await system.browser().post("/api/sessions", body)
    second = await system.browser().post("/api/sessions", body)

    assert first[0] == 200
    assert (second[0], second[1]["code"]) == (401, "totp_reused")


async def test_unknown_login_and_wrong_password_get_the_same_answer(system):
    browser = system.browser()
    member = PEOPLE["member-1"]

    unknown = await browser.post("/api/sessions", {"kind": "member", "login": "M9999999", "password": "x"})
    wrong = await browser.post("/api/sessions", {"kind": "member", "login": member.login, "password": "x"})

    assert unknown == wrong
    assert (wrong[0], wrong[1]["code"]) == (401, "bad_credentials")


async def test_after_ten_tries_even_the_right_password_waits(system):
    browser = system.browser()
    member = PEOPLE["member-1"]
    body = {"kind": "member", "login": member.login, "password": "wrong"}

    codes = [(await browser.post("/api/sessions", body))[1]["code"] for _ in range(10)]
    status, problem = await browser.post("/api/sessions", {**body, "password": member.password})

    assert codes == ["bad_credentials"] * 10
    assert (status, problem["code"]) == (429, "login_locked")
    assert 0 < problem["retry_after"] <= 900


async def test_a_new_login_ends_the_session_that_the_browser_had(system):
    browser = await system.logged_in("member-1")
    before = browser.cookie
    member = PEOPLE["member-2"]

    await browser.post("/api/sessions", {"kind": "member", "login": member.login, "password": member.password})

    async with system.browser().session.get(system.origin + "/api/sessions/me", headers={"Cookie": before}) as answer:
        assert answer.status == 401
