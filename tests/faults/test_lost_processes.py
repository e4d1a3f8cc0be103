"""Real processes that are killed with -9 in the middle of a call: a media worker, and then the whole system."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

from media import placement
from server.adapters import open_adapters
from server.settings import Settings
from simulate.party import PartyError
from simulate.system import until_ready
from tests.faults.guests import call, store_of, until, until_seen
from tests.media.plant import free_port

TOLD_SECONDS = 4.0
AGAIN_SECONDS = 6.0


@contextlib.asynccontextmanager
async def system(folder: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """`cvx up` with two media workers, in a process that the test may kill."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CVX_")}
    own = {"CVX_DATA_DIR": str(folder), "CVX_PORT": str(port), "CVX_MEDIA_WORKERS": "2", "CVX_LOG_LEVEL": "error"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server", "up", env=clean | own, stdout=sys.stderr, stdin=asyncio.subprocess.DEVNULL
    )
    try:
        await until_ready(f"http://127.0.0.1:{port}", process)
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def kill_worker_of(play, folder: Path) -> placement.WorkerInfo:
    async with store_of(folder) as store:
        worker = await placement.worker_of(store, play.view["meeting"]["room_id"])
    os.kill(worker.pid, signal.SIGKILL)
    return worker


async def whole_recording(play, parts: int) -> dict:
    """Once every part of it is sealed."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(PartyError):
            return await play.agent.get(f"{play.path}/recording")
        await asyncio.sleep(0.2)
    raise AssertionError("the recording is not whole")


async def test_a_call_survives_its_worker_and_its_system(tmp_path):
    port = free_port()
    async with contextlib.AsyncExitStack() as stack:
        first = await stack.enter_async_context(system(tmp_path, port))
        play = await stack.enter_async_context(call(f"http://127.0.0.1:{port}"))
        places = [[p["participant_id"] for p in party.rosters[-1]] for party in play.everyone]
        await a_worker_dies(play, tmp_path, places)
        await the_system_dies(play, first)
        async with system(tmp_path, port):
            await the_meeting_goes_on(play)
            await play.agent.delete(f"{play.path}/meeting", {"reason": "the test ends"})
            await check(play, await whole_recording(play, 3), tmp_path)
            for party in play.everyone:
                await party.leave()


async def a_worker_dies(play, folder: Path, places: list) -> None:
    """Both are told at once, come again through the other worker to the same places, and see and hear each other."""
    worker, killed = await kill_worker_of(play, folder), time.monotonic()
    await until(lambda: all(party.closed for party in play.everyone))
    assert {reason for party in play.everyone for _, reason in party.closed} == {"worker_lost"}
    assert max(at for party in play.everyone for at, _ in party.closed) - killed < TOLD_SECONDS
    await asyncio.gather(*(party.come_again(play.case_id) for party in play.everyone))
    await until_seen(play)
    assert time.monotonic() - killed < AGAIN_SECONDS
    assert [[p["participant_id"] for p in party.rosters[-1]] for party in play.everyone] == places
    async with store_of(folder) as store:
        now = await placement.worker_of(store, play.view["meeting"]["room_id"])
    assert now.worker_id != worker.worker_id
    view = await play.until("it is recorded again", lambda v: (v["meeting"]["recording"] or {}).get("writing", False))
    assert view["meeting"]["status"] == "open"


async def the_system_dies(play, process: asyncio.subprocess.Process) -> None:
    """The supervisor, and with it every child (server/tether.py)."""
    await asyncio.sleep(1.5)
    process.kill()
    await process.wait()
    for party in play.everyone:
        await party.leave()


async def the_meeting_goes_on(play) -> None:
    view = await play.until("the journal is read", lambda v: True)
    assert view["meeting"]["status"] == "open"
    for party in play.everyone:
        await party.join(play.case_id)
    await until_seen(play)
    await play.until("it is recorded again", lambda v: (v["meeting"]["recording"] or {}).get("writing", False))
    await asyncio.sleep(1.0)


async def check(play, recording: dict, folder: Path) -> None:
    """Three parts, of two dead workers and a living one, are one recording; every file is there and is what it was."""
    stored = await digests(folder, play.case_id, recording["recording_id"])
    assert (recording["sealed"], recording["verified"], recording["missing_parts"]) == (True, True, 0)
    people = {play.agent.id, play.customers[0].id}
    assert {(track["person_id"], track["kind"]) for track in recording["tracks"]} == {
        (person, kind) for person in people for kind in ("video", "audio")
    }
    for track in recording["tracks"]:
        starts = [segment["start_s"] for segment in track["segments"]]
        assert starts == sorted(starts)
        holes = [gap for gap in recording["gaps"] if gap["track_id"] == track["track_id"]]
        assert [gap["reason"] for gap in holes if gap["reason"] == "worker_lost"] == ["worker_lost"] * 2
        for segment in track["segments"]:
            assert (segment["sha256"] in stored, segment["url"]) == (True, None)  # an agent gets none of them
    journal = await play.agent.get(f"{play.path}/journal")
    assert journal["verification"]["ok"] is True
    types = [entry["type"] for entry in journal["entries"]]
    assert types.count("RecordingStarted") == types.count("RecordingPartSealed") + types.count("RecordingSealed") == 3


async def digests(folder: Path, case_id: str, recording_id: str) -> set[str]:
    """Of every file of the recording, as the stores have it: no reviewer may see a case that was not submitted."""
    async with open_adapters(Settings(data_dir=folder)) as adapters:
        found = await adapters.blobs.list(f"recordings/{recording_id}/")
        return {sha256(await adapters.blobs.get(name, scope=case_id)).hexdigest() for name in found}
