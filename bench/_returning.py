"""The two people of a rejoin: an agent without a page that comes back as pages do, and a customer in real Chromium."""

import asyncio
from contextlib import suppress

from playwright.async_api import Browser, Page

from simulate.flow import code_for
from simulate.party import CLIENT, Party, PartyError
from simulate.peer import Peer

RETRY_SECONDS = 0.4
RETRIES = 60
COUNT_FRAMES = """
window.connections = [];
window.frames_of = new Map();
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...settings) { super(...settings); window.connections.push(this); }
};
window.framesDecoded = async () => {
  for (const connection of window.connections)
    for (const report of (await connection.getStats()).values())
      if (report.type === "inbound-rtp" && report.kind === "video")
        window.frames_of.set(connection, Math.max(report.framesDecoded ?? 0, window.frames_of.get(connection) ?? 0));
  return [...window.frames_of.values()].reduce((sum, frames) => sum + frames, 0);
};
"""
CALL = """async ([method, path, body, client]) => {
  const headers = { "Content-Type": "application/json", "X-CVX-Client": client };
  const answer = await fetch(path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? {} : answer.json();
}"""


class SteadyAgent(Party):
    """Joins again with a fresh ticket when the room's worker is lost, trying until there is a worker."""

    def __init__(self, *arguments) -> None:
        super().__init__(*arguments)
        self._case_id, self._former_frames = "", 0
        self._coming_back: asyncio.Task | None = None

    async def frames(self) -> int:
        """Pictures received so far, over all connections."""
        return self._former_frames + self._frames_now()

    def _frames_now(self) -> int:
        return self.peer.received.get("video", 0) if self.peer else 0

    async def join(self, case_id: str) -> None:
        self._case_id = case_id
        self._socket.on("room.closed", self._closed)
        await super().join(case_id)

    async def leave(self) -> None:
        if self._coming_back is not None:
            self._coming_back.cancel()
            await asyncio.gather(self._coming_back, return_exceptions=True)
        await super().leave()

    async def _closed(self, message: dict) -> None:
        if message["reason"] == "worker_lost" and (self._coming_back is None or self._coming_back.done()):
            self._coming_back = asyncio.create_task(self._come_back())

    async def _come_back(self) -> None:
        self._former_frames, former = await self.frames(), self.peer
        self.peer = Peer(self._index)
        for _ in range(RETRIES):
            with suppress(PartyError):
                await self._enter_again()
                break
            await asyncio.sleep(RETRY_SECONDS)
        await former.close()

    async def _enter_again(self) -> None:
        ticket = (await self.post(f"/api/cases/{self._case_id}/meeting/ticket"))["ticket"]
        await self.say("room.join", {"ticket": ticket})
        peer = self.peer
        sdp, sources = await peer.offer()
        await peer.accept((await self.say("room.publish", {"sdp": sdp, "sources": sources}))["sdp"])

    async def _answer(self) -> None:
        """Answers of an offer that another has overtaken are refused, and that is fine."""
        while True:
            offer = await self._offers.get()
            with suppress(PartyError):
                sdp = await self.peer.answer(offer["sdp"])
                await self.say("room.answer", {"id": offer["id"], "sdp": sdp})


class PageCustomer:
    """The customer's own page; what a person would tap through is asked by the page's own session."""

    def __init__(self, page: Page):
        self.page = page

    @classmethod
    async def at(cls, chromium: Browser, origin: str) -> "PageCustomer":
        context = await chromium.new_context(permissions=["camera", "microphone"])
        await context.add_init_script(COUNT_FRAMES)
        page = await context.new_page()
        await page.goto(origin)
        return cls(page)

    async def call(self, method: str, path: str, body: dict) -> dict:
        return await self.page.evaluate(CALL, [method, path, body, CLIENT])

    async def enter(self, login: dict, case_id: str, demo: Party) -> None:
        """Log in, prove the phone, and come into the room as a page does that was reloaded in it."""
        await self.call("POST", "/api/sessions", {key: login[key] for key in ("kind", "login", "password")})
        case = f"/api/cases/{case_id}"
        await self.call("POST", f"{case}/otp", {"platform": "web"})
        verification = {"code": await code_for(demo), "agreed": True, "text_version": "1"}
        await self.call("POST", f"{case}/otp/verification", verification)
        await self.call("POST", f"{case}/meeting/permissions", {"camera": "granted", "microphone": "granted"})
        await self.page.evaluate("id => sessionStorage.setItem('cvx.call', id)", case_id)
        await self.page.reload()

    async def frames(self) -> int:
        """Pictures decoded so far, over all connections."""
        return await self.page.evaluate("framesDecoded()")
