import io

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.assembler import Assembler, EncodedFrame
from media.recording_errors import SegmentUnreadable
from media.segment import extension, mux, place_audio
from tests.media.streams import AUDIO, VIDEO, decoded, flat, packets_of, pictures, sounds


def frames_of(codec: str, count: int, step: int | None = None) -> list[EncodedFrame]:
    sent = sounds(count) if codec == "opus" else pictures(codec, count)
    assembler = Assembler(codec, AUDIO if codec == "opus" else VIDEO)
    packets = flat(packets_of(codec, sent, timestamp=77, step=step))
    return [frame for packet in packets for frame in assembler.push(packet, 0.0)] + assembler.flush()


@pytest.mark.parametrize("codec", ["VP8", "VP9", "H264"])
def test_a_video_segment_decodes_to_the_frames_that_went_in(codec):
    segment = mux(frames_of(codec, 90), codec, 90000)
    assert (segment.frames, segment.concealed, segment.duration_ms, segment.holes) == (90, 0, 3000, ())
    assert decoded(segment.data) == 90


def test_a_sound_segment_decodes_to_the_packets_that_went_in():
    segment = mux(frames_of("opus", 150), "opus", 48000)
    assert (segment.frames, segment.concealed, segment.duration_ms) == (150, 0, 3000)
    with av.open(io.BytesIO(segment.data)) as container:
        heard = [frame.samples for frame in container.decode(audio=0)]
    assert heard == [960] * 150


def test_lost_sound_is_filled_so_that_what_follows_is_heard_on_time():
    frames = frames_of("opus", 150)
    segment = mux(frames[:40] + frames[45:], "opus", 48000)
    assert (segment.frames, segment.concealed, segment.duration_ms) == (145, 5, 3000)
    assert decoded(segment.data) == 150


def test_a_second_without_a_frame_is_a_hole():
    frames = frames_of("VP8", 90)
    segment = mux(frames[:10] + frames[60:], "VP8", 90000)
    assert segment.holes == ((300, 2000),)
    assert segment.duration_ms == 3000


@pytest.mark.parametrize("codec", ["VP8", "opus"])
def test_duration_and_index_stand_in_front_of_the_media(codec):
    segment = mux(frames_of(codec, 120), codec, 48000 if codec == "opus" else 90000)
    cues, cluster = segment.data.find(b"\x1c\x53\xbb\x6b"), segment.data.find(b"\x1f\x43\xb6\x75")
    assert 0 < cues < cluster
    with av.open(io.BytesIO(segment.data)) as container:
        assert container.duration == segment.duration_ms * 1000


def test_an_index_of_an_hour_of_sound_fits_its_place():
    hour = [EncodedFrame(number * 2880, 0.0, True, b"\x18") for number in range(3600 * 48000 // 2880)]
    data = mux(hour, "opus", 48000).data
    assert 0 < data.find(b"\x1c\x53\xbb\x6b") < data.find(b"\x1f\x43\xb6\x75")


def test_seeking_lands_on_the_key_frame_before():
    segment = mux(frames_of("VP8", 90), "VP8", 90000)
    with av.open(io.BytesIO(segment.data)) as container:
        container.seek(2_500_000)
        assert next(container.decode(video=0)).time == 2.0


def test_the_same_frames_give_the_same_bytes():
    assert mux(frames_of("VP8", 30), "VP8", 90000) == mux(frames_of("VP8", 30), "VP8", 90000)
    assert mux(frames_of("opus", 30), "opus", 48000) == mux(frames_of("opus", 30), "opus", 48000)


def test_the_first_picture_gives_the_size():
    segment = mux(frames_of("VP8", 3), "VP8", 90000)
    assert (segment.width, segment.height) == (160, 120)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(("VP8", "VP9", "H264", "opus")), st.lists(st.binary(min_size=1, max_size=60), min_size=1))
def test_frames_of_noise_make_a_file_or_are_refused(codec, noise):
    frames = [EncodedFrame(number * 3000, 0.0, True, data, 320, 240) for number, data in enumerate(noise)]
    try:
        assert mux(frames, codec, 48000 if codec == "opus" else 90000).frames == len(noise)
    except SegmentUnreadable:
        assert codec in ("H264", "VP9")  # whose packets libavformat reads


def test_sound_whose_packets_get_shorter_keeps_its_order():
    packets = [b"\x00", b"\x00", b"\x80", b"\x00"]  # 10 ms, and one of 2.5 ms (RFC 6716 3.1)
    frames = [EncodedFrame(number * 3000, 0.0, True, data) for number, data in enumerate(packets)]
    times = [timed.pts for timed in place_audio(frames)]
    assert times == sorted(set(times))
    assert [timed.data for timed in place_audio(frames) if not timed.empty] == packets


def test_h264_goes_into_matroska():
    assert [extension(codec) for codec in ("VP8", "VP9", "opus", "H264")] == ["webm", "webm", "webm", "mkv"]


@pytest.mark.parametrize(("slow", "shape"), [(200e-6, (3001, 1)), (-200e-6, (2999, 0))])
def test_a_sound_card_that_runs_apart_by_a_frame_in_two_minutes_is_brought_back(slow, shape):
    packet = sounds(1)[0]
    step = 960 * (1 + slow * 100 / 60)  # as fast as in two minutes, in one
    frames = [EncodedFrame(round(number * step), 0.0, True, packet, 0, 0) for number in range(3000)]
    timed = place_audio(frames)
    assert (len(timed), sum(each.empty for each in timed)) == shape
    played = [number * 960 for number, each in enumerate(timed)]
    assert max(abs(at - each.pts) for at, each in zip(played, timed, strict=True) if not each.empty) <= 480
