"""The client, against workers in this process: placement, lost connections, repeated requests."""

import asyncio

import msgspec
import pytest

from media.admission import Capacity
from media.client import MediaClient
from media.errors import MediaUnavailable, RoomEnded, RoomUnknown, WorkerFull
from media.messages import (
    ParticipantSpec,
    RoomClosed,
    RoomOpened,
    RosterChanged,
    SealedRecording,
)
from tests.media.peers import until
from tests.media.plant import SECRET, SPEC


async def test_closing_a_room_again_answers_the_same_even_from_another_client_and_without_the_worker(plant):
    worker = await plant.worker()
    await plant.client.open_room("r1", SPEC)
    first, second = await asyncio.gather(plant.client.close_room("r1", "over"), plant.client.close_room("r1", "again"))
    assert first == second
    other = MediaClient(plant.keyvalue, SECRET)
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
