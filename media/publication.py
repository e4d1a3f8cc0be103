"""A track that a participant sends to the room, and where its packets go: to the subscriptions and the recorder."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

import structlog

from media import rtcp, rtx
from media.extensions import degrees, orientation_of
from media.forwarding import HEADER, Arrivals, FrameHold, KeyframeThrottle, payload_of
from media.messages import (
    SOURCE_KIND,
    ParticipantSpec,
    Reason,
    RecorderStatus,
    RequestKeyframe,
    SealedRecording,
    Source,
    TrackInfo,
)
from media.recent import Recent
from media.repair import Repair
from media.sections import Incoming
from media.transport import Transport

RECEIVING_SECONDS = 2.0
UNRECORDED_LIMIT = 64  # packets; a tick comes before there are as many, unless the sender is in a hurry

_unpack = HEADER.unpack_from

log = structlog.get_logger()


class TrackSink(Protocol):
    """The recorder's end of one track. No method blocks."""

    def rtp(self, packet: bytes, arrived: float) -> None: ...

    def sender_report(self, ntp: int, rtp: int) -> None: ...

    def mute(self, muted: bool) -> None: ...

    def rotate(self, degrees: int) -> None:
        """From the next picture on: the clockwise turn (0, 90, 180, 270) that makes it upright."""
        ...

    def close(self, reason: str) -> None: ...


class RoomRecorder(Protocol):
    """What a room needs of its recorder, a participant that only listens."""

    async def start(self) -> None: ...

    def open_track(self, info: TrackInfo, request_keyframe: RequestKeyframe) -> TrackSink: ...

    def status(self) -> RecorderStatus: ...

    def mark(self, label: str, at: datetime, data: dict[str, Any]) -> None: ...

    async def seal(self, reason: str) -> SealedRecording: ...

    async def discard(self) -> None:
        """Drop what only a second sealing would need."""
        ...

    def release(self) -> None:
        """Leave what only a second sealing would need to whoever recovers it."""
        ...


class Receiver(Protocol):
    """A subscription, as its publication sees it."""

    def send(self, marker: int, sequence: int, time: int, payload: bytes, orientation: int | None) -> None: ...

    def sender_report(self, report: rtcp.SenderReport) -> None: ...

    @property
    def bandwidth(self) -> tuple[float, int] | None: ...


class Publication:
    """One camera, microphone or screen of one participant, on one connection. Ends once; published again it is a new
    Publication with the same track id, so the recording goes on in a new segment."""

    def __init__(
        self,
        owner: ParticipantSpec,
        source: Source,
        incoming: Incoming,
        transport: Transport,
        open_sink: Callable[["Publication"], TrackSink],
        holds: dict[str, FrameHold],
        muted: bool = False,
    ):
        self.info = TrackInfo(
            track_id=f"{owner.participant_id}-{source}",
            participant_id=owner.participant_id,
            person_id=owner.person_id,
            role=owner.role,
            source=source,
            kind=SOURCE_KIND[source],
            codec=incoming.codec,
            clock_rate=incoming.clock_rate,
            payload_type=incoming.payload_type,
        )
        self.incoming = incoming
        self.arrivals = Arrivals(incoming.clock_rate)
        self.ssrc: int | None = None
        self._muted = muted
        self.ended = False
        self._transport = transport
        self._open_sink = open_sink
        self._sink: TrackSink | None = None
        self._unrecorded: list[tuple[bytes, float]] = []
        self._receivers: tuple[Receiver, ...] = ()
        self._throttle = KeyframeThrottle()
        self._holds = holds if source == "camera" else {}
        self._payload_type = incoming.payload_type
        self._orientation: int | None = None
        self._repair: Repair | None = None
        self.recent = Recent() if self.is_video else None

    @property
    def is_video(self) -> bool:
        return self.info.kind == "video"

    def receiving(self, now: float) -> bool:
        """What the server sees, whatever the sender's flags say (S42)."""
        return now - self.arrivals.last < RECEIVING_SECONDS

    def rtp(self, packet: bytes, now: float) -> None:
        """One packet as it was sent, decrypted. Called for every packet of the room: keep it short. In a room of three
        nearly all of its price is code that the processor's caches have lost since the packet before."""
        _, second, sequence, time, ssrc = _unpack(packet)
        if second & 0x7F != self._payload_type or self.ended:
            return
        if self._sink is None:
            self._begin(ssrc)
        self.arrivals.add(sequence, time, now)
        self._take(packet, second & 0x80, sequence, time, now, False)

    def rtx(self, packet: bytes, now: float) -> None:
        """A packet of the stream of retransmissions. It does not count as arrived: reports tell what was lost."""
        if self._sink is None or self.ended or packet[1] & 0x7F != self.incoming.rtx_payload_type:
            return
        original = rtx.unwrap(packet, self._payload_type, self.ssrc)
        if original is not None:
            _, second, sequence, time, _ = _unpack(original)
            self._take(original, second & 0x80, sequence, time, now, True)

    def _take(self, packet: bytes, marker: int, sequence: int, time: int, now: float, resent: bool) -> None:
        payload, orientation, recent = payload_of(packet), None, self.recent
        if recent is not None:
            if not self._repair.arrived(sequence, now, resent) and not self._is_new(sequence, resent):
                return
            if marker and self.incoming.orientation_id:
                orientation = self._turn(packet)
            recent.put(sequence, marker, time, payload, orientation)
        for receiver in self._receivers:
            receiver.send(marker, sequence, time, payload, orientation)
        self._unrecorded.append((packet, now))
        if len(self._unrecorded) == UNRECORDED_LIMIT:
            self._record()
        if self._holds:
            for hold in self._holds.values():
                hold.add(time, now)

    def _record(self) -> None:
        """Hand on what has come since the last time. One packet at a time costs the processor four times as much: all
        that the recorder does would have left its caches in between."""
        unrecorded, self._unrecorded = self._unrecorded, []
        try:
            for packet, arrived in unrecorded:
                self._sink.rtp(packet, arrived)
        except Exception:  # whatever it is: the other tracks of the room, and what is said to the sink, go on
            log.exception("media_packets_not_recorded", track_id=self.info.track_id)

    def _is_new(self, sequence: int, resent: bool) -> bool:
        """Whether a packet that came late is not one that we have; SRTP has already dropped exact copies."""
        known = self.recent.get(sequence) is not None
        self._transport.counters.duplicates += known
        self._transport.counters.repaired += resent and not known
        return not known

    def _turn(self, packet: bytes) -> int | None:
        """What the last packet of a frame says of its orientation: browsers say it when it changes, with each frame
        that is turned, and with each key frame."""
        orientation = orientation_of(packet, self.incoming.orientation_id)
        if orientation is not None and orientation != self._orientation:
            self._orientation = orientation
            self._record()
            self._sink.rotate(degrees(orientation))
        return orientation

    def waits_for(self, sequence: int) -> bool:
        """Whether this packet of the sender's has been asked for."""
        return self._repair is not None and self._repair.waits_for(sequence)

    def sender_report(self, report: rtcp.SenderReport, now: float) -> None:
        self.arrivals.heard_report(report, now)
        if self._sink is not None:
            self._record()
            self._sink.sender_report(report.ntp, report.rtp)
        for receiver in self._receivers:
            receiver.sender_report(report)

    def add(self, receiver: Receiver) -> None:
        self._receivers = (*self._receivers, receiver)
        self.request_keyframe()

    def remove(self, receiver: Receiver) -> None:
        self._receivers = tuple(other for other in self._receivers if other is not receiver)

    def request_keyframe(self) -> None:
        """Ask the sender for a picture that can be decoded on its own, now or as soon as the last request is a second
        old (RFC 4585 PLI). Nothing for audio."""
        if self.is_video and not self.ended:
            self._throttle.want()
            self._ask(self._transport.now())

    def tick(self, now: float) -> None:
        """Five times a second."""
        self._record()
        self._ask(now)

    def _ask(self, now: float) -> None:
        if self.ssrc is not None and self._transport.connected and self._throttle.due(now):
            self._transport.counters.keyframe_requests += 1
            self._transport.send_rtcp(rtcp.picture_loss(self._transport.local_ssrc, self.ssrc))

    def bandwidths(self) -> list[tuple[float, int]]:
        return [receiver.bandwidth for receiver in self._receivers if receiver.bandwidth is not None]

    def end(self, reason: str = Reason.LEFT) -> None:
        if self.ended:
            return
        self.ended = True
        self._receivers = ()
        if self._repair is not None:
            self._repair.stop()
        if self._sink is not None:
            self._record()
            self._sink.close(reason)

    @property
    def recorded(self) -> bool:
        return self._sink is not None

    def mute(self, muted: bool) -> None:
        """What the participant says; packets are forwarded and recorded all the same."""
        self._muted = muted
        if self._sink is not None:
            self._record()
            self._sink.mute(muted)

    def _begin(self, ssrc: int) -> None:
        self.ssrc = ssrc
        if self.is_video:
            self._repair = Repair(self._transport, ssrc, self.request_keyframe)
        self._sink = self._open_sink(self)
        self._sink.mute(self._muted)
        for hold in self._holds.values():
            hold.new_stream()
        self.request_keyframe()
