"""Between a page and one room of a media worker: HTTP on loopback, nothing but the room's own requests."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from media import wire
from media.link import Link
from media.messages import ParticipantSpec, RoomOffer, Roster

PAGE = Path(__file__).with_name("join.html")
ASK_SECONDS = 10.0


class Bridge:
    """Serves the page, and answers its join with the first offer to that participant."""

    def __init__(self, link: Link, room_id: str):
        self._link, self._room_id = link, room_id
        self._offers: dict[str, asyncio.Future[str]] = {}

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """The page's address."""
        app = web.Application()
        handlers = {"join": self._join, "publish": self._publish, "answer": self._answer, "leave": self._leave}
        app.add_routes([web.get("/", self._page), *(web.post(f"/{name}", call) for name, call in handlers.items())])
        runner = web.AppRunner(app)
        await runner.setup()
        listening = socket.create_server(("127.0.0.1", 0))
        await web.SockSite(runner, listening).start()
        listener = asyncio.create_task(self._listen())
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            listener.cancel()
            await asyncio.wait([listener])
            await runner.cleanup()

    async def _listen(self) -> None:
        async with self._link.watch(self._room_id, ASK_SECONDS) as box:
            async for event in box:
                waiting = self._offers.get(event.participant_id) if isinstance(event, RoomOffer) else None
                if waiting is not None and not waiting.done():
                    waiting.set_result(event.sdp)

    async def _page(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE)

    async def _join(self, request: web.Request) -> web.Response:
        who = (await request.json())["who"]
        offer = self._offers[who] = asyncio.get_running_loop().create_future()
        spec = ParticipantSpec(participant_id=who, person_id=who, role="insured")
        await self._link.ask(wire.Join(self._room_id, spec), Roster, ASK_SECONDS)
        async with asyncio.timeout(ASK_SECONDS):
            return web.json_response({"sdp": await offer})

    async def _publish(self, request: web.Request) -> web.Response:
        body = await request.json()
        ask = wire.Publish(self._room_id, body["who"], body["sdp"], body["sources"])
        return web.json_response({"sdp": await self._link.ask(ask, str, ASK_SECONDS)})

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        await self._link.ask(wire.Answer(self._room_id, body["who"], body["sdp"]), None, ASK_SECONDS)
        return web.json_response({})

    async def _leave(self, request: web.Request) -> web.Response:
        who = (await request.json())["who"]
        await self._link.ask(wire.Leave(self._room_id, who, "left"), None, ASK_SECONDS)
        return web.json_response({})
