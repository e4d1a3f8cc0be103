"""Requests made from the OpenAPI document, and wrong ones: whatever arrives, nothing is a 500."""

import asyncio

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from server import openapi
from server.routes import ROUTES
from tests.server.conftest import open_case

EXAMPLES = 2
WHO = {"member": "member-1", "agent": "agent-1", "reviewer": "reviewer-1", "underwriter": "underwriter-1"}
UNBOUNDED = {"/api/docs", "/api/docs.css", "/api/openapi.json", "/metrics", "/healthz", "/readyz"}


def generated():
    """A few calls of every operation, from its schema."""
    schema = schemathesis.openapi.from_dict(openapi.document([r for r in ROUTES if r.path not in UNBOUNDED], "0"))
    found = []
    for operation in schema.get_all_operations():
        collect(operation.ok().as_strategy(), found)
    return found


def collect(strategy, found):
    @settings(
        max_examples=EXAMPLES, database=None, deadline=None, phases=[Phase.generate], derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def keep(case):
        found.append(case)

    keep()


async def test_no_request_that_the_document_allows_breaks_the_server(system):
    browsers = {kind: await system.logged_in(person_id) for kind, person_id in WHO.items()}
    case_id = (await open_case(browsers["agent"]))["case_id"]
    routes = {(route.method, route.path): route for route in ROUTES}
    broken = []
    for case in await asyncio.to_thread(generated):
        route = routes[case.method, case.path]
        wanted = case.as_transport_kwargs(base_url=system.origin)
        url = wanted["url"].replace(f"/api/cases/{case.path_parameters.get('case_id')}", f"/api/cases/{case_id}", 1)
        body = {name: wanted[name] for name in ("json", "data") if wanted.get(name) is not None}
        browser = browsers[min(route.access or {"member"})]
        status, answer = await browser.call(
            case.method, url.removeprefix(system.origin), params=wanted.get("params"), **body
        )
        if status >= 500 and answer["code"] != "media_unavailable":
            broken.append((route.name, answer["code"], body))
        if status >= 400 and not (isinstance(answer, dict) and answer["code"] and answer["status"] == status):
            broken.append((route.name, status))
    assert broken == []
