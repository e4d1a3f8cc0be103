"""What runs here (S10), the API's own document, and the page of it."""

from importlib.metadata import version
from typing import Any

import msgspec
from aiohttp import web

from server import openapi
from server.call import Call

NAME = "CVX"
VERSION = version("cvx")


class About(msgspec.Struct, frozen=True):
    name: str
    version: str
    build: str
    minimum_client: str


async def about(call: Call) -> About:
    settings = call.services.settings
    return About(NAME, VERSION, f"{VERSION} ({settings.env})", settings.minimum_client)


async def openapi_document(call: Call) -> dict[str, Any]:
    return _document(call)


async def openapi_page(call: Call) -> web.Response:
    return web.Response(text=openapi.page(_document(call)), content_type="text/html")


async def openapi_style(call: Call) -> web.Response:
    return web.Response(text=openapi.STYLE, content_type="text/css")


def _document(call: Call) -> dict[str, Any]:
    return call.request.app[openapi.DOCUMENT]
