"""The thin layer between aiohttp and typed handlers.

A handler is `async def name(call, <path parameters>, query: Struct, body: Struct, data: bytes) -> result` with any of
these left out. Its annotations are the validation and the OpenAPI document; what it returns is the response: a struct
or dict is JSON, None is 204, a prepared response passes through. Errors are plain exceptions (see errors.py).
"""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from server.errors import InvalidInput, MalformedJson, NotJson, TooLarge, UnknownField

JSON_BYTES = 128 * 1024
JSON_TYPE = "application/json"

Admit = Callable[[web.Request, "Route"], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table. `access`: the kinds of people who may call it, empty for everybody. `limit`: bytes of the
    body. `answers`: media type of a success."""

    method: str
    path: str
    handler: Callable[..., Awaitable[Any]]
    access: frozenset[str] = frozenset()
    summary: str = ""
    status: int = 200
    limit: int = JSON_BYTES
    answers: str = JSON_TYPE
    gated: bool = True

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a handler takes, read once from its signature."""

    path: dict[str, Any] = field(default_factory=dict)
    query: type[msgspec.Struct] | None = None
    body: type[msgspec.Struct] | None = None
    data: bool = False
    result: Any = None


def shape_of(handler: Callable) -> Shape:
    signature = inspect.signature(handler, eval_str=True)
    kinds = {name: p.annotation for name, p in list(signature.parameters.items())[1:]}
    query, body, data = kinds.pop("query", None), kinds.pop("body", None), kinds.pop("data", None)
    return Shape(kinds, query, body, data is bytes, signature.return_annotation)


class Endpoint:
    """A route as aiohttp calls it: admit, validate, handle, answer."""

    def __init__(self, route: Route, admit: Admit) -> None:
        self.route = route
        self.shape = shape_of(route.handler)
        self._admit = admit
        self._decoder = msgspec.json.Decoder(self.shape.body) if self.shape.body else None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        call = await self._admit(request, self.route)
        result = await self.route.handler(call, **await self._arguments(request))
        return answer(result, self.route.status)

    async def _arguments(self, request: web.Request) -> dict[str, Any]:
        arguments = {name: _convert(request.match_info[name], kind) for name, kind in self.shape.path.items()}
        if self.shape.query:
            arguments["query"] = _convert(dict(request.query), self.shape.query)
        if self._decoder:
            arguments["body"] = _decode(await read_limited(request, self.route.limit), self._decoder, request)
        if self.shape.data:
            arguments["data"] = await read_limited(request, self.route.limit)
        return arguments


def answer(result: Any, status: int = 200) -> web.StreamResponse:
    if isinstance(result, web.StreamResponse):
        return result
    if result is None:
        return web.Response(status=204)
    return web.Response(body=msgspec.json.encode(result), status=status, content_type=JSON_TYPE)


async def read_limited(request: web.Request, limit: int) -> bytes:
    """The body, or `TooLarge` as soon as that is known: by its announced length, else while it arrives."""
    if (request.content_length or 0) > limit:
        raise TooLarge(limit)
    parts, size = [], 0
    async for part in request.content.iter_chunked(65_536):
        size += len(part)
        if size > limit:
            raise TooLarge(limit)
        parts.append(part)
    return b"".join(parts)


def _decode(data: bytes, decoder: msgspec.json.Decoder, request: web.Request) -> Any:
    if data and request.content_type != JSON_TYPE:
        raise NotJson
    try:
        return decoder.decode(data or b"{}")
    except msgspec.ValidationError as error:
        raise _invalid(error) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise MalformedJson from None


def _convert(value: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None


def _invalid(error: msgspec.ValidationError) -> Exception:
    """msgspec tells an unknown field by its message alone; a test holds it to that."""
    text = str(error)
    return UnknownField(text) if "unknown field" in text else InvalidInput(text)
