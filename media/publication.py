"""A track that a participant sends to the room, and where its packets go: to the subscriptions and the recorder."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from media import rtcp
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
from media.sections import Incoming
from media.transport import Transport

RECEIVING_SECONDS = 2.0


class TrackSink(Protocol):
    """The recorder's end of one track. Neither method blocks."""

    def rtp(self, packet: bytes, arrived: float) -> None: ...

    def sender_report(self, ntp: int, rtp: int) -> None: ...

    def mute(self, muted: bool) -> None: ...

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


class Receiver(Protocol):
    """A subscription, as its publication sees it."""

    def send(self, marker: int, sequence: int, time: int, payload: bytes) -> None: ...

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
        self._receivers: tuple[Receiver, ...] = ()
        self._throttle = KeyframeThrottle()
        self._holds = holds if source == "camera" else {}

    @property
    def is_video(self) -> bool:
        return self.info.kind == "video"

    def receiving(self, now: float) -> bool:
        """What the server sees, whatever the sender's flags say (S42)."""
        return now - self.arrivals.last < RECEIVING_SECONDS

    def rtp(self, packet: bytes, now: float) -> None:
        """One packet as it was sent, decrypted. Called for every packet of the room: keep it short."""
        _, second, sequence, time, ssrc = HEADER.unpack_from(packet)
        if second & 0x7F != self.info.payload_type or self.ended:
            return
        if self._sink is None:
            self._begin(ssrc)
        self.arrivals.add(sequence, time, now)
        payload = payload_of(packet)
        for receiver in self._receivers:
            receiver.send(second & 0x80, sequence, time, payload)
        self._sink.rtp(packet, now)
        for hold in self._holds.values():
            hold.add(time, now)

    def sender_report(self, report: rtcp.SenderReport, now: float) -> None:
        self.arrivals.heard_report(report, now)
        if self._sink is not None:
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
            self.tick(self._transport.now())

    def tick(self, now: float) -> None:
        if self.ssrc is not None and self._transport.connected and self._throttle.due(now):
            self._transport.send_rtcp(rtcp.picture_loss(self._transport.local_ssrc, self.ssrc))

    def bandwidths(self) -> list[tuple[float, int]]:
        return [receiver.bandwidth for receiver in self._receivers if receiver.bandwidth is not None]

    def end(self, reason: str = Reason.LEFT) -> None:
        if self.ended:
            return
        self.ended = True
        self._receivers = ()
        if self._sink is not None:
            self._sink.close(reason)

    @property
    def recorded(self) -> bool:
        return self._sink is not None

    def mute(self, muted: bool) -> None:
        """What the participant says; packets are forwarded and recorded all the same."""
        self._muted = muted
        if self._sink is not None:
            self._sink.mute(muted)

    def _begin(self, ssrc: int) -> None:
        self.ssrc = ssrc
        self._sink = self._open_sink(self)
        self._sink.mute(self._muted)
        for hold in self._holds.values():
            hold.new_stream()
        self.request_keyframe()
