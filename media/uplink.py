"""The connection that brings a participant's tracks to the room."""

from collections.abc import Callable
from typing import Protocol

import structlog

from media import rtcp, sdp
from media.allowance import Allowance
from media.errors import ParticipantUnknown, WrongSource
from media.extensions import mid_of
from media.forwarding import FrameHold, upstream_bandwidth
from media.messages import SOURCE_KIND, ParticipantSpec, Reason, Source
from media.publication import Publication, TrackSink
from media.sections import Incoming, sending_sections
from media.transport import Transport

REPORT_SECONDS = 1.0

log = structlog.get_logger()


class Gate(Protocol):
    """Limits how many connections are set up at once."""

    async def admit(self, transport: Transport) -> None: ...


class UplinkRoom(Protocol):
    """Where tracks go that begin and end."""

    def open_sink(self, publication: Publication) -> TrackSink: ...

    def published(self, publication: Publication) -> None: ...

    def unpublished(self, publication: Publication, reason: str) -> None: ...


class Uplink:
    """Answers the participant's offers and hands each packet to its publication."""

    def __init__(
        self,
        owner: ParticipantSpec,
        room: UplinkRoom,
        new_transport: Callable[..., Transport],
        gate: Gate,
        holds: dict[str, FrameHold],
        muted: dict[Source, bool],
    ):
        self.publications: dict[Source, Publication] = {}
        self._owner, self._room = owner, room
        self._new_transport, self._gate = new_transport, gate
        self._holds, self._muted = holds, muted
        self._transport: Transport | None = None
        self._fragment = ""
        self._allowance = Allowance()
        self._by_ssrc: dict[int, Publication] = {}
        self._routes: dict[bytes, Callable[[bytes, float], None]] = {}
        self._next_report = 0.0
        self._closed = False

    @property
    def transport(self) -> Transport | None:
        return self._transport

    async def publish(self, offer: str, sources: dict[str, Source]) -> str:
        """Answer an offer; tracks that it no longer brings end. What is refused leaves everything as it was. Raises
        ParticipantUnknown where the participant goes while this waits: what he brings then would be nobody's."""
        self._check_open()
        _check_sources(sending_sections(offer), sources)
        fragment = sdp.user_fragment(offer)
        old = self._transport
        if old is not None and not old.ended and fragment == self._fragment:
            answer, incoming = await old.accept(offer)
            self._check_open()
            self._reconcile({sources[track.mid]: track for track in incoming if track.mid in sources})
            return answer
        transport, answer, incoming = await self._connect(offer)
        self._transport, self._fragment, self._allowance = transport, fragment, Allowance()
        self._end_all(Reason.REPLACED)
        self._reconcile({sources[track.mid]: track for track in incoming if track.mid in sources})
        if old is not None:
            await old.close()
        return answer

    async def _connect(self, offer: str) -> tuple[Transport, str, list[Incoming]]:
        transport = self._new_transport(self._rtp, self._rtcp, self._state_changed)
        try:
            await self._gate.admit(transport)
            self._check_open()
            answer, incoming = await transport.accept(offer)
            self._check_open()
        except BaseException:
            await transport.close()
            raise
        return transport, answer, incoming

    def _check_open(self) -> None:
        if self._closed:
            raise ParticipantUnknown("left while it was published")

    def _reconcile(self, wanted: dict[Source, Incoming]) -> None:
        for source, publication in list(self.publications.items()):
            if wanted.get(source) != publication.incoming:
                self._end(source, Reason.UNPUBLISHED)
        for source, incoming in wanted.items():
            if source not in self.publications:
                self._begin(source, incoming)

    def _begin(self, source: Source, incoming: Incoming) -> None:
        muted = self._muted.get(source, False)
        publication = Publication(
            self._owner, source, incoming, self._transport, self._room.open_sink, self._holds, muted
        )
        self.publications[source] = publication
        if incoming.ssrc is not None:
            self._route(incoming.ssrc, publication)
        if incoming.rtx_ssrc is not None:
            self._routes[incoming.rtx_ssrc.to_bytes(4)] = publication.rtx
        self._room.published(publication)

    def _end(self, source: Source, reason: str) -> None:
        publication = self.publications.pop(source)
        self._by_ssrc = {ssrc: other for ssrc, other in self._by_ssrc.items() if other is not publication}
        gone = (publication.rtp, publication.rtx)
        self._routes = {ssrc: route for ssrc, route in self._routes.items() if route not in gone}
        publication.end(reason)
        self._room.unpublished(publication, reason)

    def _end_all(self, reason: str) -> None:
        for source in list(self.publications):
            self._end(source, reason)

    def _rtp(self, packet: bytes, now: float) -> None:
        route = self._routes.get(packet[8:12]) or self._learn(packet)
        if route is None:
            self._transport.counters.strays += 1
        else:
            route(packet, now)

    def _route(self, ssrc: int, publication: Publication) -> None:
        self._by_ssrc[ssrc] = publication
        self._routes[ssrc.to_bytes(4)] = publication.rtp

    def _learn(self, packet: bytes) -> Callable[[bytes, float], None] | None:
        """A stream that the offer did not name belongs to the section whose MID it carries (RFC 8843 9.2): the track,
        or its retransmissions by their payload type."""
        for publication in self.publications.values():
            incoming, rtx = publication.incoming, publication.rtx
            if mid_of(packet, incoming.mid_extension_id) != incoming.mid:
                continue
            if incoming.rtx_payload_type and packet[1] & 0x7F == incoming.rtx_payload_type:
                if incoming.rtx_ssrc is None and rtx not in self._routes.values():
                    self._routes[packet[8:12]] = rtx
                    return rtx
            elif publication.ssrc is None:
                self._route(int.from_bytes(packet[8:12]), publication)
                return publication.rtp
        return None

    def _rtcp(self, packet: bytes, now: float) -> None:
        for report in rtcp.parse(packet):
            if isinstance(report, rtcp.SenderReport) and report.ssrc in self._by_ssrc:
                self._by_ssrc[report.ssrc].sender_report(report, now)

    def _state_changed(self, state: str) -> None:
        """Publications stay when a connection is lost: the participant may return with another in seconds."""

    def tick(self, now: float) -> None:
        for publication in self.publications.values():
            publication.tick(now)
        if self._transport is not None:
            self._limit(self._transport, now)
        heard = [p for p in self.publications.values() if p.ssrc is not None]
        if heard and now >= self._next_report and self._transport.connected:
            self._next_report = now + REPORT_SECONDS
            self._transport.send_rtcp(self._feedback(heard, now))

    def _limit(self, transport: Transport, now: float) -> None:
        was = self._allowance.over
        transport.ceiling = self._allowance.ceiling(transport.received, now)
        if self._allowance.over and not was:
            log.warning("media_sender_limited", participant_id=self._owner.participant_id)

    def _feedback(self, heard: list[Publication], now: float) -> bytes:
        own = self._transport.local_ssrc
        data = rtcp.receiver_report(own, [p.arrivals.reception(p.ssrc, now) for p in heard])
        videos = [p for p in heard if p.is_video]
        if videos:
            reports = [report for p in videos for report in p.bandwidths()]
            data += rtcp.bandwidth(own, upstream_bandwidth(reports, now), [p.ssrc for p in videos])
        return data

    async def close(self, reason: str) -> None:
        self._closed = True
        self._end_all(reason)
        if self._transport is not None:
            await self._transport.close()


def _check_sources(sections: dict[str, str], sources: dict[str, Source]) -> None:
    if len(set(sources.values())) != len(sources):
        raise WrongSource("a source twice")
    for mid, source in sources.items():
        if sections.get(mid) != SOURCE_KIND[source]:
            raise WrongSource(f"section {mid[:16]} brings no {SOURCE_KIND[source]} for {source}")
