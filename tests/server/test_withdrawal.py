"""撤件 over HTTP."""

from tests.server.conftest import open_case


async def test_the_agent_withdraws_a_case_with_a_reason(system):
    agent = await system.logged_in("agent-1")
    case_id = (await open_case(agent))["case_id"]
    path = f"/api/cases/{case_id}/withdrawal"
    assert (await agent.post(path, {"reason": " "}))[1]["code"] == "text_invalid"
    status, view = await agent.post(path, {"reason": "客戶改變主意"})
    assert (status, view["state"]) == (200, "withdrawn")
    assert (await agent.post(path, {"reason": "again"}))[1]["code"] == "wrong_case_state"
