"""A call whose spool lies on a small disk that fills up and is emptied again. Arguments: FOLDER DISK. Prints JSON."""

import asyncio
import contextlib
import json
import sys
from pathlib import Path

from media.manifest import read_signed
from media.recorder import Recorder
from tests.media.plant import SPEC, Caller, Plant

QUEUE_BYTES = 150_000  # some 1.5 s of this call: what comes on top while the disk is full is lost, and told


async def call(folder: Path, disk: Path) -> dict:
    plant = Plant(folder)

    def recorder(room_id, spec, on_event) -> Recorder:
        return Recorder(
            scope=spec.scope, recording_id=spec.recording_id, room_id=room_id, blobs=plant.blobs, keys=plant.keys,
            clock=plant.clock, spool_dir=disk, on_event=on_event, queue_bytes=QUEUE_BYTES,
        )  # fmt: skip

    plant._recorder = recorder
    worker = await plant.worker()
    await plant.client.open_room("r1", SPEC)
    caller = Caller(plant.client, "r1", "host", "b")
    await caller.enter()
    await until_writing(plant, True)
    await asyncio.sleep(1.0)
    fill(disk / "ballast")
    await until_writing(plant, False)
    before = [peer.frames["video"] for peer in caller.peers.values()]
    await asyncio.sleep(3.0)
    during = [peer.frames["video"] for peer in caller.peers.values()]
    (disk / "ballast").unlink()
    await until_writing(plant, True)
    await asyncio.sleep(1.0)
    sealed = await plant.client.close_room("r1", "over")
    manifest = read_signed(await plant.blobs.get(sealed.manifest_blob, scope="case-1")).manifest
    await caller.close()
    await plant.client.close()
    await worker.close()
    return {
        "told": [name for name, *_ in plant.reports.heard if name.startswith("recording_")],
        "forwarded": [after - at for at, after in zip(before, during, strict=True)],
        "segments": [[s.duration_ms for s in t.segments] for t in manifest.tracks if t.kind == "video"],
        "gaps": len(manifest.gaps),
        "lost": manifest.frames_lost,
        "complete": manifest.complete,
        "fault": manifest.spool.fault,
    }


def fill(ballast: Path) -> None:
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)


async def until_writing(plant: Plant, wanted: bool) -> None:
    """As the gate of signing sees it."""
    for _ in range(300):
        value = await plant.keyvalue.get("recorder:r1")
        if wanted is (value is not None and json.loads(value)["writing"]):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"writing was not {wanted} within 15 s")


if __name__ == "__main__":
    print(json.dumps(asyncio.run(call(Path(sys.argv[1]), Path(sys.argv[2])))))
