import struct

import pytest
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import HeaderExtensions, HeaderExtensionsMap, RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from media.extensions import block, mid_of
from media.forwarding import (
    BANDWIDTH_CAP,
    BANDWIDTH_FLOOR,
    Arrivals,
    FrameHold,
    KeyframeThrottle,
    Position,
    Rewrite,
    payload_of,
    upstream_bandwidth,
)
from media.rtcp import SenderReport

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"


def extension_map() -> HeaderExtensionsMap:
    known = HeaderExtensionsMap()
    extensions = [RTCRtpHeaderExtensionParameters(1, MID), RTCRtpHeaderExtensionParameters(2, AUDIO_LEVEL)]
    known.configure(RTCRtpParameters(headerExtensions=extensions))
    return known


def packet(payload: bytes = b"data", mid: str | None = None, csrc: tuple = (), padding: int = 0) -> bytes:
    made = RtpPacket(payload_type=96, sequence_number=7, timestamp=9, ssrc=5, payload=payload)
    made.csrc = list(csrc)
    made.extensions = HeaderExtensions(mid=mid, audio_level=(False, 20) if mid else None)
    made.padding_size = padding
    return made.serialize(extension_map())


@given(
    payload=st.binary(max_size=1200),
    mid=st.none() | st.text("0123456789", min_size=1, max_size=4),
    csrc=st.lists(st.integers(0, 2**32 - 1), max_size=15),
    padding=st.sampled_from([0, 1, 4, 200]),
)
def test_the_payload_is_what_the_sender_put_in(payload, mid, csrc, padding):
    assert payload_of(packet(payload, mid, tuple(csrc), padding)) == payload


@given(st.binary(min_size=12, max_size=80))
def test_no_packet_makes_the_parser_raise(data):
    assert len(payload_of(data)) <= len(data) - 12
    assert mid_of(data, 1) is None or isinstance(mid_of(data, 1), str)


@given(st.text("abcdef0123456789", min_size=1, max_size=16))
def test_the_mid_is_found_among_the_extensions(mid):
    assert mid_of(packet(mid=mid), 1) == mid


def test_a_packet_without_extensions_has_no_mid():
    assert mid_of(packet(), 1) is None


@given(
    mid=st.text("abcdef0123456789", min_size=1, max_size=16),
    sequence=st.integers(0, 0xFFFF),
    time=st.integers(0, 2**32 - 1),
    shift=st.integers(-0xFFFF, 0xFFFF),
    payload=st.binary(max_size=100),
)
def test_a_rewritten_packet_is_read_by_aiortc_with_its_new_identity(mid, sequence, time, shift, payload):
    rewrite = Rewrite(ssrc=77, payload_type=97, extension=block([(1, mid.encode())]), sequence=shift, time=1000)
    read = RtpPacket.parse(rewrite.header(0x80, sequence, time) + payload, extension_map())
    assert (read.ssrc, read.payload_type, read.marker, read.extensions.mid) == (77, 97, 1, mid)
    assert read.sequence_number == (sequence + shift) % 65536
    assert (read.timestamp, read.payload) == ((time + 1000) % 2**32, payload)


def test_without_a_negotiated_extension_the_header_is_plain():
    header = Rewrite(77, 97, block([(0, b"0")]), 0, 0).header(0, 1, 2)
    assert header == struct.pack("!BBHII", 0x80, 97, 1, 2, 77)


def test_a_sender_report_keeps_its_wall_time_and_moves_its_media_time():
    rewrite = Rewrite(77, 97, b"", 0, 2**32 - 10)
    assert rewrite.report(SenderReport(5, 123456, 30)) == SenderReport(77, 123456, 20)


def test_another_track_goes_on_in_a_stream_where_the_first_one_stood():
    rewrite = Rewrite(77, 97, b"", 10, 1000)
    position = rewrite.position(newest=65530, time=5000, at=3.0)
    assert position == Position(sequence=5, time=6000, at=3.0)
    assert position.time_at(4.5, 90000) == 6000 + 135000
    assert Position(0, 2**32 - 1, 0.0).time_at(1.0, 48000) == 47999


def receive(arrivals: Arrivals, sequences: list[int]) -> None:
    for count, sequence in enumerate(sequences):
        arrivals.add(sequence, count * 900, count * 0.01)


def test_nothing_lost_over_a_wrap_of_the_sequence_numbers():
    arrivals = Arrivals(90000)
    receive(arrivals, [65534, 65535, 0, 1])
    block = arrivals.reception(5, 1.0)
    assert (block.packets_lost, block.fraction_lost, block.highest_sequence) == (0, 0, 65536 + 1)


def test_the_share_of_loss_counts_since_the_last_report():
    arrivals = Arrivals(90000)
    receive(arrivals, [1, 2, 4])
    assert arrivals.reception(5, 1.0)[1:3] == (64, 1)
    receive(arrivals, [5, 6])
    assert arrivals.reception(5, 2.0)[1:3] == (0, 1)


def test_a_late_packet_makes_up_for_its_loss():
    arrivals = Arrivals(90000)
    receive(arrivals, [1, 3, 2])
    assert arrivals.reception(5, 1.0)[1:4] == (0, 0, 3)


def test_even_spacing_has_no_jitter_and_a_hiccup_has():
    even, uneven = Arrivals(90000), Arrivals(90000)
    for count in range(20):
        even.add(count, count * 9000, count * 0.1)
        uneven.add(count, count * 9000, count * 0.1 + (0.05 if count % 2 else 0.0))
    assert even.reception(5, 2.0).jitter == 0
    assert 2000 < uneven.reception(5, 2.0).jitter < 4500


def test_the_last_sender_report_is_answered_with_the_time_since():
    arrivals = Arrivals(90000)
    arrivals.add(1, 0, 0.0)
    arrivals.heard_report(SenderReport(5, 0x0000_1234_5678_0000, 0), 10.0)
    block = arrivals.reception(5, 12.5)
    assert (block.last_report, block.delay) == (0x12345678, int(2.5 * 65536))


@given(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=50))
def test_any_order_of_packets_gives_a_block_that_can_be_sent(sequences):
    arrivals = Arrivals(48000)
    receive(arrivals, sequences)
    block = arrivals.reception(5, 1.0)
    assert 0 <= block.fraction_lost <= 255
    assert -0x800000 <= block.packets_lost <= 0x7FFFFF
    assert 0 <= block.highest_sequence <= 0xFFFFFFFF


def test_a_keyframe_is_requested_at_once_and_then_once_a_second():
    throttle = KeyframeThrottle()
    sent = []
    for tenth in range(35):
        throttle.want()
        if throttle.due(tenth / 10):
            sent.append(tenth / 10)
    assert sent == [0.0, 1.0, 2.0, 3.0]


def test_a_request_that_came_too_early_is_sent_later_and_only_once():
    throttle = KeyframeThrottle()
    throttle.want()
    assert throttle.due(0.0)
    throttle.want()
    assert [throttle.due(at) for at in (0.5, 0.99, 1.0, 2.5)] == [False, False, True, False]


def test_a_hold_counts_frames_not_packets():
    hold = FrameHold(10.0)
    for time, now in ((100, 10.1), (100, 10.11), (4600, 10.2), (4600, 10.21), (100, 10.22)):
        hold.add(time, now)
    assert hold.end(10.3).frames == 2


def test_the_longest_gap_counts_from_the_start_and_to_the_end():
    early, late = FrameHold(0.0), FrameHold(0.0)
    early.add(1, 0.1)
    late.add(1, 2.0)
    assert early.end(5.0).longest_gap == pytest.approx(4.9)
    assert late.end(2.5).longest_gap == pytest.approx(2.0)
    assert FrameHold(0.0).end(5.0) == (0, 5.0, 5.0)


def test_a_camera_published_again_goes_on_counting():
    hold = FrameHold(0.0)
    hold.add(4_000_000_000, 0.5)
    hold.new_stream()
    hold.add(17, 1.0)
    assert hold.end(1.0).frames == 2


def test_frames_are_counted_over_a_wrap_of_the_media_time():
    hold = FrameHold(0.0)
    for time in (2**32 - 3000, 0, 3000):
        hold.add(time, 0.1)
    assert hold.end(0.2).frames == 3


def test_the_sender_may_use_as_much_as_its_weakest_receiver_takes_within_limits():
    assert upstream_bandwidth([], 0.0) == BANDWIDTH_CAP
    assert upstream_bandwidth([(0.0, 900_000), (0.0, 5_000_000)], 1.0) == 900_000
    assert upstream_bandwidth([(0.0, 50_000)], 1.0) == BANDWIDTH_FLOOR
    assert upstream_bandwidth([(0.0, 900_000)], 6.0) == BANDWIDTH_CAP
