"""What a recorder seals, and what it refuses."""

import asyncio
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from media.recording_errors import MarkTooLarge, RecorderClosed, SpoolUnwritable, UnsupportedCodec
from media.spool import SpoolReader, read_header
from ports.clock import FrozenClock
from ports.errors import KeyErased
from tests.media.rec import SCOPE, Studio, camera, manifest_of, microphone, nothing, play, until, until_head
from tests.media.streams import decoded, flat, packets_of, pictures, sounds


async def test_every_frame_that_was_sent_is_in_the_sealed_files(studio, recorder):
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


async def test_the_manifest_is_signed_and_complete(studio):
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


async def test_sealing_again_gives_the_same(recorder):
    play(recorder.open_track(camera(), nothing), 10, 0.0)
    first, second = await asyncio.gather(recorder.seal("done"), recorder.seal("again"))
    assert first == second == await recorder.seal("once more")


async def test_the_spool_stays_until_it_is_discarded(studio, recorder):
    await recorder.seal("done")
    assert len(list(studio.folder.iterdir())) == 1
    await recorder.discard()
    assert list(studio.folder.iterdir()) == []


async def test_nothing_of_the_recording_is_on_the_disk_in_the_clear(studio):
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


async def test_a_recording_whose_key_is_erased_does_not_begin(studio):
    await studio.keys.erase(SCOPE)
    with pytest.raises(KeyErased):
        await studio.recorder().start()


async def test_a_disk_that_takes_nothing_refuses_the_recording(tmp_path):
    (tmp_path / "spool").write_text("a file where the folder should be")
    with pytest.raises(SpoolUnwritable):
        await Studio(tmp_path, FrozenClock()).recorder().start()


async def test_marks_are_in_the_manifest_at_their_time(tmp_path):
    studio = Studio(tmp_path, FrozenClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC)))
    recorder = studio.recorder()
    await recorder.start()
    recorder.mark("page", datetime(2026, 3, 2, 1, 0, 12, 500000, tzinfo=UTC), {"page": 3})
    (mark,) = (await manifest_of(studio, await recorder.seal("done"))).marks
    assert (mark.at_ms, mark.label, mark.data) == (12500, "page", {"page": 3})


async def test_what_a_recorder_does_not_take(studio):
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


async def test_packets_after_the_end_are_harmless(recorder):
    sink = recorder.open_track(camera(), nothing)
    play(sink, 10, 0.0)
    sealed = await recorder.seal("done")
    play(sink, 20, 1.0, first=10)
    sink.sender_report(1, 2)
    sink.mute(True)
    sink.close("again")
    assert sealed.tracks[0].frames == 10


async def test_noise_on_a_track_is_no_recording_and_stops_nothing(recorder):
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


async def test_a_head_of_the_spool_is_signed_and_put_away_every_fifteen_seconds(studio, recorder):
    play(recorder.open_track(camera(), nothing), 30, 0.0)
    await until(lambda: recorder.status().seconds > 0.9)
    await asyncio.sleep(0)
    studio.clock.advance(15.0)
    await until_head(studio)
    manifest = await manifest_of(studio, await recorder.seal("done"))
    assert manifest.spool.fault is None


async def test_a_second_recording_of_the_same_id_is_its_second_part(studio):
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


async def test_the_spool_names_the_scope_whose_key_opens_it(studio, recorder):
    await recorder.seal("done")
    (path,) = studio.folder.iterdir()
    header = read_header(path)
    assert header.scope == SCOPE
    assert SpoolReader(path, await studio.keys.unwrap(SCOPE, header.wrapped)).ended is True
