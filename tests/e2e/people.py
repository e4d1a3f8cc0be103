"""What the people of the story do with their pages: clicks, touches and typing, nothing else."""

import asyncio
import re
from contextlib import suppress

from playwright.async_api import Locator, Page, TimeoutError, expect

from simulate.ink import sign
from tests.e2e.browser import SCREEN, decoded_frames, sent_frames

SLOW_MS = 30_000
QUICK_MS = 3_000


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
        """我知道了, then both sides: the front with the live detection and a retake, the back without; 完成, 確定."""
        await self.open_case(case_id)
        await self.like("^photo-task-").click()
        await self.at("photo-acknowledge").click()
        await self.photograph("front", detection=True, retake=True)
        await self.at("photo-add").click()
        await self.photograph("back", detection=False)
        await self._hand_in_photos()

    async def photograph(self, side: str, *, detection: bool, retake: bool = False) -> None:
        """The camera is open and its detection on."""
        await expect(self.at("quad")).to_be_visible()
        if not detection:
            await self.at("detection").click()
            await expect(self.at("quad")).to_have_count(0)
        await self.at("shutter").click()
        if retake:
            await self.at("retake").click()
            await expect(self.at("quad")).to_be_visible()
            await self.at("shutter").click()
        await self.at(f"side-{side}").click()
        await self.at("use-photo").click()
        await expect(self.page.locator(f'[data-side="{side}"]')).to_be_visible()

    async def retake_rejected(self, case_id: str, reason: str) -> None:
        """The agent's reason stands there; the photo goes into the bin and another is taken. Without detection, since
        the camera shows the front, which would be noticed."""
        await self.page.locator('[data-testid^="photo-task-"][data-status="rejected"]').click()
        await expect(self.at("photo-rejected")).to_contain_text(reason)
        back = self.page.locator('[data-side="back"]')
        await back.locator('[data-testid^="photo-delete-"]').click()
        await expect(back).to_have_count(0)
        await self.at("photo-add").click()
        await self.photograph("back", detection=False)
        await self._hand_in_photos()

    async def _hand_in_photos(self) -> None:
        await self.at("photos-complete").click()
        await self.at("upload-ok").click()

    async def mistype(self) -> None:
        """A wrong code is told, and costs neither the code nor the page."""
        await self.at("otp-input").fill("１２３４５６")
        await self.at("otp-agree").click()
        await expect(self.at("otp-error")).to_be_visible()

    async def mute_and_unmute(self) -> None:
        """The button is black when on (S42)."""
        button = self.at("toggle-microphone")
        for pressed in ("false", "true"):
            await button.click()
            await expect(button).to_have_attribute("aria-pressed", pressed)

    async def switch_layouts(self) -> None:
        """Three people see three at once; the button changes to two and back (S44)."""
        for layout in ("group", "pair"):
            await expect(self.at(f"layout-{layout}")).to_be_visible()
            await self.at("layout").click()
        await expect(self.at("layout-group")).to_be_visible()

    async def shrink_and_drag(self) -> None:
        """The small picture starts at the top right and goes where it is dragged (S55)."""
        await self.at("shrink").click()
        before = await self.at("pip").bounding_box()
        await self.at("pip").hover()
        await self.page.mouse.down()
        await self.page.mouse.move(before["x"] - 150, before["y"] + 160, steps=6)
        await self.page.mouse.up()
        after = await self.at("pip").bounding_box()
        assert after["x"] < before["x"] - 60, "the small picture did not follow the finger"

    async def reload_at_second_page(self, document: str) -> int:
        """The page is loaded anew in the call, in the middle of a document: the same page stands there, and the
        pictures of the others run. Returns the frames that the old page had sent."""
        await self.at(f"document-{document}").click()
        await self.at("page-next").click()
        await expect(self.at("page-number")).to_contain_text("2 /")
        sent = await sent_frames(self.page)
        await self.page.reload()
        await expect(self.at("page-number")).to_contain_text("2 /")
        await expect(self.at("pip")).to_be_visible()
        await self.sees_pictures()
        await self.at("back").click()
        return sent

    async def sees_pictures(self) -> None:
        for _ in range(100):
            if await decoded_frames(self.page) > 10:
                return
            await asyncio.sleep(0.1)
        raise AssertionError("no picture of anybody within ten seconds")

    async def sees_screen(self) -> None:
        """What is shared is large and moves."""
        await expect(self.at("layout-screen")).to_be_visible()
        screen = self.page.locator('[data-testid="screen"] video')
        for _ in range(100):
            if await screen.evaluate("(video) => video.getVideoPlaybackQuality().totalVideoFrames") > 5:
                return
            await asyncio.sleep(0.1)
        raise AssertionError("the shared screen does not move")

    async def return_document(self, document: str, reason: str) -> None:
        """「退回本件」 from the case page."""
        await self.at("return-open").click()
        await self.at("return-document").select_option(value=document)
        await self.at("return-reason").fill(reason)
        await self.at("return-confirm").click()
        await expect(self.page.locator(f'[data-testid="document-{document}"][data-status="returned"]')).to_be_visible()

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
        """Read and sign the documents in their order, the call beside them; returns how many were signed."""
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
                await self._complete(done)
                return signatures
            await self._sign(signatures)
            signatures += 1

    async def _complete(self, done: Locator) -> None:
        """Pressed again while signing is locked: who came back a moment ago is not on the disk yet."""
        for _ in range(10):
            await done.click()
            with suppress(AssertionError):
                await expect(done).to_have_count(0, timeout=QUICK_MS)
                return

    async def _sign(self, seed: int) -> None:
        """On the pad once, thrown away, drawn again, 完成, confirmed."""
        await self.at("sign-open").click()
        await self._draw(seed)
        if seed == 0:
            await self.at("pad-trash").click()
            await self._draw(seed + 1)
        await self.at("pad-done").click()
        await self.at("pad-confirm").click()
        await self._pad_closes()

    async def _pad_closes(self) -> None:
        """The signature is taken; where the server noticed something about it, the customer keeps it."""
        kept, pad = self.at("ink-warning-keep"), self.at("pad")
        for _ in range(SLOW_MS // 100):
            if await kept.is_visible():
                await kept.click()
            if await pad.count() == 0:
                return
            await asyncio.sleep(0.1)
        await expect(pad).to_have_count(0)

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

    async def reject_photos(self, customer: Customer, reason: str) -> None:
        task = self.page.locator(f'[data-testid^="photo-task-"][data-person="{customer.id}"]')
        await task.locator('[data-testid^="photos-reject-"]').click()
        await self.at("photo-reject-reason").fill(reason)
        await self.at("photo-reject-confirm").click()
        await expect(task).to_have_attribute("data-status", "rejected")

    async def approve_photos(self) -> None:
        approve = self.like("^photos-approve-")
        await expect(approve).to_have_count(2)
        for left in (1, 0):
            await approve.first.click()
            await expect(approve).to_have_count(left)

    async def amend(self, document: str, reason: str) -> None:
        """The returned document gets a new revision with what was amended."""
        await self.at(f"document-amend-{document}").click()
        await self.at("amend-key-0").select_option(value="remark")
        await self.at("amend-value-0").fill(reason)
        await self.at("amend-confirm").click()
        issued = f'[data-testid="document-{document}"][data-revision="2"]:not([data-status="preparing"])'
        await expect(self.page.locator(issued)).to_be_visible()

    async def open_meeting(self) -> None:
        await self.at("open-meeting").click()
        await expect(self.at("call")).to_be_visible()

    async def share_screen(self, customer: Customer) -> int:
        """For as long as it takes the customer to see it; returns the frames of it that were sent."""
        await self.at("share-screen").click()
        await customer.sees_screen()
        sent = await sent_frames(self.page, SCREEN)
        await self.at("share-screen").click()
        await expect(customer.at("screen")).to_have_count(0)
        return sent

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
        """The camera of this browser films the front of one card alone: what the server cannot measure, the agent
        vouches for once frames have come for five seconds."""
        shown = self.page.locator(f'[data-testid="step-identity_{side}-{customer.id}"][data-status="done"]')
        vouch = self.page.locator('[data-testid="hold-override"]:not([disabled])')
        await self.at(f"hold-{side}-{customer.id}").click()
        while not await shown.is_visible():
            await expect(shown.or_(vouch).first).to_be_visible()
            with suppress(TimeoutError):  # the server may measure it after all, and the agent's word is not asked for
                await self._vouch(vouch)
        await expect(shown).to_be_visible()

    async def _vouch(self, button: Locator) -> None:
        await button.click(timeout=QUICK_MS)
        await self.at("hold-vouch-reason").fill("鏡頭只拍到正面，已目視核對", timeout=QUICK_MS)
        await self.at("hold-vouch-confirm").click(timeout=QUICK_MS)
        await expect(self.at("hold-vouch-confirm")).to_have_count(0)

    async def close_the_list(self) -> None:
        """Everything that belongs into the meeting is done."""
        await self.at("end-meeting").click()
        await expect(self.page.locator('[data-testid="close-check"][data-complete="true"]')).to_be_visible()

    async def end_meeting(self) -> None:
        await self.at("close-confirm").click()
        await expect(self.at("meeting-ended")).to_be_visible()
