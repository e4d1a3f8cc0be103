"""The connection that takes the others' tracks to a participant."""

import asyncio
import secrets
from collections.abc import Callable

import structlog

from media import rtcp
from media.errors import NothingOffered, OfferReplaced
from media.messages import OfferedTrack, RoomOffer
from media.publication import Publication
from media.sections import Outgoing
from media.subscription import Subscription
from media.transport import Transport
from media.uplink import Gate

ANSWER_SECONDS = 10.0
OFFER_ATTEMPTS = 3
AGAIN_SECONDS = 30.0  # after attempts that nobody answered

log = structlog.get_logger()


class Downlink:
    """Offers what there is to see and hear, one offer at a time, from a task of its own. An offer that is not answered,
    or a connection that fails, is followed by a new connection (a new ICE user fragment tells the peer)."""

    def __init__(
        self,
        participant_id: str,
        new_transport: Callable[..., Transport],
        gate: Gate,
        offered: Callable[[RoomOffer], None],
        answer_seconds: float = ANSWER_SECONDS,
    ):
        self.pending: RoomOffer | None = None
        self.waiting_since: float | None = None  # for the answer to the first of the offers that got none
        self._participant_id = participant_id
        self._new_transport, self._gate, self._offered = new_transport, gate, offered
        self._answer_seconds = answer_seconds
        self._wanted: dict[Publication, None] = {}
        self._subscriptions: dict[Publication, Subscription] = {}
        self._by_ssrc: dict[int, Subscription] = {}
        self._sections: list[Outgoing] = []
        self._transport: Transport | None = None
        self._lock = asyncio.Lock()
        self._changed = asyncio.Event()
        self._answered = asyncio.Event()
        self._closed = False
        self._again: asyncio.TimerHandle | None = None
        self._task = asyncio.create_task(self._run(), name="media-downlink")

    @property
    def transport(self) -> Transport | None:
        return self._transport

    def ask_again(self) -> None:
        """Whoever may have heard no offer can hear one now."""
        if self.pending is not None:
            self._offered(self.pending)
        elif self._transport is None:
            self._changed.set()

    def add(self, publication: Publication) -> None:
        self._wanted[publication] = None
        self._changed.set()

    def remove(self, publication: Publication) -> None:
        self._wanted.pop(publication, None)
        subscription = self._subscriptions.pop(publication, None)
        if subscription is not None:
            self._by_ssrc.pop(subscription.ssrc, None)
            subscription.detach()
            self._changed.set()

    async def answer(self, description: str, offer_id: str = "") -> None:
        """`offer_id`: what is answered, where that is known. Raises NothingOffered, OfferReplaced, BadDescription;
        after each the offer still stands."""
        async with self._lock:
            if self.pending is None:
                raise NothingOffered("no offer waits for an answer")
            if offer_id not in ("", self.pending.id):
                raise OfferReplaced("a newer offer took its place")
            await self._transport.accept_answer(description)
            self.pending = self.waiting_since = None
            for subscription in self._subscriptions.values():
                subscription.answered()
            self._attach_accepted()
            self._answered.set()

    async def close(self) -> None:
        self._closed = True
        if self._again is not None:
            self._again.cancel()
        self._task.cancel()
        await asyncio.wait([self._task])
        async with self._lock:
            await self._drop()

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._wanted or self._transport is not None:
                await self._negotiate_safely()

    async def _negotiate_safely(self) -> None:
        """Whatever goes wrong with one connection, the next change begins another."""
        try:
            await self._negotiate()
        except Exception:
            log.exception("media_offer_failed")
            async with self._lock:
                await self._drop()

    async def _negotiate(self) -> None:
        for _ in range(OFFER_ATTEMPTS):
            async with self._lock:
                await self._offer()
            try:
                async with asyncio.timeout(self._answer_seconds):
                    await self._answered.wait()
                return
            except TimeoutError:
                async with self._lock:
                    if self.pending is None:
                        return
                    await self._drop()
        log.warning("media_offer_unanswered")
        self._again = asyncio.get_running_loop().call_later(AGAIN_SECONDS, self._changed.set)

    async def _offer(self) -> None:
        if self._transport is not None and self._transport.ended:
            await self._drop()
        if self._transport is None:
            self._transport = self._new_transport(self._ignore_rtp, self._rtcp, self._state_changed)
            await self._gate.admit(self._transport)
        for publication in self._wanted:
            if publication not in self._subscriptions:
                self._subscribe(publication)
        description = await self._transport.offer()
        self._answered.clear()
        if self.waiting_since is None:
            self.waiting_since = self._transport.now()
        self.pending = RoomOffer(self._participant_id, description, self._tracks(), secrets.token_hex(4))
        self._offered(self.pending)

    def _subscribe(self, publication: Publication) -> None:
        kind = publication.info.kind
        section = next((s for s in self._sections if s.free and s.kind == kind), None)
        if section is None:
            section = self._transport.section(kind)
            self._sections.append(section)
        subscription = Subscription(publication, section, self._transport)
        self._subscriptions[publication] = subscription
        self._by_ssrc[subscription.ssrc] = subscription

    def _tracks(self) -> tuple[OfferedTrack, ...]:
        return tuple(
            OfferedTrack(sub.outgoing.mid, pub.info.participant_id, pub.info.person_id, pub.info.source)
            for pub, sub in self._subscriptions.items()
        )

    def _attach_accepted(self) -> None:
        if self._transport.connected:
            for subscription in self._subscriptions.values():
                if subscription.accepted and not subscription.attached:
                    subscription.attach()

    async def _drop(self) -> None:
        """End the connection; what was wanted still is."""
        transport, self._transport = self._transport, None
        for subscription in self._subscriptions.values():
            subscription.detach()
        self._subscriptions.clear()
        self._by_ssrc.clear()
        self._sections.clear()
        self.pending = None
        if transport is not None:
            await transport.close()

    def _state_changed(self, state: str) -> None:
        if self._transport is None or self._closed:
            return
        if state == "connected":
            self._attach_accepted()
        else:
            self._answered.set()
            self._changed.set()

    def _rtcp(self, packet: bytes, now: float) -> None:
        for report in rtcp.parse(packet):
            ssrcs = report.ssrcs if isinstance(report, rtcp.Bandwidth) else (report.ssrc,)
            for ssrc in ssrcs:
                if ssrc in self._by_ssrc:
                    self._by_ssrc[ssrc].heard(report, now)

    def _ignore_rtp(self, packet: bytes, now: float) -> None:
        """Nothing was asked to be sent on this connection."""
