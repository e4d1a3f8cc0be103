"""Headless Chromium with a made-up camera and microphone, found and driven as the end-to-end tests do."""

import contextlib
import shutil
from collections.abc import AsyncIterator

from playwright.async_api import Browser, async_playwright

FLAGS = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)


def program() -> str:
    """The installed browser's path. Raises FileNotFoundError."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    raise FileNotFoundError("no Chromium on PATH: apt-get install chromium")


@contextlib.asynccontextmanager
async def browser(path: str | None = None, *flags: str) -> AsyncIterator[Browser]:
    """`path`: of a program that starts Chromium with the arguments that it gets."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path or program(), args=[*FLAGS, *flags])
        try:
            yield launched
        finally:
            await launched.close()
