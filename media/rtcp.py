"""The few RTCP messages that a forwarder reads and writes (RFC 3550, 4585, 5104; draft-alvestrand-rmcat-remb)."""

import struct
from typing import NamedTuple

from aiortc import rtp

CNAME = 1
NACK_ENTRIES = 32  # of 17 packets each: who misses more needs a key frame
NACKS = 4  # in one datagram

_HEAD = struct.Struct("!BBH")
_SSRC = struct.Struct("!I")
_SENDER = struct.Struct("!IQI")
_BLOCK = struct.Struct("!IIIIII")
_FEEDBACK = struct.Struct("!II")
_ENTRY = struct.Struct("!HH")
_ITEM = struct.Struct("!IBB")


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
    reports: list[Report] = []
    at = 0
    try:
        while at < len(data):
            first, kind, words = _HEAD.unpack_from(data, at)
            at, start = at + 4 + 4 * words, at + 4
            end = at - (data[at - 1] if first & 0x20 else 0)
            if first >> 6 != 2 or at > len(data) or (first & 0x20 and not start <= end < at):
                return []
            if kind in _READERS:
                _READERS[kind](data[start:end], first & 0x1F, reports)
    except (struct.error, IndexError):
        return []
    return reports


def _sender(body: bytes, count: int, reports: list[Report]) -> None:
    ssrc, ntp, time = _SENDER.unpack_from(body)
    reports.append(SenderReport(ssrc, ntp, time))
    _blocks(body, count, 24, reports)


def _receiver(body: bytes, count: int, reports: list[Report]) -> None:
    _SSRC.unpack_from(body)
    _blocks(body, count, 4, reports)


def _blocks(body: bytes, count: int, at: int, reports: list[Report]) -> None:
    if len(body) != at + count * _BLOCK.size:
        raise struct.error("another length than the count says")
    for ssrc, loss, _, _, last_report, delay in _BLOCK.iter_unpack(body[at:]):
        reports.append(LossReport(ssrc, loss >> 24, last_report, delay))


def _transport_feedback(body: bytes, kind: int, reports: list[Report]) -> None:
    _, ssrc = _FEEDBACK.unpack_from(body)
    entries = list(_ENTRY.iter_unpack(body[8 : 8 + 4 * NACK_ENTRIES]))
    if kind == rtp.RTCP_RTPFB_NACK and sum(isinstance(report, PacketsMissing) for report in reports) < NACKS:
        numbers = [
            (first + ahead) & 0xFFFF for first, more in entries for ahead in range(17) if (more << 1 | 1) >> ahead & 1
        ]
        reports.append(PacketsMissing(ssrc, tuple(numbers)))


def _payload_feedback(body: bytes, kind: int, reports: list[Report]) -> None:
    _, ssrc = _FEEDBACK.unpack_from(body)
    if kind == rtp.RTCP_PSFB_PLI:
        reports.append(KeyframeWanted(ssrc))
    elif kind == rtp.RTCP_PSFB_FIR:
        whole = len(body) // 8 * 8
        reports.extend(KeyframeWanted(wanted) for wanted, _ in struct.iter_unpack("!II", body[8:whole]))
    elif kind == rtp.RTCP_PSFB_APP and body[8:12] == b"REMB" and len(body) >= 16 + 4 * body[12]:
        count, high, low = struct.unpack_from("!BBH", body, 12)
        ssrcs = struct.unpack_from(f"!{count}I", body, 16)
        reports.append(Bandwidth(((high & 3) << 16 | low) << (high >> 2), ssrcs))


_READERS = {
    rtp.RTCP_SR: _sender,
    rtp.RTCP_RR: _receiver,
    rtp.RTCP_RTPFB: _transport_feedback,
    rtp.RTCP_PSFB: _payload_feedback,
}


def receiver_report(ssrc: int, receptions: list[Reception]) -> bytes:
    head = _HEAD.pack(0x80 | len(receptions), rtp.RTCP_RR, 1 + 6 * len(receptions)) + _SSRC.pack(ssrc)
    return head + b"".join(map(_block, receptions))


def _block(block: Reception) -> bytes:
    loss = block.fraction_lost << 24 | block.packets_lost & 0xFFFFFF
    return _BLOCK.pack(block.ssrc, loss, block.highest_sequence, block.jitter, block.last_report, block.delay)


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
    head = _HEAD.pack(0x80, rtp.RTCP_SR, 6) + _SENDER.pack(*report)
    name = cname.encode()
    items = _ITEM.pack(report.ssrc, CNAME, len(name)) + name
    items += bytes(4 - len(items) % 4)  # at least one: the end of the list
    description = _HEAD.pack(0x81, rtp.RTCP_SDES, len(items) // 4)
    return head + struct.pack("!II", packets & 0xFFFFFFFF, octets & 0xFFFFFFFF) + description + items
