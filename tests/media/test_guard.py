"""The guard before a connection's sockets, and what it relies on in aioice."""

import inspect
import struct

import aioice.ice
import pytest
from aioice import Candidate, stun

from media.guard import MAX_QUEUED, Guard

PEER, STRANGER = ("192.0.2.1", 5000), ("192.0.2.2", 5000)
DTLS = struct.pack("!BHHHIH", 22, 0xFEFD, 0, 0, 0, 4) + b"data"


class Path:
    """A connection as the guard sees it: a clock that counts its calls."""

    def __init__(self) -> None:
        self.refused = 0
        self.last_heard = 0.0
        self.time = 10.0

    def now(self) -> float:
        return self.time


class Socket:
    """What aioice sends with."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def sendto(self, data: bytes, address: tuple) -> None:
        self.sent.append(data)


class Scene:
    """An aioice connection with one socket, guarded, whose peer is at one address."""

    def __init__(self) -> None:
        self.path, self.ice = Path(), aioice.ice.Connection(ice_controlling=False)
        self.ice.remote_username, self.ice.remote_password = "them", "the password of theirs"
        self.protocol = aioice.ice.StunProtocol(self.ice)
        self.protocol.transport = Socket()
        self.protocol.local_candidate = Candidate("1", 1, "udp", 1, "192.0.2.9", 4000, "host")
        self.ice._protocols.append(self.protocol)
        guard = Guard(self.ice, self.path)
        guard.watch()
        guard.watch()

    def receive(self, data: bytes, address: tuple = PEER) -> None:
        self.protocol.datagram_received(data, address)

    def check(self, password: str | None = None, **attributes) -> bytes:
        request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        request.attributes.update({"USERNAME": f"{self.ice.local_username}:them"}, **attributes)
        request.add_message_integrity((password or self.ice.local_password).encode())
        return bytes(request)


@pytest.fixture
async def scene() -> Scene:
    return Scene()


async def test_a_check_with_the_password_is_a_sign_of_life_and_makes_the_address_known(scene):
    scene.receive(DTLS)
    assert (scene.path.refused, scene.ice._queue.qsize()) == (1, 0)
    scene.receive(scene.check(PRIORITY=1))
    assert len(scene.ice._early_checks) == len(scene.protocol.transport.sent) == 1
    scene.receive(DTLS)
    scene.receive(DTLS, STRANGER)
    assert (scene.path.refused, scene.ice._queue.qsize()) == (2, 1)
    scene.ice.check_incoming(*scene.ice._early_checks[0])
    assert scene.path.last_heard == 10.0
    for pair in scene.ice._check_list:
        pair.task.cancel()


async def test_a_check_with_another_password_is_answered_and_is_no_sign_of_life(scene):
    scene.receive(scene.check("a guess", PRIORITY=1))
    assert (scene.path.last_heard, len(scene.protocol.transport.sent)) == (0.0, 1)


async def test_the_answer_to_a_check_of_ours_is_a_sign_of_life_and_any_other_answer_is_none(scene):
    answer = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.RESPONSE)
    scene.receive(bytes(answer))
    assert scene.path.last_heard == 0.0
    heard = []
    transaction = type("Transaction", (), {"response_received": lambda self, message, address: heard.append(message)})
    scene.protocol.transactions[answer.transaction_id] = transaction()
    scene.receive(bytes(answer))
    assert (scene.path.last_heard, len(heard)) == (10.0, 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        bytes(20),
        b"\x80" * 40,
        struct.pack("!HHI12s", 1, 8, 0x2112A442, bytes(12)) + struct.pack("!HHI", 0x0024, 2, 0),  # PRIORITY of 2 bytes
        struct.pack("!HHI12s", 0x3FFF, 0, 0x2112A442, bytes(12)),  # a method that there is not
        b"\x16\xfe\xfd",
    ],
)
async def test_what_is_malformed_is_counted_and_neither_raised_nor_kept(scene, data):
    scene.receive(data)
    assert (scene.path.refused, scene.ice._queue.qsize(), scene.path.last_heard) == (1, 0, 0.0)


async def test_what_waits_for_dtls_is_bounded(scene):
    scene.receive(scene.check(PRIORITY=1))
    for _ in range(MAX_QUEUED + 5):
        scene.receive(DTLS)
    assert (scene.ice._queue.qsize(), scene.path.refused) == (MAX_QUEUED, 5)


def test_aioice_reaches_what_the_guard_replaces_through_the_instance():
    received = inspect.getsource(aioice.ice.StunProtocol.datagram_received)
    assert "self.receiver.data_received(data, self.local_candidate.component)" in received
    assert "message.transaction_id in self.transactions" in received
    asked = inspect.getsource(aioice.ice.Connection.request_received)
    assert "self.check_incoming(message, addr, protocol)" in asked
    assert "self._early_checks.append((message, addr, protocol))" in asked
    assert "c._network_host == addr[0] and c.port == addr[1]" in inspect.getsource(aioice.ice.Connection.check_incoming)
