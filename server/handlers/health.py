"""Alive, ready, and counted."""

import contextlib
from collections.abc import Awaitable

import structlog
from aiohttp import web

from ports.errors import BlobNotFound, KeyValueUnavailable
from server.beats import jobs_beat, worker_beats
from server.call import Call, Services
from server.errors import NoSuchRoute, NotReady
from server.gate import is_near

log = structlog.get_logger()


async def healthz(call: Call) -> dict[str, str]:
    """The loop turns. Whether others answer is asked by /readyz: a restart would not mend them."""
    return {"status": "ok"}


async def readyz(call: Call) -> dict[str, str]:
    services = call.services
    checks = {"database": _database(services), "key_value": _keyvalue(services)}
    checks |= {"blobs": _blobs(services), "media": _media(services), "jobs": _jobs(services)}
    missing = [name for name, check in checks.items() if not await _works(name, check)]
    if missing:
        raise NotReady(missing=missing)
    return {"status": "ready"}


async def _works(name: str, check: Awaitable[bool]) -> bool:
    try:
        return await check
    except Exception as error:  # noqa: BLE001 - whatever it is, this part is not ready; the log says why
        log.warning("not_ready", part=name, error=type(error).__name__)
        return False


async def _database(services: Services) -> bool:
    await services.desk.journal.length("readyz")
    return True


async def _keyvalue(services: Services) -> bool:
    await services.desk.keyvalue.get("readyz")
    return True


async def _blobs(services: Services) -> bool:
    with contextlib.suppress(BlobNotFound):
        await services.desk.blobs.exists("readyz")
    return True


async def _media(services: Services) -> bool:
    """A worker that beats (see media/placement.py)."""
    return bool(await services.desk.keyvalue.scan("worker:"))


async def _jobs(services: Services) -> bool:
    """Without them no document is ever issued."""
    return await jobs_beat(services.desk.keyvalue) is not None


async def metrics(call: Call) -> web.Response:
    """For the scraper beside us; through the proxy, or from elsewhere, there is no such route."""
    request = call.request
    if "X-Forwarded-For" in request.headers or not is_near(request.remote):
        raise NoSuchRoute
    await _count_roles(call.services)
    text = call.services.metrics.text()
    return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


async def _count_roles(services: Services) -> None:
    """The other roles as they tell of themselves; nobody when the store is away."""
    keyvalue = services.desk.keyvalue
    try:
        services.metrics.roles(await jobs_beat(keyvalue), await worker_beats(keyvalue))
    except KeyValueUnavailable:
        services.metrics.roles(None, ())
