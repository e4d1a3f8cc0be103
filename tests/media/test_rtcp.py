import contextlib
import struct

from aiortc import rtp
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


def test_of_a_flood_of_negative_acknowledgements_little_is_read():
    entries = b"".join(struct.pack("!HH", number * 17, 0xFFFF) for number in range(100))
    part = struct.pack("!BBHII", 0x81, 205, 2 + 100, 1, 42) + entries
    assert rtcp.parse(part * 9) == [PacketsMissing(42, tuple(range(32 * 17)))] * 4


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


def as_aiortc_reads(data: bytes) -> list[rtcp.Report]:
    reports: list[rtcp.Report] = []
    for packet in rtp.RtcpPacket.parse(data):
        if isinstance(packet, rtp.RtcpSrPacket):
            info = packet.sender_info
            reports.append(SenderReport(packet.ssrc, info.ntp_timestamp, info.rtp_timestamp))
        if isinstance(packet, rtp.RtcpSrPacket | rtp.RtcpRrPacket):
            reports += [LossReport(block.ssrc, block.fraction_lost, block.lsr, block.dlsr) for block in packet.reports]
        elif isinstance(packet, rtp.RtcpRtpfbPacket) and packet.fmt == rtp.RTCP_RTPFB_NACK:
            reports.append(PacketsMissing(packet.media_ssrc, tuple(number & 0xFFFF for number in packet.lost)))
        elif isinstance(packet, rtp.RtcpPsfbPacket) and packet.fmt == rtp.RTCP_PSFB_PLI:
            reports.append(KeyframeWanted(packet.media_ssrc))
        elif isinstance(packet, rtp.RtcpPsfbPacket) and packet.fmt == rtp.RTCP_PSFB_APP:
            with contextlib.suppress(ValueError, struct.error):
                bits_per_second, ssrcs = rtp.unpack_remb_fci(packet.fci)
                reports.append(Bandwidth(bits_per_second, tuple(ssrcs)))
    return reports


@st.composite
def rtcp_packets(draw) -> bytes:
    """Of the four kinds that are read, mostly with the length that they should have."""
    kind, count = draw(st.sampled_from([200, 201, 205, 206])), draw(st.integers(0, 3) | st.sampled_from([15, 1]))
    size = {200: 24 + 24 * count, 201: 4 + 24 * count}.get(kind) or draw(st.integers(1, 8)) * 4
    size += draw(st.sampled_from([0, 0, 0, 4, -4]))
    body = draw(st.binary(min_size=size, max_size=size))
    if draw(st.booleans()) and len(body) >= 16:
        body = body[:8] + b"REMB" + bytes([draw(st.integers(0, 3))]) + body[13:]
    padded = draw(st.sampled_from([0x80, 0x80, 0xA0]))
    return struct.pack("!BBH", padded | count, kind, len(body) // 4) + body


@given(st.lists(rtcp_packets(), max_size=3).map(b"".join))
def test_everything_is_read_as_aiortc_reads_it(data):
    try:
        expected = as_aiortc_reads(data)
    except (ValueError, struct.error, LookupError):
        expected = []
    assert rtcp.parse(data) == expected


WORD = st.integers(0, 0xFFFFFFFF)


@given(WORD, st.integers(0, 2**64 - 1), WORD, WORD, WORD, st.text(max_size=40))
def test_a_sender_report_is_read_by_aiortc_as_it_was_meant(ssrc, ntp, time, packets, octets, name):
    report = rtp.RtcpSrPacket(ssrc, rtp.RtcpSenderInfo(ntp, time, packets, octets))
    description = rtp.RtcpSdesPacket([rtp.RtcpSourceInfo(ssrc, [(rtcp.CNAME, name.encode())])])
    written = rtcp.sender_report(SenderReport(ssrc, ntp, time), packets, octets, name)
    assert rtp.RtcpPacket.parse(written) == [report, description]


@given(WORD, st.integers(0, 255), st.integers(-0x800000, 0x7FFFFF), WORD, WORD)
def test_a_receiver_report_is_written_as_aiortc_writes_it(ssrc, fraction, lost, highest, jitter):
    block = rtp.RtcpReceiverInfo(ssrc, fraction, lost, highest, jitter, 5, 6)
    written = rtcp.receiver_report(1, [Reception(ssrc, fraction, lost, highest, jitter, 5, 6)] * 2)
    assert written == bytes(rtp.RtcpRrPacket(1, [block, block]))
