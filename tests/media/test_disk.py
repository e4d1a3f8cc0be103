"""Disks that fill up and disks that hang, with real peers: the call goes on, and the recorder says what is true."""

import asyncio
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

from media.spool import SpoolWriter
from tests.media.full_disk_process import until_writing
from tests.media.peers import until
from tests.media.plant import SPEC, Caller

ROOT = Path(__file__).parents[2]


async def test_a_full_disk_stops_the_recording_and_not_the_call_and_with_room_it_goes_on(tmp_path):
    command = [sys.executable, "-m", "tests.media.full_disk_process", str(tmp_path)]
    done = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, capture_output=True, timeout=90)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["told"][:3] == ["recording_started", "recording_stalled", "recording_resumed"]
    assert report["told"][-1] == "recording_sealed"
    assert min(report["forwarded"]) > 15
    assert all(len(segments) >= 2 and segments[0] > 900 for segments in report["segments"])
    assert report["lost"] > 0
    assert report["gaps"] >= 2
    assert (report["complete"], report["fault"]) == (False, None)


async def test_a_disk_that_hangs_locks_signing_within_a_second_of_the_three(plant, monkeypatch):
    """What the gate of signing reads is in the key-value store; it is not the disk that writes it there."""
    works, flush = threading.Event(), SpoolWriter.flush
    works.set()

    def slow(spool: SpoolWriter) -> None:
        works.wait(20)
        flush(spool)

    monkeypatch.setattr(SpoolWriter, "flush", slow)
    await plant.worker(counting=False)
    await plant.client.open_room("r1", SPEC)
    caller = Caller(plant.client, "r1", "host", "b")
    await caller.enter()
    await until_writing(plant, True)
    works.clear()
    hung = time.monotonic()
    await until_writing(plant, False)
    assert 1.5 < time.monotonic() - hung < 4.0
    before = caller.peers["b"].frames["video"]
    await until(lambda: plant.reports.named("recording_stalled"), 1.0)
    await until(lambda: caller.peers["b"].frames["video"] > before + 10)
    works.set()
    await until_writing(plant, True)
    await until(lambda: plant.reports.named("recording_resumed"), 2.0)
    sealed = await plant.client.close_room("r1", "over")
    assert all(len(track.segments) == 1 for track in sealed.tracks)  # nothing was lost: it only waited
    await until(lambda: plant.recorders == [] and plant.reports.named("recording_sealed"))
    await caller.close()
