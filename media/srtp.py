"""A connection's media as raw datagrams: SRTP in and out, past aiortc and asyncio's queues.

One of the five files that touch private names (see transport): here of aioice, aiortc's DTLS, pylibsrtp and asyncio.
"""

import math
from collections.abc import Callable
from typing import Any

from pylibsrtp import ffi, lib

from media.counters import Counters

MAX_DATAGRAM = 2048
AT_ONCE = 8  # datagrams of one socket before others have their turn; a frame comes in several
FULL = 1000  # bytes: a datagram of a frame of several

# One buffer for every packet of the process: each is read or copied in, changed in place, copied out, before the next.
_cdata = ffi.new("char[]", MAX_DATAGRAM + 256)
_buffer = ffi.buffer(_cdata)
_view = memoryview(_buffer)
_length = ffi.new("int *")
_protect, _unprotect = lib.srtp_protect, lib.srtp_unprotect
_protect_rtcp, _unprotect_rtcp = lib.srtp_protect_rtcp, lib.srtp_unprotect_rtcp


class SrtpPath:
    """`on_rtp(packet, now)` and `on_rtcp(packet, now)` get decrypted bytes. Nothing is queued: what cannot be sent at
    once is dropped and counted in `unsent`; what does not authenticate is counted in `refused`. `counters` may be
    shared by connections."""

    def __init__(
        self,
        now: Callable[[], float],
        on_rtp: Callable[[bytes, float], None],
        on_rtcp: Callable[[bytes, float], None],
        counters: Counters | None = None,
    ):
        self.now = now
        self.last_heard = -math.inf
        self.connected = False
        self.received = 0  # bytes of media
        self.ceiling = math.inf  # of them; what is beyond is dropped (allowance.py)
        self.counters = counters or Counters()
        self._on_rtp, self._on_rtcp = on_rtp, on_rtcp
        self._hooked: list[Any] = []
        self._sessions: tuple[Any, Any] = (None, None)
        self._rx = self._tx = None
        self._nominated: dict[int, Any] = {}
        self._pair: Any = None
        self._sendto: Callable[..., Any] | None = None
        self._remote: tuple[str, int] = ("", 0)

    @property
    def unsent(self) -> int:
        return self.counters.unsent

    @property
    def refused(self) -> int:
        return self.counters.refused

    @refused.setter
    def refused(self, count: int) -> None:
        self.counters.refused = count

    def send_rtp(self, header: bytes, payload: bytes) -> None:
        """Encrypt and send one packet, or drop it when the socket is full or the connection is not up."""
        start = len(header)
        size = start + len(payload)
        if not self.connected or size > MAX_DATAGRAM:
            self.counters.unsent += 1
            return
        _buffer[0:start] = header
        _buffer[start:size] = payload
        _length[0] = size
        if _protect(self._tx, _cdata, _length):
            self.counters.unsent += 1
            return
        if self._nominated.get(1) is not self._pair:
            self._use_pair(self._nominated.get(1))
        try:
            self._sendto(_view[0 : _length[0]], self._remote)
        except OSError:
            self.counters.unsent += 1

    def send_rtcp(self, packet: bytes) -> None:
        if not self.connected:
            return
        _buffer[0 : len(packet)] = packet
        _length[0] = len(packet)
        if _protect_rtcp(self._tx, _cdata, _length) == 0:
            self._send(_buffer[0 : _length[0]])

    def _send(self, datagram: bytes) -> None:
        if self._nominated.get(1) is not self._pair:
            self._use_pair(self._nominated.get(1))
        try:
            self._sendto(datagram, self._remote)
        except OSError:
            self.counters.unsent += 1

    def _receive(self, data: bytes) -> None:
        size = len(data)
        if size > MAX_DATAGRAM:
            self.counters.refused += 1
            return
        _buffer[0:size] = data
        self._decrypt(size)

    def _decrypt(self, size: int) -> None:
        """The SRTP or SRTCP datagram in the buffer (RFC 5764 5.1.2, RFC 5761 4); what does not authenticate is counted
        and dropped."""
        is_rtcp = 192 <= _view[1] <= 223
        _length[0] = size
        if size < 12 or (_unprotect_rtcp if is_rtcp else _unprotect)(self._rx, _cdata, _length):
            self.counters.refused += 1
            return
        self.last_heard = now = self.now()
        if is_rtcp:
            self._on_rtcp(_buffer[0 : _length[0]], now)
            return
        self.received += size
        if self.received > self.ceiling:
            self.counters.limited += 1
            return
        self._on_rtp(_buffer[0 : _length[0]], now)

    # ---- private names of others ------------------------------------------------------------------------------------

    def _take_over(self, dtls: Any) -> None:
        """DTLS is up: from now on the datagrams are ours."""
        connection = dtls.transport._connection
        self._sessions = (dtls._rx_srtp, dtls._tx_srtp)
        self._rx, self._tx = self._sessions[0]._srtp[0], self._sessions[1]._srtp[0]
        self._nominated = connection._nominated
        self._use_pair(self._nominated[1])
        for protocol in connection._protocols:
            self._hook(protocol)
        self.last_heard = self.now()
        self.connected = True

    def _let_go(self) -> None:
        for protocol in self._hooked:
            protocol.datagram_received = _deaf  # whatever still comes while it closes
            if (transport := _plain(protocol)) is not None:
                transport._loop._remove_reader(transport._sock_fd)
        self._hooked.clear()

    def _hook(self, protocol: Any) -> None:
        stock, receive = protocol.datagram_received, self._receive

        def datagram_received(data: bytes, address: tuple) -> None:
            if data and 127 < data[0] < 192:
                receive(data)
            else:
                stock(data, address)

        protocol.datagram_received = datagram_received
        protocol.transport.max_size = MAX_DATAGRAM  # asyncio allocates this much for each datagram, else 256 KiB
        self._hooked.append(protocol)
        if (transport := _plain(protocol)) is not None:
            transport._loop._add_reader(transport._sock_fd, Inlet(self, protocol, transport._sock.recvfrom_into))

    def _use_pair(self, pair: Any) -> None:
        """Remember where to send; the pair changes when the peer nominates another."""
        self._pair = pair
        if pair is None:
            self._sendto = _lost
            return
        transport = _plain(pair.protocol)
        relayed = pair.protocol.transport.get_extra_info("socket") is None
        self._sendto = pair.protocol.transport.sendto if relayed else transport._sock.sendto if transport else _lost
        self._remote = pair.remote_addr


class Inlet:
    """Takes what one socket of a path has."""

    __slots__ = ("_path", "_protocol", "_receive_into")

    def __init__(self, path: SrtpPath, protocol: Any, receive_into: Callable[..., Any]):
        self._path, self._protocol, self._receive_into = path, protocol, receive_into

    def __call__(self) -> None:
        """The socket is readable. After what is short or bears the marker of a frame's end (or is RTCP) there is nearly
        always nothing: being woken again for the rest costs less than looking for it each time."""
        path, receive_into = self._path, self._receive_into
        for _ in range(AT_ONCE):
            try:
                size, address = receive_into(_buffer, MAX_DATAGRAM)
            except OSError:  # nothing more, or an ICMP error of an address that the peer named
                return
            last = size < FULL or _view[1] > 0x7F
            if size and 127 < _view[0] < 192:
                path._decrypt(size)
            else:
                self._protocol.datagram_received(_buffer[0:size], address)
            if last or not path.connected:
                return


def _plain(protocol: Any) -> Any:
    """Asyncio's transport with a socket of its own that is still open; None for one through a TURN server."""
    transport = protocol.transport
    return None if transport.get_extra_info("socket") is None or transport.is_closing() else transport


def _deaf(datagram: bytes, address: tuple) -> None:
    return None


def _lost(datagram: bytes, address: tuple[str, int]) -> None:
    raise ConnectionError
