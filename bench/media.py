"""Recorded rooms in one worker process: processor time per forwarded packet, and the latency it adds.

Each participant sends VP8 640x480@30 at about 600 kbps and Opus. Processor time is user and system time of the worker.
Latency is what the room adds: the same packets go from peer to peer in the same run, and their quantile is subtracted.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench._media_load import Arrivals, DirectPair, LoadRoom, encode_clip
from bench._media_worker import SECRET
from media.link import Link

LOADS = ((1, 3), (5, 3), (3, 6))
QUICK = ((1, 3),)
START_SECONDS = 20.0
WARM_SECONDS = 2.0
WINDOW_SECONDS = {True: 8.0, False: 20.0}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, help="length of the measurement")


def run(arguments: argparse.Namespace) -> dict:
    seconds = arguments.seconds or WINDOW_SECONDS[arguments.quick]
    clip = encode_clip()
    results = [
        asyncio.run(measure(rooms, parties, seconds, clip)) for rooms, parties in (QUICK if arguments.quick else LOADS)
    ]
    columns = list(results[0])
    print("  ".join(f"{column:>24}" for column in columns))
    for result in results:
        print("  ".join(f"{result[column]:>24}" for column in columns))
    return results[0] if arguments.quick else {"loads": results, **results[0]}


async def measure(rooms: int, parties: int, seconds: float, clip: list) -> dict:
    with tempfile.TemporaryDirectory(prefix="cvx-bench-") as folder:
        command = [sys.executable, "-m", "bench._media_worker", folder]
        worker = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            link = await connect(f"unix://{folder}/worker.sock")
            result = await under_load(link, psutil.Process(worker.pid), rooms, parties, seconds, clip)
            await link.close()
            return result
        finally:
            worker.terminate()
            await asyncio.to_thread(worker.wait, 30)


async def connect(url: str) -> Link:
    deadline = time.monotonic() + START_SECONDS
    while not Path(url.removeprefix("unix://")).exists():
        if time.monotonic() > deadline:
            raise TimeoutError("the worker did not start")
        await asyncio.sleep(0.05)
    return await Link.open(url, SECRET)


async def under_load(link: Link, worker: psutil.Process, rooms: int, parties: int, seconds: float, clip: list) -> dict:
    forwarded, direct = Arrivals(), Arrivals()
    pair = DirectPair(clip, direct)
    await pair.open()
    loads = [LoadRoom(link, f"room-{number}", parties, clip, forwarded) for number in range(rooms)]
    for load in loads:
        await load.open()
    await all_connected(loads)
    await asyncio.sleep(WARM_SECONDS)
    sent, before = total_sent(loads), worker.cpu_times()
    start = time.monotonic()
    forwarded.counting = direct.counting = True
    await asyncio.sleep(seconds)
    forwarded.counting = direct.counting = False
    elapsed, after = time.monotonic() - start, worker.cpu_times()
    expected = (total_sent(loads) - sent) * (parties - 1)
    sealed = [await load.close() for load in loads]
    await pair.close()
    cpu = after.user + after.system - before.user - before.system
    tracks = [track for recording in sealed for track in recording.tracks]
    return {
        "rooms": rooms,
        "parties": parties,
        "us_per_forwarded_packet": round(cpu * 1e6 / max(1, len(forwarded.seconds)), 1),
        "cpu_percent_per_room": round(cpu / elapsed / rooms * 100, 2),
        "latency_ms_p50": added(forwarded, direct, 50),
        "latency_ms_p99": added(forwarded, direct, 99),
        "through_room_ms_p99": quantile(forwarded, 99),
        "peer_to_peer_ms_p99": quantile(direct, 99),
        "packets_per_s": round(len(forwarded.seconds) / elapsed),
        "delivered_ratio": round(len(forwarded.seconds) / max(1, expected), 4),
        "tracks_recorded": sum(bool(track.frames) for track in tracks),
    }


async def all_connected(loads: list[LoadRoom]) -> None:
    async with asyncio.timeout(30):
        for load in loads:
            await load.connected()


def total_sent(loads: list[LoadRoom]) -> int:
    return sum(sender.sent for load in loads for sender in load.senders.values())


def quantile(arrivals: Arrivals, percent: int) -> float:
    return round(statistics.quantiles(arrivals.seconds, n=100)[percent - 1] * 1000, 3)


def added(forwarded: Arrivals, direct: Arrivals, percent: int) -> float:
    return round(quantile(forwarded, percent) - quantile(direct, percent), 3)
