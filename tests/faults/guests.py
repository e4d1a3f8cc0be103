"""Parties of a call that come again when their room is lost, as the pages do."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from ports.clock import SystemClock
from ports.keyvalue import open_keyvalue
from server.settings import Settings
from simulate import flow
from simulate.party import Party, PartyError
from simulate.peer import Peer

PAUSE = 0.2
PATIENCE = 30.0


class Guest(Party):
    """`closed`: when and why rooms closed on him; `rosters`: what he saw of the others, newest last."""

    def __init__(self, origin: str, login: dict, index: int) -> None:
        super().__init__(origin, login, index)
        self.closed: list[tuple[float, str]] = []
        self.rosters: list[list[dict]] = []
        self._socket.on("room.closed", self._hear_closed)
        self._socket.on("room.roster", self._hear_roster)

    async def _hear_closed(self, body: dict) -> None:
        self.closed.append((time.monotonic(), body["reason"]))

    async def _hear_roster(self, body: dict) -> None:
        self.rosters.append(body["participants"])

    async def come_again(self, case_id: str) -> dict:
        """On the socket that he has: a new ticket, tried until there is a room, and new connections."""
        await self._drop_media()
        joined = await self.say("room.join", {"ticket": await self._ticket(case_id)})
        self.peer = Peer(self._index)
        self._answering = asyncio.create_task(self._answer(), name="answer offers")
        sdp, sources = await self.peer.offer()
        await self.peer.accept((await self.say("room.publish", {"sdp": sdp, "sources": sources}))["sdp"])
        return joined

    async def _drop_media(self) -> None:
        self._answering.cancel()
        await asyncio.gather(self._answering, return_exceptions=True)
        while not self._offers.empty():
            self._offers.get_nowait()
        await self.peer.close()

    async def _ticket(self, case_id: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return (await self.post(f"/api/cases/{case_id}/meeting/ticket"))["ticket"]
            except PartyError as error:
                if error.status != 503 or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(PAUSE)


@contextlib.asynccontextmanager
async def call(origin: str) -> AsyncIterator[flow.Play]:
    """An agent and a customer in the call of a new case, both seen and heard and recorded."""
    async with aiohttp.ClientSession(origin) as http, http.get("/api/demo") as response:
        people = (await response.json())["people"]
    agent = next(person for person in people if person["kind"] == "agent")
    member = next(person for person in people if person["kind"] == "member" and person["adult"])
    async with Guest(origin, agent, 0) as host, Guest(origin, member, 1) as guest:
        play = flow.Play(host, [guest], lambda text: None)
        await flow.open_case(play)
        await flow.take_photos(play, {guest.id: member})
        await flow.meet(play)
        await until_seen(play)
        yield play


async def until_seen(play: flow.Play, more: int = 5) -> None:
    """Each receives pictures and sound of the other from now on."""
    await until(lambda: all(p.peer.received.get(k, 0) > more for p in play.everyone for k in ("video", "audio")))


async def until(condition, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def store_of(folder: Path):
    """The key-value store of the system that lives in this folder."""
    keyvalue = open_keyvalue(Settings(data_dir=folder).keyvalue_url, SystemClock())
    try:
        yield keyvalue
    finally:
        await keyvalue.close()
