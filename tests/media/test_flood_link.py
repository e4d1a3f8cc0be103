"""Nonsense on the control link, and readers who do not read: the worker answers, ends that link, and goes on."""

import asyncio
import random
import struct

from media import wire
from media.client import MediaClient
from media.handshake import introduce
from media.messages import ParticipantSpec, RoomSpec
from media.worker import STRANGERS
from tests.media import hostile
from tests.media.peers import until
from tests.media.plant import SECRET, SPEC

BODIES = (
    wire.OpenRoom("r2", RoomSpec(scope="case-2", recording_id="rec-2", serial="S")),
    wire.Join("r1", ParticipantSpec(participant_id="p", person_id="x", role="insured")),
    wire.Publish("r1", "p", "v=0\r\n", {"0": "camera"}),
    wire.Answer("r1", "p", "v=0\r\n"),
    wire.Mute("r1", "p", "camera", True),
    wire.Mark("r1", "label", {"a": [1, {"b": None}]}),
    wire.Hold("r1", "p", "front"),
    wire.Release("r1", "nothing"),
    wire.Status("r1"),
    wire.Watch("r1"),
    wire.Unwatch("r1"),
    wire.Leave("r1", "p", "left"),
)


async def linked(plant) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_unix_connection(f"{plant.folder}/w1.sock")
    await introduce(reader, writer, SECRET)
    return reader, writer


async def until_ended(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    """Bytes that came before."""
    async with asyncio.timeout(5):
        answered = await reader.read()
    writer.close()
    await writer.wait_closed()
    return len(answered)


async def test_frames_that_are_nearly_right_end_their_link_at_most_and_the_room_stays(plant):
    await plant.worker()
    await plant.client.open_room("r1", SPEC)
    dice, answered = random.Random(8), 0
    async with hostile.calm(entries=80):
        for _ in range(60):
            reader, writer = await linked(plant)
            for body in dice.sample(BODIES, 6):
                payload = hostile.twisted(body, dice)
                payload = hostile.flipped(payload, dice) if dice.random() < 0.05 else payload
                writer.write(struct.pack("!I", len(payload)) + payload)
            await asyncio.sleep(0.005)
            writer.write_eof()
            answered += await until_ended(reader, writer)
        assert (await plant.client.status("r1")).worker_id == "w1"
    assert answered > 1000


async def test_bytes_that_are_no_frames_and_strangers_who_say_nothing_right_end_their_link(plant):
    await plant.worker()
    await plant.client.open_room("r1", SPEC)
    dice = random.Random(9)
    async with hostile.calm(entries=90):
        for number in range(80):
            reader, writer = await (
                linked(plant) if number % 2 else asyncio.open_unix_connection(f"{plant.folder}/w1.sock")
            )
            writer.write(dice.randbytes(dice.randrange(1, 4000)))
            writer.write_eof()
            await until_ended(reader, writer)
        assert (await plant.client.status("r1")).worker_id == "w1"


async def test_who_asks_and_never_reads_holds_up_only_itself_and_a_bounded_amount_of_memory(plant):
    worker = await plant.worker()
    await plant.client.open_room("r1", SPEC)
    _, writer = await linked(plant)
    question = wire.frame(wire.Request(1, wire.Status("r1")))
    async with hostile.calm(megabytes=12):
        for _ in range(400):
            writer.write(wire.frame(wire.Request(1, wire.Watch("r1"))) + question * 200)
        await asyncio.sleep(0.2)
        other = MediaClient(plant.keyvalue, SECRET)
        async with asyncio.timeout(2):
            assert (await other.status("r1")).worker_id == "w1"
        await other.close()
        (session,) = [s for s in worker._sessions if s._watched]
        assert len(session._tasks) <= 64
        writer.transport.abort()
        await until(lambda: session not in worker._sessions)


async def test_strangers_who_say_nothing_keep_nobody_out_and_the_one_that_waited_longest_goes(plant):
    worker = await plant.worker()
    await plant.client.open_room("r1", SPEC)
    silent = [await asyncio.open_unix_connection(f"{plant.folder}/w1.sock") for _ in range(STRANGERS)]
    await until(lambda: sum(session.stranger for session in worker._sessions) == STRANGERS)
    late = MediaClient(plant.keyvalue, SECRET)
    assert (await late.status("r1")).worker_id == "w1"
    await late.close()
    assert len(await silent[0][0].read()) == 32  # the nonce, and then the end
    assert sum(session.stranger for session in worker._sessions) == STRANGERS - 1
    for _, writer in silent:
        writer.transport.abort()
    await until(lambda: len(worker._sessions) == 1)
