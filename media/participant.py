"""Who is in a room: what they send, what they receive, and what the server sees of both."""

import asyncio
import math
from collections.abc import Callable
from typing import Protocol

from media.downlink import Downlink
from media.forwarding import FrameHold
from media.messages import ParticipantSpec, RoomOffer, RosterEntry, Source, SourceState
from media.publication import Publication
from media.transport import Transport
from media.uplink import Gate, Uplink, UplinkRoom
from ports.clock import Clock

CONNECTED_SECONDS = 7.0
GONE_SECONDS = 20.0


class ParticipantRoom(UplinkRoom, Protocol):
    def offered(self, offer: RoomOffer) -> None: ...


class Participant:
    """One person's place in the room. `seat` orders the roster and survives a rejoin, as do holds and mutes."""

    def __init__(
        self,
        spec: ParticipantSpec,
        seat: int,
        room: ParticipantRoom,
        new_transport: Callable[..., Transport],
        gate: Gate,
        clock: Clock,
        former: "Participant | None" = None,
    ):
        self.spec = spec
        self.away = False  # his page has gone; another that joins is another Participant
        self.seat = former.seat if former else seat
        self.holds: dict[str, FrameHold] = former.holds if former else {}
        self._muted: dict[Source, bool] = former._muted if former else {}
        self._uplink = Uplink(spec, room, new_transport, gate, self.holds, self._muted)
        self._downlink = Downlink(spec.participant_id, new_transport, gate, room.offered)
        self._publishing = asyncio.Lock()
        self._clock = clock
        self._heard = -math.inf

    @property
    def order(self) -> tuple[bool, int, int]:
        """The host first, then as asked for, then by time of joining (S45)."""
        return (self.spec.role != "host", self.spec.order, self.seat)

    @property
    def publications(self) -> tuple[Publication, ...]:
        return tuple(self._uplink.publications.values())

    @property
    def pending_offer(self) -> RoomOffer | None:
        return self._downlink.pending

    async def publish(self, offer: str, sources: dict[str, Source]) -> str:
        async with self._publishing:
            answer = await self._uplink.publish(offer, sources)
        self._heard = self._clock.monotonic()
        return answer

    async def answer(self, description: str, offer_id: str = "") -> None:
        await self._downlink.answer(description, offer_id)
        self._heard = self._clock.monotonic()

    def resume(self) -> None:
        """His page is heard of again."""
        self.away = False
        self._downlink.ask_again()

    def subscribe(self, publication: Publication) -> None:
        self._downlink.add(publication)

    def unsubscribe(self, publication: Publication) -> None:
        self._downlink.remove(publication)

    def mute(self, source: Source, muted: bool) -> bool:
        """Answers whether that changes anything."""
        changed = self.muted(source) != muted
        self._muted[source] = muted
        if source in self._uplink.publications:
            self._uplink.publications[source].mute(muted)
        return changed

    def muted(self, source: Source) -> bool:
        return self._muted.get(source, False)

    def entry(self, now: float) -> RosterEntry:
        spec = self.spec
        return RosterEntry(
            participant_id=spec.participant_id,
            person_id=spec.person_id,
            role=spec.role,
            order=spec.order,
            sources={source: self._state(source, now) for source in ("camera", "microphone", "screen")},
            connected=not self.away and now - self._last_heard() < CONNECTED_SECONDS,
        )

    def gone(self, now: float) -> bool:
        """Had a connection, and nothing came over any for a while: no media, no report, no ICE check. Or never had one,
        and left offers unanswered for as long. Who was offered nothing may take their time."""
        heard = self._last_heard()
        if heard == -math.inf and self._downlink.waiting_since is not None:
            heard = self._downlink.waiting_since
        return GONE_SECONDS < now - heard < math.inf

    def tick(self, now: float) -> None:
        self._uplink.tick(now)

    async def close(self, reason: str) -> None:
        try:
            await self._uplink.close(reason)
        finally:
            await self._downlink.close()

    def _state(self, source: Source, now: float) -> SourceState:
        publication = self._uplink.publications.get(source)
        return SourceState(
            on=publication is not None,
            muted=self.muted(source),
            receiving=publication is not None and publication.receiving(now),
        )

    def _last_heard(self) -> float:
        """When something came from the participant; a connection that was replaced counts too."""
        transports = (self._uplink.transport, self._downlink.transport)
        self._heard = max(self._heard, *(t.last_heard for t in transports if t is not None), -math.inf)
        return self._heard
