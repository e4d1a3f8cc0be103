"""Logging in and out."""

from aiohttp import web

from server.api import answer
from server.call import Call
from server.errors import Unauthenticated
from server.gate import clear_cookie, client_address, set_cookie
from server.sessions import Principal, login_of
from server.typedefs import Login


async def log_in(call: Call, body: Login) -> web.Response:
    """The cookie is new with every login, so a planted one is worth nothing."""
    services = call.services
    person = await services.logins.check(body, client_address(call.request))
    if call.login:
        await services.sessions.end(call.login.session_id)
    token = await services.sessions.begin(person)
    response = answer(login_of("", person).principal)
    set_cookie(response, token)
    return response


async def who_am_i(call: Call) -> Principal:
    if call.login is None:
        raise Unauthenticated
    return call.login.principal


async def log_out(call: Call) -> web.Response:
    if call.login:
        await call.services.sessions.end(call.login.session_id)
    response = web.Response(status=204)
    clear_cookie(response)
    return response
