"""The page of a photo task in a real browser that refuses the camera: what it says, and an upload over a reload."""

import cv2
import numpy as np
import pytest
from playwright.async_api import expect

from bench import _chromium
from simulate.cards import photograph
from tests.e2e.browser import page_of
from tests.e2e.people import Customer
from tests.server.conftest import PEOPLE, open_case, prepare, serving, settings_for

DENY = "--use-fake-ui-for-media-stream=deny"
LEFT_ON_THE_DEVICE = """() => new Promise((resolve) => {
  const opened = indexedDB.open("cvx");
  opened.onsuccess = () => {
    const asked = opened.result.transaction("shots").objectStore("shots").count();
    asked.onsuccess = () => resolve(asked.result);
  };
})"""


@pytest.fixture
async def system(tmp_path):
    await prepare(tmp_path / "seeded")
    async with serving(settings_for(tmp_path / "seeded", tmp_path / "data")) as running:
        yield running


def large_photo() -> bytes:
    """More than one piece."""
    card = cv2.imdecode(np.frombuffer(photograph("front", "王大陸", "A123456789", "1980-01-02", 1), np.uint8), 1)
    card = cv2.resize(card, (1600, 1200), interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(1).normal(0, 9, card.shape)
    grainy = np.clip(card + noise, 0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", grainy, [cv2.IMWRITE_JPEG_QUALITY, 93])[1].tobytes()


async def at_the_task(system, browser) -> tuple[Customer, str]:
    agent, member = await system.logged_in("agent-1"), await system.logged_in("member-1")
    case_id = (await open_case(agent))["case_id"]
    await member.post(f"/api/cases/{case_id}/photo-tasks/identity-1/acknowledgement")
    page = await page_of(await browser.new_context(), system.origin)
    person = PEOPLE["member-1"]
    customer = Customer(
        page, {"person_id": person.person_id, "name": person.name, "login": person.login, "password": person.password}
    )
    await customer.log_in()
    await customer.open_case(case_id)
    await customer.like("^photo-task-").click()
    return customer, case_id


async def told(system, case_id, kind) -> list[dict]:
    return [entry.body for entry in await system.desk.journal.read(case_id) if entry.type == kind]


async def test_a_refused_camera_is_told_and_an_upload_goes_on_after_a_reload(system):
    async with _chromium.browser(None, DENY) as browser:
        customer, case_id = await at_the_task(system, browser)
        await customer.at("photo-add").click()
        await expect(customer.at("camera-none")).to_have_attribute("data-state", "blocked")
        await expect(customer.at("camera-help")).to_contain_text("允許相機")

        offsets: list[int] = []

        async def second_piece_is_lost(route):
            offsets.append(int(route.request.headers["upload-offset"]))
            await (route.continue_() if len(offsets) == 1 else route.abort())

        await customer.page.route("**/uploads/*", second_piece_is_lost)
        photo = {"name": "id.jpg", "mimeType": "image/jpeg", "buffer": large_photo()}
        await customer.at("photo-file").set_input_files(photo)
        await customer.at("use-photo").click()
        await expect(customer.at("use-photo")).to_contain_text("%")
        while len(offsets) < 2:
            await customer.page.wait_for_timeout(50)
        assert [body["outcome"] for body in await told(system, case_id, "CameraReported")] == ["blocked"]

        await customer.page.unroute("**/uploads/*")
        offsets.clear()

        async def noted(route):
            offsets.append(int(route.request.headers["upload-offset"]))
            await route.continue_()

        await customer.page.route("**/uploads/*", noted)
        await customer.page.reload()
        await expect(customer.page.locator('[data-side="front"]')).to_be_visible()
        assert offsets[0] == 512 * 1024
        assert len(await told(system, case_id, "PhotoAdded")) == 1
        assert await system.desk.blobs.list("uploads/") == ()
        assert await customer.page.evaluate(LEFT_ON_THE_DEVICE) == 0
