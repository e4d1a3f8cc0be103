import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from obstore.store import LocalStore

from media.manifest import verify_manifest
from media.patience import PAUSES, Patience
from media.recovery import Recovered, recover, sweep
from media.spool import HEAD, SpoolReader
from ports.blobs import SealedBlobs
from ports.clock import FrozenClock
from ports.keys import MemoryKeys
from tests.media.rec import SCOPE, Studio, camera, nothing, play, until, until_head
from tests.media.streams import decoded

ROOT = Path(__file__).parents[2]


async def recovered(studio: Studio, patience: Patience | None = None) -> list[Recovered]:
    found = recover(studio.folder, blobs=studio.blobs, keys=studio.keys, patience=patience)
    return [one async for one in found]


async def left_behind(studio: Studio, frames: int = 60, heads: bool = False) -> Path:
    """The spool of a recorder that vanished without a word."""
    recorder = studio.recorder(room_id="room-9")
    await recorder.start()
    play(recorder.open_track(camera(), nothing), frames, 0.0)
    await until(lambda: recorder.status().seconds > frames / 30 - 0.05)
    await asyncio.sleep(0)
    if heads:
        studio.clock.advance(15.0)
        await until_head(studio)
    (path,) = studio.folder.iterdir()
    data = path.read_bytes()
    await recorder._end("vanishing")  # stops its thread; the file is put back to the moment before
    recorder.release()
    path.write_bytes(data)
    return path


async def manifest_of(studio: Studio, found: Recovered):
    return verify_manifest(await studio.get(found.recording.manifest_blob), await studio.keys.public_key())


async def test_what_a_vanished_recorder_wrote_is_sealed(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    await left_behind(studio)
    (found,) = await recovered(studio)
    assert (found.scope, found.room_id, found.recording.recording_id) == (SCOPE, "room-9", "rec-1")
    assert decoded(await studio.get(found.recording.tracks[0].segments[0].blob)) == 60
    manifest = await manifest_of(studio, found)
    assert (manifest.reason, manifest.complete, manifest.spool.fault) == ("recovered", False, "unended")


async def test_a_recording_is_found_again_until_it_is_discarded(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    await left_behind(studio)
    first, second = await recovered(studio), await recovered(studio)
    assert first == second
    await second[0].discard()
    assert await recovered(studio) == []


async def test_a_recording_that_was_sealed_but_not_told_is_the_same_again(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    play(recorder.open_track(camera(), nothing), 30, 0.0)
    sealed = await recorder.seal("done")
    assert await recovered(studio) == []
    recorder.release()
    assert [found.recording for found in await recovered(studio)] == [sealed]


async def test_a_spool_that_is_removed_while_the_folder_is_listed_is_skipped(tmp_path, monkeypatch):
    studio = Studio(tmp_path, FrozenClock())
    await left_behind(studio)
    listed = [*studio.folder.iterdir(), studio.folder / "gone.spool"]
    monkeypatch.setattr(Path, "rglob", lambda folder, pattern: iter(listed))
    (found,) = await recovered(studio)
    assert found.path == listed[0]


async def test_the_spool_of_a_living_recorder_is_left_alone(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    assert await recovered(studio) == []
    await recorder.seal("done")


async def test_a_crash_between_the_files_and_the_manifest_is_taken_up(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    await left_behind(studio)
    (found,) = await recovered(studio)
    await studio.blobs.delete(found.recording.manifest_blob)
    assert [again.recording for again in await recovered(studio)] == [found.recording]


async def test_other_bytes_under_a_segments_name_are_never_taken_for_it(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    await studio.blobs.put("recordings/rec-1/p1-camera/1.webm", b"something else", scope=SCOPE)
    await left_behind(studio)
    (found,) = await recovered(studio)
    assert found.recording.manifest_blob == "recordings/rec-1/part-2/manifest.json"
    assert decoded(await studio.get(found.recording.tracks[0].segments[0].blob)) == 60


async def test_an_altered_record_ends_the_recording_there_and_is_told(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    path = await left_behind(studio)
    data = bytearray(path.read_bytes())
    data[-30] ^= 1
    path.write_bytes(data)
    (found,) = await recovered(studio)
    manifest = await manifest_of(studio, found)
    assert manifest.spool.fault == "altered"
    assert found.recording.tracks[0].frames < 60


async def test_a_tail_cut_off_at_a_record_is_noticed_by_the_head_that_was_put_away(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    path = await left_behind(studio, heads=True)
    data, at = path.read_bytes(), 12 + int.from_bytes(path.read_bytes()[8:12], "big")
    while (following := at + HEAD.size + HEAD.unpack_from(data, at)[2]) < len(data):
        at = following
    os.truncate(path, at)
    (found,) = await recovered(studio)
    assert (await manifest_of(studio, found)).spool.fault == "cut"


async def test_an_untouched_spool_agrees_with_its_head(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    await left_behind(studio, heads=True)
    (found,) = await recovered(studio)
    assert (await manifest_of(studio, found)).spool.fault == "unended"


async def test_the_spool_of_an_erased_person_is_removed(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    path = await left_behind(studio)
    await studio.keys.erase(SCOPE)
    assert await recovered(studio) == []
    assert path.exists() is False


async def test_a_file_that_is_no_spool_is_put_aside_and_the_others_are_sealed(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    await left_behind(studio)
    (studio.folder / "broken.spool").write_bytes(b"\0" * 4096)
    assert len(await recovered(studio)) == 1
    assert (studio.folder / "broken.unreadable").exists() is True


async def test_a_spool_whose_key_does_not_open_is_put_aside(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    path = await left_behind(studio)
    studio.keys = MemoryKeys()
    assert await recovered(studio) == []
    assert path.with_suffix(".unreadable").exists() is True


async def test_a_store_that_fails_leaves_the_spool_for_the_next_try(tmp_path):
    class FullStore(SealedBlobs):
        async def put(self, name, data, *, scope):
            raise OSError("no space")

    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    whole, recorder._blobs = studio.blobs, FullStore(studio.blobs._store, studio.keys)
    await recorder.start()
    play(recorder.open_track(camera(), nothing), 30, 0.0)
    with pytest.raises(OSError, match="no space"):
        await recorder.seal("done")
    recorder._blobs = whole
    assert (await recorder.seal("done")).tracks[0].frames == 30


async def test_no_spool_folder_means_nothing_to_recover(tmp_path):
    assert await recovered(Studio(tmp_path, FrozenClock())) == []


CHILD = """
import asyncio, sys
from pathlib import Path
from obstore.store import LocalStore
from media.recorder import Recorder
from ports.blobs import SealedBlobs
from ports.clock import SystemClock
from tests.media.rec import SCOPE, camera, microphone, nothing
from tests.media.streams import packets_of, pictures, sounds
from tests.media.test_recovery import FixedKeys

async def main(folder):
    keys, clock = FixedKeys(), SystemClock()
    blobs = SealedBlobs(LocalStore(prefix=folder / "blobs", mkdir=True), keys)
    recorder = Recorder(scope=SCOPE, recording_id="rec-1", blobs=blobs, keys=keys, clock=clock,
                        spool_dir=folder / "spool", on_event=lambda event: None, room_id="room-9")
    await recorder.start()
    tracks = [(recorder.open_track(camera(), nothing), packets_of("VP8", pictures("VP8", 150)), 1 / 30),
              (recorder.open_track(microphone(), nothing), packets_of("opus", sounds(250)), 1 / 50)]
    async def send(sink, groups, pace):
        begin = clock.monotonic()
        for number, group in enumerate(groups):
            await asyncio.sleep(max(begin + number * pace - clock.monotonic(), 0))
            for packet in group:
                sink.rtp(packet, clock.monotonic())
            print(sink.info.kind, number + 1, flush=True)
    await asyncio.gather(*(send(*track) for track in tracks))

asyncio.run(main(Path(sys.argv[1])))
"""


class FixedKeys(MemoryKeys):
    """The same keys in two processes."""

    async def data_key(self, scope: str) -> bytes:
        return scope.encode().ljust(32, b"k")[:32]


def run_and_kill(folder: Path, after_s: float) -> dict[str, int]:
    """How many frames of each kind a child process had sent when it was killed."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert child.stdout is not None
    first = child.stdout.readline()
    time.sleep(after_s)
    child.send_signal(signal.SIGKILL)
    lines = (first + child.stdout.read()).decode().splitlines()
    child.stdout.close()
    child.wait()
    return {kind: max(int(line.split()[1]) for line in lines if line.startswith(kind)) for kind in ("video", "audio")}


async def test_a_killed_process_loses_two_seconds_at_most(tmp_path):
    sent = await asyncio.to_thread(run_and_kill, tmp_path, 2.3)
    keys = FixedKeys()
    blobs = SealedBlobs(LocalStore(prefix=tmp_path / "blobs", mkdir=True), keys)
    (found,) = [found async for found in recover(tmp_path / "spool", blobs=blobs, keys=keys)]
    assert found.room_id == "room-9"
    for track in found.recording.tracks:
        data = await blobs.get(track.segments[0].blob, scope=SCOPE)
        lost = sent[track.kind] - decoded(data)
        assert 0 <= lost / (30 if track.kind == "video" else 50) <= 2.0
    assert len(found.recording.tracks) == 2


async def test_what_was_sealed_and_not_told_is_known_by_its_manifest_and_not_decrypted_again(tmp_path, monkeypatch):
    studio, opened, opening = Studio(tmp_path, FrozenClock()), [], SpoolReader._open

    def counted(reader, record, *data):
        opened.append(record.number)
        return opening(reader, record, *data)

    await left_behind(studio)
    (first,) = await recovered(studio)
    monkeypatch.setattr(SpoolReader, "_open", counted)
    assert await recovered(studio) == [first]
    assert opened == [0]


async def test_a_spool_that_cannot_be_sealed_is_tried_ever_more_rarely_and_holds_up_no_other(tmp_path, monkeypatch):
    studio, tried = Studio(tmp_path, clock := FrozenClock()), []
    path = await left_behind(studio)
    patience = Patience(clock)

    async def fails(spool, **ports):
        tried.append(spool)
        raise OSError("no space")

    monkeypatch.setattr("media.recovery.seal_spool", fails)
    for pause in (*PAUSES, PAUSES[-1]):
        for moment in (0.0, pause - 1):
            clock.advance(moment)
            assert await recovered(studio, patience) == []
        assert tried == [path]
        tried.clear()
        clock.advance(1.0)
    monkeypatch.undo()
    (found,) = await recovered(studio, patience)
    assert found.path == path


async def test_a_file_without_a_name_is_removed_once_nobody_can_be_making_it_and_unreadable_ones_are_told(tmp_path):
    young, old, aside = (tmp_path / name for name in ("a.new", "b.new", "c.unreadable"))
    for path in (young, old, aside):
        path.write_bytes(b"CVXSPL1\n")
    os.utime(old, (1, 1))
    assert await sweep(tmp_path) == ("c.unreadable",)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.new", "c.unreadable"]
