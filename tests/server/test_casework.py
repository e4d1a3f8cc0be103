"""The underwriter's routes from end to end; what the use cases refuse is in tests/cases."""

import io
import json

import pytest

from cases.actor import SYSTEM
from cases.events_meeting import RecordingCompleted
from cases.events_papers import CaseReadied, CaseSubmitted, ReviewRequested
from cases.workflow import record
from tests.server.conftest import open_case, totp_of

PDF = b"%PDF-1.7 terms"
UNDER_REVIEW = (
    ReviewRequested(),
    CaseReadied(),
    CaseSubmitted(package_sha256="0" * 64, documents=()),
    RecordingCompleted(room_id="r", recording_id="rec"),
)


@pytest.fixture
async def people(system):
    who = ("member-1", "agent-1", "reviewer-1", "underwriter-1")
    return {person_id.split("-")[0]: await system.logged_in(person_id) for person_id in who}


@pytest.fixture
async def case_id(system, people):
    """A new business case after its meeting."""
    found = (await open_case(people["agent"], item="new_whole_life"))["case_id"]
    await record(system.desk, SYSTEM, found, lambda _: UNDER_REVIEW)
    return found


async def ok(answer):
    status, body = await answer
    assert status in (200, 201), body
    return body


async def test_an_underwriter_logs_in_with_an_authenticator(system):
    browser = system.browser()
    login = {"kind": "underwriter", "login": "U0001", "password": "demo-U0001"}
    assert (await browser.post("/api/sessions", login))[1]["code"] == "totp_required"
    status, principal = await browser.post("/api/sessions", {**login, "totp": totp_of("underwriter-1")})
    assert (status, principal["kind"], principal["unit"]) == (200, "underwriter", "核保部")


async def test_asked_answered_checked_and_decided(people, case_id):
    path = f"/api/cases/{case_id}"
    underwriter, agent = people["underwriter"], people["agent"]
    items = [
        {"text": "首期保費？", "path": "application.first_premium_before_discount"},
        {"text": "請檢附存款證明", "to": "customer", "title": "存款證明"},
    ]
    view = await ok(underwriter.post(path + "/queries", {"items": items, "note": "財務核保"}))
    query = view["queries"][0]
    assert (query["stage"], [item["id"] for item in query["items"]]) == ("query", ["item-1", "item-2"])
    assert (await people["member"].get(path))[1]["queries"][0]["note"] == ""

    upload = people["member"].call(
        "POST", path + "/attachments?title=存款證明&signed_by=policyholder,insured", data=PDF,
        headers={"Idempotency-Key": "k", "Content-Type": "application/pdf"},
    )  # fmt: skip
    paper = (await ok(upload))["attachment_id"]
    answers = [{"item": "item-1", "value": 900_000}, {"item": "item-2", "attachment_id": paper}]
    view = await ok(agent.post(f"{path}/queries/{query['id']}/answer", {"answers": answers}))
    assert view["queries"][0]["stage"] == "answered"
    assert (await underwriter.get(f"{path}/attachments/{paper}")) == (200, PDF)
    view = await ok(underwriter.post(f"{path}/attachments/{paper}/check", {"accepted": True}))
    assert (view["attachments"][0]["accepted"], "decide" in view["actions"]) == (True, True)

    view = await ok(underwriter.post(path + "/decision", {"outcome": "declined", "reasons": ["財務"]}))
    assert (view["state"], view["decision"]["outcome"]) == ("declined", "declined")
    assert (await people["member"].get(path))[1]["decision"]["reasons"] == []


async def test_a_query_taken_back_can_be_asked_anew(people, case_id):
    path, underwriter = f"/api/cases/{case_id}/queries", people["underwriter"]
    await ok(underwriter.post(path, {"items": [{"text": "？"}]}))
    assert (await underwriter.post(path, {"items": [{"text": "？"}]}))[1]["code"] == "query_open"
    view = await ok(underwriter.post(path + "/query-1/withdrawal", {"reason": "誤發"}))
    assert view["queries"][0]["stage"] == "withdrawn"
    view = await ok(underwriter.post(path, {"items": [{"text": "！"}]}))
    assert [query["id"] for query in view["queries"]] == ["query-1", "query-2"]


async def test_the_assessment_its_what_if_and_what_was_recorded(people, case_id):
    path, underwriter = f"/api/cases/{case_id}", people["underwriter"]
    view = await ok(people["agent"].get(path + "/assessment"))
    assert (view["needs_decision"], len(view["options"]), view["advice"]) == (True, 7, "query")
    told = await ok(underwriter.post(path + "/assessment/what-if", {"set": {"insured.capacity_of_expression": False}}))
    assert told["after"]["outcome"] == "REJECT"
    assert "UW-01.1.2" in [finding["rule"] for finding in told["opened"]]
    status, problem = await underwriter.post(path + "/assessment/what-if", {"set": {"products.9.amount": 1}})
    assert (status, problem["code"], problem["path"]) == (400, "what_if_invalid", "products.9.amount")

    await ok(underwriter.post(path + "/decision", {"outcome": "standard"}))
    recorded = (await ok(underwriter.get(path + "/assessment")))["recorded"]
    text = await ok(underwriter.get(f"{path}/assessments/{recorded[0]['sha256']}"))
    assert (recorded[0]["moment"], text["rulebook"]) == ("decision", "113-07")


async def test_the_manuals_no_is_a_conflict_that_names_its_sections(people, case_id):
    path, underwriter = f"/api/cases/{case_id}", people["underwriter"]
    await ok(underwriter.post(path + "/queries", {"items": [{"text": "？", "path": "insured.capacity_of_expression"}]}))
    answer = {"answers": [{"item": "item-1", "value": False}]}
    await ok(people["agent"].post(path + "/queries/query-1/answer", answer))
    status, problem = await underwriter.post(path + "/decision", {"outcome": "standard"})
    assert (status, problem["code"]) == (409, "decision_refused")
    assert "UW-01.1.2" in [finding["rule"] for finding in problem["findings"]]


async def test_underwriters_list_what_adds_cover_and_nothing_else(system, people, case_id):
    other = (await open_case(people["agent"]))["case_id"]
    await record(system.desk, SYSTEM, other, lambda _: UNDER_REVIEW)
    listed = await ok(people["underwriter"].get("/api/cases"))
    assert [card["case_id"] for card in listed["cases"]] == [case_id]
    assert {card["case_id"] for card in (await ok(people["reviewer"].get("/api/cases")))["cases"]} == {case_id, other}


async def test_facts_of_any_size_and_shape_that_fit_are_assessed_and_larger_ones_refused(people):
    """The longest lists that a megabyte holds; the loop stays free, since the core runs in a thread."""
    facts = {"inforce": [{"line": "life", "amount": 1}] * 20_000, "application": {"case_kind": "new_business"}}
    body = json.dumps({"facts": facts})
    assert len(body) < 1024 * 1024
    status, told = await people["underwriter"].post("/api/underwriting/assess", {"facts": facts})
    assert (status, told["rulebook"]) == (200, "113-07")
    larger = io.BytesIO(b'{"facts": {"x": "' + b"y" * 1024 * 1024 + b'"}}')
    headers = {"Content-Type": "application/json"}
    status, problem = await people["agent"].call("POST", "/api/underwriting/assess", data=larger, headers=headers)
    assert (status, problem["code"]) == (413, "too_large")
