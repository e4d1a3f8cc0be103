"""Every route against every kind of person: who may, who may not, and who must not even learn that a case is there."""

import pytest

from server.routes import ROUTES
from tests.server.conftest import open_case

BODIES = {
    "open_new_case": {
        "kind": "service",
        "item_code": "nothing-like-this",
        "application_date": "2026-01-05",
        "persons": [{"person_id": "member-1", "roles": ["policyholder"]}],
    },
    "report_task_camera": {"outcome": "granted"},
    "review_task": {"approved": False, "reason": "blurred"},
    "check_otp": {"code": "123456", "agreed": True, "text_version": "1"},
    "report_permissions": {"camera": "granted", "microphone": "granted"},
    "ask": {"step": "state_name", "person_id": "member-1"},
    "reply": {"step": "state_name", "answer": True},
    "hold_identity": {"person_id": "member-1", "side": "front"},
    "release_identity": {"hold_id": "none"},
    "page_was_read": {"revision": 1},
    "challenge_signature": {"field": "f", "revision": 1},
    "sign": {"field": "f", "revision": 1, "challenge": "c", "ink": {}},
    "discard": {"field": "f", "revision": 1, "level": "pad"},
    "complete": {"revision": 1},
    "amend": {"changes": {"remark": "x"}, "reason": "r"},
    "withdraw_case": {"reason": "r"},
    "return_document": {"document_id": "d", "reason": "r"},
    "report_of_agent": {"statement": "s"},
    "log_viewing": {"ranges": [[0, 1]]},
    "review": {"outcome": "passed"},
    "callback": {"outcome": "reached"},
    "assess": {"facts": {}},
    "assess_what_if": {"set": {"insured.age": 1}},
    "start_upload": {"side": "front", "size": 1, "sha256": "0" * 64},
    "new_query": {"items": [{"text": "?"}]},
    "reply_to_query": {"answers": [{"item": "item-1", "statement": "s"}]},
    "take_back_query": {"reason": "r"},
    "check_one_attachment": {"accepted": True},
    "decide_case": {"outcome": "standard"},
}
QUERIES = {"upload_photo": "?side=front", "upload_attachment": "?title=t"}
ANSWERS_TO_ALL = {"list_cases", "catalog", "assess", "open_new_case"}
CASE_ROUTES = [route for route in ROUTES if route.access and route.handler.__name__ not in ANSWERS_TO_ALL]
GUARDED = [route for route in ROUTES if route.access]


async def ask(browser, route, case_id: str):
    """The answer to a well-formed request; what the placeholders name does not exist."""
    path = route.path.format(case_id=case_id, task="t", photo="p", upload="u", doc="d", page=1, track_id="t", n=0,
                             query_id="q", attachment="a", letter="l", sha256="0" * 64)  # fmt: skip
    path += QUERIES.get(route.handler.__name__, "")
    body = {} if route.method == "GET" else {"json": BODIES.get(route.handler.__name__, {})}
    return await browser.call(route.method, path, headers={"Idempotency-Key": "k", "Upload-Offset": "0"}, **body)


def name(route):
    return route.name


@pytest.fixture(scope="module")
def people():
    return {"owner": "member-1", "other member": "member-2", "agent": "agent-1", "other agent": "agent-2",
            "reviewer": "reviewer-1", "underwriter": "underwriter-1"}  # fmt: skip


async def test_the_role_matrix_holds_on_every_route(system, people):
    browsers = {who: await system.logged_in(person_id) for who, person_id in people.items()}
    browsers["nobody"] = system.browser()
    case_id = (await open_case(browsers["agent"]))["case_id"]
    wrong = []
    for route in GUARDED:
        for who, browser in browsers.items():
            status, body = await ask(browser, route, case_id)
            code = body.get("code") if isinstance(body, dict) else None
            if (expected := refusal(route, who, people)) != (code if code in REFUSALS else None):
                wrong.append((route.name, who, status, code, expected))
    assert wrong == []


REFUSALS = {"unauthenticated", "wrong_role", "case_not_found"}
KIND = {"owner": "member", "other member": "member", "agent": "agent", "other agent": "agent", "reviewer": "reviewer",
        "underwriter": "underwriter"}  # fmt: skip
OUTSIDERS = {"other member", "other agent", "reviewer", "underwriter"}  # the last two see a case once it is submitted


def refusal(route, who, people):
    if who == "nobody":
        return "unauthenticated"
    if KIND[who] not in route.access:
        return "wrong_role"
    if who in OUTSIDERS and route in CASE_ROUTES:
        return None if route.handler.__name__ == "release_identity" else "case_not_found"
    return None


async def test_a_case_that_is_not_there_and_one_of_somebody_else_get_the_same_answer(system):
    case_id = (await open_case(await system.logged_in("agent-1")))["case_id"]
    stranger = await system.logged_in("member-2")

    there = await stranger.get(f"/api/cases/{case_id}")
    nowhere = await stranger.get("/api/cases/no-such-case")

    assert there == nowhere
    assert there[0] == 404


async def test_lists_hold_only_ones_own_cases(system):
    agent = await system.logged_in("agent-1")
    case_id = (await open_case(agent))["case_id"]

    async def listed(person_id):
        _, body = await (await system.logged_in(person_id)).get("/api/cases")
        return [card["case_id"] for card in body["cases"]]

    assert await listed("agent-1") == [case_id]
    assert await listed("member-1") == [case_id]
    assert await listed("member-2") == []
    assert await listed("agent-2") == []


async def test_only_an_agent_is_told_who_the_members_are(system):
    _, for_agent = await (await system.logged_in("agent-1")).get("/api/catalog")
    _, for_member = await (await system.logged_in("member-1")).get("/api/catalog")

    assert {"member_no": "M0000001", "person_id": "member-1", "name": "王大陸"} in for_agent["members"]
    assert for_member["members"] == []
    assert for_member["items"] == for_agent["items"]
