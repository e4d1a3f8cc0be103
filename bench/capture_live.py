"""Live edge detection over the real server and its socket: how long an answer takes, and what a stream costs.

A stream is one customer's viewfinder: frames of 480 pixels, at most 25 kB, five a second, one on its way; each
shows the card a little elsewhere. The round trip is that of one stream alone; the cost is the processor time of all
processes of the system for several streams, less what they take without any.
"""

import argparse
import asyncio
import os
import time
from pathlib import Path

import aiohttp
import cv2
import numpy as np
import socketio

from simulate.cards import photograph
from simulate.party import CLIENT
from simulate.system import own_system

FRAMES_A_SECOND = 5.0
LONG_SIDE, MOST_BYTES = 480, 25_000
STREAMS = 4
SECONDS = {True: 6.0, False: 20.0}
TICKS = os.sysconf("SC_CLK_TCK")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--streams", type=int, default=STREAMS, help="at once, to measure the cost of one")


def run(arguments: argparse.Namespace) -> dict:
    result = asyncio.run(_measure(arguments.streams, SECONDS[arguments.quick]))
    print("\n".join(f"{name:28} {value}" for name, value in result.items()))
    return result


async def _measure(streams: int, seconds: float) -> dict:
    frames = _frames()
    async with own_system() as origin:
        cookie = await _cookie(origin)
        await _stream(origin, cookie, frames, 2.0)  # the processes that look are there now
        alone = await _stream(origin, cookie, frames, seconds)
        began = _spent()
        await asyncio.sleep(seconds)
        resting = (_spent() - began) / seconds
        began, since = _spent(), time.monotonic()
        together = await asyncio.gather(*(_stream(origin, cookie, frames, seconds) for _ in range(streams)))
        used = (_spent() - began) / (time.monotonic() - since) - resting
    times = [round_trip for stream in together for round_trip in stream]
    rate = len(times) / seconds / streams
    return {
        "round_trip_ms_p95": _percentile(alone, 95),
        "round_trip_ms_median": _percentile(alone, 50),
        "streams_per_core": round(rate / FRAMES_A_SECOND * streams / used, 1),
        "streams": streams,
        "frames_a_second": round(rate, 2),
        "loaded_round_trip_ms_p95": _percentile(times, 95),
        "cpu_ms_a_frame": round(1000 * used / (rate * streams), 1),
        "frame_bytes": round(float(np.mean([len(frame) for frame in frames]))),
        "quads_found": _found(together),
    }


class Times(list):
    """Round trips in seconds, and in how many of the answers there was a quad."""

    found = 0


async def _stream(origin: str, cookie: str, frames: list[bytes], seconds: float) -> Times:
    client, times = socketio.AsyncClient(reconnection=False), Times()
    await client.connect(origin, headers={"Cookie": cookie, "Origin": origin}, transports=["websocket"])
    await client.call("hello", {"client": CLIENT, "versions": [1]})
    start = time.monotonic()
    try:
        for number in range(int(seconds * FRAMES_A_SECOND)):
            await asyncio.sleep(max(0.0, start + number / FRAMES_A_SECOND - time.monotonic()))
            sent = time.perf_counter()
            answer = await client.call("capture.frame", {"seq": number + 1, "jpeg": frames[number % len(frames)]})
            times.append(time.perf_counter() - sent)
            times.found += answer["corners"] is not None
            if time.monotonic() - start > seconds:
                break
    finally:
        await client.disconnect()
    return times


def _frames() -> list[bytes]:
    """Drawn cards as a phone's page sends them."""
    frames = []
    for seed in range(10):
        photo = cv2.imdecode(
            np.frombuffer(photograph("front", "王大陸", "A123456789", "1980-01-02", seed), np.uint8), 1
        )
        small = cv2.resize(
            photo, (LONG_SIDE, LONG_SIDE * photo.shape[0] // photo.shape[1]), interpolation=cv2.INTER_AREA
        )
        qualities = range(80, 10, -10)
        encoded = (cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, q])[1].tobytes() for q in qualities)
        frames.append(next(jpeg for jpeg in encoded if len(jpeg) <= MOST_BYTES))
    return frames


async def _cookie(origin: str) -> str:
    """Of a demo customer who is logged in."""
    async with aiohttp.ClientSession(origin) as http:
        async with http.get("/api/demo") as response:
            people = (await response.json())["people"]
        login = next(person for person in people if person["kind"] == "member")
        body = {key: login[key] for key in ("kind", "login", "password")}
        async with http.post("/api/sessions", json=body) as response:
            response.raise_for_status()
            return "; ".join(f"{name}={morsel.value}" for name, morsel in response.cookies.items())


def _spent() -> float:
    """Processor seconds of all processes below this one."""
    parents, spent = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # gone meanwhile
        process = int(stat.parent.name)
        parents[process], spent[process] = int(fields[1]), (int(fields[11]) + int(fields[12])) / TICKS
    below = {os.getpid()}
    while grown := {process for process, parent in parents.items() if parent in below} - below:
        below |= grown
    return sum(spent[process] for process in below - {os.getpid()})


def _percentile(seconds: list[float], share: int) -> float:
    return round(1000 * float(np.percentile(seconds, share)), 1)


def _found(streams: list[Times]) -> float:
    return round(sum(stream.found for stream in streams) / sum(len(stream) for stream in streams), 3)
