import html.parser

import pytest

from server import openapi
from server.routes import ROUTES, demo_route


@pytest.fixture(scope="module")
def document():
    return openapi.document((*ROUTES, demo_route()), "1.2.3")


def references(node):
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else [])
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_route_is_described_once(document):
    described = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    assert described == {(route.method, route.path) for route in (*ROUTES, demo_route())}


def test_the_document_is_openapi_3_1_with_every_reference_resolved(document):
    assert document["openapi"] == "3.1.0"
    names = {ref.removeprefix("#/components/schemas/") for ref in references(document)}
    assert names <= set(document["components"]["schemas"])
    assert {"CaseView", "Problem", "SignatureRequest"} <= names | {"Problem"}


def test_operations_have_names_of_their_own(document):
    names = [operation["operationId"] for operations in document["paths"].values() for operation in operations.values()]
    assert sorted(names) == sorted(set(names))


def test_bodies_refuse_unknown_fields(document):
    bodies = [
        operation["requestBody"]["content"].get("application/json", {}).get("schema", {}).get("$ref", "")
        for operations in document["paths"].values()
        for operation in operations.values()
        if "requestBody" in operation
    ]
    schemas = [document["components"]["schemas"][ref.rsplit("/", 1)[-1]] for ref in bodies if ref]
    assert len(schemas) > 20
    assert all(schema["additionalProperties"] is False for schema in schemas)


def test_only_open_routes_are_without_a_session(document):
    closed = {(route.method.lower(), route.path) for route in ROUTES if route.access}
    secured = {
        (method, path)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "security" in operation
    }
    assert secured == closed


async def test_the_document_and_its_page_are_served(system):
    browser = system.browser()
    status, document = await browser.get("/api/openapi.json")
    assert (status, document["info"]["title"]) == (200, "CVX")
    status, page = await browser.get("/api/docs")
    assert status == 200

    class Links(html.parser.HTMLParser):
        scripts, targets = 0, []

        def handle_starttag(self, tag, attributes):
            Links.scripts += tag == "script"
            Links.targets += [value for name, value in attributes if name in ("href", "src")]

    Links().feed(page.decode())
    assert Links.scripts == 0
    assert [target for target in Links.targets if not target.startswith(("#", "/api/"))] == []
    assert "POST /api/cases/{case_id}/documents/{doc}/signatures" in page.decode()


def test_schemathesis_reads_the_document(document):
    import schemathesis

    schema = schemathesis.openapi.from_dict(document)
    assert len(list(schema.get_all_operations())) == len(ROUTES) + 1
