import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

from media.placement import WorkerInfo, beat
from server.beats import JobsBeat, beat_jobs
from tests.server.conftest import open_case, serving, settings_for


async def test_alive_needs_nobody(system):
    assert await system.browser().get("/healthz") == (200, {"status": "ok"})


async def test_not_ready_without_a_media_worker_and_says_so(system):
    status, problem = await system.browser().get("/readyz")
    assert (status, problem["code"], problem["missing"]) == (503, "not_ready", ["media", "jobs"])


async def test_ready_once_a_worker_and_jobs_beat(system):
    await beat(system.desk.keyvalue, WorkerInfo("w1", "unix:///w1", rooms=2, load=0.5, pid=1))
    assert (await system.browser().get("/readyz"))[1]["missing"] == ["jobs"]
    async with jobs_beating(system):
        assert await system.browser().get("/readyz") == (200, {"status": "ready"})


async def test_metrics_tell_of_the_other_roles(system):
    assert await gauges(system) == {"cvx_jobs_up": "0.0", "cvx_jobs_lag_seconds": "NaN"}
    info = WorkerInfo("w1", "unix:///w1", rooms=2, load=0.5, pid=1, full=True, counters={"repaired": 7})
    await beat(system.desk.keyvalue, info)
    async with jobs_beating(system):
        assert await gauges(system) == {
            "cvx_jobs_up": "1.0",
            "cvx_jobs_lag_seconds": "1.5",
            'cvx_worker_rooms{worker="w1"}': "2.0",
            'cvx_worker_load{worker="w1"}': "0.5",
            'cvx_worker_full{worker="w1"}': "1.0",
            'cvx_media_repaired_total{worker="w1"}': "7.0",
        }


@asynccontextmanager
async def jobs_beating(system):
    task = asyncio.create_task(beat_jobs(system.desk.keyvalue, lambda: JobsBeat(7, 1.5)))
    await asyncio.sleep(0)
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def gauges(system):
    _, text = await system.browser().get("/metrics")
    lines = [line.rsplit(" ", 1) for line in text.decode().splitlines()]
    return {name: value for name, value in lines if name.startswith(("cvx_jobs", "cvx_worker", "cvx_media"))}


async def test_a_database_that_is_gone_is_named(system):
    await system.services.sessions._engine.dispose()
    for file in system.settings.data_dir.glob("cvx.sqlite*"):
        file.unlink()
    status, problem = await system.browser().get("/readyz")
    assert status == 503
    assert "database" in problem["missing"]


async def test_metrics_count_by_route_and_name_no_case(system):
    agent = await system.logged_in("agent-1")
    case_id = (await open_case(agent))["case_id"]
    await agent.get(f"/api/cases/{case_id}")
    await agent.get("/wp-login.php")

    status, text = await system.browser().get("/metrics")

    lines = text.decode().splitlines()
    assert status == 200
    assert 'cvx_http_requests_total{method="GET",route="/api/cases/{case_id}",status="200"} 1.0' in lines
    assert "cvx_journal_entries_total 1.0" in lines
    assert "cvx_sockets 0.0" in lines
    assert case_id not in text.decode()
    assert "wp-login" not in text.decode()


async def test_metrics_are_not_for_those_who_come_through_the_proxy(system):
    status, problem = await system.browser().get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"})
    assert (status, problem["code"]) == (404, "no_such_route")


async def test_the_demo_page_tells_logins_codes_and_the_last_sms(system):
    status, demo = await system.browser().get("/api/demo")
    people = {person["person_id"]: person for person in demo["people"]}
    assert status == 200
    assert people["member-1"]["totp"] is None
    assert people["member-4"]["adult"] is False
    assert len(people["agent-1"]["totp"]) == 6
    assert demo["sms"] == []


async def test_what_the_demo_page_tells_logs_one_in(system):
    _, demo = await system.browser().get("/api/demo")
    agent = next(person for person in demo["people"] if person["person_id"] == "agent-2")
    wanted = {name: agent[name] for name in ("kind", "login", "password", "totp")}
    assert (await system.browser().post("/api/sessions", wanted))[0] == 200


async def test_production_has_no_demo(seeded, tmp_path):
    settings = settings_for(seeded, tmp_path / "data", env="production")
    settings = replace(settings, public_url=f"http://127.0.0.1:{settings.port}")
    async with serving(settings) as system:
        for path in ("/api/demo", "/demo"):
            status, problem = await system.browser().get(path)
            assert (status, problem["code"]) == (404, "no_such_route")
