import asyncio
import resource
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import cycle, islice

import pytest

from media.manifest import verify_manifest
from media.messages import RecorderStatus
from media.recording_errors import MarkTooLarge, RecorderClosed, SpoolUnwritable, UnsupportedCodec
from media.spool import SpoolReader, read_header
from ports.clock import FrozenClock
from ports.errors import KeyErased
from tests.media.rec import SCOPE, Studio, camera, microphone, nothing, play, until, until_head
from tests.media.streams import decoded, flat, packets_of, pictures, sounds


async def manifest_of(studio: Studio, sealed):
    data = await studio.get(sealed.manifest_blob)
    assert sha256(data).hexdigest() == sealed.manifest_sha256
    return verify_manifest(data, await studio.keys.public_key())


@contextmanager
def full_disk(size: int):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_every_frame_that_was_sent_is_in_the_sealed_files(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    infos = (camera("VP8"), camera("VP9", "p2"), camera("H264", "p3"), microphone("p1"))
    counts = {"p1-camera": 90, "p2-camera": 60, "p3-camera": 60, "p1-microphone": 150}
    for info in infos:
        play(recorder.open_track(info, nothing), counts[info.track_id], 0.0)
    sealed = await recorder.seal("done")
    assert {track.track_id: track.frames for track in sealed.tracks} == counts
    for track in sealed.tracks:
        (segment,) = track.segments
        data = await studio.get(segment.blob)
        assert (decoded(data), sha256(data).hexdigest()) == (counts[track.track_id], segment.sha256)
    assert [track.segments[0].blob for track in sealed.tracks] == [
        "recordings/rec-1/p1-camera/1.webm",
        "recordings/rec-1/p2-camera/1.webm",
        "recordings/rec-1/p3-camera/1.mkv",
        "recordings/rec-1/p1-microphone/1.webm",
    ]


async def test_the_manifest_is_signed_and_complete(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder(serial="R-7")
    await recorder.start()
    play(recorder.open_track(camera(), nothing), 60, 1.5)
    studio.clock.advance(4.0)
    sealed = await recorder.seal("meeting_ended")
    manifest = await manifest_of(studio, sealed)
    assert (manifest.complete, manifest.reason, manifest.serial, manifest.part) == (True, "meeting_ended", "R-7", 1)
    assert (manifest.duration_ms, manifest.frames_lost, manifest.gaps, manifest.problems) == (4000, 0, (), ())
    segment = manifest.tracks[0].segments[0]
    assert (segment.start_ms, segment.duration_ms, segment.width, segment.height) == (1500, 2000, 160, 120)
    assert segment.ended == "meeting_ended"
    assert manifest.spool.fault is None


async def test_sealing_again_gives_the_same(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    play(recorder.open_track(camera(), nothing), 10, 0.0)
    first, second = await asyncio.gather(recorder.seal("done"), recorder.seal("again"))
    assert first == second == await recorder.seal("once more")


async def test_the_spool_stays_until_it_is_discarded(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    await recorder.seal("done")
    assert len(list(studio.folder.iterdir())) == 1
    await recorder.discard()
    assert list(studio.folder.iterdir()) == []


async def test_nothing_of_the_recording_is_on_the_disk_in_the_clear(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder(room_id="room-secret")
    await recorder.start()
    play(recorder.open_track(camera(), nothing), 40, 0.0)
    play(recorder.open_track(microphone(), nothing), 40, 0.0)
    recorder.mark("page", studio.clock.now(), {"note": "a private note"})
    await recorder.seal("done")
    data = b"".join(path.read_bytes() for path in studio.folder.iterdir())
    assert len(data) > sum(len(frame) for frame in pictures("VP8", 40) + sounds(40))
    clear = [frame for frame in pictures("VP8", 40) + sounds(40) if len(frame) > 20 and frame[4:20] in data]
    clear += [word for word in (b"room-secret", b"person-p1", b"a private note", b"p1-camera") if word in data]
    assert clear == []


async def test_a_recording_whose_key_is_erased_does_not_begin(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    await studio.keys.erase(SCOPE)
    with pytest.raises(KeyErased):
        await studio.recorder().start()


async def test_a_disk_that_takes_nothing_refuses_the_recording(tmp_path):
    (tmp_path / "spool").write_text("a file where the folder should be")
    with pytest.raises(SpoolUnwritable):
        await Studio(tmp_path, FrozenClock()).recorder().start()


async def test_status_says_writing_only_when_frames_reached_the_disk(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    assert recorder.status() == RecorderStatus()
    await recorder.start()
    assert recorder.status() == RecorderStatus(writing=False, seconds=0.0, last_frame_age_ms=None)
    sink = recorder.open_track(camera(), nothing)
    assert recorder.status() == RecorderStatus(writing=False, last_frame_age_ms=0, tracks=1)
    play(sink, 60, 0.0)
    studio.clock.advance(2.0)
    await until(lambda: recorder.status().seconds == 1.967)
    written = {"person-p1": ("camera",)}
    assert recorder.status() == RecorderStatus(True, 1.967, 33, tracks=1, written=written)
    await recorder.seal("done")
    assert recorder.status().writing is False


async def test_silence_of_a_track_stalls_the_recorder_and_frames_resume_it(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    sink = recorder.open_track(camera(), nothing)
    play(sink, 30, 0.0)
    studio.clock.advance(1.0)
    await until(lambda: recorder.status().writing)
    studio.clock.advance(3.0)
    assert (recorder.status().writing, recorder.status().stalled) == (False, True)
    await until(lambda: studio.told() == ["started", "stalled"])
    assert (studio.events[1].at, studio.events[1].detail) == (studio.clock.now(), {"reason": "frames"})
    play(sink, 60, 4.0, first=30)
    studio.clock.advance(2.0)
    await until(lambda: recorder.status().writing)
    studio.clock.advance(0.5)
    await until(lambda: studio.told() == ["started", "stalled", "resumed"])
    assert recorder.status().gaps == 0  # the frames were late, and none is missing
    await recorder.seal("done")


async def test_one_silent_camera_among_others_stalls_the_recorder(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    play(recorder.open_track(camera(), nothing), 10, 0.0)
    play(recorder.open_track(microphone("p2"), nothing), 200, 0.0)
    studio.clock.advance(4.0)
    await until(lambda: recorder.status().seconds > 3.9)
    assert (recorder.status().writing, recorder.status().stalled) == (False, True)
    await recorder.seal("done")


async def test_a_muted_or_closed_track_or_a_still_screen_is_not_missed(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    muted, closed = recorder.open_track(camera(), nothing), recorder.open_track(camera("VP8", "p2"), nothing)
    recorder.open_track(camera("VP8", "p3", "screen"), nothing)
    play(muted, 10, 0.0)
    play(closed, 10, 0.0)
    muted.mute(True)
    closed.close("left")
    play(recorder.open_track(microphone(), nothing), 500, 0.0)
    studio.clock.advance(10.0)
    await until(lambda: recorder.status().seconds > 9.9)
    assert (recorder.status().writing, recorder.status().stalled) == (True, False)
    muted.mute(False)
    studio.clock.advance(3.1)
    assert recorder.status().stalled is True
    await recorder.seal("done")


async def test_a_full_disk_is_told_and_what_was_queued_is_kept_once_there_is_room(tmp_path):
    studio = Studio(tmp_path)
    recorder = studio.recorder()
    await recorder.start()
    sink = recorder.open_track(camera(), nothing)
    with full_disk(2000):
        now = studio.clock.monotonic()
        play(sink, 30, now)
        await until(lambda: studio.told()[-1:] == ["stalled"])
        assert studio.events[-1].detail == {"reason": "disk"}
        assert recorder.status().writing is False
    await until(lambda: studio.told()[-1:] == ["resumed"])
    assert recorder.status().writing is True
    sealed = await recorder.seal("done")
    assert decoded(await studio.get(sealed.tracks[0].segments[0].blob)) == 30
    assert (await manifest_of(studio, sealed)).complete is True


async def test_frames_that_find_the_queue_full_are_counted_and_told(tmp_path):
    studio = Studio(tmp_path)
    recorder = studio.recorder(queue_bytes=30_000)
    await recorder.start()
    sink = recorder.open_track(camera(), nothing)
    now = studio.clock.monotonic()
    play(sink, 90, now - 3)
    assert recorder.status().stalled is True
    await until(lambda: "stalled" in studio.told())
    sealed = await recorder.seal("done")
    manifest = await manifest_of(studio, sealed)
    assert manifest.frames_lost > 0
    assert manifest.complete is False
    assert manifest.tracks[0].segments[0].ended == "disk"


async def test_frames_of_a_track_that_had_all_its_segments_are_counted_as_lost(tmp_path, monkeypatch):
    monkeypatch.setattr("media.tracksink.SEGMENTS_LIMIT", 1)
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    first = recorder.open_track(camera(), nothing)
    at = play(first, 30, 0.0)
    first.close("replaced")
    play(recorder.open_track(camera(), nothing), 30, at)
    assert recorder.status().stalled is True
    manifest = await manifest_of(studio, await recorder.seal("done"))
    assert (manifest.frames_lost, manifest.complete, len(manifest.tracks[0].segments)) == (30, False, 1)


async def test_a_late_joiner_starts_where_it_came_on_the_recordings_clock(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    play(recorder.open_track(camera(), nothing), 90, 0.0)
    play(recorder.open_track(camera("VP8", "p2"), nothing), 30, 2.0)
    sealed = await recorder.seal("done")
    assert [track.segments[0].start_ms for track in sealed.tracks] == [0, 2000]


async def test_a_rejoin_is_a_new_segment_of_the_same_track_with_a_measured_gap(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    first = recorder.open_track(camera(), nothing)
    play(first, 60, 0.0)
    first.close("network")
    play(recorder.open_track(camera("VP9"), nothing), 30, 7.0)
    sealed = await recorder.seal("done")
    manifest = await manifest_of(studio, sealed)
    (track,) = manifest.tracks
    assert [(s.number, s.codec, s.start_ms, s.frames) for s in track.segments] == [
        (1, "VP8", 0, 60),
        (2, "VP9", 7000, 30),
    ]
    assert [(gap.from_ms, gap.to_ms, gap.reason) for gap in manifest.gaps] == [(2000, 7000, "network")]
    assert recorder.status().gaps == 1


async def test_a_muted_silence_is_a_gap_with_its_reason(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    sink = recorder.open_track(microphone(), nothing)
    play(sink, 50, 0.0)
    studio.clock.advance(1.0)
    sink.mute(True)
    studio.clock.advance(2.0)
    sink.mute(False)
    for number, packet in enumerate(flat(packets_of("opus", sounds(50), sequence=50, timestamp=48000 * 3))):
        sink.rtp(packet, 3.0 + number * 0.02)
    manifest = await manifest_of(studio, await recorder.seal("done"))
    assert [(gap.from_ms, gap.to_ms, gap.reason) for gap in manifest.gaps] == [(980, 3000, "muted")]
    assert decoded(await studio.get("recordings/rec-1/p1-microphone/1.webm")) == 200


async def test_times_that_jump_begin_a_new_segment(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    sink = recorder.open_track(microphone(), nothing)
    packets = packets_of("opus", sounds(100)) + packets_of("opus", sounds(100), sequence=100, timestamp=2**31)
    for number, packet in enumerate(flat(packets)):
        sink.rtp(packet, number * 0.02)
    manifest = await manifest_of(studio, await recorder.seal("done"))
    assert [(s.frames, s.start_ms, s.ended) for s in manifest.tracks[0].segments] == [
        (100, 0, "jump"),
        (100, 2000, "done"),
    ]


async def test_a_segment_that_is_large_goes_on_in_another_at_a_key_frame(tmp_path, monkeypatch):
    monkeypatch.setattr("media.tracksink.SEGMENT_LIMIT", 40_000)
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    play(recorder.open_track(camera(), nothing), 90, 0.0)
    manifest = await manifest_of(studio, await recorder.seal("done"))
    assert [(s.frames, s.ended) for s in manifest.tracks[0].segments] == [(30, "size"), (30, "size"), (30, "done")]
    assert manifest.gaps == ()


async def test_a_camera_that_is_turned_goes_on_upright_in_a_new_segment_without_losing_a_frame(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    asked: list[float] = []
    sink = recorder.open_track(camera(), lambda: asked.append(at))
    at = 0.0
    sink.rotate(270)
    for number, group in enumerate(packets_of("VP8", pictures("VP8", 60))):
        at = number / 30
        if number == 10:
            sink.rotate(90)
        for packet in group:
            sink.rtp(packet, at)
    manifest = await manifest_of(studio, sealed := await recorder.seal("done"))
    (track,) = manifest.tracks
    assert [(s.rotation, s.frames, s.ended) for s in track.segments] == [(270, 30, "turned"), (90, 30, "done")]
    assert [segment.rotation for segment in sealed.tracks[0].segments] == [270, 90]
    assert (manifest.gaps, any(abs(one - 10 / 30) < 0.01 for one in asked)) == ((), True)


async def test_a_camera_that_is_turned_all_the_time_does_not_use_up_its_segments(tmp_path, monkeypatch):
    monkeypatch.setattr("media.tracksink.TURNS_LIMIT", 5)
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    sink = recorder.open_track(camera(), nothing)
    for number, group in enumerate(packets_of("VP8", pictures("VP8", 60, key_every=1))):
        if number > 20:
            sink.rotate(number % 2 * 90)
        for packet in group:
            sink.rtp(packet, number / 30)
    sealed = await recorder.seal("done")
    assert (len(sealed.tracks[0].segments), sealed.tracks[0].frames) == (6, 60)


async def test_a_sender_whose_clock_jumps_begins_a_new_segment(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    sink = recorder.open_track(microphone(), nothing)
    play(sink, 50, 0.0)
    sink.sender_report(1000 << 32, 48000)
    sink.sender_report(1003 << 32, 48000 + 960)  # three seconds have passed for it, but 20 ms of sound
    sink.sender_report(1004 << 32, 48000 + 48960)  # and it stays with that
    play(sink, 50, 4.0, first=50)
    manifest = await manifest_of(studio, await recorder.seal("done"))
    assert [(s.frames, s.ended) for s in manifest.tracks[0].segments] == [(50, "clock"), (50, "done")]


async def test_one_report_of_a_sender_that_was_held_up_does_not_cut_its_track(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    sink = recorder.open_track(microphone(), nothing)
    play(sink, 50, 0.0)
    sink.sender_report(1000 << 32, 48000)
    sink.sender_report((1001 << 32) + (1 << 31), 48000 + 48000)  # half a second late
    sink.sender_report(1002 << 32, 48000 + 96000)
    play(sink, 50, 1.0, first=50)
    manifest = await manifest_of(studio, await recorder.seal("done"))
    assert [(s.frames, s.ended) for s in manifest.tracks[0].segments] == [(100, "done")]


async def test_sender_reports_put_sound_and_picture_where_they_were_taken(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    sound, picture = recorder.open_track(microphone(), nothing), recorder.open_track(camera(), nothing)
    play(sound, 50, 0.05)
    play(picture, 30, 0.25)  # taken at the same moment, but under way for longer
    studio.clock.advance(1.05)
    sound.sender_report(5001 << 32, 48000)
    studio.clock.advance(0.2)
    picture.sender_report(5001 << 32, 90000)
    sealed = await recorder.seal("done")
    assert [track.segments[0].start_ms for track in sealed.tracks] == [50, 50]


async def test_loss_of_video_asks_for_a_key_frame_at_most_once_a_second(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    asked: list[float] = []
    sink = recorder.open_track(camera(), lambda: asked.append(now))
    groups = packets_of("VP8", pictures("VP8", 150, key_every=1000))
    for number, group in enumerate(groups):
        now = number / 30
        if number != 20:
            for packet in group:
                sink.rtp(packet, now)
    sealed = await recorder.seal("done")
    assert sealed.tracks[0].frames == 20
    assert [round(at, 1) for at in asked] == [0, 1.9, 3.0, 4.0]  # what may still be repaired is waited for


async def test_a_key_frame_is_asked_for_every_ten_seconds_so_that_players_can_seek(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    asked: list[float] = []
    sink = recorder.open_track(camera(), lambda: asked.append(now))
    key, *others = pictures("VP8", 30)
    for number, group in enumerate(packets_of("VP8", (key, *islice(cycle(others), 329)))):
        now = number / 30
        for packet in group:
            sink.rtp(packet, now)
    await recorder.seal("done")
    assert [round(at) for at in asked] == [0, 10]


async def test_marks_are_in_the_manifest_at_their_time(tmp_path):
    studio = Studio(tmp_path, FrozenClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC)))
    recorder = studio.recorder()
    await recorder.start()
    recorder.mark("page", datetime(2026, 3, 2, 1, 0, 12, 500000, tzinfo=UTC), {"page": 3})
    (mark,) = (await manifest_of(studio, await recorder.seal("done"))).marks
    assert (mark.at_ms, mark.label, mark.data) == (12500, "page", {"page": 3})


async def test_what_a_recorder_does_not_take(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    with pytest.raises(RecorderClosed):
        recorder.open_track(camera(), nothing)
    await recorder.start()
    with pytest.raises(UnsupportedCodec):
        recorder.open_track(camera("AV1"), nothing)
    with pytest.raises(MarkTooLarge):
        recorder.mark("page", studio.clock.now(), {"text": "x" * 70_000})
    with pytest.raises(ValueError, match="track_id"):
        recorder.open_track(camera(participant="../p1"), nothing)
    await recorder.seal("done")
    with pytest.raises(RecorderClosed):
        recorder.mark("page", studio.clock.now(), {})


async def test_packets_after_the_end_are_harmless(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    sink = recorder.open_track(camera(), nothing)
    play(sink, 10, 0.0)
    sealed = await recorder.seal("done")
    play(sink, 20, 1.0, first=10)
    sink.sender_report(1, 2)
    sink.mute(True)
    sink.close("again")
    assert sealed.tracks[0].frames == 10


async def test_noise_on_a_track_is_no_recording_and_stops_nothing(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    noisy = [recorder.open_track(camera(codec, codec), nothing) for codec in ("VP8", "VP9", "H264")]
    for number in range(300):
        head = packets_of("VP8", (bytes([number % 256]) * 30,), sequence=number, timestamp=number)[0][0]
        for sink in noisy:
            sink.rtp(head, number / 30)
    keylike = b"\0\0\0\1\x67\x42" + b"\0\0\0\1\x65" + bytes(50)
    for packet in flat(packets_of("H264", (keylike, keylike), sequence=300)):
        noisy[2].rtp(packet, 10.0)
    play(recorder.open_track(camera(), nothing), 30, 0.0)
    sealed = await recorder.seal("done")
    assert [track.frames for track in sealed.tracks if track.track_id == "p1-camera"] == [30]


async def test_a_head_of_the_spool_is_signed_and_put_away_every_fifteen_seconds(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    play(recorder.open_track(camera(), nothing), 30, 0.0)
    await until(lambda: recorder.status().seconds > 0.9)
    await asyncio.sleep(0)
    studio.clock.advance(15.0)
    await until_head(studio)
    manifest = await manifest_of(studio, await recorder.seal("done"))
    assert manifest.spool.fault is None


async def test_a_second_recording_of_the_same_id_is_its_second_part(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    parts = []
    for count in (10, 20):
        recorder = studio.recorder()
        await recorder.start()
        play(recorder.open_track(camera(), nothing), count, 0.0)
        parts.append(await recorder.seal("done"))
    assert [part.manifest_blob for part in parts] == [
        "recordings/rec-1/manifest.json",
        "recordings/rec-1/part-2/manifest.json",
    ]
    assert [part.tracks[0].frames for part in parts] == [10, 20]
    assert (await manifest_of(studio, parts[1])).part == 2


async def test_the_spool_names_the_scope_whose_key_opens_it(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    await recorder.seal("done")
    (path,) = studio.folder.iterdir()
    header = read_header(path)
    assert header.scope == SCOPE
    assert SpoolReader(path, await studio.keys.unwrap(SCOPE, header.wrapped)).ended is True


async def test_a_person_is_recorded_while_frames_that_he_wants_to_be_had_reach_the_disk(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    eye, ear = recorder.open_track(camera(), nothing), recorder.open_track(microphone(), nothing)
    recorder.open_track(camera("VP8", "p2"), nothing)  # of which nothing came
    play(recorder.open_track(camera("VP8", "p3", "screen"), nothing), 30, 0.0)
    play(eye, 30, 0.0)
    play(ear, 50, 0.0)
    assert recorder.status().written == {}  # not on the disk yet
    await until(lambda: recorder.status().written == {"person-p1": ("camera", "microphone")})
    studio.clock.advance(1.0)
    eye.mute(True)
    assert recorder.status().written == {"person-p1": ("microphone",)}
    play(eye, 30, 1.0, first=30)  # black pictures
    play(ear, 50, 1.0, first=50)
    studio.clock.advance(1.0)
    assert recorder.status().written == {"person-p1": ("microphone",)}
    eye.mute(False)
    assert recorder.status().written == {"person-p1": ("microphone",)}  # no picture has come since
    play(eye, 30, 2.0, first=60)
    assert recorder.status().written == {"person-p1": ("camera", "microphone")}
    studio.clock.advance(1.0)
    await until(lambda: recorder.status().written == {"person-p1": ("camera", "microphone")})
    studio.clock.advance(3.1)  # nothing more came
    assert recorder.status().written == {}
    await recorder.seal("done")


async def test_a_track_that_is_unmuted_while_its_connection_is_away_is_not_muted_for_ever(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    recorder = studio.recorder()
    await recorder.start()
    sink = recorder.open_track(camera(), nothing)
    play(sink, 30, 0.0)
    studio.clock.advance(1.0)
    sink.mute(True)
    sink.close("replaced")
    studio.clock.advance(1.0)
    again = recorder.open_track(camera(), nothing)
    again.mute(False)
    play(again, 60, 2.0)
    studio.clock.advance(2.0)
    manifest = await manifest_of(studio, await recorder.seal("done"))
    assert [(gap.from_ms, gap.to_ms, gap.reason) for gap in manifest.gaps] == [(1000, 2000, "muted")]


async def test_a_later_part_counts_from_the_start_of_the_recording(tmp_path):
    studio = Studio(tmp_path, FrozenClock())
    began_at = studio.clock.now() - timedelta(seconds=40)
    recorder = studio.recorder(part=2, began_at=began_at)
    await recorder.start()
    play(recorder.open_track(camera(), nothing), 60, 0.0)
    studio.clock.advance(2.0)
    await until(lambda: recorder.status().seconds == 41.967)
    studio.clock.advance(0.5)  # the watch looks
    await until(lambda: studio.told() == ["started"])
    assert studio.events[0].at == began_at + timedelta(seconds=40)  # the zero of its own clock
    await recorder.seal("done")
