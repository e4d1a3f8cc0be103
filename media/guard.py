"""What may reach ICE and DTLS: a filter on a connection's sockets, since whoever finds the port can send to it.

One of the five files that touch private names (see transport): here of aioice.

Without it a datagram that is malformed in the right way is an exception in the event loop (and a log entry), an empty
one ends a handshake, what comes before DTLS reads is queued without end, and a stranger's datagrams look like signs of
life of the peer.
"""

from collections.abc import Callable
from typing import Any, Protocol

MAX_DATAGRAM = 2048
MAX_QUEUED = 64  # datagrams before DTLS reads them; a handshake takes a handful
MAX_ADDRESSES = 64  # of one peer
MAGIC = b"\x21\x12\xa4\x42"


class Path(Protocol):
    """`refused` counts what was dropped; `last_heard` moves on when something came that only the peer can have sent."""

    now: Callable[[], float]
    last_heard: float
    refused: int


class Guard:
    """Of one aioice Connection: a check with the right password is of the peer, and so is the answer to one of ours."""

    def __init__(self, connection: Any, path: Path):
        self._connection, self._path = connection, path
        self._protocols: set[Any] = set()
        self._incoming = connection.check_incoming
        connection.check_incoming = self._checked
        connection.data_received = self._data

    def watch(self) -> None:
        """Stand before the sockets that there are by now."""
        for protocol in self._connection._protocols:
            if protocol not in self._protocols:
                self._protocols.add(protocol)
                self._stand_before(protocol)

    def _stand_before(self, protocol: Any) -> None:
        stock = protocol.datagram_received

        def datagram_received(data: bytes, address: tuple) -> None:
            if not self._admits(data, address[:2]):
                self._path.refused += 1
                return
            answer = _is_answer(data) and data[8:20] in protocol.transactions
            try:
                stock(data, address)
            except Exception:  # noqa: BLE001 -- aioice raises many kinds on malformed attributes, one for each datagram
                self._path.refused += 1
                return
            if answer:
                self._heard()

        protocol.datagram_received = datagram_received
        protocol.transport.max_size = MAX_DATAGRAM  # asyncio allocates this much for each datagram, else 256 KiB

    def _admits(self, data: bytes, address: tuple[str, int]) -> bool:
        if _is_stun(data):
            return len(self._connection._remote_candidates) < MAX_ADDRESSES or self._knows(address)
        return _is_dtls(data) and self._knows(address)

    def _knows(self, address: tuple[str, int]) -> bool:
        """Whether the peer named this address, or sent a check with the password from there."""
        connection = self._connection
        return any((c._network_host, c.port) == address for c in connection._remote_candidates) or any(
            origin == address for _, origin, _ in connection._early_checks
        )

    def _data(self, data: bytes, component: int) -> None:
        queue = self._connection._queue
        if _is_dtls(data) and queue.qsize() < MAX_QUEUED:
            queue.put_nowait((data, component))
        else:
            self._path.refused += 1

    def _heard(self) -> None:
        self._path.last_heard = self._path.now()

    def _checked(self, message: Any, address: tuple[str, int], protocol: Any) -> None:
        self._heard()
        self._incoming(message, address, protocol)


def _is_stun(data: bytes) -> bool:
    """RFC 8489 5, RFC 7983 7."""
    return len(data) >= 20 and data[0] < 4 and data[4:8] == MAGIC and len(data) == 20 + int.from_bytes(data[2:4])


def _is_dtls(data: bytes) -> bool:
    return len(data) >= 13 and 19 < data[0] < 64


def _is_answer(data: bytes) -> bool:
    return data[0] < 4 and bool(data[0] & 1)
