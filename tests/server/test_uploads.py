"""A photo in pieces over real connections that break, and over a server that is started anew."""

import asyncio
import hashlib

from tests.server.conftest import VERSION, serving, settings_for
from tests.server.stage import card, upload
from tests.server.test_photos import started

DATA = card("member-1", "front")


async def begin(member, case_id, task, data=DATA, key="k", **more):
    path = f"/api/cases/{case_id}/photo-tasks/{task}/uploads"
    body = {"side": "front", "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), **more}
    status, state = await member.post(path, body, headers={"Idempotency-Key": key})
    return status, state, f"{path}/{state.get('upload_id')}"


async def send(member, path, offset, data):
    headers = {"Upload-Offset": str(offset), "Content-Type": "application/octet-stream"}
    return await member.call("PATCH", path, data=data, headers=headers)


async def broken_off(member, path, data, at):
    """A connection that announces everything and dies after `at` bytes."""
    host, port = member.origin.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    headers = {**VERSION, "Host": f"{host}:{port}", "Origin": member.origin, "Cookie": member.cookie}
    headers |= {"Upload-Offset": "0", "Content-Length": str(len(data))}
    lines = [f"PATCH {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    writer.write("\r\n".join(lines).encode() + data[:at])
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def go_on(member, path, data):
    """As a client does: ask where to go on, send the rest, and where the dead connection still wrote, ask again."""
    for _ in range(5):
        async with member.session.head(member.origin + path, headers=VERSION) as answer:
            offset = int(answer.headers["Upload-Offset"])
        status, body = await send(member, path, offset, data[offset:])
        if status == 200:
            return
        assert body["code"] == "upload_offset_wrong"
    raise AssertionError("the dead connection never ends")


async def test_a_connection_that_dies_half_way_costs_what_was_on_its_way(system):
    _, member, case_id, task = await started(system)
    status, _, path = await begin(member, case_id, task)
    assert status == 201
    for at in (0, 1, len(DATA) // 2, len(DATA) - 1):
        await broken_off(member, path, DATA, at)
    await go_on(member, path, DATA)
    status, added = await member.post(f"{path}/completion")
    assert (status, len(added["view"]["photo_tasks"][0]["photos"])) == (201, 1)
    _, plain = await upload(member, case_id, task, "other", DATA, "plain", "off")
    digests = {e.body["original_sha256"] for e in await system.desk.journal.read(case_id) if e.type == "PhotoAdded"}
    assert plain["photo_id"] != added["photo_id"] and len(digests) == 1


async def test_a_server_that_is_started_anew_goes_on_with_it(seeded, tmp_path):
    settings = settings_for(seeded, tmp_path / "data")
    async with serving(settings) as system:
        _, member, case_id, task = await started(system)
        _, _, path = await begin(member, case_id, task)
        await send(member, path, 0, DATA[:50_000])
    async with serving(settings) as system:
        member = await system.logged_in("member-1")
        _, state, path = await begin(member, case_id, task)
        assert state["offset"] == 50_000
        await send(member, path, 50_000, DATA[50_000:])
        first = await member.post(f"{path}/completion")
        _, again, _ = await begin(member, case_id, task)
        assert (first[0], again["photo_id"]) == (201, first[1]["photo_id"])
        assert await system.desk.blobs.list("uploads/") == ()


async def test_what_does_not_fit_is_said_with_a_stable_code(system):
    _, member, case_id, task = await started(system)
    answers = [await begin(member, case_id, task, size=20 * 1024 * 1024)]
    answers.append(await begin(member, case_id, task, document="household_register"))
    answers.append(await begin(member, case_id, task, document="something"))
    answers.append(await begin(member, case_id, task, quad=[[0, 0], [2, 0], [1, 1], [0, 1]]))
    assert [(status, body["code"]) for status, body, _ in answers] == [
        (413, "photo_too_large"),
        (409, "photo_document_refused"),
        (400, "invalid_input"),
        (400, "invalid_input"),
    ]
    _, _, path = await begin(member, case_id, task)
    status, problem = await send(member, path, 7, b"x")
    assert (status, problem["code"], problem["offset"]) == (409, "upload_offset_wrong", 0)
    status, problem = await member.call("PATCH", path, data=b"x", headers={"Upload-Offset": "-1"})
    assert (status, problem["code"]) == (400, "invalid_input")
    assert (await member.delete(path))[0] == 204
    assert (await member.get(path))[1]["code"] == "upload_not_found"


async def test_nobody_else_sends_to_it(system):
    _, member, case_id, task = await started(system)
    _, _, path = await begin(member, case_id, task)
    stranger = await system.logged_in("member-2")
    assert (await send(stranger, path, 0, DATA))[1]["code"] == "case_not_found"
    assert (await stranger.get(path))[1]["code"] == "case_not_found"


async def test_dragged_corners_that_nothing_supports_are_marked_for_the_agent(system):
    agent, member, case_id, task = await started(system)
    path = f"/api/cases/{case_id}/photo-tasks/{task}/photos?side=front&quad=0,0,0.4,0,0.4,0.3,0,0.3"
    status, _ = await member.call(
        "POST", path, data=DATA, headers={"Idempotency-Key": "k", "Content-Type": "image/jpeg"}
    )
    assert status == 201
    _, view = await agent.get(f"/api/cases/{case_id}")
    assert view["photo_tasks"][0]["photos"][0]["crop"] == "manual"
    status, problem = await member.call("POST", path + ",1", data=DATA, headers={"Idempotency-Key": "l"})
    assert (status, problem["code"]) == (400, "invalid_input")
