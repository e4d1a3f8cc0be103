"""One synthetic party: a login, its HTTP calls, its Socket.IO connection and its media."""

import asyncio
import time
from typing import Any

import aiohttp
import socketio

from simulate.peer import Peer

CLIENT = "5.10.1"
CALL_SECONDS = 30.0
TOTP_SECONDS = 45.0


class PartyError(Exception):
    """The system answered something that the flow does not expect."""

    code = "simulation_failed"

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Party:
    """A person at a browser. Used as an async context manager, so that nothing stays open."""

    def __init__(self, origin: str, login: dict[str, Any], index: int) -> None:
        self._origin, self._login, self._index = origin, login, index
        jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=[origin])
        self._http = aiohttp.ClientSession(
            origin,
            cookie_jar=jar,
            headers={"X-CVX-Client": CLIENT, "Origin": origin},
            timeout=aiohttp.ClientTimeout(total=CALL_SECONDS),
        )
        self._socket = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        self._offers: asyncio.Queue[dict] = asyncio.Queue(maxsize=32)
        self._answering: asyncio.Task | None = None
        self.peer: Peer | None = None
        self.card_seen = asyncio.Event()  # by the server, for long enough
        self.id = ""
        self.name = login["name"]

    async def __aenter__(self) -> "Party":
        try:
            self.id = (await self._log_in())["id"]
        except BaseException:
            await self._http.close()
            raise
        return self

    async def _log_in(self) -> dict:
        """Staff need a one-time code that nobody used before: after a login just now, the next one."""
        credentials = {key: self._login[key] for key in ("kind", "login", "password")}
        if self._login["kind"] == "member":
            return await self.post("/api/sessions", credentials)
        code = await self._totp()
        try:
            return await self.post("/api/sessions", credentials | {"totp": code})
        except PartyError as error:
            if error.status != 401:
                raise
        return await self.post("/api/sessions", credentials | {"totp": await self._totp(used=code)})

    async def _totp(self, used: str = "") -> str:
        """The present code as the demo page shows it, once it is another than `used`."""
        deadline = time.monotonic() + TOTP_SECONDS
        while time.monotonic() < deadline:
            people = (await self.get("/api/demo"))["people"]
            code = next(person["totp"] for person in people if person["login"] == self._login["login"])
            if code != used:
                return code
            await asyncio.sleep(1)
        raise PartyError("the demo page shows no new code")

    async def __aexit__(self, *_: object) -> None:
        await self.leave()
        await self._http.close()

    # ---- HTTP --------------------------------------------------------------------------------------------------------

    async def get(self, path: str) -> dict:
        return await self._call("GET", path)

    async def post(self, path: str, body: dict | None = None) -> dict:
        return await self._call("POST", path, json=body or {})

    async def upload(self, path: str, picture: bytes, key: str) -> dict:
        headers = {"Content-Type": "image/jpeg", "Idempotency-Key": key}
        return await self._call("POST", path, data=picture, headers=headers)

    async def delete(self, path: str, body: dict | None = None) -> dict:
        return await self._call("DELETE", path, json=body or {})

    async def download(self, path: str) -> bytes:
        async with self._http.get(path) as response:
            if response.status >= 400:
                raise PartyError(f"GET {path}: {response.status} {(await response.text())[:300]}")
            return await response.read()

    async def _call(self, method: str, path: str, **options: Any) -> dict:
        async with self._http.request(method, path, **options) as response:
            if response.status >= 400:
                raise PartyError(f"{method} {path}: {response.status} {(await response.text())[:400]}", response.status)
            return {} if response.status == 204 else await response.json()

    # ---- the room ----------------------------------------------------------------------------------------------------

    async def join(self, case_id: str) -> None:
        """Take a ticket, enter the room, publish camera and microphone, and answer the server's offers."""
        ticket = (await self.post(f"/api/cases/{case_id}/meeting/ticket"))["ticket"]
        self._socket.on("room.offer", self._offers.put)
        self._socket.on("room.showing", self._saw)
        cookies = "; ".join(f"{c.key}={c.value}" for c in self._http.cookie_jar)
        headers = {"Cookie": cookies, "Origin": self._origin}
        await self._socket.connect(self._origin, headers=headers, transports=["websocket"], wait_timeout=10)
        await self.say("hello", {"client": CLIENT, "versions": [1]})
        await self.say("room.join", {"ticket": ticket})
        self.peer = Peer(self._index)
        self._answering = asyncio.create_task(self._answer(), name="answer offers")
        sdp, sources = await self.peer.offer()
        await self.peer.accept((await self.say("room.publish", {"sdp": sdp, "sources": sources}))["sdp"])

    async def _saw(self, body: dict) -> None:
        if body["done"]:
            self.card_seen.set()

    async def say(self, event: str, message: dict) -> dict:
        """Send a message and return its acknowledgement. Raises `PartyError` when it is an error."""
        answer = await self._socket.call(event, message, timeout=CALL_SECONDS)
        if "error" in answer:
            raise PartyError(f"{event}: {answer['error']}")
        return answer

    async def leave(self) -> None:
        if self._answering is not None:
            self._answering.cancel()
            await asyncio.gather(self._answering, return_exceptions=True)
            self._answering = None
        if self.peer is not None:
            await self.peer.close()
            self.peer = None
        if self._socket.connected:
            await self._socket.disconnect()

    def check(self) -> None:
        """Raise what stopped the answering of offers, if anything did."""
        if self._answering is not None and self._answering.done():
            self._answering.result()

    async def _answer(self) -> None:
        while True:
            offer = await self._offers.get()
            sdp = await self.peer.answer(offer["sdp"])
            await self.say("room.answer", {"id": offer["id"], "sdp": sdp})
