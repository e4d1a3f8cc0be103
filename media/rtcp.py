"""The few RTCP messages that a forwarder reads and writes (RFC 3550, 4585, 5104; draft-alvestrand-rmcat-remb)."""

import struct
from typing import NamedTuple

from aiortc import rtp

CNAME = 1


class SenderReport(NamedTuple):
    """`ntp`: 64-bit NTP time, `rtp`: the media time that belongs to it."""

    ssrc: int
    ntp: int
    rtp: int


class LossReport(NamedTuple):
    """`fraction` of packets lost since the last report, in 1/256. `last_report`: the middle 32 bits of the NTP time of
    the sender report that came last, `delay` since it did, in 1/65536 s."""

    ssrc: int
    fraction: int
    last_report: int = 0
    delay: int = 0


class KeyframeWanted(NamedTuple):
    ssrc: int


class PacketsMissing(NamedTuple):
    ssrc: int
    sequence_numbers: tuple[int, ...]


class Bandwidth(NamedTuple):
    bits_per_second: int
    ssrcs: tuple[int, ...]


Report = SenderReport | LossReport | KeyframeWanted | PacketsMissing | Bandwidth


class Reception(NamedTuple):
    """One block of a receiver report; `last_report` and `delay` (1/65536 s) answer the sender's last report."""

    ssrc: int
    fraction_lost: int
    packets_lost: int
    highest_sequence: int
    jitter: int
    last_report: int
    delay: int


def parse(data: bytes) -> list[Report]:
    """What a compound packet says to a forwarder; nothing for a malformed one."""
    try:
        packets = rtp.RtcpPacket.parse(data)
    except (ValueError, struct.error, LookupError):
        return []
    return [report for packet in packets for report in _reports(packet)]


def _reports(packet: rtp.AnyRtcpPacket) -> list[Report]:
    if isinstance(packet, rtp.RtcpSrPacket):
        info = packet.sender_info
        report = SenderReport(packet.ssrc, info.ntp_timestamp, info.rtp_timestamp)
        return [report, *map(_loss, packet.reports)]
    if isinstance(packet, rtp.RtcpRrPacket):
        return [*map(_loss, packet.reports)]
    if isinstance(packet, rtp.RtcpRtpfbPacket) and packet.fmt == rtp.RTCP_RTPFB_NACK:
        return [PacketsMissing(packet.media_ssrc, tuple(number & 0xFFFF for number in packet.lost))]
    if isinstance(packet, rtp.RtcpPsfbPacket):
        return _payload_feedback(packet)
    return []


def _loss(block: rtp.RtcpReceiverInfo) -> LossReport:
    return LossReport(block.ssrc, block.fraction_lost, block.lsr, block.dlsr)


def _payload_feedback(packet: rtp.RtcpPsfbPacket) -> list[Report]:
    if packet.fmt == rtp.RTCP_PSFB_PLI:
        return [KeyframeWanted(packet.media_ssrc)]
    if packet.fmt == rtp.RTCP_PSFB_FIR:
        whole = len(packet.fci) // 8 * 8
        return [KeyframeWanted(ssrc) for ssrc, _ in struct.iter_unpack("!II", packet.fci[:whole])]
    if packet.fmt == rtp.RTCP_PSFB_APP:
        try:
            bits_per_second, ssrcs = rtp.unpack_remb_fci(packet.fci)
        except (ValueError, struct.error, LookupError):
            return []
        return [Bandwidth(bits_per_second, tuple(ssrcs))]
    return []


def receiver_report(ssrc: int, receptions: list[Reception]) -> bytes:
    blocks = [
        rtp.RtcpReceiverInfo(
            ssrc=block.ssrc,
            fraction_lost=block.fraction_lost,
            packets_lost=block.packets_lost,
            highest_sequence=block.highest_sequence,
            jitter=block.jitter,
            lsr=block.last_report,
            dlsr=block.delay,
        )
        for block in receptions
    ]
    return bytes(rtp.RtcpRrPacket(ssrc=ssrc, reports=blocks))


def packets_missing(ssrc: int, media_ssrc: int, sequence_numbers: list[int]) -> bytes:
    """A generic NACK (RFC 4585 section 6.2.1) of numbers that rise, from one over 65535 to one over 0 too."""
    entries: list[tuple[int, int]] = []
    for number in sequence_numbers:
        ahead = (number - entries[-1][0]) & 0xFFFF if entries else 0
        if 1 <= ahead <= 16:
            entries[-1] = (entries[-1][0], entries[-1][1] | 1 << ahead - 1)
        else:
            entries.append((number, 0))
    head = struct.pack("!BBHII", 0x80 | rtp.RTCP_RTPFB_NACK, rtp.RTCP_RTPFB, 2 + len(entries), ssrc, media_ssrc)
    return head + b"".join(struct.pack("!HH", *entry) for entry in entries)


def picture_loss(ssrc: int, media_ssrc: int) -> bytes:
    return bytes(rtp.RtcpPsfbPacket(fmt=rtp.RTCP_PSFB_PLI, ssrc=ssrc, media_ssrc=media_ssrc))


def bandwidth(ssrc: int, bits_per_second: int, media_ssrcs: list[int]) -> bytes:
    fci = rtp.pack_remb_fci(bits_per_second, media_ssrcs)
    return bytes(rtp.RtcpPsfbPacket(fmt=rtp.RTCP_PSFB_APP, ssrc=ssrc, media_ssrc=0, fci=fci))


def sender_report(report: SenderReport, packets: int, octets: int, cname: str) -> bytes:
    """A sender report with the name that ties a participant's tracks to one clock."""
    info = rtp.RtcpSenderInfo(
        ntp_timestamp=report.ntp,
        rtp_timestamp=report.rtp,
        packet_count=packets & 0xFFFFFFFF,
        octet_count=octets & 0xFFFFFFFF,
    )
    source = rtp.RtcpSourceInfo(ssrc=report.ssrc, items=[(CNAME, cname.encode())])
    return bytes(rtp.RtcpSrPacket(ssrc=report.ssrc, sender_info=info)) + bytes(rtp.RtcpSdesPacket(chunks=[source]))
