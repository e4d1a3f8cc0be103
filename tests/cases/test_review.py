import hashlib
from datetime import datetime, timedelta

import pytest

from cases import assess, errors, meeting, reading, recording, review, submission
from cases.facts import facts_of
from cases.state import State
from media.manifest import digest, read_signed, signed
from ports.keys import MemoryKeys
from tests.cases.stage import AGENT, ALONE, LIN, REVIEWER, WANG


def judge(stage, outcome, reasons=()):
    return review.review_recording(stage.desk, REVIEWER, stage.case_id, outcome, list(reasons), "")


async def test_the_acceptance_waits_for_the_last_seal_and_then_follows_by_itself(stage):
    await stage.under_review(ALONE)
    assert (await stage.pass_review()).state == State.UNDER_REVIEW
    await stage.seal_documents()
    assert (await review.settle(stage.desk, stage.case_id)).state == State.ACCEPTED
    last = (await stage.desk.journal.read(stage.case_id))[-2:]
    assert [entry.type for entry in last] == ["CaseAssessed", "CaseAccepted"]
    assert (last[0].body["moment"], last[1].body["reviewer_id"]) == ("decision", REVIEWER.id)


async def test_without_a_review_nothing_is_accepted(stage):
    await stage.under_review(ALONE)
    await stage.seal_documents()
    assert (await review.settle(stage.desk, stage.case_id)).state == State.UNDER_REVIEW


async def test_what_is_not_passed_says_why(stage):
    await stage.under_review(ALONE)
    with pytest.raises(errors.ReasonsMissing):
        await judge(stage, "redo")


async def test_failed_declines_the_case(stage):
    await stage.under_review(ALONE)
    assert (await judge(stage, "failed", ["非本人"])).state == State.DECLINED


async def test_a_correction_is_judged_anew(stage):
    await stage.under_review(ALONE)
    await stage.seal_documents()
    assert (await judge(stage, "correct", ["補件"])).state == State.PENDING
    assert (await stage.pass_review()).state == State.ACCEPTED


async def test_recorded_again_the_case_comes_back_for_review(stage):
    await stage.under_review(ALONE)
    await stage.seal_documents()
    assert (await judge(stage, "redo", ["聲音中斷"])).state == State.PENDING
    stage.clock.advance(60)
    await stage.meet(WANG)
    await stage.confirm(WANG)
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id)
    case = await stage.seal_recording()
    assert (case.state, len(case.recordings)) == (State.UNDER_REVIEW, 2)
    assert (await review.settle(stage.desk, stage.case_id)).state == State.UNDER_REVIEW
    assert (await stage.pass_review()).state == State.ACCEPTED


async def test_recorded_again_but_not_confirmed_again_it_is_not_accepted(stage):
    await stage.under_review(ALONE)
    await stage.seal_documents()
    await judge(stage, "redo", ["聲音中斷"])
    stage.clock.advance(60)
    await stage.meet(WANG)
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id, "斷線")
    await stage.seal_recording()
    assert (await stage.pass_review()).state == State.UNDER_REVIEW


async def test_a_no_after_the_submission_retracts_the_signatures_and_stops_the_acceptance(stage):
    await stage.submitted()
    assert {fact["person"] for fact in facts_of(await stage.case())["signatures"]} == {"M1", "M2"}
    await stage.confirm(WANG)
    await stage.confirm(LIN, yes=False)
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id)
    await stage.seal_recording()
    await stage.seal_documents()
    case = await stage.pass_review()
    assert {fact["person"] for fact in facts_of(case)["signatures"]} == {"M1"}
    assert case.state == State.UNDER_REVIEW
    stops = assess.in_the_way(assess.assess(case, stage.desk.rulebook), "acceptance")
    assert {finding.kind for finding in stops} >= {"SIGN", "ATTEST"}


async def test_a_meeting_that_nobody_closed_ends_with_its_recording(stage):
    case = await stage.submitted(ALONE)
    sealed = await stage.sealed_recording(case)
    sealed.reason = "host_lost"
    case = await recording.recording_sealed(stage.desk, stage.case_id, case.meeting.room_id, sealed)
    assert (case.state, case.meeting.end_reason) == (State.UNDER_REVIEW, "host_lost")
    await stage.seal_documents()
    assert (await stage.pass_review()).state == State.UNDER_REVIEW  # nobody confirmed his signature


async def test_the_sealing_reported_twice_is_one_event(stage):
    case = await stage.under_review(ALONE)
    assert (await stage.seal_recording()).version == case.version


async def test_the_follow_up_call_becomes_a_fact(stage):
    await stage.under_review(ALONE)
    case = await review.complete_callback(stage.desk, REVIEWER, stage.case_id, "reached")
    assert [call["person"] for call in facts_of(case)["calls"]] == ["M1"]
    case = await review.complete_callback(stage.desk, REVIEWER, stage.case_id, "unreachable")
    assert facts_of(case)["calls"] == []


async def test_every_look_at_a_recording_is_written_down_even_after_the_decision(stage):
    await stage.under_review(ALONE)
    await stage.seal_documents()
    await stage.pass_review()
    case = await recording.view_recording(stage.desk, REVIEWER, stage.case_id, [[0, 12.5], [20, 30]])
    assert case.state == State.ACCEPTED
    assert case.viewed == {("R1", case.recording.recording_id): ((0.0, 12.5), (20.0, 30.0))}


@pytest.mark.parametrize(
    "ranges",
    [[], [[1.0]], [[5.0, 4.0]], [[-1.0, 4.0]], [[0.0, float("inf")]], [[float("nan"), 1.0]], [[0.0, 1.0]] * 201],
)
async def test_ranges_that_are_none_are_refused(stage, ranges):
    with pytest.raises(errors.RangesInvalid):
        await recording.view_recording(stage.desk, REVIEWER, stage.case_id, ranges)


async def test_the_player_gets_tracks_marks_gaps_and_what_was_seen(stage):
    await stage.under_review(ALONE)
    await recording.view_recording(stage.desk, REVIEWER, stage.case_id, [[0, 5]])
    view = await recording.recording_view(stage.desk, REVIEWER, stage.case_id)
    assert (view.sealed, view.verified, view.viewed) == (True, True, ((0.0, 5.0),))
    assert [(track.name, len(track.segments)) for track in view.tracks] == [("歐陽林林", 2), ("王大陸", 2)]
    assert [(gap.track_id, gap.from_s, gap.to_s, gap.reason) for gap in view.gaps] == [
        ("M1-camera", 20.0, 25.0, "muted")
    ]
    types = [mark.type for mark in view.marks]
    assert [types.count(name) for name in ("ConsentGiven", "IdentityShown", "CaseSubmitted")] == [3, 2, 1]
    path = f"/api/cases/{stage.case_id}/recording/segments/M1-camera/1"
    assert view.tracks[1].segments[1].url == f"{path}?recording={view.recording_id}"


async def test_marks_lie_on_the_recordings_own_clock(stage):
    case = await stage.submitted(ALONE)
    sealed = await stage.sealed_recording(case)
    sealed.started_at = case.meeting.opened_at + timedelta(seconds=30)  # zero lies before the first frame
    stage.clock.advance(60)
    await recording.recording_sealed(stage.desk, stage.case_id, case.meeting.room_id, sealed)
    view = await recording.recording_view(stage.desk, REVIEWER, stage.case_id)
    ended = next(mark for mark in view.marks if mark.type == "MeetingEnded")
    assert view.started_at == sealed.started_at
    assert ended.at_s == (ended.at - sealed.started_at).total_seconds()


async def test_the_mark_of_a_card_that_was_shown_stands_where_it_begins_to_be_seen(stage):
    await stage.under_review(ALONE)
    view = await recording.recording_view(stage.desk, REVIEWER, stage.case_id)
    shown = [entry.body for entry in await stage.desk.journal.read(stage.case_id) if entry.type == "IdentityShown"]
    marks = [mark for mark in view.marks if mark.type == "IdentityShown"]
    assert [mark.at for mark in marks] == [datetime.fromisoformat(body["started_at"]) for body in shown]


@pytest.mark.parametrize("forge", ["other key", "other bytes", "gone"])
async def test_a_recording_is_verified_only_by_its_own_signed_manifest(stage, forge):
    case = await stage.submitted(ALONE)
    sealed = await stage.sealed_recording(case)
    data = await stage.desk.blobs.get(sealed.manifest_blob, scope=stage.case_id)
    if forge == "other key":
        stranger = MemoryKeys()
        manifest = read_signed(data).manifest
        data = signed(manifest, await stranger.public_key(), await stranger.sign(digest(manifest)))
        sealed.manifest_sha256 = hashlib.sha256(data).hexdigest()
    await stage.desk.blobs.delete(sealed.manifest_blob)
    if forge != "gone":
        forged = data.replace(b"muted", b"loss!") if forge == "other bytes" else data
        await stage.desk.blobs.put(sealed.manifest_blob, forged, scope=stage.case_id)
    await recording.recording_sealed(stage.desk, stage.case_id, case.meeting.room_id, sealed)
    view = await recording.recording_view(stage.desk, REVIEWER, stage.case_id)
    assert (view.verified, view.gaps) == (False, ())


async def recorded_twice(stage):
    """An aborted meeting with its recording, and the one in which the case was submitted."""
    await stage.meeting_for(ALONE)
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id, "斷線")
    case = await stage.seal_recording()
    stage.clock.advance(60)
    await stage.meet(WANG)
    await stage.finish_all(WANG)
    await stage.recording()
    await submission.submit(stage.desk, WANG, stage.case_id)
    await stage.confirm(WANG)
    await meeting.end_meeting(stage.desk, AGENT, stage.case_id)
    await stage.seal_recording()
    await stage.seal_documents()
    return case.recording.recording_id


async def test_nobody_passes_an_earlier_meeting_that_he_has_not_opened(stage):
    earlier = await recorded_twice(stage)
    view = await recording.recording_view(stage.desk, REVIEWER, stage.case_id)
    first, last = [each.recording_id for each in view.recordings]
    assert (first, last) == (earlier, view.recording_id)
    with pytest.raises(errors.RecordingsUnopened) as refused:
        await judge(stage, "passed")
    assert refused.value.details == {"recordings": [earlier]}
    await recording.segment_blob(stage.desk, REVIEWER, stage.case_id, "M1-camera", 0, earlier)
    assert (await judge(stage, "passed")).state == State.ACCEPTED
    assert {fact["reviewed"] for fact in facts_of(await stage.case())["recordings"]} == {True}


async def test_what_was_watched_belongs_to_its_recording(stage):
    earlier = await recorded_twice(stage)
    await recording.view_recording(stage.desk, REVIEWER, stage.case_id, [[1, 2]], earlier)
    assert (await recording.recording_view(stage.desk, REVIEWER, stage.case_id)).viewed == ()
    view = await recording.recording_view(stage.desk, REVIEWER, stage.case_id, earlier)
    assert (view.recording_id, view.viewed) == (earlier, ((1.0, 2.0),))
    with pytest.raises(errors.RecordingNotFound):
        await recording.recording_view(stage.desk, REVIEWER, stage.case_id, "nothing")


async def test_a_segment_is_found_by_track_and_number_and_not_for_members_and_agents(stage):
    await stage.under_review(ALONE)
    segment = await recording.segment_blob(stage.desk, REVIEWER, stage.case_id, "M1-camera", 1)
    assert segment.blob == "segments/M1-1"
    with pytest.raises(errors.RecordingNotFound):
        await recording.segment_blob(stage.desk, REVIEWER, stage.case_id, "M1-camera", 2)
    for actor in (WANG, AGENT):
        with pytest.raises(errors.NotAllowed):
            await recording.segment_blob(stage.desk, actor, stage.case_id, "M1-camera", 0)
    with pytest.raises(errors.NotAllowed):
        await recording.view_recording(stage.desk, AGENT, stage.case_id, [[0, 5]])


async def test_reviewers_list_only_what_was_submitted(stage):
    await stage.open(ALONE)
    submitted = await stage.submitted(ALONE)
    assert [card.case_no for card in await reading.cards(stage.desk, REVIEWER)] == [submitted.case_no]
