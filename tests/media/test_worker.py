"""A worker in this process, asked over its unix socket as `server` asks it, with real peers."""

import asyncio
import json
import os
import signal
import sys
import time
from datetime import datetime

import pytest

from media.admission import Capacity
from media.attendance import EMPTY_SECONDS, HOST_SECONDS
from media.errors import LooksBusy, MediaUnavailable, RecorderFailed, RoomUnknown, WorkerDraining, WorkerFull
from media.handshake import introduce
from media.hooks import Hooks
from media.host import report_recovered
from media.ice import LOOPBACK
from media.link import Link
from media.messages import (
    ParticipantSpec,
    RecorderChanged,
    RecorderEvent,
    RoomClosed,
    RoomOpened,
    RoomStatus,
    RosterChanged,
    SealedRecording,
)
from media.patience import PAUSES, Patience
from media.placement import LEASE_SECONDS, live_workers, worker_of
from media.recorder import Recorder
from media.wire import Status
from media.worker import MediaWorker
from ports.clock import FrozenClock
from tests.media.peers import CountingRecorder, hang_up, until
from tests.media.plant import SECRET, SPEC, Caller, free_port


async def test_the_time_that_a_look_takes_to_end_is_not_time_that_a_card_was_held(plant):
    slow = "import sys, time; sys.stdin.buffer.read(); time.sleep(1)"
    await plant.worker(look_command=(sys.executable, "-c", slow))
    await plant.client.open_room("r1", SPEC)
    await plant.client.join("r1", ParticipantSpec("b", "person-b", "policyholder"))
    hold_id = await plant.client.hold("r1", "b", "identity front", b"a card")
    held = await plant.client.release("r1", hold_id)
    assert (held.seconds < 1, held.looked) == (True, b"")


async def test_a_worker_looks_at_so_many_cameras_at_once_and_counts_the_frames_of_others(plant):
    waits = "import sys, time; sys.stdin.buffer.read()"
    capacity = Capacity(max_load=99.0, max_looks=2)
    await plant.worker(look_command=(sys.executable, "-c", waits), capacity=capacity)
    for room_id in ("r1", "r2"):
        await plant.client.open_room(room_id, SPEC)
        for name in ("b", "c"):
            await plant.client.join(room_id, ParticipantSpec(name, f"person-{name}", "policyholder"))
    first = await plant.client.hold("r1", "b", "front", b"a card")
    await plant.client.hold("r2", "b", "front", b"a card")
    with pytest.raises(LooksBusy):
        await plant.client.hold("r2", "c", "front", b"a card")
    await plant.client.hold("r2", "c", "front")
    await plant.client.hold("r2", "b", "front", b"a card")  # in the place of his own
    await plant.client.release("r1", first)
    await plant.client.hold("r1", "c", "front", b"a card")
    await plant.client.leave("r1", "c", "left")
    await plant.client.close_room("r2", "over")
    await until(lambda: capacity.looks.looking == 0)


async def test_a_whole_call_over_the_socket(plant):
    await plant.worker()
    assert await plant.client.open_room("r1", SPEC) == RoomOpened("w1")
    caller = Caller(plant.client, "r1", "host", "b")
    await caller.enter()
    await until(lambda: all(peer.frames.get("video", 0) > 5 for peer in caller.peers.values()))
    status = await plant.client.status("r1")
    assert [entry.participant_id for entry in status.roster.participants] == ["host", "b"]
    hold_id = await plant.client.hold("r1", "b", "identity front")
    await plant.client.mute("r1", "b", "microphone", True)
    await plant.client.mark("r1", "note", {"step": 1})
    await asyncio.sleep(0.5)
    held = await plant.client.release("r1", hold_id)
    assert held.frames >= 5
    await plant.client.leave("r1", "b", "went home")
    await plant.client.leave("r1", "b", "went home")
    sealed = await plant.client.close_room("r1", "over")
    assert sealed.recording_id == "rec-1"
    await until(lambda: caller.events[-1] == RoomClosed("over"))
    await until(lambda: plant.recorders[0].discarded)
    assert plant.reports.named("recording_sealed") == [["case-1", "r1", sealed]]
    assert [sink.closed is None for sink in plant.recorders[0].sinks] == [False] * 4
    await caller.close()


async def test_a_real_recording_of_a_call_is_sealed_with_all_its_tracks(plant):
    await plant.worker(counting=False)
    await plant.client.open_room("r1", SPEC)
    caller = Caller(plant.client, "r1", "host", "b")
    await caller.enter()
    await until(lambda: plant.reports.named("recording_started"))
    await asyncio.sleep(1.5)
    value = json.loads(await plant.keyvalue.get("recorder:r1"))
    assert (sorted(value), value["writing"], value["stalled"]) == (
        ["age_ms", "gaps", "seconds", "stalled", "writing", "written"],
        True,
        False,
    )
    sealed = await plant.client.close_room("r1", "over")
    assert sorted((track.participant_id, track.kind) for track in sealed.tracks) == [
        (name, kind) for name in ("b", "host") for kind in ("audio", "video")
    ]
    assert all(track.frames > 10 and track.segments for track in sealed.tracks)
    for track in sealed.tracks:
        for segment in track.segments:
            assert await plant.blobs.size(segment.blob, scope="case-1") > 0
    await until(lambda: plant.reports.named("recording_sealed"))
    await until(lambda: not list((plant.folder / "spool").glob("*.spool")))
    await caller.close()


async def test_a_camera_that_is_muted_or_gone_is_no_longer_written_and_is_again_within_a_second(plant):
    await plant.worker(counting=False)
    await plant.client.open_room("r1", SPEC)
    caller = Caller(plant.client, "r1", "host", "b")
    await caller.enter()
    host, b = (caller.peers[name].spec.person_id for name in ("host", "b"))

    async def written(*sources: str, seconds: float) -> None:
        began, wanted = time.monotonic(), {host: ["camera", "microphone"], b: list(sources)}
        while json.loads(await plant.keyvalue.get("recorder:r1") or b"{}").get("written") != wanted:
            assert time.monotonic() - began < seconds
            await asyncio.sleep(0.02)

    await written("camera", "microphone", seconds=5.0)
    for _ in range(2):
        await plant.client.mute("r1", "b", "camera", True)
        await written("microphone", seconds=1.0)
        await asyncio.sleep(0.3)  # its pictures go on
        await plant.client.mute("r1", "b", "camera", False)
        await written("camera", "microphone", seconds=1.0)
    first = caller.peers["b"].up
    await caller.peers["b"].publish("audio")  # no camera at all
    await written("microphone", seconds=3.0)
    await hang_up(first)
    await plant.client.close_room("r1", "over")
    await caller.close()


class BrokenRecorder(CountingRecorder):
    async def start(self) -> None:
        raise OSError("no space")


async def test_a_room_whose_recording_cannot_start_is_not_opened_and_keeps_no_lease(plant):
    plant._recorder = lambda room_id, spec, on_event: BrokenRecorder()
    await plant.worker()
    with pytest.raises(RecorderFailed):
        await plant.client.open_room("r1", SPEC)
    assert await worker_of(plant.keyvalue, "r1") is None


async def test_the_heartbeat_says_where_the_worker_is_and_what_it_has(plant):
    worker = await plant.worker()
    (info,) = await live_workers(plant.keyvalue)
    assert (info.worker_id, info.rooms, info.pid, info.full) == ("w1", 0, os.getpid(), False)
    await worker.close()
    assert await live_workers(plant.keyvalue) == ()


async def test_the_recorders_status_is_fresh_in_the_store_and_told_to_those_who_watch(plant):
    await plant.worker()
    await plant.client.open_room("r1", SPEC)
    events = []

    async def listen() -> None:
        async for event in plant.client.events("r1"):
            events.append(event)

    listening = asyncio.create_task(listen())
    await until(lambda: len(events) == 2)
    assert [type(event) for event in events] == [RosterChanged, RecorderChanged]
    plant.recorders[0].sinks.append(None)
    await until(lambda: len(events) == 3)
    assert events[2].status.writing
    assert json.loads(await plant.keyvalue.get("recorder:r1"))["writing"] is True
    listening.cancel()
    await asyncio.wait([listening])


async def test_what_the_recorder_tells_goes_to_the_hooks(plant):
    await plant.worker()
    await plant.client.open_room("r1", SPEC)
    at = datetime.fromisoformat("2026-03-02T01:00:00+00:00")
    for kind in ("started", "stalled", "resumed", "failed"):
        plant.tell[0](RecorderEvent(kind, at))
    await until(lambda: len(plant.reports.heard) == 4)
    names = ["recording_started", "recording_stalled", "recording_resumed", "recording_stalled"]
    told = ("case-1", "r1", "rec-1", at)
    assert plant.reports.heard == [(names[0], *told, 1), *((name, *told) for name in names[1:])]


async def test_a_drain_seals_every_recording_and_tells_before_it_ends(plant):
    worker = await plant.worker()
    await plant.client.open_room("r1", SPEC)
    caller = Caller(plant.client, "r1", "host")
    await caller.enter()
    await until(lambda: plant.recorders[0].sinks)
    await worker.close()
    assert (plant.recorders[0].sealings, plant.recorders[0].discarded) == (1, True)
    assert [room_id for _, room_id, _ in plant.reports.named("recording_sealed")] == ["r1"]
    await until(lambda: caller.events[-1] == RoomClosed("drained"))
    await caller.close()


async def test_a_drain_that_takes_too_long_leaves_the_recording_to_the_next_worker(plant):
    async def database_is_away(*arguments: object) -> None:
        raise OSError("no database")

    hooks, plant.reports.hooks = plant.reports.hooks, lambda: Hooks(recording_sealed=database_is_away)
    worker = await plant.worker(counting=False, drain_seconds=0.5)
    await plant.client.open_room("r1", SPEC)
    began = asyncio.get_running_loop().time()
    await worker.close()
    assert asyncio.get_running_loop().time() - began < 3.0
    assert len(list((plant.folder / "spool").glob("*.spool"))) == 1
    plant.reports.hooks = hooks
    await plant.worker("w2")
    await until(lambda: plant.reports.named("recording_sealed"))
    assert [sealed.reason for _, _, sealed in plant.reports.named("recording_sealed")] == ["drained"]


async def test_a_recording_that_could_not_be_sealed_is_sealed_when_the_store_is_back(plant, monkeypatch):
    async def away(*arguments: object, **named: object) -> None:
        raise OSError("the store is away")

    worker = await plant.worker(counting=False)
    await plant.client.open_room("r1", SPEC)
    with monkeypatch.context() as store:
        store.setattr(type(plant.blobs), "put", away)
        with pytest.raises(RecorderFailed):
            await plant.client.close_room("r1", "over")
    assert (worker._host.rooms, await worker_of(plant.keyvalue, "r1")) == ({}, None)
    assert plant.reports.named("recording_sealed") == []
    await until(lambda: not worker._host._tasks)
    await worker._recover()
    ((_, room_id, sealed),) = plant.reports.named("recording_sealed")
    assert (room_id, sealed.reason) == ("r1", "over")
    assert not list((plant.folder / "spool").glob("*.spool"))


async def test_a_spool_folder_that_cannot_be_read_ends_no_worker(plant, monkeypatch):
    def unreadable(*arguments: object) -> None:
        raise PermissionError("the folder is another's")

    worker = await plant.worker()
    monkeypatch.setattr("media.recovery._spools", unreadable)
    await worker._recover()
    assert not worker._stop.is_set()


class NeverSeals(CountingRecorder):
    async def seal(self, reason: str) -> SealedRecording:
        self.sealings += 1
        await asyncio.Event().wait()
        raise AssertionError("unreachable")


async def test_a_drain_gives_up_a_sealing_that_hangs(plant):
    plant._recorder = lambda room_id, spec, on_event: recorder
    recorder, worker = NeverSeals(), await plant.worker(drain_seconds=0.2)
    await plant.client.open_room("r1", SPEC)
    await worker.close()
    assert (recorder.sealings, recorder.discarded) == (1, False)


async def test_a_recording_that_a_dead_worker_left_is_sealed_and_reported_by_the_next(plant):
    dead = Recorder(
        scope="case-1", recording_id="rec-0", serial="REC0000", room_id="r0", blobs=plant.blobs, keys=plant.keys,
        clock=plant.clock, spool_dir=plant.folder / "spool", on_event=lambda event: None,
    )  # fmt: skip
    await dead.start()
    await dead.seal("its process died before it could tell")
    dead.release()
    await plant.worker()
    await until(lambda: plant.reports.named("recording_sealed"))
    ((scope, room_id, sealed),) = plant.reports.named("recording_sealed")
    assert (scope, room_id, sealed.recording_id) == ("case-1", "r0", "rec-0")
    await until(lambda: not list((plant.folder / "spool").glob("*.spool")))


async def test_what_was_recovered_and_cannot_be_told_is_told_again_ever_more_rarely(plant):
    dead = Recorder(
        scope="case-1", recording_id="rec-0", serial="REC0000", room_id="r0", blobs=plant.blobs, keys=plant.keys,
        clock=plant.clock, spool_dir=plant.folder / "spool", on_event=lambda event: None,
    )  # fmt: skip
    await dead.start()
    await dead.seal("its process died before it could tell")
    dead.release()
    told, patience = [], Patience(clock := FrozenClock())

    async def recording_sealed(scope: str, room_id: str, recording: SealedRecording) -> None:
        told.append(room_id)
        raise OSError("no database")

    for pause in (0.0, PAUSES[0], PAUSES[1]):
        told.clear()
        clock.advance(pause)
        for _ in range(2):
            hooks = Hooks(recording_sealed=recording_sealed)
            await report_recovered(plant.folder / "spool", plant.blobs, plant.keys, hooks, patience)
        assert told == ["r0"]


async def test_a_draining_worker_opens_no_room(plant):
    worker = await plant.worker()
    worker._host.draining = True
    with pytest.raises((WorkerDraining, WorkerFull)):
        await plant.client.open_room("r1", SPEC)


async def test_sigterm_ends_a_running_worker_in_order(plant):
    worker = MediaWorker(
        "w9", f"unix://{plant.folder}/w9.sock", plant.keyvalue, plant.blobs, plant.keys, plant.clock,
        plant.folder / "spool", Hooks(), LOOPBACK, secret=SECRET, new_recorder=plant._recorder,
    )  # fmt: skip
    running = asyncio.create_task(worker.run())
    await until(lambda: (plant.folder / "w9.sock").exists())
    await plant.client.open_room("r1", SPEC)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 5.0)
    assert plant.recorders[0].sealings == 1
    assert await live_workers(plant.keyvalue) == ()


async def test_a_room_that_stays_empty_is_sealed(plant):
    clock = FrozenClock()
    await plant.worker(clock=clock)
    await plant.client.open_room("r1", SPEC)
    for _ in range(3):
        clock.advance(EMPTY_SECONDS / 2)
        await asyncio.sleep(0.05)
    await until(lambda: plant.recorders[0].sealings == 1)


async def test_a_room_whose_host_stays_away_is_sealed_and_told_with_that_reason(plant):
    clock = FrozenClock()
    await plant.worker(clock=clock)
    await plant.client.open_room("r1", SPEC)
    for name in ("host", "insured"):
        await plant.client.join("r1", ParticipantSpec(participant_id=name, person_id=name, role=name))
    await plant.client.leave("r1", "host", "silent")
    clock.advance(HOST_SECONDS - 1)
    await asyncio.sleep(0.05)
    assert plant.recorders[0].sealings == 0
    clock.advance(2.0)
    await until(lambda: plant.reports.named("recording_sealed"))
    assert [sealed.reason for _, _, sealed in plant.reports.named("recording_sealed")] == ["host_lost"]


async def test_a_room_whose_lease_went_to_another_is_ended_here(plant):
    await plant.worker()
    await plant.client.open_room("r1", SPEC)
    await plant.keyvalue.set("room:r1", b"w2", ttl=LEASE_SECONDS * 3)
    await until(lambda: plant.recorders[0].sealings == 1)
    assert await plant.keyvalue.get("room:r1") == b"w2"


async def test_garbage_on_the_socket_ends_that_connection_and_no_other(plant):
    await plant.worker()
    await plant.client.open_room("r1", SPEC)
    reader, writer = await asyncio.open_unix_connection(f"{plant.folder}/w1.sock")
    await introduce(reader, writer, SECRET)
    writer.write(b"\xff" * 64)
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    assert (await plant.client.status("r1")).worker_id == "w1"


async def test_who_does_not_hold_the_secret_gets_no_answer_over_either_kind_of_socket(plant):
    port = free_port()
    await plant.worker("w1")
    await plant.worker("w2", listen_url=f"tcp://127.0.0.1:{port}")
    for worker in await live_workers(plant.keyvalue):
        with pytest.raises(MediaUnavailable, match="did not introduce itself"):
            await Link.open(worker.url, SECRET[::-1])
        link = await Link.open(worker.url, SECRET)
        with pytest.raises(RoomUnknown):
            await link.ask(Status("r1"), RoomStatus, 1.0)
        await link.close()


async def test_a_worker_tells_the_address_that_others_reach_and_listens_on_its_own(plant):
    port = free_port()
    urls = {"listen_url": f"tcp://0.0.0.0:{port}", "public_url": f"tcp://127.0.0.1:{port}"}
    await plant.worker("w1", **urls)
    assert [worker.url for worker in await live_workers(plant.keyvalue)] == [urls["public_url"]]
    assert await plant.client.open_room("r1", SPEC) == RoomOpened("w1")
