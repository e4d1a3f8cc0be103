import pytest
from aiohttp.test_utils import make_mocked_request

from cases.actor import SYSTEM
from cases.events_composition import CompositionMade
from cases.events_papers import CaseSubmitted
from cases.meeting import open_meeting
from cases.recording import recording_sealed
from cases.workflow import load, record
from media.messages import SealedRecording, SealedTrack, SegmentRef
from server.errors import RangeInvalid
from server.handlers.recordings import PART_BYTES, wanted_range
from tests.server.conftest import VERSION
from tests.server.stage import approved_case


@pytest.mark.parametrize(
    ("header", "size", "expected"),
    [
        (None, 100, (0, 100, False)),
        ("bytes=0-", 100, (0, 100, True)),
        ("bytes=10-19", 100, (10, 20, True)),
        ("bytes=90-200", 100, (90, 100, True)),
        ("bytes=-10", 100, (90, 100, True)),
        ("bytes=-1000", 100, (0, 100, True)),
        ("bytes=0-", 3 * PART_BYTES, (0, PART_BYTES, True)),
        ("bytes=5-", 3 * PART_BYTES, (5, PART_BYTES + 5, True)),
    ],
)
def test_a_range_is_cut_to_what_there_is_and_to_one_part(header, size, expected):
    request = make_mocked_request("GET", "/", headers={"Range": header} if header else {})
    assert wanted_range(request, size) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=5-2", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6"])
def test_a_range_that_is_not_there_is_refused_with_the_size(header):
    with pytest.raises(RangeInvalid) as refused:
        wanted_range(make_mocked_request("GET", "/", headers={"Range": header}), 100)
    assert refused.value.details == {"size": 100}


@pytest.fixture
async def sealed(system):
    """A submitted case whose meeting left one recorded segment of a megabyte, and a reviewer."""
    agent = await system.logged_in("agent-1")
    case_id = await approved_case(system, agent)
    login = await system.services.sessions.of_token(agent.cookie.split("=", 1)[1])
    case, room_id = await open_meeting(system.desk, login.actor, case_id)
    data = bytes(range(256)) * 4096
    info = await system.desk.blobs.put(f"{case_id}/rec/cam-0.webm", data, scope=case_id)
    manifest = await system.desk.blobs.put(f"{case_id}/rec/manifest.json", b"{}", scope=case_id)
    segment = SegmentRef(info.name, info.sha256, 0, 1000, 30)
    track = SealedTrack("cam", "p", "member-1", "insured", "camera", "video", "VP8", 30, 1.0, (segment,))
    found = SealedRecording(
        case.meeting.recording_id, case.meeting.serial, manifest.name, manifest.sha256, 1.0, (track,)
    )
    await recording_sealed(system.desk, case_id, room_id, found)
    await record(system.desk, SYSTEM, case_id, lambda _: [CaseSubmitted(package_sha256="0" * 64, documents=())])
    return await system.logged_in("reviewer-1"), case_id, data


async def test_a_segment_streams_whole_and_by_range(system, sealed):
    reviewer, case_id, data = sealed
    path = f"{system.origin}/api/cases/{case_id}/recording/segments/cam/0"
    async with reviewer.session.get(path) as whole:
        assert (whole.status, await whole.read()) == (200, data)
        assert whole.headers["Accept-Ranges"] == "bytes"
        assert whole.headers["Content-Type"] == "video/webm"
    async with reviewer.session.get(path, headers={"Range": "bytes=300000-599999"}) as part:
        assert (part.status, await part.read()) == (206, data[300_000:600_000])
        assert part.headers["Content-Range"] == f"bytes 300000-599999/{len(data)}"
    async with reviewer.session.get(path, headers={"Range": f"bytes={len(data)}-"}) as beyond:
        assert (beyond.status, (await beyond.json())["code"]) == (416, "range_invalid")
    async with reviewer.session.head(path) as head:
        assert (head.status, head.headers["Content-Length"]) == (200, str(len(data)))


async def test_the_recordings_view_leads_to_its_segments(system, sealed):
    reviewer, case_id, data = sealed
    _, view = await reviewer.get(f"/api/cases/{case_id}/recording")
    url = view["tracks"][0]["segments"][0]["url"]
    recording_id = view["recording_id"]
    assert url == f"/api/cases/{case_id}/recording/segments/cam/0?recording={recording_id}"
    status, problem = await reviewer.get(f"/api/cases/{case_id}/recording?recording=another")
    assert (status, problem["code"]) == (404, "recording_not_found")
    assert (await reviewer.get(url))[1] == data


async def test_an_agent_learns_what_became_of_the_recording_and_gets_none_of_its_media(system, sealed):
    _, case_id, _ = sealed
    agent = await system.logged_in("agent-1")
    path = f"/api/cases/{case_id}/recording"
    for refused in (
        await agent.get(f"{path}/segments/cam/0"),
        await agent.get(f"{path}/segments/cam/0", headers={"Range": "bytes=0-9"}),
        await agent.post(f"{path}/views", {"ranges": [[0, 1]]}),
    ):
        assert (refused[0], refused[1]["code"]) == (403, "wrong_role")
    status, view = await agent.get(path)
    assert (status, view["sealed"], [s["url"] for t in view["tracks"] for s in t["segments"]]) == (200, True, [None])
    assert await views(system, case_id) == []  # nobody has looked at anything


async def test_members_never_get_the_recording_and_other_agents_no_trace_of_it(system, sealed):
    _, case_id, _ = sealed
    path = f"/api/cases/{case_id}/recording/segments/cam/0"
    member = await (await system.logged_in("member-1")).get(path)
    other = await (await system.logged_in("agent-2")).get(path)
    assert (member[0], member[1]["code"]) == (403, "wrong_role")
    assert (other[0], other[1]["code"]) == (403, "wrong_role")
    other = await (await system.logged_in("agent-2")).get(f"/api/cases/{case_id}/recording")
    assert (other[0], other[1]["code"]) == (404, "case_not_found")


async def test_a_segment_that_is_not_there_is_not_found(system, sealed):
    reviewer, case_id, _ = sealed
    for path in ("cam/1", "cam/99999", "mic/0"):
        status, problem = await reviewer.get(f"/api/cases/{case_id}/recording/segments/{path}")
        assert (status, problem["code"]) == (404, "recording_not_found")


async def test_what_was_watched_is_written_down(system, sealed):
    reviewer, case_id, _ = sealed
    status, _ = await reviewer.post(f"/api/cases/{case_id}/recording/views", {"ranges": [[0, 0.5], [0.7, 1.0]]})
    assert status == 200
    _, journal = await reviewer.get(f"/api/cases/{case_id}/journal")
    assert journal["entries"][-1]["type"] == "RecordingViewed"
    assert journal["verification"]["ok"] is True


async def views(system, case_id):
    """(who, ranges) of every look that the journal tells of."""
    entries = await system.desk.journal.read(case_id)
    return [(e.actor, e.body["ranges"]) for e in entries if e.type == "RecordingViewed"]


async def test_whoever_fetches_a_segment_is_written_down_once_a_login(system, sealed):
    reviewer, case_id, _ = sealed
    path = f"/api/cases/{case_id}/recording/segments/cam/0"
    assert await views(system, case_id) == []
    for _ in range(2):
        assert (await reviewer.get(path, headers={"Range": "bytes=0-9"}))[0] == 206
    await reviewer.get(f"/api/cases/{case_id}/recording")
    assert await views(system, case_id) == [("reviewer:reviewer-1", [])]

    again = await system.logged_in("reviewer-1")
    await again.get(f"/api/cases/{case_id}/recording")
    await again.get(path)
    assert await views(system, case_id) == [("reviewer:reviewer-1", [])] * 2


async def test_who_is_refused_leaves_no_trace_of_a_view(system, sealed):
    reviewer, case_id, _ = sealed
    await reviewer.get(f"/api/cases/{case_id}/recording/segments/cam/7")
    await (await system.logged_in("agent-2")).get(f"/api/cases/{case_id}/recording/segments/cam/0")
    assert await views(system, case_id) == []


@pytest.fixture
async def filmed(system, sealed):
    """The film of the meeting is made; and the case's agent."""
    _, case_id, data = sealed
    case = await load(system.desk, case_id)
    info = await system.desk.blobs.put(f"{case_id}/rec/film.mp4", data, scope=case_id)
    made = CompositionMade(
        recording_id=case.recording.recording_id,
        blob=info.name,
        sha256=info.sha256,
        size=info.size,
        seconds=1.0,
        manifests=(),
    )
    await record(system.desk, SYSTEM, case_id, lambda _: [made])
    return await system.logged_in("agent-1"), case_id, data


async def test_a_reviewer_gets_the_film_by_range_and_nobody_else_does(system, filmed):
    agent, case_id, data = filmed
    path = f"/api/cases/{case_id}/recording/composition"
    reviewer = await system.logged_in("reviewer-1")
    async with reviewer.session.get(system.origin + path, headers={**VERSION, "Range": "bytes=5-104"}) as part:
        assert (part.status, part.headers["Content-Type"], await part.read()) == (206, "video/mp4", data[5:105])
        assert part.headers["Content-Range"] == f"bytes 5-104/{len(data)}"
    assert (await reviewer.get(path))[1] == data
    for person_id in ("agent-1", "member-1"):
        status, problem = await (await system.logged_in(person_id)).get(path)
        assert (status, problem["code"]) == (403, "wrong_role")
    assert await views(system, case_id) == [("reviewer:reviewer-1", [])]
    _, view = await agent.get(f"/api/cases/{case_id}/recording")
    assert (view["composition"]["status"], view["composition"]["size"]) == ("ready", len(data))


async def test_a_film_that_is_not_made_yet_is_not_found(system, sealed):
    reviewer, case_id, _ = sealed
    status, problem = await reviewer.get(f"/api/cases/{case_id}/recording/composition")
    assert (status, problem["code"]) == (404, "composition_not_ready")
