"""OpenAPI 3.1 out of the route table and the struct types, and a readable page of it."""

import html
import re
from collections.abc import Iterable
from typing import Any

import msgspec
from aiohttp import web

from server.api import JSON_TYPE, Route, Shape, shape_of

DOCUMENT: web.AppKey[dict] = web.AppKey("openapi", dict)
REFERENCE = "#/components/schemas/{name}"
BINARY = {"type": "string", "format": "binary"}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable; texts are for people"},
        "detail": {"type": "string"},
        "reference": {"type": "string", "description": "of an unexpected error, to find it in the logs"},
    },
}


def document(routes: Iterable[Route], version: str) -> dict[str, Any]:
    """The OpenAPI document of these routes."""
    shapes = {route: shape_of(route.handler) for route in routes}
    schemas, components = _schemas(shapes.values())
    paths: dict[str, dict] = {}
    for route, shape in shapes.items():
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, shape, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "CVX", "version": version},
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": PROBLEM},
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "__Host-cvx"}},
        },
    }


def _schemas(shapes: Iterable[Shape]) -> tuple[dict[str, dict], dict[str, Any]]:
    kinds = []
    for shape in shapes:
        kinds += [kind for kind in (*shape.path.values(), shape.query, shape.body) if kind is not None]
        kinds += [shape.result] if _is_data(shape.result) else []
    unique = list({_key(kind): kind for kind in kinds}.values())
    schemas, components = msgspec.json.schema_components(unique, ref_template=REFERENCE)
    return {_key(kind): schema for kind, schema in zip(unique, schemas, strict=True)}, components


def _key(kind: Any) -> str:
    return repr(kind)


def _is_data(kind: Any) -> bool:
    """Not None and not a prepared response."""
    return kind is not None and not (isinstance(kind, type) and kind.__module__.startswith("aiohttp"))


def _operation(route: Route, shape: Shape, schemas: dict[str, dict]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "summary": route.summary,
        "tags": [route.handler.__module__.rsplit(".", 1)[-1]],
        "parameters": [_parameter(name, "path", schemas[_key(kind)]) for name, kind in shape.path.items()],
        "responses": _responses(route, shape, schemas),
    }
    if shape.query:
        operation["parameters"] += _query(shape.query)
    if shape.body:
        required = any(f.required for f in msgspec.structs.fields(shape.body))
        operation["requestBody"] = {"required": required, "content": {JSON_TYPE: {"schema": schemas[_key(shape.body)]}}}
    if shape.data:
        operation["requestBody"] = {"required": True, "content": {"image/*": {"schema": BINARY}}}
    if route.access:
        operation["security"] = [{"session": []}]
        operation["description"] = "For: " + ", ".join(sorted(route.access))
    return operation


def _responses(route: Route, shape: Shape, schemas: dict[str, dict]) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": REFERENCE.format(name="Problem")}}}
    schema = schemas[_key(shape.result)] if _is_data(shape.result) else {}
    empty = shape.result is None
    success: dict[str, Any] = {"description": "done"}
    if not empty:
        success["content"] = {route.answers: {"schema": schema}}
    status = 204 if empty else route.status
    return {str(status): success, "default": {"description": "a problem (RFC 9457)", "content": problem}}


def _parameter(name: str, where: str, schema: dict, required: bool = True) -> dict[str, Any]:
    return {"name": name, "in": where, "required": required, "schema": schema}


def _query(kind: type[msgspec.Struct]) -> list[dict]:
    schema = msgspec.json.schema_components([kind], ref_template=REFERENCE)[1][kind.__name__]
    required = set(schema.get("required", ()))
    return [_parameter(name, "query", s, name in required) for name, s in schema["properties"].items()]


def page(specification: dict[str, Any]) -> str:
    """The document for people: no script, no foreign style."""
    rows = [
        _section(method, path, operation)
        for path, operations in specification["paths"].items()
        for method, operation in operations.items()
    ]
    shapes = [_shape(name, schema) for name, schema in sorted(specification["components"]["schemas"].items())]
    title = f"{specification['info']['title']} API {specification['info']['version']}"
    return _PAGE.format(title=html.escape(title), routes="\n".join(rows), shapes="\n".join(shapes))


def _section(method: str, path: str, operation: dict) -> str:
    body = operation.get("requestBody", {}).get("content", {})
    status, success = next(iter(operation["responses"].items()))
    answers = "; ".join(f"{kind} {_link(c['schema'])}" for kind, c in success.get("content", {}).items())
    lines = [
        ("", operation.get("description", "For everybody")),
        ("Query", ", ".join(p["name"] for p in operation["parameters"] if p["in"] == "query")),
        ("Body", "; ".join(f"{kind} {_link(c['schema'])}" for kind, c in body.items())),
        ("Answer", f"{status} {answers}"),
    ]
    items = "".join(f"<li>{name} {text}</li>" for name, text in lines if text.strip())
    head = f"<code>{method.upper()} {html.escape(path)}</code>"
    return f"<section><h3>{head}</h3><p>{html.escape(operation['summary'])}</p><ul>{items}</ul></section>"


def _link(schema: dict) -> str:
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    return f'<a href="#{html.escape(name)}">{html.escape(name)}</a>' if name else ""


def _shape(name: str, schema: dict) -> str:
    text = html.escape(msgspec.json.format(msgspec.json.encode(schema), indent=2).decode())
    linked = re.sub(r"#/components/schemas/([A-Za-z0-9_]+)", r'<a href="#\1">\1</a>', text)
    return f'<details id="{html.escape(name)}"><summary>{html.escape(name)}</summary><pre>{linked}</pre></details>'


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<link rel="stylesheet" href="/api/docs.css"></head>
<body><h1>{title}</h1>
<p>Generated from the route table. Machine-readable: <a href="/api/openapi.json">/api/openapi.json</a>.
Errors are <code>application/problem+json</code> with a stable <code>code</code>.</p>
{routes}
<h2>Shapes</h2>
{shapes}
</body></html>
"""

STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b2a24}
h3{margin-bottom:0}section{border-top:1px solid #d5ddd9;padding:.2rem 0}code,pre{font:14px/1.4 ui-monospace,monospace}
p{margin:.2rem 0}ul{margin:.2rem 0}details{margin:.3rem 0}pre{overflow:auto;background:#f3f6f4;padding:.5rem}
"""
