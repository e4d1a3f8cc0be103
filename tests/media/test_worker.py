"""A worker in this process, asked over its unix socket as `server` asks it, with real peers."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec
import pytest

from media.admission import Capacity
from media.client import MediaClient
from media.errors import MediaUnavailable, RecorderFailed, RoomEnded, RoomUnknown, WorkerDraining, WorkerFull
from media.hooks import Hooks
from media.ice import LOOPBACK
from media.messages import (
    ParticipantSpec,
    RecorderChanged,
    RecorderEvent,
    RoomClosed,
    RoomOffer,
    RoomOpened,
    RoomSpec,
    RosterChanged,
    SealedRecording,
)
from media.placement import LEASE_SECONDS, live_workers, worker_of
from media.worker import EMPTY_SECONDS, MediaWorker
from ports.blobs import open_blobs
from ports.clock import FrozenClock, SystemClock
from ports.keys import MemoryKeys
from ports.keyvalue import MemoryKeyValue
from tests.media.peers import CountingRecorder, Peer, until

SPEC = RoomSpec(scope="case-1", recording_id="rec-1", serial="REC0001")


class Reports:
    """What the worker told through its hooks."""

    def __init__(self) -> None:
        self.heard: list[tuple] = []

    def hooks(self) -> Hooks:
        names = (
            "recording_started",
            "recording_stalled",
            "recording_resumed",
            "recording_sealed",
            "track_on",
            "track_off",
        )
        return Hooks(**{name: partial(self._hear, name) for name in names})

    async def _hear(self, name: str, *arguments: object) -> None:
        self.heard.append((name, *arguments))

    def named(self, name: str) -> list[tuple]:
        return [arguments for kind, *arguments in self.heard if kind == name]


class Plant:
    """A key-value store, workers at unix sockets, and a client."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.clock = SystemClock()
        self.keyvalue = MemoryKeyValue(self.clock)
        self.keys = MemoryKeys()
        self.blobs = open_blobs("memory:", self.keys)
        self.reports = Reports()
        self.client = MediaClient(self.keyvalue)
        self.recorders: list[CountingRecorder] = []
        self.tell: list = []
        self.workers: list[MediaWorker] = []

    async def worker(self, name: str = "w1", *, counting: bool = True, **options) -> MediaWorker:
        worker = MediaWorker(
            name,
            f"unix://{self.folder}/{name}.sock",
            self.keyvalue,
            self.blobs,
            self.keys,
            options.pop("clock", self.clock),
            self.folder / "spool",
            self.reports.hooks(),
            LOOPBACK,
            new_recorder=self._recorder if counting else None,
            capacity=options.pop("capacity", Capacity(max_load=99.0)),  # the peers encode in this process too
            **options,
        )
        await worker.start()
        self.workers.append(worker)
        return worker

    def _recorder(self, room_id: str, spec: RoomSpec, on_event) -> CountingRecorder:
        self.recorders.append(CountingRecorder())
        self.tell.append(on_event)
        return self.recorders[-1]


@pytest.fixture
async def plant(tmp_path: Path) -> AsyncIterator[Plant]:
    plant = Plant(tmp_path)
    await plant.blobs.exists("warm")  # obstore keeps a runtime with three files from its first call on
    files = len(os.listdir("/proc/self/fd"))
    yield plant
    await plant.client.close()
    for worker in plant.workers:
        await worker.close()
    await until(lambda: asyncio.all_tasks() == {asyncio.current_task()}, 3.0)
    assert len(os.listdir("/proc/self/fd")) == files


class Caller:
    """The client's face of one room, as the peers of these tests expect it; it also answers offers."""

    def __init__(self, client: MediaClient, room_id: str, *names: str):
        self.client, self.room_id = client, room_id
        self.peers = {name: Peer(self, name, "host" if name == "host" else "insured") for name in names}
        self.events: list = []
        self._task = asyncio.create_task(self._listen())

    async def publish(self, participant_id: str, sdp: str, sources: dict) -> str:
        return await self.client.publish(self.room_id, participant_id, sdp, sources)

    async def answer(self, participant_id: str, sdp: str) -> None:
        await self.client.answer(self.room_id, participant_id, sdp)

    async def enter(self) -> None:
        for peer in self.peers.values():
            await self.client.join(self.room_id, peer.spec)
            await peer.publish()

    async def _listen(self) -> None:
        async for event in self.client.events(self.room_id):
            self.events.append(event)
            if isinstance(event, RoomOffer):
                await self.peers[event.participant_id].take(event)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
        for peer in self.peers.values():
            await peer.close()


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
    assert len(plant.reports.named("track_on")) == len(plant.reports.named("track_off")) == 4
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
        ["age_ms", "gaps", "seconds", "stalled", "writing"],
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


async def test_closing_a_room_again_answers_the_same_even_from_another_client_and_without_the_worker(plant):
    worker = await plant.worker()
    await plant.client.open_room("r1", SPEC)
    first, second = await asyncio.gather(plant.client.close_room("r1", "over"), plant.client.close_room("r1", "again"))
    assert first == second
    other = MediaClient(plant.keyvalue)
    assert await other.close_room("r1", "once more") == first
    await worker.close()
    assert await other.close_room("r1", "at last") == first
    assert plant.recorders[0].sealings == 1
    with pytest.raises(MediaUnavailable):
        await other.open_room("r1", SPEC)
    await other.close()


async def test_a_room_that_was_sealed_is_not_opened_again(plant):
    await plant.worker()
    await plant.client.open_room("r1", SPEC)
    await plant.client.close_room("r1", "over")
    with pytest.raises(RoomEnded):
        await plant.client.open_room("r1", SPEC)


async def test_opening_an_open_room_leaves_it_where_it_is(plant):
    await plant.worker("w1")
    await plant.worker("w2")
    opened = {(await plant.client.open_room("r1", SPEC)).worker_id for _ in range(3)}
    assert (len(opened), len(plant.recorders)) == (1, 1)


async def test_rooms_spread_over_the_workers(plant):
    await plant.worker("w1")
    await plant.client.open_room("r1", SPEC)
    await plant.worker("w2")
    assert await plant.client.open_room("r2", msgspec.structs.replace(SPEC, recording_id="rec-2")) == RoomOpened("w2")


async def test_a_full_worker_refuses_before_it_harms_the_rooms_it_has(plant):
    await plant.worker(capacity=Capacity(max_rooms=1))
    await plant.client.open_room("r1", SPEC)
    with pytest.raises(WorkerFull):
        await plant.client.open_room("r2", SPEC)
    assert (await plant.client.status("r1")).worker_id == "w1"


async def test_without_a_worker_there_is_no_room(plant):
    with pytest.raises(MediaUnavailable):
        await plant.client.open_room("r1", SPEC)
    with pytest.raises(RoomUnknown):
        await plant.client.status("r1")
    await plant.client.leave("r1", "b")


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
    for kind in ("started", "stalled", "resumed", "failed", "segment_sealed"):
        plant.tell[0](RecorderEvent(kind, at))
    await until(lambda: len(plant.reports.heard) == 4)
    names = ["recording_started", "recording_stalled", "recording_resumed", "recording_stalled"]
    assert plant.reports.heard == [(name, "case-1", "r1", "rec-1", at) for name in names]


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


async def test_a_draining_worker_opens_no_room(plant):
    worker = await plant.worker()
    worker._draining = True
    with pytest.raises((WorkerDraining, WorkerFull)):
        await plant.client.open_room("r1", SPEC)


async def test_sigterm_ends_a_running_worker_in_order(plant):
    worker = MediaWorker(
        "w9", f"unix://{plant.folder}/w9.sock", plant.keyvalue, plant.blobs, plant.keys, plant.clock,
        plant.folder / "spool", Hooks(), LOOPBACK, new_recorder=plant._recorder,
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
    writer.write(b"\xff" * 64)
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    assert (await plant.client.status("r1")).worker_id == "w1"


async def test_a_worker_that_is_gone_ends_the_events_of_its_rooms(plant):
    worker = await plant.worker()
    await plant.client.open_room("r1", SPEC)
    events = plant.client.events("r1")
    assert isinstance(await anext(events), RosterChanged)
    await worker._stop_serving()
    await plant.keyvalue.delete("room:r1")
    seen = [event async for event in events]
    assert seen[-1] == RoomClosed("worker_lost")


async def test_events_go_on_after_the_connection_was_lost(plant):
    await plant.worker()
    await plant.client.open_room("r1", SPEC)
    events = plant.client.events("r1")
    assert isinstance(await anext(events), RosterChanged)
    for session in list(plant.workers[0]._sessions):
        session.stop()
    spec = ParticipantSpec(participant_id="b", person_id="x", role="insured")
    await until(lambda: not plant.workers[0]._sessions)
    await plant.client.join("r1", spec)
    rosters = []
    async for event in events:
        rosters += [event.roster] if isinstance(event, RosterChanged) else []
        if rosters and rosters[-1].participants:
            break
    assert rosters[-1].participants[0].participant_id == "b"
    await events.aclose()


async def test_two_readers_of_one_client_both_get_everything(plant):
    await plant.worker()
    await plant.client.open_room("r1", SPEC)
    readers = [plant.client.events("r1") for _ in range(2)]
    for reader in readers:
        assert isinstance(await anext(reader), RosterChanged)
    await plant.client.join("r1", ParticipantSpec(participant_id="b", person_id="x", role="insured"))
    await readers[0].aclose()
    while not (isinstance(event := await anext(readers[1]), RosterChanged) and event.roster.participants):
        continue
    await plant.client.close_room("r1", "over")
    assert [event async for event in readers[1]][-1] == RoomClosed("over")


def test_sealed_recordings_are_plain_json_in_the_store():
    sealed = SealedRecording("rec-1", "REC0001", "m", "0" * 64, 1.5)
    assert msgspec.json.decode(msgspec.json.encode(sealed), type=SealedRecording) == sealed
