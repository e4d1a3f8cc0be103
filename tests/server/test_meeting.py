"""The meeting over HTTP and Socket.IO with a real media worker; media has its own tests and the end-to-end one."""

import asyncio
import sys

from media.admission import Capacity
from server.texts import problem_text
from tests.server.stage import Socket, approved_case, card, media_worker, verified


async def until(check, seconds=10):
    async with asyncio.timeout(seconds):
        while not (found := await check()):  # noqa: ASYNC110 - asks the real system
            await asyncio.sleep(0.05)
    return found


async def test_from_the_open_room_to_the_end_of_the_meeting(system):
    agent, member = await system.logged_in("agent-1"), await system.logged_in("member-1")
    case_id = await approved_case(system, agent)
    base = f"/api/cases/{case_id}/meeting"
    async with media_worker(system), Socket(agent) as host, Socket(member) as guest:
        await guest.request("watch", {"case_ids": "mine"})
        status, view = await agent.post(base)
        assert (status, view["meeting"]["status"]) == (200, "open")

        refused = await member.post(base + "/ticket")
        assert (refused[0], refused[1]["code"]) == (403, "phone_not_verified")
        await verified(member, case_id)

        joined = [await host.join(case_id), await guest.join(case_id)]
        assert [person["name"] for person in joined[1]["roster"]] == ["歐陽林林", "王大陸"]
        assert [person["me"] for person in joined[1]["roster"]] == [False, True]
        _, view = await agent.get(f"/api/cases/{case_id}")
        assert view["meeting"]["present"] == ["agent-1", "member-1"]

        for page in ("case", "documents", "documents"):
            assert await guest.request("page.at", {"case_id": case_id, "page": page, "document_id": "d"}) == {}
        await agent.post(base + "/prompts", {"step": "screen_share", "person_id": "member-1"})
        allowed = {"step": "screen_share", "answer": True, "how": "pages"}
        status, view = await member.post(base + "/answers", allowed)
        assert (status, view["meeting"]["screens"]) == (200, {"member-1": "pages"})
        await guest.request("page.at", {"case_id": case_id, "page": "sign", "document_id": "d"})
        versions = [body["version"] for event, body in guest.heard if event == "case.version"]
        assert versions == sorted(set(versions)) and versions

        status, problem = await agent.delete(base)
        assert (status, problem["code"]) == (409, "end_needs_reason")
        status, view = await agent.delete(base, {"reason": "test"})
        assert (status, view["meeting"]["status"]) == (200, "ended")

        async def told():
            return [body for event, body in guest.heard if event == "room.closed"]

        assert (await until(told))[0]["room_id"] == joined[1]["room_id"]
        pages = [body for event, body in host.heard if event == "page.at"]
        assert [(body["person_id"], body["page"], body.get("document_id")) for body in pages] == [
            ("member-1", "case", None),
            ("member-1", "documents", None),
            ("member-1", "sign", "d"),
        ]


async def test_without_a_media_worker_the_room_cannot_be_opened_and_can_be_later(system):
    agent = await system.logged_in("agent-1")
    case_id = await approved_case(system, agent)
    status, problem = await agent.post(f"/api/cases/{case_id}/meeting")
    assert (status, problem["code"]) == (503, "media_unavailable")
    async with media_worker(system):
        status, view = await agent.post(f"/api/cases/{case_id}/meeting")
        assert (status, view["meeting"]["status"]) == (200, "open")


async def test_a_ticket_is_bound_to_the_session_that_asked_for_it(system):
    agent = await system.logged_in("agent-1")
    case_id = await approved_case(system, agent)
    async with media_worker(system):
        await agent.post(f"/api/cases/{case_id}/meeting")
        _, ticket = await agent.post(f"/api/cases/{case_id}/meeting/ticket")
        async with Socket(await system.logged_in("agent-1")) as elsewhere, Socket(agent) as here:
            wrong = await elsewhere.request("room.join", {"ticket": ticket["ticket"]})
            right = await here.request("room.join", {"ticket": ticket["ticket"]})
            again = await here.request("room.join", {"ticket": ticket["ticket"]})
    assert wrong["error"]["code"] == "ticket_invalid"
    assert right["case_id"] == case_id
    assert again["error"]["code"] == "ticket_used"


async def test_a_logout_ends_what_the_connection_may_do(system):
    agent = await system.logged_in("agent-1")
    async with Socket(agent) as socket:
        assert "error" not in await socket.request("watch", {"case_ids": "mine"})
        await agent.delete("/api/sessions/me")
        assert (await socket.request("watch", {"case_ids": "mine"}))["error"]["code"] == "unauthenticated"


async def test_nobody_watches_a_case_that_is_not_his(system):
    agent = await system.logged_in("agent-1")
    case_id = await approved_case(system, agent)
    async with Socket(await system.logged_in("member-2")) as stranger:
        answer = await stranger.request("watch", {"case_ids": [case_id]})
        assert answer["error"]["code"] == "case_not_found"
        assert answer["error"]["message"] == problem_text("case_not_found").zh


async def test_nobody_is_held_before_his_phone_is_verified(system):
    agent = await system.logged_in("agent-1")
    case_id = await approved_case(system, agent)
    async with media_worker(system):
        await agent.post(f"/api/cases/{case_id}/meeting")
        status, problem = await agent.post(
            f"/api/cases/{case_id}/meeting/identity/hold", {"person_id": "member-1", "side": "front"}
        )
    assert (status, problem["code"]) == (403, "phone_not_verified")


async def test_a_worker_that_looks_at_all_it_can_says_so_and_the_agent_goes_on_without_its_measure(system):
    agent, member = await system.logged_in("agent-1"), await system.logged_in("member-1")
    case_id = await approved_case(system, agent)
    base = f"/api/cases/{case_id}/meeting"
    look, capacity = (sys.executable, "-c", "import sys; sys.stdin.buffer.read()"), Capacity(max_looks=1)
    async with media_worker(system, look_command=look, capacity=capacity), Socket(member) as guest:
        await agent.post(base)
        await verified(member, case_id)
        await guest.join(case_id)
        for step in ("consent_recording", "consent_video_signing", "consent_face"):
            await agent.post(base + "/prompts", {"step": step, "person_id": "member-1"})
            await member.post(base + "/answers", {"step": step, "answer": True})
        await agent.post(base + "/registration-card")
        await agent.post(base + "/prompts", {"step": "state_name", "person_id": "member-1"})
        await member.post(base + "/answers", {"step": "state_name", "answer": True})
        side = {"person_id": "member-1", "side": "front"}
        give_back = capacity.looks.take()
        assert (await agent.post(base + "/identity/hold", side))[1]["code"] == "looks_busy"
        status, held = await agent.post(base + "/identity/hold", {**side, "watch": False})
        assert (status, capacity.looks.looking) == (200, 1)
        status, problem = await agent.post(base + "/identity/release", {"hold_id": held["hold_id"]})
        assert (status, problem["code"], problem["seconds"]) == (409, "identity_too_short", 0.0)
        give_back()
        assert (await agent.post(base + "/identity/hold", side))[0] == 200
        assert capacity.looks.looking == 1


async def test_a_frame_of_the_viewfinder_is_answered_with_the_cards_corners(system):
    import cv2
    import numpy as np

    photo = cv2.imdecode(np.frombuffer(card("member-1", "front"), np.uint8), cv2.IMREAD_COLOR)
    frame = cv2.imencode(".jpg", cv2.resize(photo, (640, 480)), [cv2.IMWRITE_JPEG_QUALITY, 60])[1].tobytes()
    assert len(frame) < 40_960
    async with Socket(await system.logged_in("member-1")) as socket:
        answer = await socket.request("capture.frame", {"seq": 7, "jpeg": frame})
        broken = await socket.request("capture.frame", {"seq": 8, "jpeg": b"\xff\xd8\0"})
    assert answer["seq"] == 7
    assert len(answer["corners"]) == 4
    assert all(0 <= value <= 1 for corner in answer["corners"] for value in corner)
    assert broken["error"]["code"] == "frame_refused"
