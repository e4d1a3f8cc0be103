"""The two people of a call, each at the real page in Chromium. What a person would tap through is asked by the page's
own session; then the page is loaded anew and comes back into the call by itself, as after a reload in the middle."""

from playwright.async_api import Browser, Page

from simulate.flow import code_for
from simulate.party import CLIENT

PAGES = {"agent": "/console", "member": "/"}
COUNT_FRAMES = """
window.connections = [];
window.decoded = { total: 0, of: {} };
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...settings) { super(...settings); window.connections.push(this); }
};
// A stream that begins anew begins to count anew.
window.framesDecoded = async () => {
  for (const [number, connection] of window.connections.entries())
    for (const report of (await connection.getStats()).values()) {
      if (report.type !== "inbound-rtp" || report.kind !== "video") continue;
      const key = `${number} ${report.id}`, before = window.decoded.of[key] ?? 0, now = report.framesDecoded ?? 0;
      window.decoded.total += now < before ? now : now - before;
      window.decoded.of[key] = now;
    }
  return window.decoded.total;
};
"""
CALL = """async ([method, path, body, client]) => {
  const headers = { "Content-Type": "application/json", "X-CVX-Client": client };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? {} : answer.json();
}"""


class Person:
    """Someone at a page; to `simulate.flow` a party like its own."""

    def __init__(self, page: Page, login: dict):
        self._page, self._login = page, login
        self.id, self.name = login["person_id"], login["name"]

    @classmethod
    async def at(cls, chromium: Browser, origin: str, login: dict) -> "Person":
        context = await chromium.new_context(permissions=["camera", "microphone"])
        await context.add_init_script(COUNT_FRAMES)
        page = await context.new_page()
        await page.goto(origin + PAGES[login["kind"]])
        person = cls(page, login)
        await person._log_in()
        return person

    async def _log_in(self) -> None:
        credentials = {key: self._login[key] for key in ("kind", "login", "password")}
        if self._login["kind"] != "member":
            people = (await self.get("/api/demo"))["people"]
            credentials["totp"] = next(one["totp"] for one in people if one["login"] == self._login["login"])
        await self.post("/api/sessions", credentials)

    async def get(self, path: str) -> dict:
        return await self._page.evaluate(CALL, ["GET", path, None, CLIENT])

    async def post(self, path: str, body: dict | None = None) -> dict:
        return await self._page.evaluate(CALL, ["POST", path, body or {}, CLIENT])

    def check(self) -> None:
        """Nothing of this person runs outside the page."""

    async def prove_phone(self, case: str) -> None:
        await self.post(f"{case}/otp", {"platform": "web"})
        code = {"code": await code_for(self), "agreed": True, "text_version": "1"}
        await self.post(f"{case}/otp/verification", code)
        await self.post(f"{case}/meeting/permissions", {"camera": "granted", "microphone": "granted"})

    async def enter(self, case_id: str) -> None:
        await self._page.evaluate("id => sessionStorage.setItem('cvx.call', id)", case_id)
        await self._page.reload()

    async def frames(self) -> int:
        """Pictures of the other that were decoded so far, over all connections of the page."""
        return await self._page.evaluate("framesDecoded()")
