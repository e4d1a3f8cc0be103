"""A room and the loss of its worker: who is told, how soon, and who has the room afterwards."""

import asyncio
import time

import msgspec

from media import placement
from media.client import MediaClient
from media.messages import ParticipantSpec, RecorderStatus, RoomClosed, RosterChanged, SealedRecording
from tests.media.peers import CountingRecorder, until
from tests.media.plant import SECRET, SPEC

NEXT = msgspec.structs.replace(SPEC, part=2)


async def watching(plant, room_id: str = "r1"):
    events = plant.client.events(room_id)
    assert isinstance(await anext(events), RosterChanged)
    return events


async def rest(events) -> list:
    return [event async for event in events]


async def die(worker) -> None:
    """As after kill -9: the sockets are closed, nothing was said, lease and heartbeat stay until they run out."""
    beats, worker._beats = worker._beats, []
    for beat in beats:
        beat.cancel()
    await asyncio.wait(beats)
    worker._server.close()
    for session in list(worker._sessions):
        session._writer.transport.abort()
    await until(lambda: not worker._sessions)


async def revive(worker) -> None:
    """The process was only held up."""
    await worker._beat()


async def test_a_dead_worker_is_told_at_once_and_one_of_many_opens_the_room_elsewhere(plant):
    first = await plant.worker("w1")
    await plant.client.open_room("r1", SPEC)
    second = await plant.worker("w2")
    events, began = await watching(plant), time.monotonic()
    await die(first)
    assert (await rest(events))[-1] == RoomClosed("worker_lost")
    clients = [MediaClient(plant.keyvalue, SECRET) for _ in range(3)]
    opened = await asyncio.gather(*(client.open_room("r1", NEXT) for client in clients))
    assert time.monotonic() - began < 1.0
    assert {room.worker_id for room in opened} == {"w2"}
    assert (len(second._host.rooms), len(plant.recorders)) == (1, 2)
    for client in clients:
        await client.close()


async def test_a_worker_that_is_held_up_loses_its_room_and_ends_it_when_it_goes_on(plant):
    """No room in two places: what the late one recorded is a part of its own."""
    specs = []
    plain = plant._recorder

    def recorder(room_id, spec, on_event):
        specs.append(spec)
        return plain(room_id, spec, on_event)

    plant._recorder = recorder
    first = await plant.worker("w1")
    await plant.client.open_room("r1", SPEC)
    second = await plant.worker("w2")
    events = await watching(plant)
    began = time.monotonic()
    stop(first)
    assert (await rest(events))[-1] == RoomClosed("worker_lost")
    assert time.monotonic() - began < 4.0
    assert (await plant.client.open_room("r1", NEXT)).worker_id == "w2"
    await first._show()
    assert await plant.keyvalue.get("recorder:r1") is None  # it does not speak for a room that others may have
    await revive(first)
    await until(lambda: plant.recorders[0].sealings == 1)
    assert [sealed.reason for _, _, sealed in plant.reports.named("recording_sealed")] == ["lease_lost"]
    assert (list(first._host.rooms), list(second._host.rooms)) == ([], ["r1"])
    assert await plant.keyvalue.get("sealed:r1") is None
    assert [spec.part for spec in specs] == [1, 2]
    assert (await plant.client.status("r1")).worker_id == "w2"


def stop(worker) -> None:
    """Held up: it answers nothing and beats no more, and its connections stay."""
    for beat in worker._beats:
        beat.cancel()

    async def never(body) -> None:
        await asyncio.Event().wait()

    for session in worker._sessions:
        session._handle = never


async def test_a_store_that_lost_its_memory_costs_no_room(plant):
    await plant.worker("w1")
    await plant.client.open_room("r1", SPEC)
    events = await watching(plant)
    await plant.keyvalue.delete("room:r1", "worker:w1")
    await asyncio.sleep(1.5)
    await plant.client.join("r1", ParticipantSpec(participant_id="b", person_id="x", role="insured"))
    while not (isinstance(event := await anext(events), RosterChanged) and event.roster.participants):
        assert not isinstance(event, RoomClosed)
    await events.aclose()


async def test_a_worker_that_was_started_anew_under_its_name_does_not_have_its_rooms_any_more(plant):
    first = await plant.worker("w1")
    await plant.client.open_room("r1", SPEC)
    events = await watching(plant)
    await die(first)
    again = await plant.worker("w1")
    assert (await rest(events))[-1] == RoomClosed("worker_lost")
    assert (await plant.client.open_room("r1", NEXT)).worker_id == "w1"
    assert list(again._host.rooms) == ["r1"]


class SlowSealing(CountingRecorder):
    async def seal(self, reason: str) -> SealedRecording:
        await self.go.wait()
        return await super().seal(reason)

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()

    def status(self) -> RecorderStatus:
        return RecorderStatus()


async def test_a_room_of_a_worker_that_drains_goes_on_elsewhere_while_its_files_are_made(plant):
    recorders = [SlowSealing(), CountingRecorder()]
    plant._recorder = lambda room_id, spec, on_event: recorders[len(plant.recorders_made)]
    plant.recorders_made = []
    first = await plant.worker("w1")
    await plant.client.open_room("r1", SPEC)
    plant.recorders_made.append("one")
    await plant.worker("w2")
    events = await watching(plant)
    draining = asyncio.create_task(first.close())
    assert (await rest(events))[-1] == RoomClosed("drained")
    assert (await plant.client.open_room("r1", NEXT)).worker_id == "w2"
    assert recorders[0].sealings == 0
    recorders[0].go.set()
    await draining
    assert (recorders[0].sealings, recorders[0].discarded) == (1, True)


async def test_the_parts_of_a_recording_count_up_even_when_the_store_forgot(plant):
    keyvalue = plant.keyvalue
    assert [await placement.next_part(keyvalue, "rec-1", 1) for _ in range(3)] == [1, 2, 3]
    await keyvalue.delete("part:rec-1")
    assert [await placement.next_part(keyvalue, "rec-1", 3) for _ in range(2)] == [3, 4]


async def test_a_worker_that_has_beaten_since_is_not_forgotten(plant):
    await plant.worker("w1")
    await plant.client.open_room("r1", SPEC)
    (info,) = await placement.live_workers(plant.keyvalue)
    await placement.forget(plant.keyvalue, "r1", msgspec.structs.replace(info, load=9.0))
    assert (await placement.worker_of(plant.keyvalue, "r1")).worker_id == "w1"
    (info,) = await placement.live_workers(plant.keyvalue)
    await placement.forget(plant.keyvalue, "r1", info)
    assert await plant.keyvalue.get("room:r1") is None


async def test_strangers_on_the_socket_do_not_stay(plant, monkeypatch):
    monkeypatch.setattr("media.handshake.SECONDS", 0.3)
    worker = await plant.worker("w1")
    lines = [await asyncio.open_unix_connection(f"{plant.folder}/w1.sock") for _ in range(3)]
    ends = [len(await reader.read()) for reader, _ in lines]
    assert ends == [32, 32, 32]  # each is greeted, and who says nothing is put out
    await until(lambda: not worker._sessions)
    assert (await plant.client.open_room("r1", SPEC)).worker_id == "w1"
    for _, writer in lines:
        writer.close()
