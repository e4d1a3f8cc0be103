"""What goes on in a room."""

import asyncio

import pytest

from media.errors import (
    BadDescription,
    NothingOffered,
    ParticipantUnknown,
    RoomEnded,
    RoomFull,
    WrongSource,
)
from media.messages import ParticipantGone, ParticipantSpec, RoomClosed, SealedRecording
from media.room import MAX_PARTICIPANTS
from tests.media.peers import CountingRecorder, Peer, hang_up, until
from tests.media.rooms import Stage, seen


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
