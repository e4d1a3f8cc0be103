"""Real Chromium with a camera that films a drawn card, and counters of what each page really sends."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import cv2
import numpy as np
from playwright.async_api import Browser, BrowserContext, Page, expect

from bench import _chromium
from simulate.cards import photograph

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
CAMERA_SIZE, CAMERA_FPS = (1280, 960), 10
PATIENCE_MS = 60_000  # of a busy machine
expect.set_options(timeout=PATIENCE_MS)
# Every peer connection of a page is kept, so that the frames that its encoder made can be asked for.
KEEP_CONNECTIONS = """
window.connections = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...settings) { super(...settings); window.connections.push(this); }
};
"""
# Sections of the sending connection: camera, microphone, and the screen once one is shared.
CAMERA, SCREEN = "0", "2"
FRAMES = """async ([type, counter, mid]) => {
  let frames = 0;
  for (const connection of window.connections)
    for (const report of (await connection.getStats()).values())
      if (report.type === type && report.kind === "video" && (mid ?? report.mid) === report.mid)
        frames += report[counter];
  return frames;
}"""


@contextlib.asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Browser]:
    """A headless browser whose camera shows an ID card on a desk and whose microphone beeps."""
    camera = folder / "camera.y4m"
    film(camera, [photograph("front", "王大陸", "A123456789", "1980-01-02", seed) for seed in range(3)])
    async with _chromium.browser(None, f"--use-file-for-fake-video-capture={camera}") as launched:
        yield launched


async def page_of(context: BrowserContext, url: str) -> Page:
    await context.add_init_script(KEEP_CONNECTIONS)
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(url)
    return page


async def sent_frames(page: Page, section: str = CAMERA) -> int:
    """Video frames that this page's encoders have made so far for one section."""
    return await page.evaluate(FRAMES, ["outbound-rtp", "framesEncoded", section])


async def decoded_frames(page: Page) -> int:
    """Video frames of others that this page has decoded since it was loaded."""
    return await page.evaluate(FRAMES, ["inbound-rtp", "framesDecoded", None])


def film(path: Path, photos: list[bytes]) -> None:
    """Write pictures as an uncompressed YUV4MPEG2 clip, each shown for half a second."""
    width, height = CAMERA_SIZE
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{CAMERA_FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for photo in photos:
            picture = cv2.resize(cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR), CAMERA_SIZE)
            planes = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).tobytes()
            for _ in range(CAMERA_FPS // 2):
                file.write(b"FRAME\n" + planes)
