"""`cvx simulate`: drive a whole case with synthetic parties and print what came of it."""

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import av

from server.settings import Settings
from simulate import casework, flow
from simulate.party import Party, PartyError
from simulate.system import own_system, until_ready

FURTHER_SECONDS = 5.0  # of the call in which the forms of the decision are signed


async def run_simulate(settings: Settings, arguments: argparse.Namespace) -> int:
    """Exit status 0 when the case reached its last state. The JSON object is the last line printed."""
    began = time.monotonic()
    try:
        async with _system(arguments.own, settings.origin) as origin:
            if arguments.if_empty and await _has_cases(origin):
                return 0
            report = await _play(origin, arguments)
    except (PartyError, aiohttp.ClientError, TimeoutError) as error:
        print(f"cvx simulate: {error}", file=sys.stderr)
        return 1
    report["seconds"] = round(time.monotonic() - began, 1)
    if arguments.json:
        print(json.dumps(report, ensure_ascii=False))
    return 0


@contextlib.asynccontextmanager
async def _system(own: bool, origin: str) -> AsyncIterator[str]:
    if own:
        async with own_system() as origin_of_own:
            yield origin_of_own
    else:
        await until_ready(origin)
        yield origin


async def _demo(origin: str) -> list[dict]:
    async with aiohttp.ClientSession(origin) as http, http.get("/api/demo") as response:
        if response.status != 200:
            raise PartyError("only a system with demo people can be simulated (CVX_ENV=embedded)")
        return (await response.json())["people"]


def _of_kind(people: list[dict], kind: str) -> list[dict]:
    return [person for person in people if person["kind"] == kind]


async def _has_cases(origin: str) -> bool:
    people = await _demo(origin)
    async with Party(origin, _of_kind(people, "reviewer")[0], 0) as reviewer:
        return bool((await reviewer.get("/api/cases"))["cases"])


async def _play(origin: str, arguments: argparse.Namespace) -> dict:
    people = await _demo(origin)
    adults = [person for person in _of_kind(people, "member") if person["adult"]]
    async with contextlib.AsyncExitStack() as stack:
        enter = stack.enter_async_context
        agent = await enter(Party(origin, _of_kind(people, "agent")[0], 0))
        wanted = adults[: arguments.parties - 1]
        customers = [await enter(Party(origin, person, index)) for index, person in enumerate(wanted, 1)]
        reviewer = await enter(Party(origin, _of_kind(people, "reviewer")[0], 9))
        kind = "new_business" if arguments.new_business else "service"
        play = flow.Play(agent, customers, lambda text: print(f"simulate: {text}", file=sys.stderr, flush=True), kind)
        profiles = {party.id: person for party, person in zip(customers, wanted, strict=True)}
        await flow.open_case(play)
        await flow.take_photos(play, profiles)
        await flow.meet(play)
        await flow.identify(play)
        await flow.sign_documents(play)
        await flow.submit(play)
        sent = await flow.end_meeting(play, arguments.seconds)
        more = {}
        if arguments.new_business:
            underwriter = await enter(Party(origin, _of_kind(people, "underwriter")[0], 8))
            more = {"underwriting": await casework.underwrite(play, underwriter, reviewer, FURTHER_SECONDS)}
        elif arguments.review:
            await flow.review(play, reviewer)
        return await _report(play, reviewer, sent, keep=arguments.json) | more


async def _report(play: flow.Play, reviewer: Party, sent: dict[str, dict[str, int]], *, keep: bool) -> dict:
    view = await reviewer.get(play.path)
    recording = await reviewer.get(f"{play.path}/recording")
    journal = await reviewer.get(f"{play.path}/journal")
    folder = Path(tempfile.mkdtemp(prefix=f"cvx-{view['case_no']}-")) if keep else None
    return {
        "case_no": view["case_no"],
        "state": view["state"],
        "documents_signed": sum(d["status"] == "sealed" and d["task"] == "sign" for d in view["documents"]),
        "tracks": [await _track(reviewer, track, sent, folder) for track in recording["tracks"]],
        "findings_open": sum(finding["status"] == "open" for finding in view["findings"]),
        "journal_ok": journal["verification"]["ok"],
    }


async def _track(reviewer: Party, track: dict, sent: dict[str, dict[str, int]], folder: Path | None) -> dict:
    """What a track holds; with `folder`, every segment is fetched, written there and decoded to count its frames."""
    report = {
        "kind": track["kind"],
        "codec": track["codec"],
        "frames": sum(segment["frames"] for segment in track["segments"]),
        "seconds": round(sum(segment["duration_s"] for segment in track["segments"]), 2),
        "sent": sent.get(track["person_id"], {}).get(track["kind"], 0),
        "file": None,
    }
    if folder is None:
        return report
    files = []
    for segment in track["segments"]:
        files.append(folder / f"{track['track_id']}-{segment['n']}.webm")
        files[-1].write_bytes(await reviewer.download(segment["url"]))
    report["file"] = str(files[0])
    report["frames"] = sum(decoded_frames(file) for file in files)
    if len(files) > 1:
        report["files"] = [str(file) for file in files]
    return report


def decoded_frames(file: Path) -> int:
    """Frames of the first stream of `file` that a decoder gives back."""
    with av.open(str(file)) as container:
        return sum(1 for _ in container.decode(container.streams[0]))
