"""A track as one other participant receives it."""

import math
import random

from media import rtcp
from media.forwarding import Position, Rewrite
from media.publication import Publication
from media.sections import Outgoing
from media.transport import Transport

LOSSY = 13  # of 256: 5 %
LOSSY_SECONDS = 5.0


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
        self._rewrite: Rewrite | None = None
        self._began = (0, 0.0)
        self._lossy_at = -math.inf
        self._packets = self._octets = 0
        info = publication.info
        outgoing.carry(publication.incoming.capability, info.participant_id, info.track_id)

    @property
    def ssrc(self) -> int:
        return self.outgoing.ssrc

    def attach(self) -> None:
        """Forward from the next packet on."""
        self.attached = True
        self.publication.add(self)

    def detach(self) -> None:
        """Stop; the section is free for another track, which goes on where this one stood."""
        self.publication.remove(self)
        if self._rewrite is not None:
            self.outgoing.position = self._rewrite.position(self.publication.arrivals.newest, *self._began)
        self.outgoing.release()

    def send(self, marker: int, sequence: int, time: int, payload: bytes) -> None:
        if self._rewrite is None:
            self._rewrite = self._begin(sequence, time)
        self._send_rtp(self._rewrite.header(marker, sequence, time), payload)
        self._packets += 1
        self._octets += len(payload)

    def sender_report(self, report: rtcp.SenderReport) -> None:
        """Tie the media time that this receiver sees to the sender's wall clock, so that it can sync lips."""
        if self._rewrite is not None:
            translated = self._rewrite.report(report)
            name = self.publication.info.participant_id
            self._transport.send_rtcp(rtcp.sender_report(translated, self._packets, self._octets, name))

    def _begin(self, sequence: int, time: int) -> Rewrite:
        """Numbers and times start anywhere (RFC 3550 5.1). That the first number is low matters: were the packet that
        wraps it lost, the receiver would never learn SRTP's roll-over count (RFC 3711 3.3.1)."""
        out, now = self.outgoing, self._transport.now()
        self._began = (time, now)
        position = out.position or Position(random.getrandbits(14), random.getrandbits(32), now)
        start = position.sequence - sequence
        shift = position.time_at(now, self.publication.info.clock_rate) - time
        return Rewrite(out.ssrc, out.payload_type, out.extension, start, shift)

    def heard(self, report: rtcp.Report, now: float) -> None:
        """Feedback of the receiver. A loss costs a picture: it is repaired by the next one that stands alone.

        Its estimate of bandwidth counts only while it loses packets: without loss it says little more than what it gets
        now (Chromium: half as much again), and would keep sender and recording at the rate they began with.
        """
        if isinstance(report, rtcp.KeyframeWanted | rtcp.PacketsMissing):
            self.publication.request_keyframe()
        elif isinstance(report, rtcp.LossReport) and report.fraction >= LOSSY:
            self._lossy_at = now
        elif isinstance(report, rtcp.Bandwidth) and now - self._lossy_at < LOSSY_SECONDS:
            self.bandwidth = (now, report.bits_per_second)
