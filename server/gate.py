"""What every request passes: its origin, its client's version, its session, and the headers that protect pages."""

import ipaddress
import re
import time
from urllib.parse import urlsplit

from aiohttp import web

from server.api import Route
from server.call import SERVICES, Call
from server.errors import Unauthenticated, UpgradeRequired, WrongOrigin, WrongRole
from server.sessions import LIFE_SECONDS, Login
from server.settings import Settings

COOKIE = "__Host-cvx"
HOST = re.compile(r"[A-Za-z0-9.\-]+(:[0-9]+)?|\[[0-9a-f:]+\](:[0-9]+)?")
SAFE = frozenset({"GET", "HEAD"})
VERSION_HEADER = "X-CVX-Client"
UPGRADE_LINK = "/"

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=()",
}


async def admit(request: web.Request, route: Route) -> Call:
    """The call, or what stands in its way. The version gate comes first: an old client hears that, whoever uses it."""
    services = request.app[SERVICES]
    if request.method not in SAFE:
        check_origin(request, services.settings)
    login = await login_of_request(request)
    if login:
        services.throttle.take(login.session_id)
    if route.gated and login and login.principal.kind == "member":
        check_version(request.headers.get(VERSION_HEADER, ""), services.settings.minimum_client)
    if route.access and login is None:
        raise Unauthenticated
    if route.access and login.principal.kind not in route.access:
        raise WrongRole
    return Call(request, services, login)


async def login_of_request(request: web.Request) -> Login | None:
    token = request.cookies.get(COOKIE)
    return await request.app[SERVICES].sessions.of_token(token) if token else None


def client_address(request: web.Request) -> str:
    """Behind a proxy of our own network, what that proxy saw: the last entry, the only one that is not the client's."""
    remote = request.remote or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
    return forwarded if forwarded and is_near(remote) else remote


def is_near(address: str | None) -> bool:
    """A private or loopback address; a unix socket has none and is near."""
    return not address or ipaddress.ip_address(address).is_private


def check_origin(request: web.Request, settings: Settings) -> None:
    """Browsers name the origin of every write. Programs that are not browsers hold no cookie of somebody else."""
    origin = request.headers.get("Origin")
    if origin is None and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin":
        return
    if origin not in origins(settings):
        raise WrongOrigin


def origins(settings: Settings) -> frozenset[str]:
    """The public origin; on one's own machine also its other names."""
    if not settings.embedded:
        return frozenset({settings.origin})
    scheme = urlsplit(settings.origin).scheme
    return frozenset({settings.origin, *(f"{scheme}://{name}:{settings.port}" for name in ("localhost", "127.0.0.1"))})


def check_version(shown: str, minimum: str) -> None:
    """S3: the first three numeric parts decide, so 5.9.9 < 5.10.1 and 5.10.1.7 passes; missing counts as old."""
    if version_parts(shown) < version_parts(minimum):
        raise UpgradeRequired(minimum=minimum, link=UPGRADE_LINK)


def version_parts(text: str) -> tuple[int, int, int]:
    """Three numbers; what is not a number, or absent, is 0. At most nine digits are read of each."""
    digits = [part[:9] for part in text.split(".")[:3]]
    numbers = [int(part) if part.isascii() and part.isdigit() else 0 for part in digits]
    return tuple(([*numbers, 0, 0, 0])[:3])


def set_cookie(response: web.Response, token: str) -> None:
    response.set_cookie(COOKIE, token, max_age=LIFE_SECONDS, path="/", secure=True, httponly=True, samesite="Strict")


def clear_cookie(response: web.Response) -> None:
    response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Strict")


async def protect(request: web.Request, response: web.StreamResponse) -> None:
    """on_response_prepare: on every answer, errors and upgrades too."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", policy(request))
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    if request.app[SERVICES].settings.origin.startswith("https:"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=63072000")


def policy(request: web.Request) -> str:
    """Nothing from elsewhere. The socket's address is named since older Safari does not count it as 'self'."""
    sockets = f" ws://{request.host} wss://{request.host}" if HOST.fullmatch(request.host) else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"connect-src 'self'{sockets}",
            "img-src 'self' blob: data:",
            "media-src 'self' blob:",
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


@web.middleware
async def measured(request: web.Request, handler) -> web.StreamResponse:
    """Counts and times. The label is the route's pattern, never the path: that names cases."""
    started = time.perf_counter()
    response = await handler(request)
    metrics, resource = request.app[SERVICES].metrics, request.match_info.route.resource
    label = resource.canonical if resource else "none"
    metrics.requests.labels(request.method, label, response.status).inc()
    metrics.latency.labels(request.method, label).observe(time.perf_counter() - started)
    return response
