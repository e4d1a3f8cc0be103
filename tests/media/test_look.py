"""The process that looks at a camera: which frames it looks at, what it makes of a stream, and what its end costs."""

import asyncio
import io
import sys
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import look_child
from media.look import (
    END_SECONDS,
    FRAME,
    LENGTH,
    ORDER,
    PICTURE,
    PROGRESS,
    RESULT,
    STREAM,
    WAITING,
    Look,
    message,
)
from media.look_child import EVERY, Pace, Stream, run


@given(st.lists(st.integers(900, 9000), min_size=2, max_size=120), st.integers(0, (1 << 32) - 1))
def test_looks_are_never_more_than_two_hundred_milliseconds_apart_where_frames_come_steadily(steps, start):
    steady = [steps[0]] * len(steps)
    pace, now, looked = Pace(), 0, []
    for step in steady:
        if pace.due((start + now) & 0xFFFFFFFF):
            looked.append(now)
        now += step
    gaps = [after - before for before, after in pairwise(looked)]
    # The first gap knows no distance of frames yet.
    assert all(gap <= max(EVERY, steps[0]) for gap in gaps[1:])
    assert all(gap > EVERY - 2 * steps[0] for gap in gaps)


class Greys:
    """Says how bright each picture is."""

    def __init__(self, order: bytes):
        self.order, self.seen, self.streams = order, [], 0

    def look(self, picture, timestamp):
        self.seen.append((timestamp, picture.shape, float(picture.mean())))
        return {"looks": len(self.seen)}

    def restart(self):
        self.streams += 1

    def result(self):
        return self.order + b" over"


def clip(frames: int = 45, fps: int = 15, start: int = 0xFFFFFFFF - 90_000) -> list[tuple[int, bytes]]:
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 160, 120, "yuv420p"
    encoder.time_base, encoder.framerate, encoder.bit_rate = Fraction(1, fps), Fraction(fps), 200_000
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    packets = []
    for at in range(frames):
        frame = av.VideoFrame.from_ndarray(np.full((120, 160, 3), 40 + at * 2, np.uint8), format="rgb24")
        frame.pts = at
        packets += encoder.encode(frame.reformat(format="yuv420p"))
    packets += encoder.encode(None)
    return [((start + at * 90_000 // fps) & 0xFFFFFFFF, bytes(packet)) for at, packet in enumerate(packets)]


def told(pipe: bytes) -> list[tuple[int, bytes]]:
    said = []
    while pipe:
        kind, length = LENGTH.unpack_from(pipe)
        said.append((kind, pipe[LENGTH.size : LENGTH.size + length]))
        pipe = pipe[LENGTH.size + length :]
    return said


def test_a_stream_is_decoded_and_five_pictures_a_second_are_looked_at_over_the_wrap_of_its_times():
    watchers, target = [], io.BytesIO()
    pictures = [message(PICTURE, FRAME.pack(stamp, 90) + data) for stamp, data in clip()]
    pictures.insert(20, message(PICTURE, FRAME.pack(7, 0) + b"noise"))
    source = io.BytesIO(b"".join([message(ORDER, b"a card"), message(STREAM, b"VP8"), *pictures]))
    run(lambda order: watchers.append(Greys(order)) or watchers[0], source, target)
    (watcher,) = watchers
    assert watcher.streams == 1
    assert 14 <= len(watcher.seen) <= 17  # of three seconds
    assert {shape for _, shape, _ in watcher.seen} == {(160, 120, 3)}  # turned
    said = told(target.getvalue())
    assert [kind for kind, _ in said] == [PROGRESS] * len(watcher.seen) + [RESULT]
    assert said[-1][1] == b"a card over"


def test_a_picture_larger_than_any_camera_sends_is_not_decoded(monkeypatch):
    stamp, data = clip()[0]
    assert Stream("VP8").picture(stamp, 0, data).shape == (120, 160, 3)
    monkeypatch.setattr(look_child, "MOST_PIXELS", 10_000)
    assert Stream("VP8").picture(stamp, 0, data) is None


@pytest.mark.parametrize(
    ("script", "looked"),
    [("raise SystemExit(1)", b""), ("import sys; sys.stdin.buffer.read(); print('x' * 9)", b"")],
    ids=["dies", "talks nonsense"],
)
async def test_a_child_that_fails_costs_what_it_would_have_said_and_nothing_else(script, looked):
    look = Look((sys.executable, "-c", script), b"order", lambda data: None)
    assert await look.finish() == looked


async def test_a_child_that_cannot_be_started_is_no_error():
    look = Look(("/nowhere/at/all",), b"order", lambda data: None)
    assert await look.finish() == b""


async def test_what_waits_too_long_is_dropped_for_what_is_new_but_not_the_order():
    look = Look((sys.executable, "-c", "import time; time.sleep(60)"), b"order", lambda data: None)
    fits = [look._put(message(PICTURE, b"%d" % number)) for number in range(200)]
    assert (fits[0], fits.count(False)) == (True, 1)
    assert look._queue.get_nowait()[0] == ORDER
    await asyncio.wait_for(look.close(), 5)


async def test_the_end_is_told_to_a_child_behind_whom_the_queue_is_full():
    answers = "import os, time; time.sleep(0.5); "  # meanwhile its pipe and the queue fill
    answers += "[None for _ in iter(lambda: os.read(0, 1 << 16), b'')]; os.write(1, b'\\x02\\0\\0\\0\\x01!')"
    look = Look((sys.executable, "-c", answers), b"order", lambda data: None)
    await asyncio.sleep(0.2)
    for _ in range(200):
        await asyncio.sleep(0)
        look._put(message(PICTURE, bytes(5000)))
    while look._queue.qsize() < WAITING:
        assert look._put(message(PICTURE, bytes(5000)))
    assert await asyncio.wait_for(look.finish(), END_SECONDS - 1) == b"!"


async def test_a_child_that_is_behind_still_says_what_it_saw():
    slow = "import sys, time; from media.look_child import _messages, _tell; from media.look import RESULT\n"
    slow += "seen = sum(1 for _ in _messages(sys.stdin.buffer) if not time.sleep(0.2))\n"
    slow += "_tell(sys.stdout.buffer, RESULT, b'%d' % seen)"
    look = Look((sys.executable, "-c", slow), b"order", lambda data: None)
    for _ in range(WAITING - 1):  # 30 s of its work
        assert look._put(message(PICTURE, bytes(60_000)))
    await asyncio.sleep(1.5)
    assert 0 < int(await look.finish()) < 20


async def test_a_showing_that_nobody_ends_is_over_in_time_and_its_process_gone():
    look = Look((sys.executable, "-c", "import time; time.sleep(60)"), b"order", lambda data: None, seconds=0.3)
    await asyncio.wait_for(asyncio.wait([look._task]), 10)
    assert (look._task.exception(), await look.finish()) == (None, b"")
