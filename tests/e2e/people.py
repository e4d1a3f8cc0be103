"""What the people of the story do with their pages: clicks, touches and typing, nothing else."""

import re

from playwright.async_api import Page, expect

from simulate.ink import sign

SLOW_MS = 30_000


class Person:
    """Someone at a page."""

    def __init__(self, page: Page, login: dict) -> None:
        self.page, self.login = page, login
        self.id, self.name = login["person_id"], login["name"]

    def at(self, testid: str):
        return self.page.get_by_test_id(testid)

    def like(self, pattern: str):
        return self.page.get_by_test_id(re.compile(pattern))

    async def log_in(self, **more: str) -> None:
        for field, value in {"name": self.login["login"], "password": self.login["password"], **more}.items():
            await self.at(f"login-{field}").fill(value)
        await self.at("login-submit").click()


class Customer(Person):
    async def open_case(self, case_id: str) -> None:
        await self.at("nav-services").click()
        await self.at(f"case-{case_id}").click()
        await expect(self.at("case-page")).to_be_visible()

    async def photograph_id(self, case_id: str) -> None:
        """我知道了, then both sides with the live detection on, then 完成 and 確定."""
        await self.open_case(case_id)
        await self.like("^photo-task-").click()
        await self.at("photo-acknowledge").click()
        for side in ("front", "back"):
            if side == "back":
                await self.at("photo-add").click()
            await expect(self.at("quad")).to_be_visible(timeout=SLOW_MS)
            await self.at("shutter").click()
            await self.at(f"side-{side}").click()
            await self.at("use-photo").click()
            await expect(self.page.locator(f'[data-side="{side}"]')).to_be_visible()
        await self.at("photos-complete").click()
        await self.at("upload-ok").click()

    async def join(self, case_id: str, code: str) -> None:
        """The SMS code is in the boxes; 同意並繼續, camera and microphone, preview, 加入通話."""
        await self.at("otp-input").fill(code)
        await self.at("otp-agree").click()
        await self.at("permission-ask").click()
        await expect(self.at("preview-page")).to_contain_text("要保人")
        await self.at("enter-call").click()
        await expect(self.at("room-page")).to_be_visible()

    async def answer(self, step: str) -> None:
        await self.page.locator(f'[data-testid="prompt"][data-step="{step}"]').wait_for()
        await self.at("prompt-yes").click()
        await expect(self.at("prompt")).to_have_count(0)

    async def sign_everything(self, case_id: str) -> int:
        """Shrink the call, read and sign the documents in their order; returns how many were signed."""
        await self.at("shrink").click()
        await expect(self.at("pip")).to_be_visible()
        signatures = 0
        while await (todo := self.page.locator('[data-my-status="to_sign"], [data-my-status="to_read"]')).count():
            document = await todo.first.get_attribute("data-testid")
            await todo.first.click()
            signatures += await self._finish_document()
            await expect(self.page.locator(f'[data-testid="{document}"][data-my-status="done"]')).to_be_visible()
        return signatures

    async def _finish_document(self) -> int:
        signatures = 0
        while True:
            await expect(self.page.locator('[data-testid="page"][data-loaded="true"]')).to_be_visible()
            if await self.at("page-next").is_enabled():
                await self.at("page-next").click()
                continue
            done = self.at("document-complete")
            await expect(done.or_(self.at("sign-open"))).to_be_visible()
            if await done.is_visible():
                await done.click()
                return signatures
            await self._sign(signatures)
            signatures += 1

    async def _sign(self, seed: int) -> None:
        """On the pad once, thrown away, drawn again, 完成, confirmed."""
        await self.at("sign-open").click()
        await self._draw(seed)
        if seed == 0:
            await self.at("pad-trash").click()
            await self._draw(seed + 1)
        await self.at("pad-done").click()
        await self.at("pad-confirm").click()
        kept = self.at("ink-warning-keep")
        await expect(kept.or_(self.at("document-complete")).or_(self.at("sign-open"))).to_be_visible()
        if await kept.is_visible():
            await kept.click()
        await expect(self.at("pad")).to_have_count(0)

    async def _draw(self, seed: int) -> None:
        """Ink in landscape on a pad that is turned: along the pad's x is down the phone's y."""
        box = await self.at("pad-sheet").bounding_box()
        turned = await self.at("pad").get_attribute("data-turned") == "true"
        ink = sign(self.name, seed)
        mouse = self.page.mouse
        for stroke in ink["strokes"]:
            for index, (x, y, _, _) in enumerate(stroke[::3]):
                along, across = x / ink["width"], y / ink["height"]
                u, v = (1 - across, along) if turned else (along, across)
                await mouse.move(box["x"] + u * box["width"], box["y"] + v * box["height"])
                if index == 0:
                    await mouse.down()
            await mouse.up()


class Agent(Person):
    async def open_case(self, policyholder: Person, insured: Person) -> str:
        """保全 for two persons; returns the case's id."""
        await self.at("new-case").click()
        for row, person in enumerate((policyholder, insured)):
            await self.at(f"person-member-{row}").select_option(value=person.id)
        await self.at("new-submit").click()
        await expect(self.at("workspace")).to_be_visible()
        return self.page.url.split("case/")[1].split("/")[0]

    async def approve_photos(self) -> None:
        approve = self.like("^photos-approve-")
        await expect(approve).to_have_count(2)
        for _ in range(2):
            left = await approve.count()
            await approve.first.click()
            await expect(approve).to_have_count(left - 1)

    async def open_meeting(self) -> None:
        await self.at("open-meeting").click()
        await expect(self.at("call")).to_be_visible()

    async def ask(self, step: str, customer: Customer) -> None:
        await self.at(f"ask-{step}-{customer.id}").click()
        await customer.answer(step)
        await self.done(step, customer.id)

    async def done(self, step: str, person_id: str) -> None:
        await expect(self.page.locator(f'[data-testid="step-{step}-{person_id}"][data-status="done"]')).to_be_visible()

    async def identify(self, customer: Customer) -> None:
        await self.ask("state_name", customer)
        for side in ("front", "back"):
            await self._hold(side, customer)

    async def _hold(self, side: str, customer: Customer) -> None:
        """Five seconds; when the server saw the picture stand still in between, it says so and the agent asks again."""
        shown = self.page.locator(f'[data-testid="step-identity_{side}-{customer.id}"][data-status="done"]')
        for _ in range(3):
            await self.at(f"hold-{side}-{customer.id}").click()
            await expect(shown.or_(self.at("hold-error"))).to_be_visible()
            if await shown.is_visible():
                return
        await expect(shown).to_be_visible()

    async def end_meeting(self) -> None:
        await self.at("end-meeting").click()
        await expect(self.page.locator('[data-testid="close-check"][data-complete="true"]')).to_be_visible()
        await self.at("close-confirm").click()
        await expect(self.at("meeting-ended")).to_be_visible()
