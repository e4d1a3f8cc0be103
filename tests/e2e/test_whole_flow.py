"""The one browser test: agent, 要保人 and 被保險人 finish a case in three real pages, and a reviewer passes it."""

import asyncio
import os
import re
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import expect

from simulate.command import decoded_frames
from simulate.party import Party
from simulate.system import own_system
from tests.e2e.browser import DESKTOP, PHONE, browser, page_of, sent_frames
from tests.e2e.people import Agent, Customer, Person

CONSENTS = ("consent_recording", "consent_video_signing", "consent_face")
CONFIRMATIONS = ("confirm_application", "confirm_others")
APPLICATION = "application_service"
SEALING_MS = 60_000
FILM_MS = 120_000
# Where each playing picture stands on the recording's clock, in seconds.
PICTURE_TIMES = """async (caseId) => {
  const recording = await (await fetch(`/api/cases/${caseId}/recording`)).json();
  const start = (id) => {
    const [track, n] = id.replace("media-", "").split("/");
    return recording.tracks.find((t) => t.track_id === track).segments.find((s) => s.n === Number(n)).start_s;
  };
  return [...document.querySelectorAll("video")]
    .filter((video) => !video.paused && video.readyState > 2)
    .map((video) => video.currentTime + start(video.dataset.testid));
}"""
SHOTS = os.environ.get("E2E_SHOTS")


async def demo(origin: str) -> dict:
    async with aiohttp.ClientSession(origin) as http, http.get("/api/demo") as response:
        return await response.json()


def newest_code(sms: list[dict]) -> str:
    return re.search(r"驗證碼為(\d{6})", sms[0]["text"]).group(1)


async def shoot(name: str, *people: Person) -> None:
    """Pictures for a person to look at, when asked for."""
    if SHOTS:
        for person in people:
            await person.page.screenshot(path=Path(SHOTS) / f"{name}-{type(person).__name__.lower()}-{person.name}.png")


@pytest.mark.e2e
async def test_three_people_finish_a_case_and_a_reviewer_passes_it(tmp_path):
    async with own_system() as origin, browser(tmp_path) as chromium:
        logins = {login["name"]: login for login in (await demo(origin))["people"]}
        agent, holder, insured = await arrive(chromium, origin, logins)

        case_id = await agent.open_case(holder, insured)
        await shoot("1-opened", agent, holder)
        await asyncio.gather(holder.photograph_id(case_id), insured.photograph_id(case_id))
        await agent.reject_photos(insured, "反面反光")
        await insured.retake_rejected(case_id, "反面反光")
        await agent.approve_photos()
        await shoot("2-approved", agent, holder)

        await agent.open_meeting()
        for customer in (holder, insured):
            await enter(origin, customer, case_id)
        await expect(agent.page.locator('[data-testid="recorder"][data-writing="true"]')).to_be_visible()
        for person in (agent, holder, insured):
            await expect(person.page.locator('[data-testid^="tile-"][data-receiving="true"]')).to_have_count(3)
        await shoot("3-room", agent, holder, insured)
        await holder.mute_and_unmute()
        await holder.switch_layouts()
        shared = await agent.share_screen(holder)

        await identify(agent, holder, insured)
        await shoot("4-identified", agent, holder)
        await holder.shrink_and_drag()
        signed = await holder.sign_everything(case_id)
        await holder.return_document(APPLICATION, "聯絡電話有誤")
        await agent.amend(APPLICATION, "聯絡電話已更正")
        assert await holder.sign_everything(case_id) == 1  # only what was amended lost its signature
        await insured.at("shrink").click()
        sent_before = await insured.reload_at_second_page(APPLICATION)
        assert await insured.sign_everything(case_id) == signed
        await shoot("5-signed", agent, holder)
        await holder.at("submit").click()
        await expect(holder.at("upload-success")).to_be_visible()
        for customer in (holder, insured):
            for step in CONFIRMATIONS:
                await agent.ask(step, customer)

        await agent.close_the_list()
        sent = {(person.id, "camera"): await sent_frames(person.page) for person in (agent, holder, insured)}
        sent[insured.id, "camera"] += sent_before
        sent[agent.id, "screen"] = shared
        await agent.end_meeting()
        await expect(agent.page.locator('[data-testid="workspace"][data-state="under_review"]')).to_be_visible(
            timeout=SEALING_MS
        )
        await shoot("6-ended", agent, holder)
        await expect_signed(holder, case_id)

        reviewer = await review(chromium, origin, await login_of(origin, "沈若安"), case_id)
        await expect(agent.page.locator('[data-testid="workspace"][data-state="accepted"]')).to_be_visible()
        await agent.at("case-tab-assessment").click()
        await expect(agent.at("edition")).to_have_text("113-07")
        await reviewer.at("look-film").click()
        await shoot("8-film-making", reviewer)
        assert await recorded_within_a_second(origin, case_id, sent, tmp_path)
        await film_plays(reviewer)
        await shoot("9-film", reviewer)


async def arrive(chromium, origin: str, logins: dict[str, dict]) -> tuple[Agent, Customer, Customer]:
    """Everybody logs in, the customers on phones."""
    desk = await chromium.new_context(**DESKTOP)
    agent = Agent(await page_of(desk, f"{origin}/console"), logins["歐陽林林"])
    await agent.log_in(totp=agent.login["totp"])
    customers = []
    for name in ("王大陸", "林小芸"):
        phone = await chromium.new_context(**PHONE)
        customers.append(Customer(await page_of(phone, f"{origin}/"), logins[name]))
        await customers[-1].log_in()
        await expect(customers[-1].at("home-page")).to_be_visible()
    return agent, *customers


async def enter(origin: str, customer: Customer, case_id: str) -> None:
    """The invitation stands on the home page at once; 加入 and all that follows."""
    await customer.at("back").click()
    await customer.at("nav-home").click()
    await customer.at(f"join-{case_id}").click()
    await expect(customer.at("otp-resend")).to_be_disabled()
    await expect(customer.at("otp-validity")).not_to_be_empty()
    await customer.mistype()
    await customer.join(case_id, newest_code((await demo(origin))["sms"]))


async def identify(agent: Agent, *customers: Customer) -> None:
    for customer in customers:
        for step in CONSENTS:
            await agent.ask(step, customer)
    await agent.at("show-card").click()
    for customer in customers:
        await customer.at("registration-card-ok").click()
    for customer in customers:
        await agent.identify(customer)


async def expect_signed(customer: Customer, case_id: str) -> None:
    """「回到保單服務頁面」, where the case has moved to 已簽名(1)."""
    await customer.at("submitted-ok").click()
    await expect(customer.at("tab-signed")).to_contain_text("(1)")
    await expect(customer.at(f"case-{case_id}")).to_be_visible()


async def review(chromium, origin: str, login: dict, case_id: str) -> Person:
    """Play the recording, jump to a mark, pass the case."""
    desk = await chromium.new_context(**DESKTOP)
    reviewer = Person(await page_of(desk, f"{origin}/review"), login)
    await reviewer.log_in(totp=login["totp"])
    await reviewer.at(f"case-{case_id}").click()
    await expect(reviewer.at("verified")).to_be_visible()
    await reviewer.like("^check-seek-identity-").first.click()
    await reviewer.at("play").click()
    await playing_in_step(reviewer, case_id, pictures=3)
    await shoot("7-review", reviewer)
    await reviewer.at("outcome-passed").click()
    await reviewer.at("review-submit").click()
    await expect(reviewer.page.locator('[data-testid="review-outcome"][data-outcome="passed"]')).to_be_visible()
    return reviewer


async def playing_in_step(reviewer: Person, case_id: str, pictures: int) -> None:
    """Every picture runs, and all are within 80 ms of each other (F60)."""
    for _ in range(60):
        times = await reviewer.page.evaluate(PICTURE_TIMES, case_id)
        if len(times) == pictures and min(times) > 20 and max(times) - min(times) < 0.08:
            return
        await asyncio.sleep(0.25)
    raise AssertionError(f"the pictures are not in step: {times}")


async def film_plays(reviewer: Person) -> None:
    """The film of the meeting is made meanwhile; it goes on where they were. Nothing plays until then."""
    await expect(reviewer.page.locator('[data-testid="film"][data-status="ready"]')).to_be_visible(timeout=FILM_MS)
    if await reviewer.at("player").get_attribute("data-playing") == "false":
        await reviewer.at("play").click()
    film = reviewer.at("media-film")
    for _ in range(60):
        width, at = await film.evaluate("(film) => [film.paused ? 0 : film.videoWidth, film.currentTime]")
        if width == 1280 and at > 20:
            return
        await asyncio.sleep(0.25)
    raise AssertionError(f"the film does not play: {width} pixels wide at {at} s")


async def login_of(origin: str, name: str) -> dict:
    """A demo login with the one-time code of this moment."""
    return next(person for person in (await demo(origin))["people"] if person["name"] == name)


async def recorded_within_a_second(origin: str, case_id: str, sent: dict[tuple[str, str], int], folder: Path) -> bool:
    """Every camera's and screen's track decodes to as many frames as its page encoded, within one second of them; the
    screen's went on for a moment after they were counted."""
    login = await login_of(origin, "沈若安")
    async with Party(origin, login, 0) as party:
        recording = await party.get(f"/api/cases/{case_id}/recording")
        for track in (track for track in recording["tracks"] if track["kind"] == "video"):
            frames = 0
            for segment in track["segments"]:
                file = folder / f"{track['track_id']}-{segment['n']}.webm"
                file.write_bytes(await party.download(segment["url"]))
                frames += await asyncio.to_thread(decoded_frames, file)
            seconds = sum(segment["duration_s"] for segment in track["segments"])
            source = track["track_id"].rpartition("-")[2]
            over, a_second = frames - sent[track["person_id"], source], frames / seconds
            assert over >= -a_second and (over <= a_second or source == "screen"), (track["track_id"], frames, sent)
    return len(recording["tracks"]) == 7
