"""The one place where an exception becomes a response: problem+json of RFC 9457 with a stable code."""

import secrets
import traceback
from pathlib import Path
from typing import Any

import msgspec
import structlog
from aiohttp import web

from server.errors import NoSuchRoute, TooLarge, WrongMethod, details_of, status_of
from server.texts import Text, prefers_english, problem_text

PROBLEM_TYPE = "application/problem+json"
OF_AIOHTTP: dict[int, Exception] = {404: NoSuchRoute(), 405: WrongMethod()}

log = structlog.get_logger()


@web.middleware
async def problems(request: web.Request, handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return problem(_ours(error), request)
    except Exception as error:  # noqa: BLE001 - the whole point: nothing else answers errors
        return problem(error, request)


def _ours(error: web.HTTPException) -> Exception:
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return TooLarge(int(error.headers.get("X-Limit", 0)))
    return OF_AIOHTTP.get(error.status, error)


def problem(error: Exception, request: web.Request) -> web.Response:
    status, body = describe(error, english=prefers_english(request.headers.get("Accept-Language", "")))
    response = web.Response(status=status, body=msgspec.json.encode(body), content_type=PROBLEM_TYPE)
    if "retry_after" in body:
        response.headers["Retry-After"] = str(body["retry_after"])
    response.headers["Cache-Control"] = "no-store"
    return response


def describe(error: Exception, *, english: bool = False) -> tuple[int, dict[str, Any]]:
    """Status and body. What is not in the table gets a reference, by which the log line is found, and no detail."""
    status = status_of(error)
    if status is None:
        reference = secrets.token_hex(6)
        log.error("unexpected_error", reference=reference, error=type(error).__name__, where=_where(error))
        return 500, _body(500, "internal", problem_text("internal"), english, {"reference": reference})
    code = error.code
    return status, _body(status, code, problem_text(code), english, details_of(error))


def _body(status: int, code: str, text: Text, english: bool, details: dict[str, Any]) -> dict[str, Any]:
    detail = text.en if english else text.zh
    named = {"type": f"urn:cvx:problem:{code}", "title": text.en, "status": status, "code": code, "detail": detail}
    return {**details, **named}


def _where(error: Exception) -> list[str]:
    """The lines that led to it, without its message: that may hold what a person typed."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
