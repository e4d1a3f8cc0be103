"""One WebRTC connection with a peer: aiortc negotiates, RTP and RTCP pass as raw bytes.

Only this file, sections.py, srtp.py, guard.py and loop.py touch private names of aiortc, aioice, pylibsrtp and asyncio,
and so only they are to be looked at when those change: the versions are pinned, checked at import, and
tests/media/test_transport.py names what we rely on.

How it works: aiortc does SDP, ICE and DTLS. Its senders and receivers never start (`send` and `receive` are replaced
on the instance), so no decoder thread, no queue and no polling task exists. `datagram_received` of the ICE sockets is
replaced: by guard.py as soon as there are sockets, and again when DTLS is up: what is SRTP then goes to srtp.py.
"""

import asyncio
import random
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import aioice.ice
import structlog
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)

from media import sdp
from media.counters import Counters
from media.errors import BadDescription
from media.guard import Guard
from media.ice import IceSettings
from media.sections import REFUSALS, Incoming, Outgoing, incoming, one_codec, parse, sends
from media.srtp import SrtpPath
from ports.clock import Clock

PINNED = {"aiortc": "1.16.0", "aioice": "0.13.0", "pylibsrtp": "1.0.0"}
CONNECT_SECONDS = 15.0
CLOSE_SECONDS = 5.0

log = structlog.get_logger()


def check_versions(pinned: dict[str, str] = PINNED) -> None:
    """Raises RuntimeError unless exactly the pinned versions are installed: their private names are used here."""
    found = {name: version(name) for name in pinned}
    if found != pinned:
        raise RuntimeError(f"the media transport is written for {pinned}, found {found}")


def gather_on(settings: IceSettings) -> None:
    """Offer exactly these addresses in this process; aioice alone would never gather loopback."""
    if settings.addresses:
        addresses = list(settings.addresses)
        aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: addresses


check_versions()


class Transport(SrtpPath):
    """A path for media that is negotiated, comes up, and ends. `on_state(state)` gets connected, then failed or closed,
    each once."""

    def __init__(
        self,
        ice: IceSettings,
        clock: Clock,
        on_rtp: Callable[[bytes, float], None],
        on_rtcp: Callable[[bytes, float], None],
        on_state: Callable[[str], None],
        counters: Counters | None = None,
    ):
        super().__init__(clock.monotonic, on_rtp, on_rtcp, counters)
        self.local_ssrc = random.getrandbits(32)
        self._on_state = on_state
        servers = [RTCIceServer(list(ice.urls), ice.username, ice.credential)] if ice.urls else []
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=servers, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._pc.on("connectionstatechange", self._state_changed)
        self._own_connect()
        self._guards: dict[Any, Guard] = {}
        self._connects: set[asyncio.Task[None]] = set()
        self._closing: asyncio.Task[None] | None = None
        self._ended = False
        self._settled: list[Callable[[], None]] = []
        self._limit: asyncio.TimerHandle | None = None

    # ---- negotiation ------------------------------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        return self._ended

    async def accept(self, offer: str) -> tuple[str, list[Incoming]]:
        """Answer the peer's offer, first or repeated. Each section gets one codec, so a track never changes it.
        Raises BadDescription."""
        described = parse(offer)
        self._begin()
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(sdp.admit(offer), "offer"))
            self._silence()
            for transceiver in self._pc.getTransceivers():
                transceiver._codecs = one_codec(transceiver._codecs)
            await self._pc.setLocalDescription(await self._pc.createAnswer())
            self._guard_sockets()
        except REFUSALS as error:
            raise BadDescription(type(error).__name__) from error
        transceivers = self._pc.getTransceivers()
        return self._pc.localDescription.sdp, [incoming(part, transceivers) for part in described.media if sends(part)]

    def section(self, kind: str) -> Outgoing:
        """A new section for an outgoing track; the caller keeps it and uses it again."""
        outgoing = Outgoing(self._pc.addTransceiver(kind, "sendonly"))
        self._silence()
        return outgoing

    async def offer(self) -> str:
        self._begin()
        await self._pc.setLocalDescription(await self._pc.createOffer())
        self._guard_sockets()
        return self._pc.localDescription.sdp

    async def accept_answer(self, answer: str) -> None:
        """Raises BadDescription."""
        parse(answer)
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(sdp.admit(answer), "answer"))
        except REFUSALS as error:
            raise BadDescription(type(error).__name__) from error

    def when_settled(self, callback: Callable[[], None]) -> None:
        """Call once it is connected or ended; at once if it is already."""
        if self.connected or self._ended:
            callback()
        else:
            self._settled.append(callback)

    # ---- life -------------------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """End the connection and its sockets and tasks; closing again waits for the same end."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(), name="media-transport-close")
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        self._end("closed")
        self._let_go()
        self._forget_unfinished()
        dtls = self._dtls()
        pump = dtls._task if dtls else None
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._pc.close()
                unfinished = {task for task in (pump, *self._connects) if task is not None}
                if unfinished:
                    await asyncio.wait(unfinished)
                await self._end_consent(dtls)
        except TimeoutError:
            log.error("media_transport_close_timeout")
            await self._break_off(dtls)

    def _state_changed(self) -> None:
        state = self._pc.connectionState
        if state == "connected" and not self._ended and not self.connected:
            self._take_over(self._dtls())
            self._settle()
            self._on_state("connected")
        elif state in ("failed", "closed"):
            self._end(state)

    def _begin(self) -> None:
        """Its time to connect runs from here: before, it may have had to wait for its turn."""
        if self._limit is None and not self._ended:
            self._limit = asyncio.get_running_loop().call_later(CONNECT_SECONDS, self._give_up)

    def _give_up(self) -> None:
        if not self.connected:
            self._end("failed")

    def _end(self, state: str) -> None:
        if self._ended:
            return
        self._ended, self.connected = True, False
        self._settle()
        self._on_state(state)

    def _settle(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
        callbacks, self._settled = self._settled, []
        for callback in callbacks:
            callback()

    # ---- private names of others ------------------------------------------------------------------------------------

    def _own_connect(self) -> None:
        """aiortc connects in a task that nobody awaits: we keep it, and what it raises ends this transport."""
        stock = self._pc._RTCPeerConnection__connect

        async def connect() -> None:
            task = asyncio.current_task()
            self._connects.add(task)
            try:
                await stock()
            except Exception as error:  # noqa: BLE001 -- whatever a peer's description provokes ends only its transport
                log.warning("media_connect_failed", error=type(error).__name__)
                self._end("failed")
            finally:
                self._connects.discard(task)

        self._pc._RTCPeerConnection__connect = connect

    def _guard_sockets(self) -> None:
        for transceiver in self._pc.getTransceivers():
            connection = transceiver.receiver.transport.transport._connection
            if connection not in self._guards:
                self._guards[connection] = Guard(connection, self)
            self._guards[connection].watch()

    def _silence(self) -> None:
        """Keep aiortc's own senders and receivers from starting tasks and decoder threads."""
        for transceiver in self._pc.getTransceivers():
            transceiver.sender.send = _nothing
            transceiver.receiver.receive = _nothing

    def _forget_unfinished(self) -> None:
        """A description that aiortc gave up half-way may leave a transceiver without a transport; its close would stop
        there and leave the other sockets open."""
        transceivers = self._pc._RTCPeerConnection__transceivers
        transceivers[:] = [part for part in transceivers if part.receiver.transport is not None]

    async def _break_off(self, dtls: Any) -> None:
        """What hangs while it closes, as where a TURN server does not answer, ends at once and without a word."""
        for connection in self._guards:
            for protocol in connection._protocols:
                protocol.transport.close()
        await self._end_consent(dtls)
        tasks = {*self._connects, *((dtls._task, dtls.transport._RTCIceTransport__monitor_task) if dtls else ())} - {
            None
        }
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _dtls(self) -> Any:
        transceivers = self._pc.getTransceivers()
        return transceivers[0].receiver.transport if transceivers else None

    async def _end_consent(self, dtls: Any) -> None:
        """aioice closed in the moment it connects starts its consent checks nevertheless, and never ends them."""
        task = dtls.transport._connection._query_consent_task if dtls else None
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait([task])


async def _nothing(parameters: object) -> None:
    return None
