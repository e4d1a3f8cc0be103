"""What a recorder says of itself while it writes."""

import resource
from contextlib import contextmanager

from media.messages import RecorderStatus
from ports.clock import FrozenClock
from tests.media.rec import Studio, camera, manifest_of, microphone, nothing, play, until
from tests.media.streams import decoded


@contextmanager
def full_disk(size: int):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_status_says_writing_only_when_frames_reached_the_disk(studio):
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


async def test_silence_of_a_track_stalls_the_recorder_and_frames_resume_it(studio, recorder):
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


async def test_one_silent_camera_among_others_stalls_the_recorder(studio, recorder):
    play(recorder.open_track(camera(), nothing), 10, 0.0)
    play(recorder.open_track(microphone("p2"), nothing), 200, 0.0)
    studio.clock.advance(4.0)
    await until(lambda: recorder.status().seconds > 3.9)
    assert (recorder.status().writing, recorder.status().stalled) == (False, True)
    await recorder.seal("done")


async def test_a_muted_or_closed_track_or_a_still_screen_is_not_missed(studio, recorder):
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


async def test_a_person_is_recorded_while_frames_that_he_wants_to_be_had_reach_the_disk(studio, recorder):
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
