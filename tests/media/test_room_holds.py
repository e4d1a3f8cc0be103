"""The camera frames that arrive while a card is held."""

import asyncio

import pytest

from media.errors import (
    CameraMuted,
    HoldUnknown,
)
from media.messages import Reason
from tests.media.peers import Peer, until


async def test_a_hold_counts_the_camera_frames_that_arrived(stage):
    (host,) = stage.peers("host")
    await stage.enter(host)
    await until(lambda: stage.source("host", "camera").receiving)
    hold_id = stage.room.hold("host", "identity front")
    await asyncio.sleep(1.0)
    held = stage.room.release(hold_id)
    assert 14 <= held.frames <= 24
    assert 1.0 <= held.seconds < 1.5
    assert held.longest_gap_ms < 500
    assert held.started_at < held.ended_at
    assert [label for label, _ in stage.recorder.marks] == ["hold", "release"]
    with pytest.raises(HoldUnknown):
        stage.room.release(hold_id)


async def test_a_muted_camera_ends_what_is_held_and_nothing_is_held_of_it(stage):
    for name in ("b", "c"):
        await stage.room.join(Peer(stage.room, name).spec)
    held, others = stage.room.hold("b", "front"), stage.room.hold("c", "front")
    stage.room.mute("b", "microphone", True)
    assert stage.room.release(held).frames == 0
    held = stage.room.hold("b", "front")
    stage.room.mute("b", "camera", True)
    with pytest.raises(HoldUnknown):
        stage.room.release(held)
    with pytest.raises(CameraMuted):
        stage.room.hold("b", "front")
    stage.room.mute("b", "camera", False)
    assert [stage.room.release(hold_id).frames for hold_id in (stage.room.hold("b", "front"), others)] == [0, 0]


async def test_a_hold_of_someone_without_a_camera_counts_nothing(stage):
    await stage.room.join(Peer(stage.room, "b").spec)
    hold_id = stage.room.hold("b", "identity front")
    stage.clock.shift += 5.0
    held = stage.room.release(hold_id)
    assert (held.frames, held.longest_gap_ms >= 5000) == (0, True)


async def test_a_new_hold_of_a_person_replaces_the_former_and_leaves_those_of_others(stage):
    for name in ("b", "c"):
        await stage.room.join(Peer(stage.room, name).spec)
    others = stage.room.hold("c", "front")
    former, latest = [stage.room.hold("b", "front") for _ in range(20)][-2:]
    with pytest.raises(HoldUnknown):
        stage.room.release(former)
    assert [stage.room.release(hold_id).frames for hold_id in (latest, others)] == [0, 0]


async def test_a_hold_goes_on_over_a_rejoin_and_ends_when_the_person_leaves(stage):
    await stage.room.join(Peer(stage.room, "b").spec)
    hold_id = stage.room.hold("b", "front")
    await stage.room.join(Peer(stage.room, "b").spec)
    assert stage.room.release(hold_id).frames == 0
    hold_id = stage.room.hold("b", "front")
    await stage.room.leave("b", Reason.LEFT)
    with pytest.raises(HoldUnknown):
        stage.room.release(hold_id)
