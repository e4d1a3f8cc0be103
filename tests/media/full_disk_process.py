"""A call whose spool cannot grow for a while, as on a full disk. Argument: FOLDER. Prints JSON.

The kernel's limit of a file's size (setrlimit(2), RLIMIT_FSIZE) stands for the full disk: it needs no rights, and cuts
a write short where it is reached, as a full disk does. It holds for a whole process, hence this one.
"""

import asyncio
import json
import resource
import sys
from pathlib import Path

from media.manifest import read_signed
from media.recorder import Recorder
from tests.media.plant import SPEC, Caller, Plant

QUEUE_BYTES = 150_000  # some 1.5 s of this call: what comes on top while the disk is full is lost, and told


async def call(folder: Path) -> dict:
    plant, disk = Plant(folder), folder / "disk"

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
    limit(max(path.stat().st_size for path in disk.iterdir()))
    await until_writing(plant, False)
    before = [peer.frames["video"] for peer in caller.peers.values()]
    await asyncio.sleep(3.0)
    during = [peer.frames["video"] for peer in caller.peers.values()]
    limit(resource.RLIM_INFINITY)
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


def limit(size: int) -> None:
    """No file can be written beyond that."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


async def until_writing(plant: Plant, wanted: bool) -> None:
    """As the gate of signing sees it."""
    for _ in range(300):
        value = await plant.keyvalue.get("recorder:r1")
        if wanted is (value is not None and json.loads(value)["writing"]):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"writing was not {wanted} within 15 s")


if __name__ == "__main__":
    print(json.dumps(asyncio.run(call(Path(sys.argv[1])))))
