"""How long a call is interrupted, through the real system (`cvx up`, two media workers) and the real pages in Chromium.

The agent's browser is where the server is, the customer's in a network namespace of its own with two virtual
interfaces. After the fault both stop to see each other (no new picture for 0.4 s); media is back when each page has
decoded three new pictures of the other. 0 means that pictures never stopped.

`network_change_to_media_s`: the interface that Chromium uses goes down, the other comes up in the same moment with
another address. The TCP connections of before are silent for ever (nobody resets them), new ones work.
`worker_killed_to_media_s`: kill -9 of the media worker that holds the room; the other one (of two) is alive.

Needs Chromium, `ip` and the right to make network namespaces.
"""

import argparse
import asyncio
import contextlib
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit

import aiohttp
import psutil
from playwright.async_api import Error as PlaywrightError

from bench import _lab
from bench._chromium import browser, program
from bench._forward import Mouth
from bench._pages import Person
from bench._process import python, running
from bench._roaming import Device, device
from bench._table import show
from bench._windows import median, percentile
from simulate import flow
from simulate.party import Party
from simulate.system import own_system

TRIES = {True: 2, False: 8}
SILENCE_SECONDS = 0.4
UNHARMED_SECONDS = 3.0
PICTURES = 3
POLL_SECONDS = 0.05
PATIENCE_SECONDS = 45.0
REST_SECONDS = 4.0
WORKER_UP_SECONDS = 60.0


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tries", type=int, help="of each fault")
    parser.add_argument("--workers", type=int, default=2, help="media workers of the system")


def run(arguments: argparse.Namespace) -> dict:
    if not _lab.inside():
        if not _lab.available():
            raise SystemExit("bench rejoin needs network namespaces (unshare) and iproute2")
        _lab.enter(arguments.given)
    _lab.set_up()
    tries = asyncio.run(measure(arguments.tries or TRIES[arguments.quick], arguments.workers))
    show(tries)
    return report(tries)


def report(tries: list[dict]) -> dict:
    figures: dict[str, float] = {}
    for fault in ("network_change", "worker_killed"):
        seconds = [one["to_media_s"] for one in tries if one["fault"] == fault]
        figures[f"{fault}_to_media_s_p50"] = median(seconds, 2)
        figures[f"{fault}_to_media_s_p95"] = round(percentile(seconds, 95), 2)
    return {**figures, "tries": len(tries)}


class Scene(NamedTuple):
    """A meeting in which agent and customer see each other."""

    origin: str
    workers: int
    agent: Person
    customer: Person
    mouth: Mouth


async def measure(count: int, workers: int) -> list[dict]:
    with device() as phone:
        async with call(phone, workers) as scene:
            faults: dict[str, Callable[[], Awaitable[None]]] = {
                "network_change": lambda: change_network(phone, scene.mouth),
                "worker_killed": kill_worker,
            }
            return [await interrupted(name, faults[name], scene) for _ in range(count) for name in faults]


@contextlib.asynccontextmanager
async def call(phone: Device, workers: int) -> AsyncIterator[Scene]:
    async with contextlib.AsyncExitStack() as stack:
        enter = stack.enter_async_context
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="cvx-bench-")))
        origin = await enter(own_system(CVX_MEDIA_WORKERS=str(workers), CVX_MEDIA_HOST=_lab.ADDRESS))
        port, crossing = urlsplit(origin).port, folder / "crossing"
        mouth = await enter(Mouth(crossing, port))
        stack.enter_context(running(phone.command(*python("-m", "bench._forward", str(port), str(crossing)))))
        logins = await people(origin)
        agent = await Person.at(await enter(browser()), origin, logins["agent"])
        case_id = await prepared(agent, origin, logins["member"])
        elsewhere = phone.program(program(), folder / "chromium")
        customer = await Person.at(await enter(browser(elsewhere)), origin, logins["member"])
        await meet(agent, customer, case_id)
        yield Scene(origin, workers, agent, customer, mouth)


async def people(origin: str) -> dict[str, dict]:
    """One demo person of each kind; the member is an adult."""
    async with aiohttp.ClientSession(origin) as http, http.get("/api/demo") as response:
        found = (await response.json())["people"]
    return {person["kind"]: person for person in found if person["kind"] != "member" or person["adult"]}


async def prepared(agent: Person, origin: str, login: dict) -> str:
    """A case whose photos are taken."""
    async with Party(origin, login, 1) as member:
        play = flow.Play(agent, [member], lambda text: None)
        await flow.open_case(play)
        await flow.take_photos(play, {member.id: login})
        return play.case_id


async def meet(agent: Person, customer: Person, case_id: str) -> None:
    case = f"/api/cases/{case_id}"
    await agent.post(f"{case}/meeting")
    await agent.enter(case_id)
    await customer.prove_phone(case)
    await customer.enter(case_id)
    for person in (agent, customer):
        await until(partial(sees, person), PATIENCE_SECONDS)


async def sees(person: Person) -> bool:
    """The page may be on its way to another: then it is asked again."""
    with contextlib.suppress(PlaywrightError):
        return await person.frames() > PICTURES
    return False


async def interrupted(name: str, fault: Callable, scene: Scene) -> dict:
    await asyncio.sleep(REST_SECONDS)
    await until(partial(workers_ready, scene.origin, scene.workers), WORKER_UP_SECONDS)
    at = time.monotonic()
    await fault()
    seen, shown = await asyncio.gather(media_back(scene.agent.frames, at), media_back(scene.customer.frames, at))
    return {"fault": name, "to_media_s": max(seen, shown), "agent_sees_s": seen, "customer_sees_s": shown}


async def media_back(frames: Callable[[], Awaitable[int]], at: float) -> float:
    """Seconds from `at` until pictures have been away and are back; 0 when they never were away. Raises TimeoutError
    when they stay away."""
    moments, count = [at], await frames()
    while (found := back(moments, at)) is None:
        now = time.monotonic()
        if now - at > PATIENCE_SECONDS:
            raise TimeoutError("no picture came back")
        if now - at > UNHARMED_SECONDS and not silences([*moments, now]):
            return 0.0
        await asyncio.sleep(POLL_SECONDS)
        if (more := await frames()) > count:
            moments.append(time.monotonic())
            count = more
    return round(found, 2)


def back(moments: list[float], at: float) -> float | None:
    """`moments`: when there were new pictures. Seconds from `at` until the third after the first silence, once it is
    there."""
    after = silences(moments)[:1]
    third = after[0] + PICTURES - 1 if after else len(moments)
    return moments[third] - at if third < len(moments) else None


def silences(moments: list[float]) -> list[int]:
    """Which moments are the first after a silence."""
    return [n for n, (one, other) in enumerate(pairwise(moments), 1) if other - one >= SILENCE_SECONDS]


# ---- the faults -----------------------------------------------------------------------------------------------------


async def change_network(phone: Device, mouth: Mouth) -> None:
    mouth.cut()
    phone.roam()


async def kill_worker() -> None:
    """The room is where the most sockets are."""
    os.kill(max(workers(), key=udp_sockets).pid, signal.SIGKILL)


def workers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if is_worker(child)]


def is_worker(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return "media" in process.cmdline() and "server" in process.cmdline()
    return False


def udp_sockets(process: psutil.Process) -> int:
    return len(process.net_connections("udp"))


async def workers_ready(origin: str, count: int) -> bool:
    """All say in the key-value store that they take rooms; one that died is gone from there when the rest is over."""
    async with aiohttp.ClientSession(origin) as http, http.get("/metrics") as response:
        return len(re.findall(r"^cvx_worker_full\{.*\} 0\.0$", await response.text(), re.MULTILINE)) == count


async def until(holds: Callable[[], Awaitable[bool]], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 -- a page and processes are asked, nothing of ours changes
            await asyncio.sleep(POLL_SECONDS)
