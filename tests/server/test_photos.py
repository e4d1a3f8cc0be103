import io

from PIL import Image

from tests.server.conftest import VERSION, open_case
from tests.server.stage import card, upload


async def started(system):
    agent, member = await system.logged_in("agent-1"), await system.logged_in("member-1")
    view = await open_case(agent)
    task = view["photo_tasks"][0]["id"]
    await member.post(f"/api/cases/{view['case_id']}/photo-tasks/{task}/acknowledgement")
    return agent, member, view["case_id"], task


async def test_an_uploaded_photo_comes_back_as_jpeg_without_its_metadata(system):
    agent, member, case_id, task = await started(system)

    status, added = await upload(member, case_id, task, "front", card("member-1", "front"), "k1")
    assert status == 201
    for browser in (member, agent):
        status, jpeg = await browser.get(f"/api/cases/{case_id}/photos/{added['photo_id']}?variant=original")
        assert status == 200
        assert Image.open(io.BytesIO(jpeg)).format == "JPEG"
        assert dict(Image.open(io.BytesIO(jpeg)).getexif()) == {}


async def test_the_same_upload_again_is_the_same_photo(system):
    _, member, case_id, task = await started(system)
    data = card("member-1", "front")

    first = await upload(member, case_id, task, "front", data, "k1")
    again = await upload(member, case_id, task, "front", data, "k1")

    assert first[1]["photo_id"] == again[1]["photo_id"]
    assert len(again[1]["view"]["photo_tasks"][0]["photos"]) == 1


async def test_what_is_no_picture_is_refused_and_what_was_there_stays(system):
    _, member, case_id, task = await started(system)
    await upload(member, case_id, task, "front", card("member-1", "front"), "k1")

    for data in (b"", b"GIF89a", b"<svg/>", card("member-1", "back")[:5000], b"\xff\xd8" + b"\0" * 5000):
        status, problem = await upload(member, case_id, task, "back", data, "k2")
        assert (status, problem["code"]) == (400, "photo_undecodable")

    _, view = await member.get(f"/api/cases/{case_id}")
    assert [photo["side"] for photo in view["photo_tasks"][0]["photos"]] == ["front"]


async def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(system):
    _, member, case_id, task = await started(system)
    bomb = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(bomb, "PNG")
    status, problem = await upload(member, case_id, task, "front", bomb.getvalue(), "k1")
    assert (status, problem["code"]) == (400, "photo_too_many_pixels")


async def test_more_bytes_than_the_limit_are_refused_by_their_announced_length(system):
    _, member, case_id, task = await started(system)
    status, problem = await upload(member, case_id, task, "front", io.BytesIO(b"\xff" * (20 * 1024 * 1024 + 1)), "k1")
    assert (status, problem["code"]) == (413, "too_large")


async def test_an_upload_names_its_side_and_its_key(system):
    _, member, case_id, task = await started(system)
    base = f"/api/cases/{case_id}/photo-tasks/{task}/photos"
    headers = {"Content-Type": "image/jpeg"}
    nameless = await member.call("POST", base + "?side=front", data=b"x", headers=headers)
    sideless = await member.call("POST", base, data=b"x", headers={**headers, "Idempotency-Key": "k"})
    wrong = await member.call("POST", base + "?side=top", data=b"x", headers={**headers, "Idempotency-Key": "k"})
    assert [(s, b["code"]) for s, b in (nameless, sideless, wrong)] == [(400, "invalid_input")] * 3


async def test_what_came_of_asking_for_the_camera_reaches_the_agent(system):
    agent, member, case_id, task = await started(system)
    path = f"/api/cases/{case_id}/photo-tasks/{task}/camera"
    assert (await member.post(path, {"outcome": "blocked"}))[0] == 200
    _, view = await agent.get(f"/api/cases/{case_id}")
    assert view["photo_tasks"][0]["camera"] == "blocked"
    status, problem = await member.post(path, {"outcome": "perhaps"})
    assert (status, problem["code"]) == (400, "invalid_input")


async def test_who_finds_no_turn_is_told_when_to_come_again(system, monkeypatch):
    _, member, case_id, task = await started(system)
    monkeypatch.setattr(system.desk.decoders, "_queue", 0)
    async with member.session.post(
        f"{member.origin}/api/cases/{case_id}/photo-tasks/{task}/photos?side=front",
        data=card("member-1", "front"),
        headers={**VERSION, "Origin": member.origin, "Idempotency-Key": "k", "Content-Type": "image/jpeg"},
    ) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert (await answer.json())["code"] == "photos_busy"


async def test_nobody_outside_the_case_sees_a_photo(system):
    _, member, case_id, task = await started(system)
    _, added = await upload(member, case_id, task, "front", card("member-1", "front"), "k1")
    for person_id in ("member-2", "agent-2", "reviewer-1"):
        stranger = await system.logged_in(person_id)
        status, problem = await stranger.get(f"/api/cases/{case_id}/photos/{added['photo_id']}")
        assert (status, problem["code"]) == (404, "case_not_found")
