"""How fast real Chromium is in a call: a real media worker, a recorded room in which one participant already sends.

Measured in a page of our own (join.html) by performance.now(), over joins one after another:
`publish_to_connected_ms`: from before createOffer until the publishing connection is connected.
`subscribe_to_first_frame_ms`: from the request to join until requestVideoFrameCallback of the other's picture, so the
server's offer, ICE, DTLS, the key frame and its decoding are in it; `offer_to_first_frame_ms` begins at the offer.
"""

import argparse
import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from bench._bridge import Bridge
from bench._chromium import browser
from bench._clip import encode_audio, encode_video
from bench._media_load import Arrivals
from bench._ours import Ours
from bench._table import show
from bench._windows import median, percentile
from media.ice import LOOPBACK
from media.transport import gather_on

ADDRESS = LOOPBACK.addresses[0]
JOINS = {True: 6, False: 20}
JOIN_SECONDS = 30
REST_SECONDS = 1.5  # key frames are asked at most once a second; people do not join that close either


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--joins", type=int, help="how many")


def run(arguments: argparse.Namespace) -> dict:
    gather_on(LOOPBACK)
    joins = asyncio.run(measure(arguments.joins or JOINS[arguments.quick]))
    show([{key: round(value, 1) for key, value in join.items()} for join in joins])
    return report(joins)


def report(joins: list[dict[str, float]]) -> dict:
    names = {
        "publish_ms": "publish_to_connected_ms",
        "subscribe_ms": "subscribe_to_first_frame_ms",
        "after_offer_ms": "offer_to_first_frame_ms",
    }
    figures: dict[str, float] = {"joins": len(joins)}
    for key, name in names.items():
        values = [join[key] for join in joins]
        figures[f"{name}_p50"], figures[f"{name}_p95"] = median(values, 1), round(percentile(values, 95), 1)
    return figures


async def measure(joins: int) -> list[dict[str, float]]:
    """The first join warms the browser and the worker, and is not counted."""
    with TemporaryDirectory(prefix="cvx-bench-") as folder:
        plane = Ours(Path(folder), ADDRESS)
        try:
            await plane.start()
            await plane.open(1, 1, encode_video(), encode_audio(), Arrivals(), stamped=False)
            async with Bridge(plane.link, "room-0").serving() as address, browser() as chromium:
                page = await chromium.new_page()
                await page.goto(address)
                await page.wait_for_function("window.ready")
                return [await join(page, number) for number in range(joins + 1)][1:]
        finally:
            await plane.stop()


async def join(page, number: int) -> dict[str, float]:
    await asyncio.sleep(REST_SECONDS)
    async with asyncio.timeout(JOIN_SECONDS):
        return await page.evaluate("who => window.once(who)", f"chromium-{number}")
