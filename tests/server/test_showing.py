"""A card shown in a real room: the worker's child decodes the call, and the sides are known by the uploaded photos."""

import asyncio
import fractions
import sys
import time

import cv2
import numpy as np
import pytest
from av import VideoFrame

from capture.decode import decode
from capture.watch import order, watched
from media.messages import Showing
from server.app import LOOK
from simulate.cards import photograph
from tests.media.peers import Picture, until
from tests.media.plant import SPEC, Caller, Plant

PERSON = ("王大陸", "A123456789", "1980-01-02")
SIZE, FPS = (640, 480), 15


def photo(side: str, seed: int = 1) -> bytes:
    return photograph(side, *PERSON, seed)


class Film(Picture):
    """Shows what `shown` names at the moment."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures = {
            side: cv2.resize(decode(photo(side, seed=2)), SIZE, interpolation=cv2.INTER_AREA)
            for side in ("front", "back")
        }
        self.pictures["nothing"] = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
        self.shown = "nothing"

    async def recv(self) -> VideoFrame:
        if self.sent == 0:
            self._start = time.monotonic()
        await asyncio.sleep(max(0.0, self._start + self.sent / FPS - time.monotonic()))
        frame = VideoFrame.from_ndarray(self.pictures[self.shown], format="bgr24")
        frame.pts, frame.time_base = self.sent * 90000 // FPS, fractions.Fraction(1, 90000)
        self.sent += 1
        return frame


@pytest.fixture
async def plant(tmp_path):
    plant = Plant(tmp_path)
    yield plant
    await plant.client.close()
    for worker in plant.workers:
        await worker.close()


async def test_the_seconds_of_a_card_in_the_picture_are_measured_and_a_still_is_kept(plant):
    await plant.worker(look_command=LOOK)
    await plant.client.open_room("r1", SPEC)
    caller = Caller(plant.client, "r1", "b")
    film = caller.peers["b"].picture = Film()
    await caller.enter()
    await until(lambda: film.sent > 15)
    told = order("front", {side: photo(side) for side in ("front", "back")})
    hold_id = await plant.client.hold("r1", "b", "identity front", told)

    def progress():
        return [event.data for event in caller.events if isinstance(event, Showing)]

    await until(lambda: progress(), seconds=20)  # the process is there
    began = film.sent
    film.shown = "front"
    await until(lambda: progress()[-1]["front_s"] >= 2.0, seconds=20)
    film.shown = "nothing"
    sent = (film.sent - began) / FPS
    await until(lambda: progress()[-1]["front_s"] == 0.0, seconds=20)
    held = await plant.client.release("r1", hold_id)
    seen = watched(held.looked)
    assert sent - 0.5 < seen.longest["front"] <= sent + 0.2
    assert (seen.longest["back"], seen.match) == (0.0, "same")
    assert {step["seen"] for step in progress()} == {"nothing", "front"}
    still = decode(seen.still)
    assert still.shape == (SIZE[1], SIZE[0], 3)
    await plant.client.close_room("r1", "over")
    await caller.close()


async def test_a_child_that_cannot_be_started_leaves_the_room_as_it_is(plant):
    await plant.worker(look_command=(sys.executable, "-c", "raise SystemExit(1)"))
    await plant.client.open_room("r1", SPEC)
    caller = Caller(plant.client, "r1", "b")
    await caller.enter()
    hold_id = await plant.client.hold("r1", "b", "identity front", b"order")
    await asyncio.sleep(0.5)
    held = await plant.client.release("r1", hold_id)
    assert (held.looked, held.frames > 2) == (b"", True)
    await plant.client.close_room("r1", "over")
    await caller.close()
