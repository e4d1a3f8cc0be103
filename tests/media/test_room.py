"""A real room with real peers over loopback; only the recorder counts instead of writing."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Coroutine

import pytest

from media.admission import JoinGate
from media.errors import (
    BadDescription,
    CameraMuted,
    HoldUnknown,
    NothingOffered,
    ParticipantUnknown,
    RoomEnded,
    RoomFull,
    WrongSource,
)
from media.ice import LOOPBACK
from media.messages import ParticipantGone, ParticipantSpec, Reason, RoomClosed, RoomSpec, SealedRecording
from media.participant import GONE_SECONDS
from media.room import MAX_PARTICIPANTS, Room
from ports.clock import SystemClock
from tests.media.peers import CountingRecorder, Pages, Peer, hang_up, until


class ShiftedClock(SystemClock):
    """The machine's clock, moved on when a test has no time to wait."""

    shift = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.shift


class Stage:
    """A room and its recorder."""

    def __init__(self) -> None:
        self.clock = ShiftedClock()
        self.recorder = CountingRecorder()
        spec = RoomSpec(scope="case-1", recording_id="rec-1", serial="REC0001")
        self.room = Room(spec, self.recorder, LOOPBACK, self.clock, JoinGate())
        self.pages: list[Pages] = []

    async def enter(self, *peers: Peer) -> Pages:
        pages = Pages(self.room, *peers)
        self.pages.append(pages)
        for peer in peers:
            await self.room.join(peer.spec)
            await peer.publish()
        return pages

    def peers(self, *names: str) -> list[Peer]:
        return [Peer(self.room, name, "host" if name == "host" else "policyholder") for name in names]

    def sinks(self, track_id: str) -> list:
        return [sink for sink in self.recorder.sinks if sink.info.track_id == track_id]

    def source(self, participant_id: str, source: str):
        entries = {entry.participant_id: entry for entry in self.room.roster().participants}
        return entries[participant_id].sources[source]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    files = len(os.listdir("/proc/self/fd"))
    stage = Stage()
    await stage.room.start()
    yield stage
    await stage.room.close("test over")
    for pages in stage.pages:
        await pages.close()
    await until(lambda: asyncio.all_tasks() == {asyncio.current_task()}, 3.0)
    assert len(os.listdir("/proc/self/fd")) == files


def seen(peer: Peer, video: int, audio: int) -> bool:
    return peer.frames.get("video", 0) >= video and peer.frames.get("audio", 0) >= audio


async def test_three_people_see_and_hear_each_other_and_every_track_is_recorded(stage):
    peers = stage.peers("host", "b", "c")
    await stage.enter(*peers)
    await until(lambda: all(seen(peer, 20, 20) for peer in peers))
    await until(lambda: all(sink.reports for sink in stage.recorder.sinks))
    names = sorted(f"{p}-{s}" for p in ("host", "b", "c") for s in ("camera", "microphone"))
    assert sorted(sink.info.track_id for sink in stage.recorder.sinks) == names
    assert all(
        {m.participant_id for m in peer.offers[-1].tracks} == {"host", "b", "c"} - {peer.spec.participant_id}
        for peer in peers
    )


async def test_what_the_recorder_gets_are_whole_packets_of_the_codec_it_was_told(stage):
    (host,) = stage.peers("host")
    await stage.enter(host)
    await until(lambda: len(stage.recorder.sinks) == 2 and all(len(s.packets) > 3 for s in stage.recorder.sinks))
    for sink in stage.recorder.sinks:
        codecs = {"camera": ("VP8", 90000), "microphone": ("opus", 48000)}
        assert (sink.info.codec, sink.info.clock_rate) == codecs[sink.info.source]
        assert {packet[1] & 0x7F for packet in sink.packets} == {sink.info.payload_type}


async def test_the_roster_has_the_host_first_and_the_others_as_they_came(stage):
    for name in ("c", "a", "host", "b"):
        await stage.room.join(Peer(stage.room, name, "host" if name == "host" else "insured").spec)
    assert [entry.participant_id for entry in stage.room.roster().participants] == ["host", "c", "a", "b"]


async def test_a_wanted_order_goes_before_the_time_of_joining(stage):
    for name, order in (("late", 2), ("early", 1)):
        await stage.room.join(ParticipantSpec(participant_id=name, person_id=name, role="insured", order=order))
    assert [entry.participant_id for entry in stage.room.roster().participants] == ["early", "late"]


async def test_a_seventh_participant_is_refused_but_a_rejoin_is_not(stage):
    for number in range(MAX_PARTICIPANTS):
        await stage.room.join(Peer(stage.room, f"p{number}").spec)
    with pytest.raises(RoomFull):
        await stage.room.join(Peer(stage.room, "p7").spec)
    await stage.room.join(Peer(stage.room, "p0").spec)
    assert stage.room.roster().participants[0].participant_id == "p0"


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


async def test_leaving_is_told_with_its_reason_and_may_be_repeated(stage):
    host, other = stage.peers("host", "b")
    pages = await stage.enter(host, other)
    await until(lambda: len(stage.recorder.sinks) == 4)
    await stage.room.leave("b", "went home")
    await stage.room.leave("b", "went home")
    await until(lambda: ParticipantGone("b", "went home") in pages.events)
    assert [sink.closed for sink in stage.sinks("b-camera")] == ["went home"]
    assert [entry.participant_id for entry in stage.room.roster().participants] == ["host"]


async def test_the_server_says_what_it_receives_whatever_the_flags_say(stage):
    (host,) = stage.peers("host")
    await stage.enter(host)
    await until(lambda: stage.source("host", "camera").receiving)
    await hang_up(host.up)
    stage.clock.shift += 3.0
    state = stage.source("host", "camera")
    assert (state.on, state.muted, state.receiving) == (True, False, False)


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


async def test_a_mute_is_told_to_all_marked_on_the_timeline_and_survives_a_new_connection(stage):
    (host,) = stage.peers("host")
    await stage.enter(host)
    await until(lambda: stage.sinks("host-microphone"))
    stage.room.mute("host", "microphone", True)
    stage.room.mute("host", "microphone", True)
    assert stage.source("host", "microphone").muted
    about = {"participant_id": "host", "person_id": host.spec.person_id, "source": "microphone"}
    assert stage.recorder.marks == [("muted", about)]
    first = host.up
    await host.publish()
    await until(lambda: len(stage.sinks("host-microphone")) == 2)
    assert [sink.muted for sink in stage.sinks("host-microphone")] == [True, True]
    await hang_up(first)


async def test_a_camera_that_is_no_longer_offered_ends_while_the_rest_goes_on(stage):
    (host,) = stage.peers("host")
    await stage.enter(host)
    await until(lambda: len(stage.recorder.sinks) == 2)
    host.up.getTransceivers()[0].direction = "inactive"
    await host.up.setLocalDescription(await host.up.createOffer())
    await stage.room.publish("host", host.up.localDescription.sdp, {"1": "microphone"})
    assert (stage.source("host", "camera").on, stage.source("host", "microphone").on) == (False, True)
    assert [sink.closed for sink in stage.sinks("host-camera")] == ["unpublished"]
    heard = len(stage.sinks("host-microphone")[0].packets)
    await until(lambda: len(stage.sinks("host-microphone")[0].packets) > heard + 10)


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


async def test_bad_input_is_refused_by_name_and_changes_nothing(stage):
    (host,) = stage.peers("host")
    await stage.enter(host)
    await until(lambda: stage.source("host", "camera").receiving)
    sdp = host.up.localDescription.sdp
    for sources in ({"0": "microphone"}, {"7": "camera"}, {"0": "camera", "1": "camera"}):
        with pytest.raises(WrongSource):
            await stage.room.publish("host", sdp, sources)
    with pytest.raises(BadDescription):
        await stage.room.publish("host", "nonsense", {})
    with pytest.raises(NothingOffered):
        await stage.room.answer("host", sdp)
    with pytest.raises(ParticipantUnknown):
        await stage.room.publish("nobody", sdp, {})
    heard = len(stage.sinks("host-camera")[0].packets)
    await until(lambda: len(stage.sinks("host-camera")[0].packets) > heard + 5)


async def test_a_screen_is_a_second_picture_of_the_same_person(stage):
    host, other = stage.peers("host", "b")
    await stage.enter(host, other)
    host.up.addTransceiver(Peer(stage.room, "x").picture, "sendonly")
    await host.up.setLocalDescription(await host.up.createOffer())
    sources = {"0": "camera", "1": "microphone", "2": "screen"}
    answer = await stage.room.publish("host", host.up.localDescription.sdp, sources)
    await host.up.setRemoteDescription(type(host.up.localDescription)(answer, "answer"))
    await until(lambda: stage.sinks("host-screen") and len(other.offers[-1].tracks) == 3)
    assert {track.source for track in other.offers[-1].tracks} == {"camera", "microphone", "screen"}


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


async def test_closing_seals_once_tells_everyone_and_refuses_what_comes_after(stage):
    host, other = stage.peers("host", "b")
    pages = await stage.enter(host, other)
    await until(lambda: len(stage.recorder.sinks) == 4)
    sealed = await asyncio.gather(stage.room.close("ended by host"), stage.room.close("again"))
    assert sealed[0] is sealed[1]
    assert (stage.recorder.sealings, {s.closed for s in stage.recorder.sinks}) == (1, {"room_closed"})
    await until(lambda: RoomClosed("ended by host") in pages.events)
    with pytest.raises(RoomEnded):
        await stage.room.join(other.spec)
    with pytest.raises(RoomEnded):
        stage.room.mark("late", {})


class StubbornRecorder(CountingRecorder):
    """Fails to seal the first time, as with a full disk."""

    async def seal(self, reason: str) -> SealedRecording:
        sealed = await super().seal(reason)
        if self.sealings == 1:
            raise OSError("no space")
        return sealed


async def test_a_sealing_that_failed_is_tried_again_when_asked_again():
    stage = Stage()
    stage.room._recorder = recorder = StubbornRecorder()
    await stage.room.start()
    with pytest.raises(OSError, match="no space"):
        await stage.room.close("over")
    assert (await stage.room.close("over")).recording_id == "rec-1"
    assert recorder.sealings == 2
