import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.assembler import HOLD, HOLE_S, REPAIR_S, WINDOW, Assembler, EncodedFrame, Packet, Unwrap, parse_rtp
from tests.media.streams import AUDIO, VIDEO, flat, packets_of, pictures, rtp, sounds

CODECS = ("VP8", "VP9", "H264")


def assemble(codec: str, packets: list[bytes], step: float = 0.0) -> list[EncodedFrame]:
    assembler = Assembler(codec, AUDIO if codec == "opus" else VIDEO)
    frames = [frame for at, packet in enumerate(packets) for frame in assembler.push(packet, at * step)]
    return frames + assembler.flush()


def contents(frames: list[EncodedFrame]) -> list[bytes]:
    return [frame.data for frame in frames]


def test_every_frame_of_every_codec_comes_out_as_it_went_in():
    for codec in CODECS:
        sent = pictures(codec, 40)
        frames = assemble(codec, flat(packets_of(codec, sent)))
        assert len(frames) == 40
        assert [frame.key for frame in frames] == [number % 30 == 0 for number in range(40)]
        if codec != "H264":  # start codes may be written otherwise
            assert contents(frames) == list(sent)
    assert contents(assemble("opus", flat(packets_of("opus", sounds(50))))) == list(sounds(50))


def test_a_key_frame_tells_its_size():
    for codec in ("VP8", "VP9"):
        frames = assemble(codec, flat(packets_of(codec, pictures(codec, 2, width=176, height=144))))
        assert (frames[0].width, frames[0].height, frames[1].key) == (176, 144, False)


def test_times_and_numbers_wrap_without_a_seam():
    packets = flat(packets_of("VP8", pictures("VP8", 40), sequence=65500, timestamp=2**32 - 30000))
    frames = assemble("VP8", packets)
    assert [frame.timestamp - frames[0].timestamp for frame in frames] == [number * 3000 for number in range(40)]


def test_duplicates_change_nothing():
    packets = flat(packets_of("VP8", pictures("VP8", 20)))
    twice = [packet for packet in packets for _ in range(2)]
    assert contents(assemble("VP8", twice)) == list(pictures("VP8", 20))


def test_after_a_loss_video_goes_on_with_the_next_key_frame():
    groups = packets_of("VP8", pictures("VP8", 90))
    del groups[40][0]
    frames = assemble("VP8", flat(groups))
    assert contents(frames) == list(pictures("VP8", 90)[:40] + pictures("VP8", 90)[60:])


def test_after_a_loss_a_key_frame_is_wanted_until_it_comes():
    groups = packets_of("VP8", pictures("VP8", 61))
    del groups[40][0]
    assembler, wanted = Assembler("VP8", VIDEO), []
    for number, group in enumerate(groups):
        for packet in group:
            assembler.push(packet, number / 12)
        wanted.append(assembler.wants_keyframe)
    assert (wanted[39], wanted[59], wanted[60]) == (False, True, False)


def test_after_a_loss_audio_goes_on_at_once():
    groups = packets_of("opus", sounds(100))
    del groups[40]
    assert contents(assemble("opus", flat(groups))) == list(sounds(100)[:40] + sounds(100)[41:])


def test_a_packet_that_comes_back_within_the_window_is_no_loss():
    packets = flat(packets_of("opus", sounds(WINDOW + 100)))
    packets.insert(10 + WINDOW - 1, packets.pop(10))
    assert contents(assemble("opus", packets)) == list(sounds(WINDOW + 100))


def test_a_packet_later_than_the_window_is_lost():
    sent = sounds(WINDOW + 150)
    packets = flat(packets_of("opus", sent))
    packets.insert(80 + WINDOW, packets.pop(80))
    assert contents(assemble("opus", packets)) == list(sent[:80] + sent[81:])


def test_a_repair_that_took_400_ms_is_in_time_at_3_megabits_a_second():
    sent = pictures("VP8", 90)
    packets, pace = flat(packets_of("VP8", sent)), 1200 * 8 / 3e6
    assembler, frames = Assembler("VP8", VIDEO), []
    late = packets.pop(50)
    for number, packet in enumerate(packets):
        if number == 50 + round(0.4 / pace):
            frames += assembler.push(late, number * pace)
        frames += assembler.push(packet, number * pace)
    assert contents(frames + assembler.flush()) == list(sent)


@pytest.mark.parametrize(("codec", "patience"), [("opus", HOLE_S), ("VP8", REPAIR_S)])
def test_a_hole_in_a_slow_stream_is_waited_for_a_moment_only(codec, patience):
    sent = sounds(20) if codec == "opus" else pictures(codec, 20, key_every=1)
    groups = packets_of(codec, sent)
    del groups[10]
    assembler, pace = Assembler(codec, AUDIO if codec == "opus" else VIDEO), patience * 0.8
    frames = [
        frame for at, group in enumerate(groups) for packet in group for frame in assembler.push(packet, at * pace)
    ]
    assert contents(frames) == list(sent[:10] + sent[11:])


def test_each_hole_is_waited_for_from_when_it_was_seen_so_that_many_do_not_add_up():
    packets = flat(packets_of("opus", sounds(400)))
    assembler, done = Assembler("opus", AUDIO), 0
    for number, packet in enumerate(packets):
        if number % 5 != 3:
            done += len(assembler.push(packet, number * 0.02))
        assert number < 60 or done * 5 / 4 > number - 40


def test_video_that_begins_in_the_middle_begins_with_a_key_frame():
    packets = flat(packets_of("VP8", pictures("VP8", 45))[7:])
    assert contents(assemble("VP8", packets)) == list(pictures("VP8", 45)[30:])


def test_padding_between_frames_is_no_loss():
    packets, empty = flat(packets_of("VP8", pictures("VP8", 10), sequence=1)), rtp(0, 0, b"", False, VIDEO)
    assert contents(assemble("VP8", [empty, *packets])) == list(pictures("VP8", 10))


def test_another_payload_type_takes_a_place_in_the_order_and_holds_no_media():
    other = rtp(10, 9600, b"tone", False, 126)
    before, after = packets_of("opus", sounds(10)), packets_of("opus", sounds(20)[10:], sequence=11, timestamp=9600)
    assert contents(assemble("opus", [*flat(before), other, *flat(after)])) == list(sounds(20))


def test_a_sender_that_begins_anew_with_lower_numbers_is_followed():
    first = packets_of("opus", sounds(100), sequence=30000)
    again = packets_of("opus", sounds(100), sequence=5000, timestamp=96000)
    frames = assemble("opus", flat(first + again))
    assert contents(frames) == [*sounds(100), *sounds(100)[1:]]  # its first packet could still be a late copy


def test_header_extension_sources_and_padding_are_not_payload():
    plain = rtp(1, 2, b"", True, VIDEO)
    extended = bytes([0x80 | 0x20 | 0x10 | 2]) + plain[1:] + bytes(8) + b"\xbe\xde\0\1abcd" + b"media" + b"\0\0\3"
    packet = parse_rtp(extended, VIDEO, 1.5)
    assert packet == Packet(1, 2, True, b"media", 1.5)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_order_within_the_window_gives_the_same_frames(data):
    codec = data.draw(st.sampled_from((*CODECS, "opus")))
    sent = sounds(150) if codec == "opus" else pictures(codec, 40)
    start = data.draw(st.integers(0, 65535))
    packets = flat(packets_of(codec, sent, sequence=start, timestamp=start * 65537))
    chance = data.draw(st.randoms(use_true_random=False))
    left, mixed = list(range(len(packets))), []
    while left:
        choice = chance.choice([number for number in left[:HOLD] if number < left[0] + HOLD])
        left.remove(choice)
        mixed.append(packets[choice])
        if chance.random() < 0.1:
            mixed.append(packets[choice])
    assert contents(assemble(codec, mixed)) == contents(assemble(codec, packets))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from((*CODECS, "opus")),
    st.lists(
        st.one_of(
            st.binary(max_size=80),
            st.builds(
                lambda head, rest: bytes([0x80 | head & 0x3F, VIDEO if head & 1 else AUDIO]) + rest,
                st.integers(0, 255),
                st.binary(min_size=9, max_size=60),
            ),
            st.builds(
                lambda number, body: rtp(number, number // 2, body, number % 2 == 0, VIDEO),
                st.integers(0, 40),
                st.binary(max_size=30),
            ),
        ),
        max_size=120,
    ),
)
def test_random_bytes_never_raise_and_never_pile_up(codec, packets):
    assembler = Assembler(codec, AUDIO if codec == "opus" else VIDEO)
    for at, packet in enumerate(packets):
        assembler.push(packet, at / 50)
        assert len(assembler._window._waiting) <= WINDOW
    assembler.flush()


@given(st.lists(st.integers(-(2**15) + 1, 2**15 - 1), max_size=50), st.integers(0, 65535))
def test_unwrapped_counts_keep_the_true_distance_to_the_highest(steps, start):
    unwrap, value = Unwrap(16), start + 2**20
    base = unwrap(value % 65536) - value
    highest = value
    for step in steps:
        value = highest + step
        assert unwrap(value % 65536) == value + base
        highest = max(highest, value)
