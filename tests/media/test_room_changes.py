"""Those who come, come again, go, and are cut off half-way."""

import asyncio
from collections.abc import Coroutine

import pytest

from media.allowance import Allowance
from media.errors import (
    ParticipantUnknown,
)
from media.messages import ParticipantGone, Reason
from media.participant import GONE_SECONDS
from media.room import Room
from tests.media.peers import Peer, hang_up, until
from tests.media.rooms import seen


async def test_a_rejoin_replaces_the_connections_keeps_the_place_and_goes_on_recording(stage):
    host, first, other = stage.peers("host", "b", "c")
    pages = await stage.enter(host, first, other)
    await until(lambda: seen(host, 5, 5))
    again = Peer(stage.room, "b")
    await stage.enter(again)
    host.frames.clear()
    await until(lambda: seen(host, 20, 20) and seen(again, 5, 5))
    assert [entry.participant_id for entry in stage.room.roster().participants] == ["host", "b", "c"]
    assert [sink.closed for sink in stage.sinks("b-camera")] == ["replaced", None]
    assert not [event for event in pages.events if isinstance(event, ParticipantGone)]
    await first.close()


async def test_publishing_on_a_new_connection_replaces_the_former_one(stage):
    host, other = stage.peers("host", "b")
    await stage.enter(host, other)
    await until(lambda: seen(host, 5, 5))
    lost = other.up
    await other.publish()
    host.frames.clear()
    await until(lambda: seen(host, 10, 10))
    assert len(stage.sinks("b-camera")) == 2
    await hang_up(lost)


async def test_who_comes_later_sees_at_once_and_takes_the_sections_of_who_left(stage):
    host, early, late = stage.peers("host", "b", "c")
    await stage.enter(host, early)
    await until(lambda: seen(host, 5, 5))
    await stage.room.leave("b", Reason.LEFT)
    await until(lambda: len(host.offers) > 1 and not host.offers[-1].tracks)
    await stage.enter(late)
    host.frames.clear()
    await until(lambda: seen(late, 1, 1) and seen(host, 5, 5))
    assert host.offers[-1].sdp.count("m=") == host.offers[0].sdp.count("m=") == 2
    assert {track.participant_id for track in host.offers[-1].tracks} == {"c"}


async def test_with_three_people_whoever_comes_is_seen_in_the_section_of_who_left(stage):
    host, early, stays, late = stage.peers("host", "b", "c", "d")
    await stage.enter(host, early, stays)
    await until(lambda: sum(frames > 5 for frames in host.frames_of.values()) == 4)
    camera = {track.participant_id: track.mid for track in host.offers[-1].tracks if track.source == "camera"}
    await stage.room.leave("b", Reason.LEFT)
    await stage.enter(late)
    await until(lambda: {track.participant_id for track in host.offers[-1].tracks} == {"c", "d"})
    assert camera["b"] in {track.mid for track in host.offers[-1].tracks if track.participant_id == "d"}
    host.frames_of.clear()
    await until(lambda: host.frames_of.get(camera["b"], 0) > 5 and host.frames_of.get(camera["c"], 0) > 5)


async def test_who_is_silent_for_long_is_gone_and_the_others_are_told(stage):
    host, other = stage.peers("host", "b")
    pages = await stage.enter(host, other)
    await until(lambda: seen(host, 1, 1) and seen(other, 1, 1))
    await other.close()
    before = stage.clock.monotonic()
    stage.clock.shift += GONE_SECONDS - 2.0
    await until(lambda: stage.clock.monotonic() - before > GONE_SECONDS - 1.5)
    assert len(stage.room.roster().participants) == 2
    stage.clock.shift += 3.0
    await until(lambda: ParticipantGone("b", Reason.SILENT) in pages.events)
    assert [entry.participant_id for entry in stage.room.roster().participants] == ["host"]


async def test_who_never_had_a_connection_waits_as_long_as_it_likes(stage):
    await stage.room.join(Peer(stage.room, "b").spec)
    stage.clock.shift += 10 * GONE_SECONDS
    await asyncio.sleep(0.5)
    assert [(e.participant_id, e.connected) for e in stage.room.roster().participants] == [("b", False)]


async def cut(request: Coroutine) -> None:
    """The link of whoever asked is lost half-way."""
    task = asyncio.create_task(request)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.parametrize("way", ["leave", "join"])
async def test_a_request_that_is_cut_off_half_way_leaves_no_connection(stage, way):
    host, other = stage.peers("host", "b")
    await stage.enter(host, other)
    await until(lambda: seen(other, 0, 1))
    downlinks = [task for task in asyncio.all_tasks() if task.get_name() == "media-downlink"]
    ask = stage.room.leave("b", Reason.LEFT) if way == "leave" else stage.room.join(other.spec)
    await cut(ask)
    await until(lambda: sum(task.done() for task in downlinks) == 1)
    gone = [sink for sink in stage.sinks("b-camera") if sink.closed is not None]
    assert len(gone) == 1


async def test_an_offer_that_goes_wrong_is_not_the_last(stage):
    host, other, late = stage.peers("host", "b", "c")
    await stage.enter(host)
    downlink = stage.room._participants["host"]._downlink
    good = downlink._new_transport
    downlink._new_transport = None  # calling it raises
    await stage.enter(other)
    await asyncio.sleep(0.1)
    downlink._new_transport = good
    await stage.enter(late)
    await until(lambda: seen(host, 1, 1))


class HeldGate:
    """Lets nobody in until it is opened."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()

    async def admit(self, transport: object) -> None:
        await self.opened.wait()


async def replaced(room: Room, peer: Peer) -> None:
    await room.join(peer.spec)


async def left(room: Room, peer: Peer) -> None:
    await room.leave(peer.spec.participant_id, Reason.LEFT)


async def closed(room: Room, peer: Peer) -> None:
    await room.close("over")


@pytest.mark.parametrize("go", [left, replaced, closed])
async def test_a_publish_that_waits_when_its_participant_goes_brings_nothing(stage, go):
    peer, again = stage.peers("b", "b")
    stage.room._gate = gate = HeldGate()
    await stage.room.join(peer.spec)
    publishing = asyncio.create_task(peer.publish("audio"))
    queued = asyncio.create_task(again.publish("audio"))
    await asyncio.sleep(0.2)
    await go(stage.room, peer)
    gate.opened.set()
    for task in (publishing, queued):
        with pytest.raises(ParticipantUnknown):
            await task
    assert stage.recorder.sinks == []
    assert [e.sources["microphone"].on for e in stage.room.roster().participants] in ([], [False])
    await peer.close()
    await again.close()


async def test_who_sends_far_too_much_is_limited_and_the_others_are_not(stage, monkeypatch):
    host, loud = stage.peers("host", "b")
    await stage.enter(host)
    monkeypatch.setattr("media.uplink.Allowance", lambda: Allowance(bits_per_second=20_000))
    await stage.enter(loud)
    await until(lambda: stage.room.counters()["limited"] > 20)
    sinks = [stage.sinks(f"{name}-microphone")[0] for name in ("host", "b")]
    heard = [len(sink.packets) for sink in sinks]
    await asyncio.sleep(1.5)
    more = [len(sink.packets) - before for sink, before in zip(sinks, heard, strict=True)]
    assert (more[0] > 50, 0 < more[1] < more[0]) == (True, True)
