"""A lost connection to this server costs nobody the connections that carry his pictures."""

import pytest

from signaling.grants import participant_of
from tests.signaling.conftest import serving

ME = participant_of("room-1", "ann")


async def enter(stage, client, **wish):
    return await client.request("room.join", {"ticket": await stage.ticket("ann"), **wish})


def entered(stage) -> list[tuple]:
    return [call for call in stage.rooms.calls if call[0] in ("join", "resume", "leave")]


async def test_who_still_has_his_connections_goes_on_with_them(stage):
    ann = await stage.connect("ann")
    assert (await enter(stage, ann, connections="c1"))["resumed"] is False
    await ann.io.disconnect()
    again = await stage.connect("ann")
    joined = await enter(stage, again, connections="c1", resume=True)
    assert (joined["resumed"], joined["participant_id"]) == (True, ME)
    assert entered(stage) == [("join", ME, "c1"), ("resume", ME, "c1")]


async def test_the_server_he_comes_to_may_be_another_process(stage):
    ann = await stage.connect("ann")
    await enter(stage, ann, connections="c1")
    bob, _ = await stage.in_room("bob")
    async with serving(stage.new_server()) as port:
        again = await stage.connect("ann", port=port)
        assert (await enter(stage, again, connections="c1", resume=True))["resumed"] is True
        assert (await ann.until("room.closed"))["reason"] == "taken_over"
        assert [call for call in entered(stage) if call[0] == "leave"] == []
        await again.io.disconnect()
    await bob.io.disconnect()


@pytest.mark.parametrize("connections", ["c2", ""])
async def test_connections_that_are_not_those_of_his_place_are_made_anew(stage, connections):
    ann = await stage.connect("ann")
    await enter(stage, ann, connections="c1")
    await ann.io.disconnect()
    again = await stage.connect("ann")
    assert (await enter(stage, again, connections=connections, resume=True))["resumed"] is False
    assert entered(stage) == [("join", ME, "c1"), ("join", ME, connections)]


async def test_who_was_given_up_meanwhile_comes_in_anew(stage):
    ann = await stage.connect("ann")
    await enter(stage, ann, connections="c1")
    await ann.request("room.leave")
    assert (await enter(stage, ann, connections="c1", resume=True))["resumed"] is False
    assert entered(stage) == [("join", ME, "c1"), ("leave", ME, "left"), ("join", ME, "c1")]


async def test_who_asks_again_since_no_answer_came_does_not_leave_in_between(stage):
    ann = await stage.connect("ann")
    await enter(stage, ann, connections="c1")
    assert (await enter(stage, ann, connections="c1", resume=True))["resumed"] is True
    assert entered(stage) == [("join", ME, "c1"), ("resume", ME, "c1")]


async def test_who_resumes_is_one_who_is_there(stage):
    ann = await stage.connect("ann")
    await enter(stage, ann, connections="c1")
    bob, _ = await stage.in_room("bob")
    await ann.io.disconnect()
    seen = lambda body, here: any(p["participant_id"] == ME and p["connected"] is here for p in body["participants"])  # noqa: E731
    await bob.until("room.roster", lambda body: seen(body, False))
    bob.heard.clear()
    await enter(stage, await stage.connect("ann"), connections="c1", resume=True)
    await bob.until("room.roster", lambda body: seen(body, True))
