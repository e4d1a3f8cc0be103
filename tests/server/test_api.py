"""The thin layer over a real socket: bad input gets a problem with a stable code and reaches no handler."""

import pytest

from server.api import shape_of
from server.routes import ROUTES

LOGIN = {"kind": "member", "login": "M0000001", "password": "x"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**LOGIN, "admin": True}, "unknown_field"),
        ({**LOGIN, "kind": "root"}, "invalid_input"),
        ({"kind": "member"}, "invalid_input"),
        ({**LOGIN, "totp": "12345"}, "invalid_input"),
        ({**LOGIN, "password": "x" * 257}, "invalid_input"),
        ([], "invalid_input"),
    ],
)
async def test_a_body_of_the_wrong_shape_is_refused_by_its_code(system, body, code):
    status, problem = await system.browser().post("/api/sessions", body)
    assert (status, problem["code"]) == (400, code)
    assert problem["reason"]


@pytest.mark.parametrize(
    ("data", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed_json"),
        (b"\xff\xfe", "application/json", 400, "malformed_json"),
        (b"[" * 100_000, "application/json", 400, "invalid_input"),
        (b"{}", "text/plain", 415, "not_json"),
        (b"kind=member", "application/x-www-form-urlencoded", 415, "not_json"),
        (b" " * 200_000, "application/json", 413, "too_large"),
    ],
)
async def test_what_is_no_json_is_refused(system, data, kind, status, code):
    answer = await system.browser().call("POST", "/api/sessions", data=data, headers={"Content-Type": kind})
    assert (answer[0], answer[1]["code"]) == (status, code)


async def test_a_body_that_hides_its_length_is_cut_off_at_the_limit(system):
    async def endless():
        for _ in range(64):
            yield b" " * 65_536

    status, problem = await system.browser().call(
        "POST", "/api/sessions", data=endless(), headers={"Content-Type": "application/json"}
    )
    assert (status, problem["code"]) == (413, "too_large")


async def test_an_unknown_query_field_is_refused(system):
    agent = await system.logged_in("agent-1")
    status, problem = await agent.get("/api/cases/c/documents/d/pages/1?zoom=2")
    assert (status, problem["code"]) == (400, "unknown_field")


@pytest.mark.parametrize("page", ["0", "x", "1.5", "99999999999999999999"])
async def test_a_path_parameter_has_a_shape(system, page):
    agent = await system.logged_in("agent-1")
    status, problem = await agent.get(f"/api/cases/c/documents/d/pages/{page}")
    assert (status, problem["code"]) == (400, "invalid_input")


async def test_a_path_parameter_cannot_climb(system):
    agent = await system.logged_in("agent-1")
    status, problem = await agent.get("/api/cases/%2e%2e%2fetc/photos/p")
    assert (status, problem["code"]) in {(400, "invalid_input"), (404, "no_such_route")}


async def test_an_unknown_address_and_a_wrong_method_are_problems_too(system):
    browser = system.browser()
    nowhere = await browser.get("/api/nothing")
    wrong = await browser.call("PUT", "/api/sessions")
    assert (nowhere[0], nowhere[1]["code"]) == (404, "no_such_route")
    assert (wrong[0], wrong[1]["code"]) == (405, "wrong_method")


def test_every_handler_says_what_it_takes_and_answers():
    for route in ROUTES:
        shape = shape_of(route.handler)
        in_path = {part[1:-1] for part in route.path.split("/") if part.startswith("{")}
        assert set(shape.path) == in_path, route.name
        assert route.summary, route.name


def test_every_write_validates_a_body():
    posts = {route.name: shape_of(route.handler) for route in ROUTES if route.method == "POST"}
    assert [name for name, shape in posts.items() if not (shape.body or shape.data)] == []


def test_no_two_routes_are_the_same():
    names = [route.name for route in ROUTES]
    assert sorted(set(names)) == sorted(names)
