import struct

from aiortc.rtp import RtcpRtpfbPacket
from hypothesis import given
from hypothesis import strategies as st

from media import rtcp
from media.rtcp import Bandwidth, KeyframeWanted, LossReport, PacketsMissing, Reception, SenderReport


def test_a_sender_report_is_read_as_it_was_written():
    report = SenderReport(0x11223344, 0x0123456789ABCDEF, 90000)
    assert rtcp.parse(rtcp.sender_report(report, packets=3, octets=99, cname="p1")) == [report]


def test_counters_of_a_sender_report_wrap_at_32_bits():
    data = rtcp.sender_report(SenderReport(1, 2, 3), packets=2**32 + 5, octets=2**33 + 7, cname="p1")
    assert struct.unpack("!II", data[20:28]) == (5, 7)


def test_a_receiver_report_says_the_loss_of_each_stream():
    blocks = [Reception(7, 64, 10, 1000, 3, 0, 0), Reception(8, 0, -2, 2000, 0, 5, 6)]
    assert rtcp.parse(rtcp.receiver_report(1, blocks)) == [LossReport(7, 64), LossReport(8, 0, 5, 6)]


def test_a_request_for_a_picture_names_the_stream():
    assert rtcp.parse(rtcp.picture_loss(1, 42)) == [KeyframeWanted(42)]


def test_a_full_intra_request_names_its_streams_in_the_entries():
    fci = struct.pack("!IBxxxIBxxx", 42, 1, 43, 1)
    packet = struct.pack("!BBHII", 0x80 | 4, 206, 2 + len(fci) // 4, 1, 0) + fci
    assert rtcp.parse(packet) == [KeyframeWanted(42), KeyframeWanted(43)]


def test_a_negative_acknowledgement_lists_what_is_missing():
    packet = struct.pack("!BBHIIHH", 0x80 | 1, 205, 3, 1, 42, 100, 0b101)
    assert rtcp.parse(packet) == [PacketsMissing(42, (100, 101, 103))]


def test_bandwidth_and_its_streams_survive_the_wire():
    assert rtcp.parse(rtcp.bandwidth(1, 500_000, [5, 6])) == [Bandwidth(500_000, (5, 6))]


def test_a_compound_packet_gives_all_its_reports():
    data = rtcp.receiver_report(1, [Reception(7, 1, 0, 0, 0, 0, 0)]) + rtcp.bandwidth(1, 1_500_000, [7])
    reports = rtcp.parse(data)
    assert reports[0] == LossReport(7, 1)
    assert (reports[1].ssrcs, abs(reports[1].bits_per_second - 1_500_000) < 10) == ((7,), True)


@given(st.binary(max_size=200))
def test_no_bytes_whatever_raise(data):
    assert isinstance(rtcp.parse(data), list)


@given(st.binary(max_size=60), st.integers(0, 31), st.integers(200, 207))
def test_no_body_behind_a_valid_header_raises(body, count, kind):
    body += bytes(-len(body) % 4)
    assert isinstance(rtcp.parse(struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body), list)


@given(st.sets(st.integers(0, 600), min_size=1, max_size=128), st.integers(0, 0xFFFF))
def test_missing_packets_are_packed_so_that_they_are_read_as_they_were_over_a_wrap_too(offsets, start):
    numbers = [(start + offset) & 0xFFFF for offset in sorted(offsets)]
    data = rtcp.packets_missing(1, 7, numbers)
    assert rtcp.parse(data) == [rtcp.PacketsMissing(7, tuple(numbers))]
    if numbers == sorted(numbers):
        assert data == bytes(RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=7, lost=numbers))
