import asyncio

import pytest
import socketio

from media.messages import (
    OfferedTrack,
    ParticipantGone,
    ParticipantSpec,
    RecorderChanged,
    RecorderStatus,
    RoomClosed,
    RoomOffer,
)
from signaling.delivery import CHANNEL
from signaling.grants import participant_of
from signaling.limits import Limits
from signaling.messages import CaptureFrame
from tests.signaling.conftest import serving, staged


async def test_nobody_without_a_session_gets_in(stage):
    client = socketio.AsyncClient(reconnection=False)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.connect(f"http://127.0.0.1:{stage.port}", transports=["websocket"])


async def test_a_page_of_another_site_gets_no_connection(stage):
    with pytest.raises(socketio.exceptions.ConnectionError):
        await stage.connect("ann", Origin="http://evil.example")


async def test_hello_tells_who_one_is(stage):
    client = await stage.connect("ann", greet=False)
    answer = await client.request("hello", {"client": "5.10.1", "versions": [1, 2]})
    assert answer == {
        "server": "0.0.0",
        "version": 1,
        "principal": {"id": "ann", "kind": "member", "name": "ann", "unit": ""},
    }


@pytest.mark.parametrize(
    ("event", "body", "code"),
    [
        ("room.leave", {}, "protocol_error"),
        ("hello", {"client": "5.10.1", "versions": [7]}, "unsupported_version"),
        ("hello", {"client": "5.10.1", "versions": []}, "protocol_error"),
        ("hello", {"client": "5.10.1", "versions": [1], "role": "host"}, "protocol_error"),
    ],
)
async def test_a_conversation_begins_with_a_proper_hello(stage, event, body, code):
    client = await stage.connect("ann", greet=False)
    assert (await client.request(event, body))["error"]["code"] == code


@pytest.mark.parametrize(
    ("event", "body"),
    [
        ("room.kick", {}),
        ("room.join", {}),
        ("room.join", {"ticket": 7}),
        ("room.join", {"ticket": "x", "role": "host"}),
        ("room.publish", {"sdp": "v" * 65_537, "sources": {}}),
        ("room.publish", {"sdp": "v=0", "sources": {"0": "nose"}}),
        ("room.mute", {"source": "camera", "muted": "yes"}),
        ("watch", {"case_ids": "all"}),
        ("capture.frame", {"seq": 1, "jpeg": "text"}),
        ("capture.frame", {"seq": 1, "jpeg": b"x" * 40_961}),
        ("page.at", {"case_id": "c", "page": "p", "page_no": 0}),
        ("hello", [1, 2]),
        ("hello", "hi"),
    ],
)
async def test_a_malformed_message_is_refused_and_the_connection_lives(stage, event, body):
    client = await stage.connect("ann")
    assert (await client.request(event, body))["error"]["code"] == "protocol_error"
    assert "error" not in await client.request("watch", {"case_ids": []})


@pytest.mark.parametrize("packet", ["2{", '2["x"', "2[7]", "29", "59999-[]", "5x", "zzz", "2" + "[" * 20_000])
async def test_a_packet_that_nobody_can_read_ends_the_connection(stage, packet):
    client = await stage.connect("ann")
    await client.io.eio.send(packet)
    async with asyncio.timeout(5):
        while client.io.connected:  # noqa: ASYNC110 - the library tells it by this flag
            await asyncio.sleep(0.01)
    assert "error" not in await (await stage.connect("bob")).request("watch", {"case_ids": []})


async def test_joining_gives_place_roster_and_ice_servers(stage):
    _, joined = await stage.in_room("ann")
    me = participant_of("room-1", "ann")
    assert joined["participant_id"] == me
    assert (joined["room_id"], joined["case_id"]) == ("room-1", "case-1")
    assert joined["ice_servers"] == [{"urls": ["stun:stun.example"]}]
    assert joined["roster"] == [
        {
            "participant_id": me,
            "person_id": "ann",
            "name": "name of ann",
            "role": "insured",
            "order": 1,
            "me": True,
            "connected": True,
            "sources": {"camera": {"on": False, "muted": False, "receiving": False}},
        }
    ]
    assert stage.house.presence == [("joined", "ann", "case-1")]


async def test_everybody_in_the_room_hears_of_a_newcomer(stage):
    ann, _ = await stage.in_room("ann")
    await stage.in_room("bob")
    roster = await ann.until("room.roster", lambda body: len(body["participants"]) == 2)
    assert [(p["name"], p["me"]) for p in roster["participants"]] == [("name of ann", True), ("name of bob", False)]


async def test_a_ticket_opens_once(stage):
    ann = await stage.connect("ann")
    ticket = await stage.ticket("ann")
    assert "error" not in await ann.request("room.join", {"ticket": ticket})
    assert (await ann.request("room.join", {"ticket": ticket}))["error"]["code"] == "ticket_used"


async def test_a_ticket_is_worth_nothing_to_another_session(stage):
    bob = await stage.connect("bob")
    ticket = await stage.ticket("ann")
    assert (await bob.request("room.join", {"ticket": ticket}))["error"]["code"] == "ticket_invalid"
    ann = await stage.connect("ann")
    assert "error" not in await ann.request("room.join", {"ticket": ticket})


async def test_who_lost_his_part_in_the_case_cannot_join_with_an_old_ticket(stage):
    ann = await stage.connect("ann")
    ticket = await stage.ticket("ann")
    stage.house.members["case-1"].clear()
    assert (await ann.request("room.join", {"ticket": ticket}))["error"]["code"] == "not_in_room"


async def test_membership_is_asked_for_with_every_message_about_the_room(stage):
    ann, _ = await stage.in_room("ann")
    stage.house.members["case-1"].clear()
    answer = await ann.request("room.mute", {"source": "camera", "muted": True})
    assert answer["error"]["code"] == "not_in_room"
    assert stage.rooms.calls[-1] == ("leave", participant_of("room-1", "ann"), "left")


async def test_the_login_is_asked_for_with_every_message(stage):
    ann, _ = await stage.in_room("ann")
    stage.house.sessions.clear()
    assert (await ann.request("watch", {"case_ids": []}))["error"]["code"] == "unauthenticated"


@pytest.mark.parametrize("event", ["room.publish", "room.answer", "room.mute"])
async def test_outside_a_room_there_is_nothing_to_say_to_it(stage, event):
    ann = await stage.connect("ann")
    body = {"room.publish": {"sdp": "v=0", "sources": {}}, "room.answer": {"id": "1", "sdp": "v=0"}}
    answer = await ann.request(event, body.get(event, {"source": "camera", "muted": True}))
    assert answer["error"]["code"] == "not_in_room"


async def test_offers_reach_their_participant_alone_and_only_the_last_is_answered(stage):
    ann, joined = await stage.in_room("ann")
    bob, _ = await stage.in_room("bob")
    track = OfferedTrack("0", "p-bob", "bob", "camera")
    for sdp in ("first", "second"):
        stage.rooms.say("room-1", RoomOffer(joined["participant_id"], sdp, (track,), f"id of {sdp}"))

    second = await ann.until("room.offer", lambda body: body["sdp"] == "second")
    stale = await ann.request("room.answer", {"id": "1", "sdp": "a1"})
    good = await ann.request("room.answer", {"id": second["id"], "sdp": "a2"})

    assert second["tracks"] == [{"mid": "0", "participant_id": "p-bob", "person_id": "bob", "source": "camera"}]
    assert stale["error"]["code"] == "stale_offer"
    assert good == {}
    answered = ("answer", joined["participant_id"], "a2", "id of second")
    assert [call for call in stage.rooms.calls if call[0] == "answer"] == [answered]
    assert [event for event, _ in bob.heard if event == "room.offer"] == []


async def test_publishing_answers_with_the_rooms_description(stage):
    ann, _ = await stage.in_room("ann")
    assert await ann.request("room.publish", {"sdp": "offer", "sources": {"0": "camera"}}) == {"sdp": "answer to offer"}


async def test_the_recorders_state_is_told_to_all(stage):
    ann, _ = await stage.in_room("ann")
    stage.rooms.say("room-1", RecorderChanged(RecorderStatus(True, 3.5, 40, 0, 2, False, {"p": ("camera",)})))
    body = await ann.until("room.recorder")
    assert body == {
        "writing": True, "seconds": 3.5, "age_ms": 40, "gaps": 0, "stalled": False, "written": {"p": ["camera"]},
    }  # fmt: skip


async def test_a_closed_room_lets_everybody_go(stage):
    ann, _ = await stage.in_room("ann")
    stage.rooms.say("room-1", RoomClosed("ended"))
    assert await ann.until("room.closed") == {"room_id": "room-1", "reason": "ended"}
    assert (await ann.request("room.mute", {"source": "camera", "muted": True}))["error"]["code"] == "not_in_room"
    assert stage.signaling.rooms == 0


async def test_a_participant_whom_the_media_plane_lost_is_told_and_leaves(stage):
    ann, joined = await stage.in_room("ann")
    stage.rooms.say("room-1", ParticipantGone(joined["participant_id"], "silent"))
    assert (await ann.until("room.closed"))["reason"] == "silent"
    assert stage.house.presence[-1] == ("left", "ann", "case-1", "silent")


async def test_the_same_person_elsewhere_takes_the_place_over(stage):
    first, before = await stage.in_room("ann")
    second, after = await stage.in_room("ann")
    assert (await first.until("room.closed"))["reason"] == "taken_over"
    assert after["participant_id"] == before["participant_id"]
    await first.io.disconnect()
    await asyncio.sleep(0.4)
    assert [call for call in stage.rooms.calls if call[0] == "leave"] == []
    assert "error" not in await second.request("room.mute", {"source": "camera", "muted": True})


async def test_a_place_is_taken_over_across_processes(stage):
    first, _ = await stage.in_room("ann")
    other = stage.new_server()
    async with serving(other) as port:
        second = await stage.connect("ann", port=port)
        await second.request("room.join", {"ticket": await stage.ticket("ann")})
        assert (await first.until("room.closed"))["reason"] == "taken_over"
        await second.io.disconnect()


async def test_a_short_loss_of_the_connection_keeps_the_place(stage):
    ann, _ = await stage.in_room("ann")
    await ann.io.disconnect()
    again, _ = await stage.in_room("ann")
    await asyncio.sleep(0.4)
    assert [call for call in stage.rooms.calls if call[0] == "leave"] == []
    assert "error" not in await again.request("room.mute", {"source": "camera", "muted": False})


async def test_a_lost_connection_leaves_after_the_grace(stage):
    ann, joined = await stage.in_room("ann")
    await ann.io.disconnect()
    assert [call for call in stage.rooms.calls if call[0] == "leave"] == []
    await asyncio.sleep(0.5)
    assert stage.rooms.calls[-1] == ("leave", joined["participant_id"], "network")
    assert stage.house.presence[-1] == ("left", "ann", "case-1", "network")


async def test_leaving_is_at_once_and_twice_is_fine(stage):
    ann, joined = await stage.in_room("ann")
    assert await ann.request("room.leave") == {}
    assert await ann.request("room.leave") == {}
    assert [call for call in stage.rooms.calls if call[0] == "leave"] == [("leave", joined["participant_id"], "left")]


async def test_a_page_is_shown_to_the_others_in_whatever_process(stage):
    ann, _ = await stage.in_room("ann")
    other = stage.new_server()
    async with serving(other) as port:
        bob = await stage.connect("bob", port=port)
        await bob.request("room.join", {"ticket": await stage.ticket("bob")})
        await bob.request("page.at", {"case_id": "case-1", "page": "documents"})
        assert await ann.until("page.at") == {"person_id": "bob", "page": "documents"}
        assert [event for event, _ in bob.heard if event == "page.at"] == []
        await bob.io.disconnect()


async def test_of_many_pages_at_once_the_newest_is_shown(stage):
    ann, _ = await stage.in_room("ann")
    bob, _ = await stage.in_room("bob")
    asked = [bob.request("page.at", {"case_id": "case-1", "page": f"p{number}"}) for number in range(5)]
    answers = await asyncio.gather(*asked)
    assert [answer.get("error", {}).get("code") for answer in answers] == [None, *["superseded"] * 3, None]
    await ann.until("page.at", lambda body: body["page"] == "p4")
    assert [body["page"] for event, body in ann.heard if event == "page.at"] == ["p0", "p4"]


async def test_a_new_version_is_told_at_once(stage):
    stage.house.versions["case-1"] = 3
    ann = await stage.connect("ann")
    assert await ann.request("watch", {"case_ids": ["case-1"]}) == {"versions": {"case-1": 3}}
    await stage.keyvalue.publish(CHANNEL, b'{"case_id":"case-1","version":4}')
    assert await ann.until("case.version") == {"case_id": "case-1", "version": 4}


async def test_a_late_or_repeated_notice_tells_nothing(stage):
    stage.house.versions["case-1"] = 3
    ann = await stage.connect("ann")
    await ann.request("watch", {"case_ids": ["case-1"]})
    for version in (2, 3, 4, 4):
        await stage.keyvalue.publish(CHANNEL, b'{"case_id":"case-1","version":%d}' % version)
    await stage.keyvalue.publish(CHANNEL, b"not json")
    await stage.keyvalue.publish(CHANNEL, b'{"case_id":"case-1","version":5}')
    await ann.until("case.version", lambda body: body["version"] == 5)
    assert [body["version"] for event, body in ann.heard if event == "case.version"] == [4, 5]


async def test_without_the_bus_the_poll_of_the_heads_tells(stage):
    ann = await stage.connect("ann")
    await ann.request("watch", {"case_ids": ["case-1"]})
    stage.house.versions["case-1"] = 9
    assert await ann.until("case.version") == {"case_id": "case-1", "version": 9}


async def test_who_watches_his_cases_hears_of_a_new_one(stage):
    ann = await stage.connect("ann")
    assert await ann.request("watch", {"case_ids": "mine"}) == {"versions": {}}
    stage.house.members["case-2"].add("ann")
    await stage.keyvalue.publish(CHANNEL, b'{"case_id":"case-2","version":1}')
    assert await ann.until("case.version") == {"case_id": "case-2", "version": 1}


async def test_a_flood_of_messages_is_refused_beyond_the_burst():
    async with staged(limits=Limits(messages_per_second=1, burst=5)) as stage:
        ann = await stage.connect("ann")
        answers = [await ann.request("watch", {"case_ids": []}) for _ in range(8)]
    codes = [answer.get("error", {}).get("code") for answer in answers]
    assert codes == [None] * 4 + ["too_many_messages"] * 4


async def test_of_many_frames_the_newest_is_looked_at():
    seen = []

    async def look(session, message: CaptureFrame):
        seen.append(message.seq)
        await asyncio.sleep(0.1)
        return {"seq": message.seq}

    async with staged(further={CaptureFrame: look}) as stage:
        ann = await stage.connect("ann")
        frames = [ann.request("capture.frame", {"seq": seq, "jpeg": b"\xff\xd8"}) for seq in range(6)]
        answers = await asyncio.gather(*frames)
    superseded = [answer for answer in answers if "error" in answer]
    assert len(superseded) == 6 - len(seen)
    assert {answer["error"]["code"] for answer in superseded} == {"superseded"}
    assert seen[-1] == 5
    assert len(seen) <= 3


async def test_a_login_has_a_limited_number_of_connections():
    async with staged(limits=Limits(connections=2)) as stage:
        await stage.connect("ann")
        await stage.connect("ann")
        with pytest.raises(socketio.exceptions.ConnectionError):
            await stage.connect("ann")
        assert len(stage.signaling.sessions) == 2
        await stage.connect("bob")


async def test_a_client_that_does_not_read_is_cut_off():
    async with staged(limits=Limits(backlog=-1)) as stage:
        ann = await stage.connect("ann")
        await ann.request("watch", {"case_ids": ["case-1"]})
        await stage.keyvalue.publish(CHANNEL, b'{"case_id":"case-1","version":4}')
        async with asyncio.timeout(5):
            while stage.signaling.sessions:  # noqa: ASYNC110 - asks the real server
                await asyncio.sleep(0.01)
        assert [event for event, _ in ann.heard if event == "case.version"] == []


async def test_draining_closes_every_connection_at_once(stage):
    clients = [await stage.connect(person) for person in ("ann", "bob", "eve")]
    async with asyncio.timeout(2):
        await stage.signaling.hang_up_all()
        while any(client.io.connected for client in clients):  # noqa: ASYNC110 - the library tells it by this flag
            await asyncio.sleep(0.01)
    assert stage.signaling.sessions == {}


async def test_a_roster_that_cannot_be_described_now_costs_nobody_his_place(stage):
    ann, _ = await stage.in_room("ann")
    names = stage.house.names

    async def away(ref):
        raise OSError("database away")

    stage.house.names = away
    await stage.rooms.join("room-1", ParticipantSpec("p-x", "x", "insured"))
    await asyncio.sleep(0.1)
    stage.house.names = names
    await stage.rooms.leave("room-1", "p-x", "left")
    await ann.until("room.roster", lambda body: [p["name"] for p in body["participants"]] == ["name of ann"])
    assert "error" not in await ann.request("room.mute", {"source": "camera", "muted": True})
