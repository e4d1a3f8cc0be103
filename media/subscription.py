"""A track as one other participant receives it."""

import math
import random

from media import extensions, rtcp
from media.forwarding import Position, Rewrite
from media.publication import Publication
from media.recent import SIZE
from media.resending import Resender
from media.sections import Agreed, Outgoing
from media.transport import Transport

LOSSY = 13  # of 256: 5 %
LOSSY_SECONDS = 5.0
REPAIRS_AT_ONCE = 128


class Subscription:
    """Forwards one publication over one section of a subscribe connection: silent until the peer has accepted the
    section, and for good once it is detached."""

    def __init__(self, publication: Publication, outgoing: Outgoing, transport: Transport):
        self.publication = publication
        self.outgoing = outgoing
        self.accepted = self.attached = False
        self.bandwidth: tuple[float, int] | None = None
        self._transport = transport
        self._send_rtp = transport.send_rtp
        self._agreed: Agreed | None = None
        self._rewrite: Rewrite | None = None
        self._resender: Resender | None = None
        self._began = (0, 0.0)
        self._first = 0
        self._reported = (0, 0.0)
        self._lossy_at = -math.inf
        self._packets = self._octets = 0
        info = publication.info
        outgoing.carry(publication.incoming.capability, info.participant_id, info.track_id)

    @property
    def ssrc(self) -> int:
        return self.outgoing.ssrc

    def answered(self) -> None:
        """The peer has answered the offer that brings this track."""
        self.accepted = self.outgoing.accepted
        if self.accepted:
            self._agreed = self.outgoing.agreed

    def attach(self) -> None:
        """Forward from the next packet on."""
        self.attached = True
        if self._agreed is None:
            self._agreed = self.outgoing.agreed
        self.publication.add(self)

    def detach(self) -> None:
        """Stop; the section is free for another track, which goes on where this one stood."""
        self.publication.remove(self)
        if self._rewrite is not None:
            self.outgoing.position = self._rewrite.position(self.publication.arrivals.newest, *self._began)
        self.outgoing.release()

    def send(self, marker: int, sequence: int, time: int, payload: bytes, orientation: int | None = None) -> None:
        if self._rewrite is None:
            self._rewrite = self._begin(sequence, time)
        self._send_rtp(self._rewrite.header(marker, sequence, time, orientation), payload)
        self._packets += 1
        self._octets += len(payload)

    def sender_report(self, report: rtcp.SenderReport) -> None:
        """Tie the media time that this receiver sees to the sender's wall clock, so that it can sync lips."""
        if self._rewrite is not None:
            translated = self._rewrite.report(report)
            name = self.publication.info.participant_id
            self._reported = (report.ntp >> 16 & 0xFFFFFFFF, self._transport.now())
            self._transport.send_rtcp(rtcp.sender_report(translated, self._packets, self._octets, name))

    def _begin(self, sequence: int, time: int) -> Rewrite:
        """Numbers and times start anywhere (RFC 3550 5.1). That the first number is low matters: were the packet that
        wraps it lost, the receiver would never learn SRTP's roll-over count (RFC 3711 3.3.1)."""
        out, agreed, now = self.outgoing, self._agreed, self._transport.now()
        self._began, self._first = (time, now), sequence
        position = out.position or Position(random.getrandbits(14), random.getrandbits(32), now)
        start = position.sequence - sequence
        shift = position.time_at(now, self.publication.info.clock_rate) - time
        plain, turned = _extensions(agreed)
        rewrite = Rewrite(agreed.ssrc, agreed.payload_type, plain, start, shift, turned)
        if self.publication.recent is not None:
            self._resender = Resender(self.publication.recent, rewrite, agreed, out, self._transport)
        return rewrite

    def heard(self, report: rtcp.Report, now: float) -> None:
        """Feedback of the receiver.

        Its estimate of bandwidth counts only while it loses packets: without loss it says little more than what it gets
        now (Chromium: half as much again), and would keep sender and recording at the rate they began with.
        """
        if isinstance(report, rtcp.KeyframeWanted):
            self.publication.request_keyframe()
        elif isinstance(report, rtcp.PacketsMissing):
            self._repair(report.sequence_numbers, now)
        elif isinstance(report, rtcp.LossReport):
            self._loss(report, now)
        elif isinstance(report, rtcp.Bandwidth) and now - self._lossy_at < LOSSY_SECONDS:
            self.bandwidth = (now, report.bits_per_second)

    def _repair(self, numbers: tuple[int, ...], now: float) -> None:
        """What is not kept any more is repaired by the next picture that stands alone, and what we wait for ourselves
        comes by itself."""
        if self._rewrite is None or self._resender is None:
            return
        for number in numbers[:REPAIRS_AT_ONCE]:
            sequence = self._rewrite.original(number)
            if not self._sent(sequence) or self._resender.answer(sequence, self._packets, now):
                continue
            if not self.publication.waits_for(sequence):
                self._transport.counters.rtx_refused += 1
                self.publication.request_keyframe()

    def _sent(self, sequence: int) -> bool:
        """Whether it is a packet that this receiver had: the publication may have kept some from before."""
        return self._packets > SIZE or (sequence - self._first) & 0xFFFF < 0x8000

    def _loss(self, report: rtcp.LossReport, now: float) -> None:
        last_report, at = self._reported
        if self._resender is not None and last_report and report.last_report == last_report:
            self._resender.round_trip = max(0.0, now - at - report.delay / 65536)
        if report.fraction >= LOSSY:
            self._lossy_at = now


def _extensions(agreed: Agreed) -> tuple[bytes, tuple[bytes, ...]]:
    """The header extension of a plain packet, and those of packets that say how the picture is turned."""
    mid = (agreed.mid_extension_id, agreed.mid.encode("ascii"))
    if not agreed.orientation_id:
        return extensions.block([mid]), ()
    turned = (extensions.block([mid, (agreed.orientation_id, bytes([turn]))]) for turn in range(16))
    return extensions.block([mid]), tuple(turned)
