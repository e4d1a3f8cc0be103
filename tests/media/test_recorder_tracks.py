"""Segments, gaps and places of a track on the recording's clock."""

from datetime import timedelta
from itertools import cycle, islice

from ports.clock import FrozenClock
from tests.media.rec import Studio, camera, manifest_of, microphone, nothing, play, until
from tests.media.streams import decoded, flat, packets_of, pictures, sounds


async def test_a_late_joiner_starts_where_it_came_on_the_recordings_clock(recorder):
    play(recorder.open_track(camera(), nothing), 90, 0.0)
    play(recorder.open_track(camera("VP8", "p2"), nothing), 30, 2.0)
    sealed = await recorder.seal("done")
    assert [track.segments[0].start_ms for track in sealed.tracks] == [0, 2000]


async def test_a_rejoin_is_a_new_segment_of_the_same_track_with_a_measured_gap(studio, recorder):
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


async def test_a_muted_silence_is_a_gap_with_its_reason(studio, recorder):
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


async def test_times_that_jump_begin_a_new_segment(studio, recorder):
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


async def test_a_camera_that_is_turned_goes_on_upright_in_a_new_segment_without_losing_a_frame(studio, recorder):
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


async def test_a_sender_whose_clock_jumps_begins_a_new_segment(studio, recorder):
    sink = recorder.open_track(microphone(), nothing)
    play(sink, 50, 0.0)
    sink.sender_report(1000 << 32, 48000)
    sink.sender_report(1003 << 32, 48000 + 960)  # three seconds have passed for it, but 20 ms of sound
    sink.sender_report(1004 << 32, 48000 + 48960)  # and it stays with that
    play(sink, 50, 4.0, first=50)
    manifest = await manifest_of(studio, await recorder.seal("done"))
    assert [(s.frames, s.ended) for s in manifest.tracks[0].segments] == [(50, "clock"), (50, "done")]


async def test_one_report_of_a_sender_that_was_held_up_does_not_cut_its_track(studio, recorder):
    sink = recorder.open_track(microphone(), nothing)
    play(sink, 50, 0.0)
    sink.sender_report(1000 << 32, 48000)
    sink.sender_report((1001 << 32) + (1 << 31), 48000 + 48000)  # half a second late
    sink.sender_report(1002 << 32, 48000 + 96000)
    play(sink, 50, 1.0, first=50)
    manifest = await manifest_of(studio, await recorder.seal("done"))
    assert [(s.frames, s.ended) for s in manifest.tracks[0].segments] == [(100, "done")]


async def test_sender_reports_put_sound_and_picture_where_they_were_taken(studio, recorder):
    sound, picture = recorder.open_track(microphone(), nothing), recorder.open_track(camera(), nothing)
    play(sound, 50, 0.05)
    play(picture, 30, 0.25)  # taken at the same moment, but under way for longer
    studio.clock.advance(1.05)
    sound.sender_report(5001 << 32, 48000)
    studio.clock.advance(0.2)
    picture.sender_report(5001 << 32, 90000)
    sealed = await recorder.seal("done")
    assert [track.segments[0].start_ms for track in sealed.tracks] == [50, 50]


async def test_loss_of_video_asks_for_a_key_frame_at_most_once_a_second(recorder):
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


async def test_a_key_frame_is_asked_for_every_ten_seconds_so_that_players_can_seek(recorder):
    asked: list[float] = []
    sink = recorder.open_track(camera(), lambda: asked.append(now))
    key, *others = pictures("VP8", 30)
    for number, group in enumerate(packets_of("VP8", (key, *islice(cycle(others), 329)))):
        now = number / 30
        for packet in group:
            sink.rtp(packet, now)
    await recorder.seal("done")
    assert [round(at) for at in asked] == [0, 10]


async def test_a_track_that_is_unmuted_while_its_connection_is_away_is_not_muted_for_ever(studio, recorder):
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


async def test_a_later_part_counts_from_the_start_of_the_recording(studio):
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
