"""One WebRTC connection with a peer: aiortc negotiates, RTP and RTCP pass as raw bytes.

The only file that touches private names of aiortc, aioice, pylibsrtp and asyncio, and so the only one to look at when
they change: their versions are pinned, checked at import, and tests/media/test_transport.py names what we rely on.

How it works: aiortc does SDP, ICE and DTLS. Its senders and receivers never start (`send` and `receive` are replaced
on the instance), so no decoder thread, no queue and no polling task exists. When DTLS is up, `datagram_received` of
the ICE sockets is replaced: what is SRTP goes to us, everything else to aioice as before.
"""

import asyncio
import math
import random
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, NamedTuple

import aioice.ice
import structlog
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.codecs import CODECS
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError
from aiortc.rtcrtpparameters import RTCRtcpFeedback, RTCRtpCodecParameters
from aiortc.sdp import MediaDescription, SessionDescription
from pylibsrtp import ffi, lib

from media import sdp
from media.errors import BadDescription
from media.forwarding import Position, mid_extension
from media.ice import IceSettings
from ports.clock import Clock

PINNED = {"aiortc": "1.16.0", "aioice": "0.13.0", "pylibsrtp": "1.0.0"}
CODEC_ORDER = ("VP8", "H264", "VP9", "AV1", "opus")
MAX_SECTIONS = 16
MAX_DATAGRAM = 2048
CONNECT_SECONDS = 15.0
CLOSE_SECONDS = 5.0
MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"
_REFUSALS = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    InternalError,
    InvalidAccessError,
    InvalidStateError,
    OperationError,
)

log = structlog.get_logger()


def check_versions(pinned: dict[str, str] = PINNED) -> None:
    """Raises RuntimeError unless exactly the pinned versions are installed: their private names are used here."""
    found = {name: version(name) for name in pinned}
    if found != pinned:
        raise RuntimeError(f"media/transport.py is written for {pinned}, found {found}")


def offer_codecs() -> None:
    """Let aiortc negotiate VP9 and AV1 too; it never has to decode them here. Safe to call again."""
    known = {codec.name for codec in CODECS["video"]}
    for name, payload_type in (("VP9", 110), ("AV1", 112)):
        if name not in known:
            feedback = [RTCRtcpFeedback("nack"), RTCRtcpFeedback("nack", "pli"), RTCRtcpFeedback("goog-remb")]
            CODECS["video"].append(
                RTCRtpCodecParameters(f"video/{name}", 90000, payloadType=payload_type, rtcpFeedback=feedback)
            )


def gather_on(settings: IceSettings) -> None:
    """Offer exactly these addresses in this process; aioice alone would never gather loopback."""
    if settings.addresses:
        addresses = list(settings.addresses)
        aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: addresses


check_versions()
offer_codecs()

# One buffer for every packet of the process: each is copied in, changed in place, copied out, before the next.
_cdata = ffi.new("char[]", MAX_DATAGRAM + 256)
_buffer = ffi.buffer(_cdata)
_length = ffi.new("int *")
_protect, _unprotect = lib.srtp_protect, lib.srtp_unprotect
_protect_rtcp, _unprotect_rtcp = lib.srtp_protect_rtcp, lib.srtp_unprotect_rtcp


class Incoming(NamedTuple):
    """One section of the peer's offer that brings a track."""

    mid: str
    kind: str
    codec: str
    clock_rate: int
    payload_type: int
    ssrc: int | None
    mid_extension_id: int
    capability: RTCRtpCodecParameters


class Outgoing:
    """One section of our offer and the one stream (SSRC) in it; when its track has ended, another goes on in it.
    `position`: where the stream stands, once something was sent."""

    def __init__(self, transceiver: RTCRtpTransceiver):
        self._transceiver = transceiver
        self.free = True
        self.position: Position | None = None

    @property
    def kind(self) -> str:
        return self._transceiver.kind

    @property
    def mid(self) -> str:
        return self._transceiver.mid

    @property
    def ssrc(self) -> int:
        return self._transceiver.sender._ssrc

    @property
    def payload_type(self) -> int:
        return self._transceiver._codecs[0].payloadType

    @property
    def accepted(self) -> bool:
        """Whether the peer's last answer takes this track."""
        return not self.free and self._transceiver.currentDirection == "sendonly" and bool(self._transceiver._codecs)

    @property
    def extension(self) -> bytes:
        return mid_extension(_mid_extension_id(self._transceiver), self.mid)

    def carry(self, codec: RTCRtpCodecParameters, stream_id: str, track_id: str) -> None:
        """The next offer brings this track."""
        self.free = False
        sender = self._transceiver.sender
        sender._stream_id, sender._track_id = stream_id, track_id
        capabilities = RTCRtpSender.getCapabilities(self.kind).codecs
        same = [c for c in capabilities if c.mimeType == codec.mimeType and c.parameters == codec.parameters]
        self._transceiver.setCodecPreferences(same)
        self._transceiver.direction = "sendonly"

    def release(self) -> None:
        self.free = True
        self._transceiver.direction = "inactive"


class Transport:
    """`on_rtp(packet, now)` and `on_rtcp(packet, now)` get decrypted bytes, `on_state(state)` connected, then failed or
    closed once. Nothing is queued: what cannot be sent at once is dropped and counted in `unsent`."""

    def __init__(
        self,
        ice: IceSettings,
        clock: Clock,
        on_rtp: Callable[[bytes, float], None],
        on_rtcp: Callable[[bytes, float], None],
        on_state: Callable[[str], None],
    ):
        self.now = clock.monotonic
        self.last_heard = -math.inf
        self.local_ssrc = random.getrandbits(32)
        self.connected = False
        self.unsent = self.refused = 0
        self._on_rtp, self._on_rtcp, self._on_state = on_rtp, on_rtcp, on_state
        servers = [RTCIceServer(list(ice.urls), ice.username, ice.credential)] if ice.urls else []
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=servers, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._pc.on("connectionstatechange", self._state_changed)
        self._own_connect()
        self._connects: set[asyncio.Task[None]] = set()
        self._hooked: list[Any] = []
        self._sessions: tuple[Any, Any] = (None, None)
        self._rx = self._tx = None
        self._nominated: dict[int, Any] = {}
        self._pair: Any = None
        self._sendto: Callable[..., Any] | None = None
        self._remote: tuple[str, int] = ("", 0)
        self._closing: asyncio.Task[None] | None = None
        self._ended = False
        self._settled: list[Callable[[], None]] = []
        self._limit = asyncio.get_running_loop().call_later(CONNECT_SECONDS, self._give_up)

    # ---- negotiation ------------------------------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        return self._ended

    async def accept(self, offer: str) -> tuple[str, list[Incoming]]:
        """Answer the peer's offer, first or repeated. Each section gets one codec, so a track never changes it.
        Raises BadDescription."""
        described = _parse(offer)
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(sdp.admit(offer), "offer"))
            self._silence()
            for transceiver in self._pc.getTransceivers():
                transceiver._codecs = _one_codec(transceiver._codecs)
            await self._pc.setLocalDescription(await self._pc.createAnswer())
        except _REFUSALS as error:
            raise BadDescription(type(error).__name__) from error
        return self._pc.localDescription.sdp, [self._incoming(media) for media in described.media if _sends(media)]

    def section(self, kind: str) -> Outgoing:
        """A new section for an outgoing track; the caller keeps it and uses it again."""
        outgoing = Outgoing(self._pc.addTransceiver(kind, "sendonly"))
        self._silence()
        return outgoing

    async def offer(self) -> str:
        await self._pc.setLocalDescription(await self._pc.createOffer())
        return self._pc.localDescription.sdp

    async def accept_answer(self, answer: str) -> None:
        """Raises BadDescription."""
        _parse(answer)
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(sdp.admit(answer), "answer"))
        except _REFUSALS as error:
            raise BadDescription(type(error).__name__) from error

    def when_settled(self, callback: Callable[[], None]) -> None:
        """Call once it is connected or ended; at once if it is already."""
        if self.connected or self._ended:
            callback()
        else:
            self._settled.append(callback)

    # ---- media ------------------------------------------------------------------------------------------------------

    def send_rtp(self, header: bytes, payload: bytes) -> None:
        """Encrypt and send one packet, or drop it when the socket is full or the connection is not up."""
        start = len(header)
        end = start + len(payload)
        if not self.connected or end > MAX_DATAGRAM:
            self.unsent += 1
            return
        _buffer[0:start] = header
        _buffer[start:end] = payload
        _length[0] = end
        if _protect(self._tx, _cdata, _length):
            self.unsent += 1
            return
        self._send(_buffer[0 : _length[0]])

    def send_rtcp(self, packet: bytes) -> None:
        if not self.connected:
            return
        _buffer[0 : len(packet)] = packet
        _length[0] = len(packet)
        if _protect_rtcp(self._tx, _cdata, _length) == 0:
            self._send(_buffer[0 : _length[0]])

    def _send(self, datagram: bytes) -> None:
        pair = self._nominated.get(1)
        if pair is not self._pair:
            self._use_pair(pair)
        try:
            self._sendto(datagram, self._remote)
        except OSError:
            self.unsent += 1

    def _receive(self, data: bytes) -> None:
        """An SRTP or SRTCP datagram (RFC 5764 5.1.2, RFC 5761 4); what does not authenticate is counted and dropped."""
        size = len(data)
        if not 12 <= size <= MAX_DATAGRAM:
            self.refused += 1
            return
        _buffer[0:size] = data
        _length[0] = size
        now = self.now()
        is_rtcp = 192 <= data[1] <= 223
        if (_unprotect_rtcp if is_rtcp else _unprotect)(self._rx, _cdata, _length):
            self.refused += 1
            return
        self.last_heard = now
        (self._on_rtcp if is_rtcp else self._on_rtp)(_buffer[0 : _length[0]], now)

    # ---- life -------------------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """End the connection and its sockets and tasks; closing again waits for the same end."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(), name="media-transport-close")
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        self._end("closed")
        for protocol in self._hooked:
            del protocol.datagram_received
        self._hooked.clear()
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

    def _state_changed(self) -> None:
        state = self._pc.connectionState
        if state == "connected" and not self._ended and not self.connected:
            self._take_over()
            self._settle()
            self._on_state("connected")
        elif state in ("failed", "closed"):
            self._end(state)

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

    def _silence(self) -> None:
        """Keep aiortc's own senders and receivers from starting tasks and decoder threads."""
        for transceiver in self._pc.getTransceivers():
            transceiver.sender.send = _nothing
            transceiver.receiver.receive = _nothing

    def _dtls(self) -> Any:
        transceivers = self._pc.getTransceivers()
        return transceivers[0].receiver.transport if transceivers else None

    async def _end_consent(self, dtls: Any) -> None:
        """aioice closed in the moment it connects starts its consent checks nevertheless, and never ends them."""
        task = dtls.transport._connection._query_consent_task if dtls else None
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait([task])

    def _take_over(self) -> None:
        dtls = self._dtls()
        connection = dtls.transport._connection
        self._sessions = (dtls._rx_srtp, dtls._tx_srtp)
        self._rx, self._tx = self._sessions[0]._srtp[0], self._sessions[1]._srtp[0]
        self._nominated = connection._nominated
        self._use_pair(self._nominated[1])
        for protocol in connection._protocols:
            self._hook(protocol)
        self.last_heard = self.now()
        self.connected = True

    def _hook(self, protocol: Any) -> None:
        stock, receive = protocol.datagram_received, self._receive

        def datagram_received(data: bytes, address: tuple) -> None:
            if not data:
                return  # aiortc's DTLS pump would die of an empty datagram
            if 127 < data[0] < 192:
                receive(data)
            else:
                self.last_heard = self.now()
                stock(data, address)

        protocol.datagram_received = datagram_received
        protocol.transport.max_size = MAX_DATAGRAM  # asyncio allocates this much for each datagram, else 256 KiB
        self._hooked.append(protocol)

    def _use_pair(self, pair: Any) -> None:
        """Remember where to send; the pair changes when the peer nominates another."""
        self._pair = pair
        if pair is None:
            self._sendto = _lost
            return
        transport = pair.protocol.transport
        relayed = transport.get_extra_info("socket") is None
        self._sendto = transport.sendto if relayed else transport._sock.sendto
        self._remote = pair.remote_addr

    def _incoming(self, media: MediaDescription) -> Incoming:
        transceiver = next(t for t in self._pc.getTransceivers() if t.mid == media.rtp.muxId)
        codec = transceiver._codecs[0]
        return Incoming(
            mid=media.rtp.muxId,
            kind=media.kind,
            codec=codec.name,
            clock_rate=codec.clockRate,
            payload_type=codec.payloadType,
            ssrc=media.ssrc[0].ssrc if media.ssrc else None,
            mid_extension_id=_mid_extension_id(transceiver),
            capability=codec,
        )


async def _nothing(parameters: object) -> None:
    return None


def _lost(datagram: bytes, address: tuple[str, int]) -> None:
    raise ConnectionError


def sending_sections(offer: str) -> dict[str, str]:
    """MID -> kind of the sections that bring a track. Raises BadDescription."""
    return {media.rtp.muxId: media.kind for media in _parse(offer).media if _sends(media)}


def _parse(description: str) -> SessionDescription:
    try:
        described = SessionDescription.parse(sdp.admit(description))
        kinds = {media.kind for media in described.media}
        mids = {media.rtp.muxId for media in described.media}
    except _REFUSALS as error:
        raise BadDescription("a description that cannot be read") from error
    sections = len(described.media)
    if not 0 < sections <= MAX_SECTIONS or not kinds <= {"audio", "video"} or len(mids) != sections:
        raise BadDescription(f"a description with {sections} sections of {sorted(kinds)}")
    return described


def _sends(media: MediaDescription) -> bool:
    return media.port != 0 and media.direction in ("sendonly", "sendrecv")


def _one_codec(common: list[RTCRtpCodecParameters]) -> list[RTCRtpCodecParameters]:
    usable = [codec for codec in common if codec.name in CODEC_ORDER]
    if not usable:
        raise ValueError("no codec in common")
    return [min(usable, key=lambda codec: CODEC_ORDER.index(codec.name))]


def _mid_extension_id(transceiver: RTCRtpTransceiver) -> int:
    ids = (extension.id for extension in transceiver._headerExtensions if extension.uri == MID_URI)
    return next(ids, 0)
