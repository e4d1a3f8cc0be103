"""A participant whose page is loaded anew or whose network changes: the same place, seen by the others, recorded on."""

import asyncio
import time

import msgspec
import pytest

from media.errors import BadDescription, OfferReplaced, ParticipantUnknown
from media.messages import ParticipantSpec, RoomOffer, RosterChanged
from tests.media.peers import Peer, until
from tests.media.plant import SPEC, Caller


def fragments(peer: Peer) -> set[str]:
    """The connections that were offered to him, by their ICE user fragments."""
    lines = (line for offer in peer.offers for line in offer.sdp.splitlines())
    return {line for line in lines if line.startswith("a=ice-ufrag")}


def seen_of(caller: Caller, participant_id: str) -> list[bool]:
    """Whether he was connected, as the rosters said one after another."""
    rosters = [event.roster for event in caller.events if isinstance(event, RosterChanged)]
    entries = [entry for roster in rosters for entry in roster.participants if entry.participant_id == participant_id]
    changes: list[bool] = []
    for entry in entries:
        if not changes or changes[-1] != entry.connected:
            changes.append(entry.connected)
    return changes


class Deaf:
    """A page that hears no offer."""

    async def take(self, offer: RoomOffer) -> None:
        return None

    async def close(self) -> None:
        return None


def offers_to(caller: Caller, participant_id: str) -> list[RoomOffer]:
    return [e for e in caller.events if isinstance(e, RoomOffer) and e.participant_id == participant_id]


async def test_who_comes_back_keeps_his_place_and_costs_the_others_nothing(plant):
    await plant.worker(counting=False)
    await plant.client.open_room("r1", SPEC)
    caller = Caller(plant.client, "r1", "host", "b", "c")
    await caller.enter()
    await until(lambda: all(len(peer.frames_of) == 4 for peer in caller.peers.values()))
    await until(lambda: plant.reports.named("recording_started"))
    await asyncio.sleep(0.7)
    before = {name: fragments(caller.peers[name]) for name in ("host", "c")}
    assert seen_of(caller, "b")[-1] is True
    left = time.monotonic()
    await plant.client.away("r1", "b")
    await until(lambda: seen_of(caller, "b")[-1] is False, 1.0)
    old = caller.peers["b"]
    await old.close()
    await asyncio.sleep(0.5)
    caller.peers["b"] = again = Peer(caller, "b", "insured")
    roster = await plant.client.join("r1", again.spec)
    assert [entry.participant_id for entry in roster.participants] == ["host", "b", "c"]
    assert time.monotonic() - left < 5.0
    await again.publish()
    await until(lambda: seen_of(caller, "b")[-2:] == [False, True], 1.0)
    await until(lambda: len(again.frames_of) == 4)
    frames = {name: dict(caller.peers[name].frames) for name in ("host", "c")}
    await until(lambda: all(caller.peers[name].frames["video"] > frames[name]["video"] + 15 for name in ("host", "c")))
    assert {name: fragments(caller.peers[name]) for name in ("host", "c")} == before
    sealed = await plant.client.close_room("r1", "over")
    segments = {track.track_id: track.segments for track in sealed.tracks}
    assert {name: len(found) for name, found in segments.items()} == {
        "host-camera": 1, "host-microphone": 1, "b-camera": 2, "b-microphone": 2, "c-camera": 1, "c-microphone": 1,
    }  # fmt: skip
    first, second = segments["b-microphone"]
    assert 300 < second.start_ms - first.start_ms - first.duration_ms < 10_000
    await caller.close()


async def test_who_is_away_and_does_not_come_back_still_has_his_place_until_he_is_given_up(plant):
    await plant.worker()
    await plant.client.open_room("r1", SPEC)
    caller = Caller(plant.client, "r1", "host", "b")
    await caller.enter()
    await until(lambda: seen_of(caller, "b")[-1:] == [True])
    await plant.client.away("r1", "b")
    await plant.client.away("r1", "nobody")
    status = await plant.client.status("r1")
    assert [(entry.participant_id, entry.connected) for entry in status.roster.participants] == [
        ("host", True),
        ("b", False),
    ]
    await caller.close()


async def test_an_answer_to_an_offer_that_was_replaced_is_refused_and_the_new_offer_stands(plant):
    await plant.worker()
    await plant.client.open_room("r1", SPEC)
    caller = Caller(plant.client, "r1", "host")
    await caller.enter()
    await plant.client.join("r1", ParticipantSpec(participant_id="b", person_id="x", role="insured"))
    events = plant.client.events("r1")
    offer = await anext(event async for event in events if isinstance(event, RoomOffer))
    for stale, error in (("another", OfferReplaced), (offer.id, BadDescription)):
        with pytest.raises(error):
            await plant.client.answer("r1", "b", "v=0", stale)
    await events.aclose()
    await caller.close()


async def test_who_lost_only_his_way_to_speak_keeps_his_connections_and_his_recording_is_one(plant):
    await plant.worker(counting=False)
    await plant.client.open_room("r1", SPEC)
    caller = Caller(plant.client, "r1", "host", "b")
    peer = caller.peers["b"]
    peer.spec = msgspec.structs.replace(peer.spec, connections="c1")
    await caller.enter()
    await until(lambda: all(len(peer.frames_of) == 2 for peer in caller.peers.values()))
    await plant.client.away("r1", "b")
    await until(lambda: seen_of(caller, "b")[-1] is False, 1.0)
    for other in ("", "c2"):
        with pytest.raises(ParticipantUnknown):
            await plant.client.resume("r1", "b", other)
    before, frames = fragments(peer), caller.peers["host"].frames["video"]
    await plant.client.resume("r1", "b", "c1")
    await until(lambda: seen_of(caller, "b")[-1] is True, 1.0)
    await until(lambda: caller.peers["host"].frames["video"] > frames + 15)
    assert fragments(peer) == before
    sealed = await plant.client.close_room("r1", "over")
    assert {track.track_id: len(track.segments) for track in sealed.tracks} == {
        "host-camera": 1, "host-microphone": 1, "b-camera": 1, "b-microphone": 1,
    }  # fmt: skip
    await caller.close()


async def test_an_offer_that_nobody_heard_comes_again_to_who_resumes(plant):
    await plant.worker()
    await plant.client.open_room("r1", SPEC)
    caller = Caller(plant.client, "r1", "host")
    await caller.enter()
    spec = ParticipantSpec(participant_id="b", person_id="x", role="insured", connections="c1")
    caller.peers["b"] = Deaf()
    await plant.client.join("r1", spec)
    await until(lambda: offers_to(caller, "b"))
    await plant.client.resume("r1", "b", "c1")
    await until(lambda: len(offers_to(caller, "b")) == 2)
    first, again = offers_to(caller, "b")
    assert again == first
    await caller.close()


async def test_whoever_speaks_is_away_no_more(plant):
    await plant.worker()
    await plant.client.open_room("r1", SPEC)
    caller = Caller(plant.client, "r1", "host")
    await caller.enter()
    await until(lambda: seen_of(caller, "host")[-1:] == [True])
    await plant.client.away("r1", "host")
    await until(lambda: seen_of(caller, "host")[-1] is False, 1.0)
    await plant.client.mute("r1", "host", "camera", False)
    await until(lambda: seen_of(caller, "host")[-1] is True, 1.0)
    await caller.close()
