"""The whole flow of FLOW.md, played by synthetic parties over the real sockets and media."""

import asyncio
import contextlib
import datetime
import re
import time
import zlib
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field

from simulate.cards import photograph, thumbnail
from simulate.ink import sign
from simulate.party import Party, PartyError
from simulate.peer import HEIGHT, WIDTH

TAIPEI = zoneinfo.ZoneInfo("Asia/Taipei")
CONSENTS = ("consent_recording", "consent_video_signing", "consent_face")
CONFIRMATIONS = ("confirm_application", "confirm_others")
SHOW_SECONDS = 20.0  # a side of the ID, until the server has seen it for five
VOUCHED = "示範：未能量測，業務員目視確認"
PATIENCE = 60.0
COOLDOWN, TOO_EARLY = 70.0, 429


@dataclass
class Play:
    """One case being played. `began` is when the recorder was first seen writing (monotonic seconds)."""

    agent: Party
    customers: list[Party]
    say: Callable[[str], None]
    kind: str = "service"
    case_id: str = ""
    began: float = 0.0
    view: dict = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/api/cases/{self.case_id}"

    @property
    def everyone(self) -> list[Party]:
        return [self.agent, *self.customers]

    async def until(self, what: str, holds: Callable[[dict], bool]) -> dict:
        """The agent's view, once `holds` is true of it."""
        deadline = time.monotonic() + PATIENCE
        while not holds(view := await self.agent.get(self.path)):
            for party in self.everyone:
                party.check()
            if time.monotonic() > deadline:
                raise PartyError(f"waited {PATIENCE:.0f} s for: {what}")
            await asyncio.sleep(0.2)
        self.view = view
        return view


def cast(customers: list[Party]) -> list[dict]:
    """Who is what: one customer bears both roles; further ones pay and are insured too."""
    if len(customers) == 1:
        return [{"person_id": customers[0].id, "roles": ["policyholder", "insured"]}]
    roles = ["policyholder", "insured", "payer", "insured", "insured"]
    return [{"person_id": party.id, "roles": [role]} for party, role in zip(customers, roles, strict=False)]


async def open_case(play: Play) -> None:
    play.say("open the case")
    today = datetime.datetime.now(TAIPEI).date()
    catalog = await play.agent.get("/api/catalog")
    item = next(item for item in catalog["items"] if item["kind"] == play.kind)
    view = await play.agent.post(
        "/api/cases",
        {
            "kind": item["kind"],
            "item_code": item["code"],
            "application_date": today.isoformat(),
            "clause_received_date": (today - datetime.timedelta(days=10)).isoformat(),
            "persons": cast(play.customers),
        },
    )
    play.case_id = view["case_id"]
    await play.until("documents issued", lambda v: all(d["status"] != "preparing" for d in v["documents"]))


async def take_photos(play: Play, people: dict[str, dict]) -> None:
    play.say("take the ID photos")
    by_id = {party.id: party for party in play.customers}
    for task in play.view["photo_tasks"]:
        party, person = by_id[task["person_id"]], people[task["person_id"]]
        where = f"{play.path}/photo-tasks/{task['id']}"
        await party.post(f"{where}/acknowledgement")
        for side in ("front", "back"):
            picture = photograph(side, party.name, person["id_no"], person["birth_date"], seed=1)
            await party.upload(f"{where}/photos?side={side}&detection=on", picture, f"{task['id']}-{side}")
        await party.post(f"{where}/completion")
    play.say("the agent approves them")
    for task in play.view["photo_tasks"]:
        await play.agent.post(f"{play.path}/photo-tasks/{task['id']}/review", {"approved": True})


async def meet(play: Play) -> None:
    play.say("open the meeting, OTP, join")
    await play.agent.post(f"{play.path}/meeting")
    await play.agent.join(play.case_id)
    for party in play.customers:
        await _send_code(party, f"{play.path}/otp")
        code = await code_for(party)
        await party.post(f"{play.path}/otp/verification", {"code": code, "agreed": True, "text_version": "1"})
        await party.post(f"{play.path}/meeting/permissions", {"camera": "granted", "microphone": "granted"})
        await party.join(play.case_id)
    await play.until("all are recorded", lambda v: _recorded(v) == {play.agent.id, *(p.id for p in play.customers)})
    play.began = time.monotonic()


async def _send_code(party: Party, path: str) -> None:
    """In a further meeting of a case the last code may be less than a minute ago."""
    deadline = time.monotonic() + COOLDOWN
    while True:
        try:
            await party.post(path, {"platform": "web"})
            return
        except PartyError as error:
            if error.status != TOO_EARLY or time.monotonic() > deadline:
                raise
        await asyncio.sleep(2)


def _recorded(view: dict) -> set[str]:
    """Of whom the recorder has pictures and sounds."""
    written = (view["meeting"]["recording"] or {}).get("written", {})
    return {person_id for person_id, sources in written.items() if {"camera", "microphone"} <= set(sources)}


async def code_for(party: Party) -> str:
    """The code of the newest SMS, as the demo page shows it."""
    messages = (await party.get("/api/demo"))["sms"]
    codes = [match.group(1) for sms in messages if (match := re.search(r"驗證碼為(\d{6})", sms["text"]))]
    if not codes:
        raise PartyError("the demo page shows no code")
    return codes[0]


async def identify(play: Play) -> None:
    play.say("consents, registration card, identity")
    people = {person["person_id"]: person for person in (await play.agent.get("/api/demo"))["people"]}
    for party in play.customers:
        for step in CONSENTS:
            await ask(play, party, step)
    await play.agent.post(f"{play.path}/meeting/registration-card")
    for party in play.customers:
        await ask(play, party, "state_name")
        for side in ("front", "back"):
            await _show(play, party, people[party.id], side)


async def _show(play: Play, party: Party, person: dict, side: str) -> None:
    """Until the server has seen the card for five seconds; on a machine too busy for that, the agent vouches for it."""
    where = f"{play.path}/meeting/identity"
    card = photograph(side, party.name, person["id_no"], person["birth_date"], seed=2)
    play.agent.card_seen.clear()
    party.peer.video.shown = thumbnail(card, WIDTH, HEIGHT)
    hold = await play.agent.post(f"{where}/hold", {"person_id": party.id, "side": side})
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(play.agent.card_seen.wait(), SHOW_SECONDS)
    vouched = {} if play.agent.card_seen.is_set() else {"override_reason": VOUCHED}
    await play.agent.post(f"{where}/release", {"hold_id": hold["hold_id"], **vouched})
    party.peer.video.shown = None


async def ask(play: Play, party: Party, step: str) -> None:
    await play.agent.post(f"{play.path}/meeting/prompts", {"step": step, "person_id": party.id})
    await party.post(f"{play.path}/meeting/answers", {"step": step, "answer": True})


async def sign_documents(play: Play) -> None:
    play.say("read and sign every document")
    for party in play.customers:
        view = await party.get(play.path)
        for document in view["documents"]:
            if document["my_status"] not in ("none", "done"):
                await _sign(play, party, document)


async def _sign(play: Play, party: Party, document: dict) -> None:
    where, revision = f"{play.path}/documents/{document['id']}", document["revision"]
    for page in range(1, document["pages"] + 1):
        await party.download(f"{where}/pages/{page}?revision={revision}&width=800")
        await party.post(f"{where}/pages/{page}/read", {"revision": revision})
    mine = [f for f in document["fields"] if f["mine"] and not f["signed"]]
    for number, entry in enumerate(mine):
        wanted = {"field": entry["name"], "revision": revision}
        challenge = await party.post(f"{where}/challenges", wanted)
        ink = sign(party.name, seed=zlib.crc32(f"{where}/{party.id}/{number}".encode()))
        signature = {**wanted, "challenge": challenge["challenge"], "ink": ink, "override_reason": "customer_confirms"}
        await party.post(f"{where}/signatures", signature)
    await party.post(f"{where}/completion", {"revision": revision})


async def submit(play: Play) -> None:
    play.say("confirm and submit")
    await play.customers[0].post(f"{play.path}/submission")
    await confirm(play)


async def confirm(play: Play) -> None:
    for party in play.customers:
        for step in CONFIRMATIONS:
            await ask(play, party, step)


async def end_meeting(play: Play, seconds: float) -> dict[str, dict[str, int]]:
    """End the call once it has lasted `seconds`; returns the frames that each person sent."""
    await asyncio.sleep(max(0.0, play.began + seconds - time.monotonic()))
    sent = {p.id: {"video": p.peer.video.sent, "audio": p.peer.audio.sent} for p in play.everyone}
    play.say("end the meeting, seal the recording")
    await play.agent.delete(f"{play.path}/meeting")
    for party in play.everyone:
        await party.leave()
    await play.until("the case is under review", lambda v: v["state"] == "under_review")
    await play.until("every document is sealed", lambda v: all(d["status"] == "sealed" for d in v["documents"]))
    return sent


async def review(play: Play, reviewer: Party) -> None:
    play.say("the reviewer watches the recording and passes it")
    await pass_recording(play, reviewer)
    await play.until("the case is accepted", lambda v: v["state"] == "accepted")


async def pass_recording(play: Play, reviewer: Party) -> None:
    recording = await reviewer.get(f"{play.path}/recording")
    await reviewer.post(f"{play.path}/recording/views", {"ranges": [[0.0, recording["seconds"]]]})
    await reviewer.post(f"{play.path}/review", {"outcome": "passed", "reasons": [], "note": ""})
