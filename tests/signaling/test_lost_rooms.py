"""Rooms that are lost with their worker: everyone is told to come again, and can."""

import asyncio

import pytest

from media.messages import RoomClosed


@pytest.mark.parametrize(
    ("reason", "told"),
    [("drained", "worker_lost"), ("lease_lost", "worker_lost"), ("worker_lost", "worker_lost"), ("ended", "ended")],
)
async def test_a_room_that_goes_on_elsewhere_is_told_as_one_to_come_again_to(stage, reason, told):
    client, _ = await stage.in_room()
    stage.rooms.say("room-1", RoomClosed(reason))
    assert await client.until("room.closed") == {"room_id": "room-1", "reason": told}


async def test_who_is_told_may_come_again_at_once_and_hears_the_new_room(stage):
    ann, _ = await stage.in_room("ann")
    bob, _ = await stage.in_room("bob")
    slow, leaving = asyncio.Event(), stage.house.left

    async def left(peer, ref, reason):
        if peer.id == "bob":
            await slow.wait()
        await leaving(peer, ref, reason)

    stage.house.left = left
    stage.rooms.say("room-1", RoomClosed("worker_lost"))
    await ann.until("room.closed")
    joined = await ann.request("room.join", {"ticket": await stage.ticket("ann")})
    assert "error" not in joined
    slow.set()
    await bob.until("room.closed")
    ann.heard.clear()
    assert "error" not in await bob.request("room.join", {"ticket": await stage.ticket("bob")})
    await ann.until("room.roster", lambda body: len(body["participants"]) == 2)


async def test_that_he_left_is_written_before_he_is_told(stage):
    ann, _ = await stage.in_room("ann")
    stage.rooms.say("room-1", RoomClosed("worker_lost"))
    await ann.until("room.closed")
    assert stage.house.presence == [("joined", "ann", "case-1"), ("left", "ann", "case-1", "worker_lost")]


async def test_one_whose_absence_cannot_be_written_is_told_all_the_same(stage):
    ann, _ = await stage.in_room("ann")

    async def left(peer, ref, reason):
        raise OSError("no database")

    stage.house.left = left
    stage.rooms.say("room-1", RoomClosed("worker_lost"))
    await ann.until("room.closed")


async def test_the_others_see_at_once_that_a_connection_is_gone(stage):
    ann, _ = await stage.in_room("ann")
    bob, joined = await stage.in_room("bob")
    await bob.io.disconnect()
    me = joined["participant_id"]
    await ann.until(
        "room.roster",
        lambda body: any(p["participant_id"] == me and not p["connected"] for p in body["participants"]),
    )
