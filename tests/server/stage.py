"""Steps that several tests take to get a case to where they begin."""

import re
from contextlib import asynccontextmanager

import socketio

from media.ice import LOOPBACK
from media.worker import MediaWorker
from server.app import ADAPTERS, MEDIA_LINK, recording_hooks
from simulate.cards import photograph
from tests.server.conftest import PEOPLE, open_case

SELF = (("member-1", ("policyholder", "insured")),)


@asynccontextmanager
async def media_worker(system, **options):
    """A real worker that shares the system's adapters."""
    desk = system.desk
    url = f"unix://{system.settings.run_dir.resolve() / 'm.sock'}"
    spool = system.settings.run_dir / "spool"
    spool.mkdir()
    worker = MediaWorker(
        "w0", url, desk.keyvalue, desk.blobs, desk.keys, desk.clock, spool, recording_hooks(desk), LOOPBACK,
        secret=system.app[ADAPTERS].secret(MEDIA_LINK), **options,
    )  # fmt: skip
    await worker.start()
    try:
        yield worker
    finally:
        await worker.close()


def card(person_id: str, side: str) -> bytes:
    person = PEOPLE[person_id]
    return photograph(side, person.name, person.id_no, "1980-01-01", 1)


async def upload(browser, case_id, task, side, data, key, detection="on"):
    path = f"/api/cases/{case_id}/photo-tasks/{task}/photos?side={side}&detection={detection}"
    return await browser.call("POST", path, data=data, headers={"Idempotency-Key": key, "Content-Type": "image/jpeg"})


async def approved_case(system, agent, roles=SELF) -> str:
    """Photos of every person uploaded and approved: the meeting may be opened."""
    view = await open_case(agent, *roles)
    case_id = view["case_id"]
    for task in view["photo_tasks"]:
        member = await system.logged_in(task["person_id"])
        base = f"/api/cases/{case_id}/photo-tasks/{task['id']}"
        await member.post(base + "/acknowledgement")
        for side in ("front", "back"):
            picture = card(task["person_id"], side)
            status, body = await upload(member, case_id, task["id"], side, picture, side, "off")
            assert status == 201, body
        status, body = await member.post(base + "/completion")
        assert status == 200, body
        status, body = await agent.post(base + "/review", {"approved": True})
        assert status == 200, body
    return case_id


async def verified(member, case_id):
    """The SMS's code, read where the demo page shows it."""
    status, issued = await member.post(f"/api/cases/{case_id}/otp", {"platform": "web"})
    assert status == 200, issued
    _, demo = await member.get("/api/demo")
    code = re.search(r"驗證碼為(\d{6})", demo["sms"][0]["text"])[1]
    body = {"code": code, "agreed": True, "text_version": "otp-1"}
    status, view = await member.post(f"/api/cases/{case_id}/otp/verification", body)
    assert status == 200, view
    return view


class Socket:
    """The Socket.IO connection of a browser."""

    def __init__(self, browser):
        self.browser = browser
        self.heard = []
        self.io = socketio.AsyncClient(reconnection=False)
        self.io.on("*", self._hear)

    async def _hear(self, event, body):
        self.heard.append((event, body))

    async def __aenter__(self):
        headers = {"Cookie": self.browser.cookie, "Origin": self.browser.origin}
        await self.io.connect(self.browser.origin, headers=headers, transports=["websocket"])
        await self.request("hello", {"client": "5.10.1", "versions": [1]})
        return self

    async def __aexit__(self, *_):
        await self.io.disconnect()

    async def request(self, event, body=None):
        return await self.io.call(event, {} if body is None else body, timeout=10)

    async def join(self, case_id):
        status, ticket = await self.browser.post(f"/api/cases/{case_id}/meeting/ticket")
        assert status == 200, ticket
        return await self.request("room.join", {"ticket": ticket["ticket"]})
