"""Recorded rooms in one worker process, and the same load through Janus VideoRoom (recording) where it is installed.

Each participant sends VP8 640x480@30 at about 600 kbps and Opus at 40 kbps, with the reports that browsers send. Both
servers run at once and are fed in turn by the same process in short windows; figures are medians over the windows.
Processor time is user and system time of the server's whole process. Latency is what the server adds: the same packets
go from peer to peer in the same run, and their quantile is subtracted. `ratio_to_janus` is ours / Janus in
us_per_forwarded_packet. `rooms_at_60_percent` follows from cpu_percent_per_room of the greatest three-party load.
"""

import argparse
import asyncio
import contextlib
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import _janus, _lab
from bench._clip import encode_audio, encode_video
from bench._media_load import DirectPair
from bench._ours import Ours
from bench._table import show
from bench._windows import Subject, alternate, figures
from media.ice import IceSettings
from media.transport import gather_on

LOADS = ((1, 3), (5, 3), (12, 3), (3, 6))
QUICK = ((1, 3),)
ROUNDS = 3
SECONDS = {True: 3.5, False: 6.0}
LOAD_LIMIT = 60.0  # percent of a core
SATURATED = 85.0  # percent of a core, beyond which the generator's own waiting is measured


def load(text: str) -> tuple[int, int]:
    """`12x3`: twelve rooms of three."""
    rooms, _, parties = text.partition("x")
    if not (rooms.isdigit() and parties.isdigit() and int(rooms) > 0 and 2 <= int(parties) <= 6):
        raise argparse.ArgumentTypeError("ROOMSxPARTIES, two to six parties a room")
    return int(rooms), int(parties)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, help="length of a window")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="windows for each server and load")
    parser.add_argument(
        "--load", type=load, action="append", metavar="ROOMSxPARTIES", help="instead of the usual loads"
    )
    parser.add_argument("--alone", action="store_true", help="without Janus")


def run(arguments: argparse.Namespace) -> dict:
    janus = not arguments.alone and _janus.installed()
    if janus and not _lab.inside() and _lab.available():
        _lab.enter(arguments.given)
    if _lab.inside():
        _lab.set_up()
    address = _lab.ADDRESS if _lab.inside() else "127.0.0.1"
    gather_on(IceSettings(addresses=(address,)))
    clip = encode_video(), encode_audio()
    seconds = arguments.seconds or SECONDS[arguments.quick]
    loads = arguments.load or (QUICK if arguments.quick else LOADS)
    results = [
        asyncio.run(measure(load, address, clip, arguments.rounds, seconds, janus and _lab.inside())) for load in loads
    ]
    show(rows(results))
    why = reason_without_janus(janus)
    print(f"Janus {_janus.version()}, recording" if not why else f"without Janus: {why}")
    report = {**results[0], "rooms_at_60_percent": rooms_within_limit(results)}
    report["janus_version"] = None if why else _janus.version()
    return report if len(results) == 1 else {**report, "loads": results}


def reason_without_janus(wanted: bool) -> str:
    if not wanted:
        return "not installed or not asked for"
    return "" if _lab.inside() else "this machine lets us make no network namespace"


async def measure(load: tuple[int, int], address: str, clip: tuple, rounds: int, seconds: float, janus: bool) -> dict:
    rooms, parties = load
    with TemporaryDirectory(prefix="cvx-bench-") as name:
        async with contextlib.AsyncExitStack() as stack:
            folder = Path(name)
            planes = [Ours(folder / "ours", address)] + [_janus.Janus(folder / "janus", address)] * janus
            subjects = [Subject(plane, parties - 1) for plane in planes]
            for subject in subjects:
                stack.push_async_callback(subject.plane.stop)
                await subject.plane.start()
                await subject.plane.open(rooms, parties, *clip, subject.arrivals)
            pair = DirectPair(IceSettings(addresses=(address,)), *clip)
            await pair.open()
            await alternate(subjects, rounds, seconds, pair)
            tracks = [await subject.plane.close() for subject in subjects]
            await pair.close()
    measured = [
        {**figures(subject, rooms), "tracks_recorded": count} for subject, count in zip(subjects, tracks, strict=True)
    ]
    return compared(rooms, parties, measured)


def compared(rooms: int, parties: int, measured: list[dict]) -> dict:
    ours, *others = measured
    ratio = others and ours["us_per_forwarded_packet"] / others[0]["us_per_forwarded_packet"]
    return {
        "rooms": rooms,
        "parties": parties,
        **ours,
        "generator_saturated": any(one["generator_cpu_percent"] > SATURATED for one in measured),
        "janus": others[0] if others else None,
        "ratio_to_janus": round(ratio, 3) if others else None,
    }


def rooms_within_limit(results: list[dict]) -> int | None:
    """Three-party rooms that a core carries at 60 %, by the price of a room in the greatest such load."""
    three = [result for result in results if result["parties"] == 3]
    if not three:
        return None
    return int(LOAD_LIMIT / max(three, key=lambda result: result["rooms"])["cpu_percent_per_room"])


def rows(results: list[dict]) -> list[dict]:
    """A line of the table for each load and server."""
    lines = []
    for result in results:
        at = {"load": f"{result['rooms']}x{result['parties']}"}
        ours = {key: value for key, value in result.items() if key in COLUMNS}
        lines.append({**at, "server": "ours", **ours, "ratio": result["ratio_to_janus"] or ""})
        if result["janus"]:
            janus = {key: value for key, value in result["janus"].items() if key in COLUMNS}
            lines.append({**at, "server": "janus", **janus, "ratio": ""})
    return lines


COLUMNS = {
    "us_per_forwarded_packet",
    "cpu_percent_per_room",
    "delivered_ratio",
    "latency_ms_p50",
    "latency_ms_p99",
    "packets_per_s",
    "generator_cpu_percent",
    "tracks_recorded",
}
