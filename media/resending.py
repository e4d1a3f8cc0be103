"""Answers what one receiver asks for again (RFC 4585 section 6.2.1), by RTX where it negotiated that."""

from media import rtx
from media.forwarding import Rewrite
from media.recent import SIZE, Recent
from media.sections import Agreed, Outgoing
from media.transport import Transport

AGAIN_S = 0.02  # a request for the same packet sooner than that, or than half a round trip, crossed our answer
BURST = 256  # packets


class Resender:
    """Each packet at most once in half a round trip, and all in all no more than were sent to this receiver and a
    burst: a flood of requests is not amplified."""

    def __init__(self, recent: Recent, rewrite: Rewrite, agreed: Agreed, outgoing: Outgoing, transport: Transport):
        self.round_trip = 0.0
        self._recent, self._rewrite = recent, rewrite
        self._agreed, self._outgoing, self._transport = agreed, outgoing, transport
        self._resent: dict[int, float] = {}
        self._budget, self._sent = BURST, 0

    def answer(self, sequence: int, sent: int, now: float) -> bool:
        """Send the packet of this number of the sender again. False: it is not kept. `sent`: packets to this receiver
        until now."""
        kept = self._recent.get(sequence)
        if kept is None:
            return False
        self._budget, self._sent = min(BURST, self._budget + sent - self._sent), sent
        wait = max(AGAIN_S, self.round_trip / 2)
        if self._budget <= 0 or now - self._resent.get(sequence, -wait) < wait:
            self._transport.counters.rtx_refused += 1
            return True
        self._budget -= 1
        self._note(sequence, now)
        _, marker, time, payload, orientation = kept
        self._send(self._rewrite.header(marker, sequence, time, orientation), payload)
        return True

    def _send(self, header: bytes, payload: bytes) -> None:
        agreed, outgoing = self._agreed, self._outgoing
        if agreed.rtx_payload_type:
            header = rtx.wrap(header, agreed.rtx_payload_type, agreed.rtx_ssrc, outgoing.rtx_sequence)
            outgoing.rtx_sequence = (outgoing.rtx_sequence + 1) & 0xFFFF
        self._transport.counters.rtx_sent += 1
        self._transport.send_rtp(header, payload)

    def _note(self, sequence: int, now: float) -> None:
        if len(self._resent) >= 2 * SIZE:
            self._resent = {number: at for number, at in self._resent.items() if now - at < 1.0}
        self._resent[sequence] = now
