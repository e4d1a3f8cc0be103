"""A recording whose room lost its worker: parts that come late, in any order, or never."""

import hashlib
from datetime import timedelta
from types import SimpleNamespace

import msgspec
import pytest

from cases import meeting, recording
from cases.codec import from_entry
from cases.events_meeting import RecordingSealed, RecordingStarted
from cases.evidence import package
from cases.state import State
from cases.verification import verify_package
from media.manifest import Gap, Manifest, Mark, SpoolProof, digest, signed
from ports.journal import Entry
from tests.cases.stage import AGENT, ALONE, REVIEWER, WANG


async def part_of(stage, number: int, after_s: float, seconds: float = 10.0, reason: str = "recovered", tracks=("M1",)):
    """What a worker reports of a part that began `after_s` after the meeting was opened."""
    room = (await stage.case()).meeting
    started_at = room.opened_at + timedelta(seconds=after_s)
    gaps = (Gap("M1-camera", 1000, 2000, "loss"),)
    about = {"participant_id": "p-M1", "person_id": "M1", "source": "camera"}
    marks = tuple(
        Mark(at_ms, started_at + timedelta(milliseconds=at_ms), label, about)
        for at_ms, label in ((3000, "muted"), (4000, "hold"), (5000, "unmuted"))
    )
    manifest = Manifest(
        version=1, recording_id=room.recording_id, part=number, serial=room.serial, started_at=started_at,
        ended_at=started_at + timedelta(seconds=seconds), duration_ms=round(seconds * 1000), reason=reason,
        complete=True, frames_lost=0, tracks=(), gaps=gaps, marks=marks, spool=SpoolProof(0, ""),
    )  # fmt: skip
    keys = stage.desk.keys
    data = signed(manifest, await keys.public_key(), await keys.sign(digest(manifest)))
    blob = f"recordings/{room.recording_id}/{number}.json"
    await stage.desk.blobs.put(blob, data, scope=stage.case_id)
    return SimpleNamespace(
        recording_id=room.recording_id, serial=room.serial, manifest_blob=blob,
        manifest_sha256=hashlib.sha256(data).hexdigest(), seconds=seconds, started_at=started_at, reason=reason,
        part=number, tracks=tuple(track(person, number, seconds) for person in tracks),
    )  # fmt: skip


def track(person: str, number: int, seconds: float) -> SimpleNamespace:
    duration_ms = round(seconds * 1000)
    segment = SimpleNamespace(
        blob=f"{person}/{number}.webm",
        sha256=str(number) * 64,
        start_ms=0,
        duration_ms=duration_ms,
        frames=30,
        rotation=0,
    )
    return SimpleNamespace(
        track_id=f"{person}-camera", participant_id=f"p-{person}", person_id=person, role="insured", kind="video",
        codec="VP8", frames=30, seconds=seconds, segments=(segment,),
    )  # fmt: skip


async def begin(stage, part: int):
    room = (await stage.case()).meeting
    return await recording.recording_started(stage.desk, stage.case_id, room.room_id, room.recording_id, part)


async def seal(stage, sealed):
    room = (await stage.case()).meeting
    return await recording.recording_sealed(stage.desk, stage.case_id, room.room_id, sealed)


async def in_two_parts(stage):
    """Submitted; part 1 ended with its worker after 10 s, part 2 began at 14 s and lasts for 10 s."""
    await stage.submitted(ALONE)
    stage.clock.advance(120)
    await begin(stage, 2)
    await stage.confirm(WANG)
    return await part_of(stage, 1, 0), await part_of(stage, 2, 14, reason="ended")


def starts(case) -> list[float]:
    return [segment.start_ms / 1000 for segment in case.recording.tracks[0].segments]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_parts_make_one_recording_in_whatever_order_they_come(stage, order):
    parts = await in_two_parts(stage)
    if order == (0, 1):
        case = await seal(stage, parts[0])
        assert (case.open_meeting is not None, case.state, case.recording) == (True, State.SUBMITTED, None)
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id)
    if order == (1, 0):
        case = await seal(stage, parts[1])
        assert (case.state, case.recording) == (State.SUBMITTED, None)
    case = await seal(stage, parts[order[1]])
    assert (case.state, case.recording.seconds, starts(case)) == (State.UNDER_REVIEW, 24.0, [0.0, 14.0])
    assert [part.part for part in recording.parts_of(case, case.recording.recording_id)] == [1, 2]
    assert case.recording.started_at == parts[0].started_at
    assert (await seal(stage, parts[0])).version == case.version


async def test_the_hole_between_parts_is_a_gap_and_gaps_within_them_lie_on_the_one_clock(stage):
    parts = await in_two_parts(stage)
    await seal(stage, parts[0])
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id)
    await seal(stage, parts[1])
    view = await recording.recording_view(stage.desk, REVIEWER, stage.case_id)
    assert (view.verified, view.missing_parts, view.seconds) == (True, 0, 24.0)
    assert [(gap.from_s, gap.to_s, gap.reason) for gap in view.gaps] == [
        (1.0, 2.0, "loss"),
        (15.0, 16.0, "loss"),
        (10.0, 14.0, "worker_lost"),
    ]
    assert [(segment.n, segment.start_s) for segment in view.tracks[0].segments] == [(0, 0.0), (1, 14.0)]
    toggles = [mark for mark in view.marks if mark.type.startswith("Track")]
    assert [(mark.at_s, mark.type, mark.person_id, mark.detail) for mark in toggles] == [
        (3.0, "TrackMuted", "M1", {"source": "camera"}),
        (5.0, "TrackUnmuted", "M1", {"source": "camera"}),
        (17.0, "TrackMuted", "M1", {"source": "camera"}),
        (19.0, "TrackUnmuted", "M1", {"source": "camera"}),
    ]
    assert [mark.at_s for mark in view.marks] == sorted(mark.at_s for mark in view.marks)
    second = await recording.segment_blob(stage.desk, REVIEWER, stage.case_id, "M1-camera", 1)
    assert second.blob == "M1/2.webm"


async def test_one_forged_part_and_nobody_vouches_for_the_recording(stage):
    parts = await in_two_parts(stage)
    await seal(stage, parts[0])
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id)
    await seal(stage, parts[1])
    await stage.desk.blobs.delete(parts[1].manifest_blob)
    view = await recording.recording_view(stage.desk, REVIEWER, stage.case_id)
    assert (view.verified, [gap.reason for gap in view.gaps]) == (False, ["loss", "worker_lost"])


async def test_the_evidence_package_holds_every_part_and_notices_one_that_was_swapped(stage):
    parts = await in_two_parts(stage)
    await seal(stage, parts[0])
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id)
    await seal(stage, parts[1])
    checks = [problem.check for problem in verify_package(await package(stage.desk, REVIEWER, stage.case_id)).problems]
    assert checks == []
    first = await stage.desk.blobs.get(parts[0].manifest_blob, scope=stage.case_id)
    await stage.desk.blobs.delete(parts[1].manifest_blob)
    await stage.desk.blobs.put(parts[1].manifest_blob, first, scope=stage.case_id)
    (problem,) = verify_package(await package(stage.desk, REVIEWER, stage.case_id)).problems
    serial = (await stage.case()).meeting.serial
    assert (problem.check, problem.where) == ("recording_differs", f"recordings/{serial}.part-2.manifest")


async def test_a_part_that_does_not_come_is_waited_for_half_an_hour_and_then_told(stage):
    _, second = await in_two_parts(stage)
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id)
    await seal(stage, second)
    stage.clock.advance(recording.PATIENCE.total_seconds() - 1)
    assert (await recording.give_up_parts(stage.desk, stage.case_id)).state == State.SUBMITTED
    stage.clock.advance(1)
    case = await recording.give_up_parts(stage.desk, stage.case_id)
    assert (case.state, case.recording.missing) == (State.UNDER_REVIEW, {1})
    view = await recording.recording_view(stage.desk, REVIEWER, stage.case_id)
    zero = min(case.recording.started[1], second.started_at)
    assert (view.started_at, view.missing_parts) == (zero, 1)
    assert (await recording.give_up_parts(stage.desk, stage.case_id)).version == case.version + 1  # the view was noted


async def test_what_a_missing_part_would_have_held_is_a_gap_up_to_the_end_of_the_meeting(stage):
    await stage.submitted(ALONE)
    await seal(stage, await part_of(stage, 1, 0))
    stage.clock.advance(60)
    await begin(stage, 2)
    stage.clock.advance(60)
    await stage.confirm(WANG)
    case = await meeting.end_meeting(stage.desk, AGENT, stage.case_id)
    stage.clock.advance(recording.PATIENCE.total_seconds())
    await recording.give_up_parts(stage.desk, stage.case_id)
    view = await recording.recording_view(stage.desk, REVIEWER, stage.case_id)
    lasted = (case.meeting.ended_at - view.started_at).total_seconds()
    assert [(gap.from_s, gap.to_s, gap.reason) for gap in view.gaps][1:] == [(10.0, lasted, "part_missing")]
    assert view.seconds == lasted


async def test_a_part_that_comes_after_it_was_given_up_is_taken_in(stage):
    first, second = await in_two_parts(stage)
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id)
    await seal(stage, second)
    stage.clock.advance(recording.PATIENCE.total_seconds())
    await recording.give_up_parts(stage.desk, stage.case_id)
    case = await seal(stage, first)
    assert (case.state, case.recording.missing, starts(case)) == (State.UNDER_REVIEW, frozenset(), [0.0, 14.0])


async def test_a_recording_of_which_nothing_came_holds_nothing_up_and_shows_nobody(stage):
    await stage.submitted(ALONE)
    await stage.confirm(WANG)
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id)
    stage.clock.advance(recording.PATIENCE.total_seconds())
    case = await recording.give_up_parts(stage.desk, stage.case_id)
    assert (case.state, case.shown_in(case.recording)) == (State.UNDER_REVIEW, frozenset())
    view = await recording.recording_view(stage.desk, REVIEWER, stage.case_id)
    assert (view.verified, view.missing_parts, view.tracks) == (False, 1, ())


async def test_a_meeting_whose_parts_were_all_sealed_is_whole_when_it_ends(stage):
    await stage.submitted(ALONE)
    case = await seal(stage, await part_of(stage, 1, 0))
    assert case.state == State.SUBMITTED
    await stage.confirm(WANG)
    case = await meeting.end_meeting(stage.desk, AGENT, stage.case_id)
    assert (case.state, case.recording.seconds) == (State.UNDER_REVIEW, 10.0)


async def test_an_abandoned_meeting_ends_with_its_reason(stage):
    await stage.submitted(ALONE)
    await seal(stage, await part_of(stage, 1, 0))
    room_id = (await stage.case()).meeting.room_id
    case = await recording.meeting_abandoned(stage.desk, stage.case_id, room_id, "room_empty")
    assert (case.state, case.meeting.end_reason) == (State.UNDER_REVIEW, "room_empty")
    assert (await recording.meeting_abandoned(stage.desk, stage.case_id, room_id, "again")).version == case.version


@pytest.mark.parametrize("reason", ["host_lost", "room_empty"])
async def test_a_room_that_ended_by_itself_ends_the_meeting(stage, reason):
    await stage.submitted(ALONE)
    case = await seal(stage, await part_of(stage, 1, 0, reason=reason))
    assert (case.state, case.meeting.end_reason) == (State.UNDER_REVIEW, reason)


async def test_a_part_that_comes_after_the_end_of_a_case_is_still_written_down(stage):
    first, second = await in_two_parts(stage)
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id)
    await seal(stage, second)
    stage.clock.advance(recording.PATIENCE.total_seconds())
    await recording.give_up_parts(stage.desk, stage.case_id)
    await stage.seal_documents()
    case = await stage.pass_review()
    assert (await seal(stage, first)).state == case.state


async def test_a_recording_begins_with_the_clock_of_its_first_part_not_with_the_report_of_it(stage):
    await stage.ready(ALONE)
    await meeting.open_meeting(stage.desk, AGENT, stage.case_id)
    room, zero = (await stage.case()).meeting, stage.clock.now()
    for part, later in ((1, 2.0), (2, 40.0)):
        stage.clock.advance(later)
        began_at = zero + timedelta(seconds=(part - 1) * 40)
        case = await recording.recording_started(
            stage.desk, stage.case_id, room.room_id, room.recording_id, part, began_at
        )
    begun = case.recording_of(room.recording_id)
    assert (begun.started_at, begun.started) == (zero, {1: zero, 2: zero + timedelta(seconds=40)})


@pytest.mark.parametrize("kind", [RecordingStarted, RecordingSealed])
def test_events_from_before_there_were_parts_are_part_one(kind):
    fields = {"room_id": "r", "recording_id": "rec"}
    if kind is RecordingSealed:
        fields |= {"serial": "R1", "manifest_blob": "m", "manifest_sha256": "0", "seconds": 1.0, "tracks": []}
        fields |= {"started_at": "2026-03-02T01:00:00Z"}
    entry = msgspec.convert(
        {"position": 1, "case_id": "c", "seq": 1, "id": "e", "type": kind.__name__, "at": "2026-03-02T01:00:00Z",
         "actor": "system:x", "body": {"v": 1, **fields}, "previous": "", "hash": ""}, Entry,
    )  # fmt: skip
    assert from_entry(entry).event.part == 1
