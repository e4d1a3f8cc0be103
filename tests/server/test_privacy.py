"""What a meeting writes to the logs names no person, number, code or description (ARCHITECTURE, Errors)."""

import structlog

from tests.server.conftest import PEOPLE
from tests.server.stage import Socket, approved_case, media_worker, verified


async def test_the_log_of_a_meeting_holds_nothing_personal(system, capfd):
    agent, member = await system.logged_in("agent-1"), await system.logged_in("member-1")
    secrets = [value for person in PEOPLE.values() for value in (person.name, person.id_no, person.phone)]
    with structlog.testing.capture_logs() as logs:
        case_id = await approved_case(system, agent)
        async with media_worker(system), Socket(agent) as host, Socket(member) as guest:
            await agent.post(f"/api/cases/{case_id}/meeting")
            await verified(member, case_id)
            _, demo = await member.get("/api/demo")
            await host.join(case_id)
            await guest.join(case_id)
            await guest.request("room.publish", {"sdp": "v=0 candidate:1 1 udp 1 192.0.2.7", "sources": {}})
            await member.post("/api/sessions", {"kind": "member", "login": "王大陸", "password": "A123456789", "x": 1})
            await agent.delete(f"/api/cases/{case_id}/meeting", {"reason": "王大陸要求"})
    code = demo["sms"][0]["text"].split("驗證碼為")[1][:6]
    written = repr(logs) + capfd.readouterr().err
    secrets += [code, "192.0.2.7", "A123456789"]
    assert [secret for secret in secrets if secret in written] == []
