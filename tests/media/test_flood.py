"""Floods of nonsense: who sends it, and who is in another room, see the same room as before."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from media.admission import JoinGate
from media.errors import MediaError
from media.guard import MAX_ADDRESSES, MAX_QUEUED
from media.ice import LOOPBACK
from media.messages import ParticipantSpec, RoomSpec
from media.room import Room
from media.transport import Transport
from ports.clock import SystemClock
from tests.media import hostile
from tests.media.peers import CountingRecorder, Pages, Peer, Picture, connection, hang_up, until

ROUNDS = 250


class Stage:
    """Two rooms of one process, with two participants each."""

    def __init__(self) -> None:
        gate = JoinGate()
        self.recorders = CountingRecorder(), CountingRecorder()
        self.rooms = [
            Room(RoomSpec(f"case-{n}", f"rec-{n}", "S"), recorder, LOOPBACK, SystemClock(), gate)
            for n, recorder in enumerate(self.recorders)
        ]
        self.peers = [(Peer(room, "host", "host"), Peer(room, "b")) for room in self.rooms]
        self.pages: list[Pages] = []

    async def start(self) -> None:
        for room, peers in zip(self.rooms, self.peers, strict=True):
            await room.start()
            self.pages.append(Pages(room, *peers))
            for peer in peers:
                await room.join(peer.spec)
                await peer.publish()
        everyone = [peer for pair in self.peers for peer in pair]
        await until(lambda: all(p.frames.get("video", 0) > 3 and p.frames.get("audio", 0) > 3 for p in everyone))

    async def close(self) -> None:
        for pages in self.pages:
            await pages.close()
        for room in self.rooms:
            await room.close("over")


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    await stage.start()
    yield stage
    await stage.close()


async def delivered(peer: Peer) -> tuple[int, int]:
    """Packets that came to the participant, and those that did not."""
    stats = [s for s in (await peer.down.getStats()).values() if s.type == "inbound-rtp"]
    return sum(s.packetsReceived for s in stats), sum(s.packetsLost for s in stats)


def recorded_whole(recorder: CountingRecorder) -> bool:
    """No packet of any track is missing between its first and its last."""
    numbers = [[int.from_bytes(packet[2:4]) for packet in sink.packets] for sink in recorder.sinks]
    return all((b - a) & 0xFFFF == 1 for track in numbers for a, b in pairwise(track))


def sockets_of(room: Room) -> list[tuple[str, int]]:
    """Where its connections listen."""
    transports = [t for p in room._participants.values() for t in (p._uplink.transport, p._downlink.transport)]
    return [
        protocol.transport.get_extra_info("sockname")
        for t in transports
        for protocol in t._dtls().transport._connection._protocols
    ]


async def test_a_flood_from_strangers_harms_neither_the_room_it_is_for_nor_another(stage):
    dice, goals = random.Random(3), sockets_of(stage.rooms[1])
    before = [await delivered(peer) for pair in stage.peers for peer in pair]
    strangers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(4)]
    async with hostile.calm():
        for _ in range(ROUNDS):
            for stranger in strangers:
                for goal in goals:
                    stranger.sendto(hostile.datagram(dice), goal)
            await asyncio.sleep(0.008)
    for stranger in strangers:
        stranger.close()
    after = [await delivered(peer) for pair in stage.peers for peer in pair]
    assert all(now[0] - then[0] > 100 and now[1] == 0 for then, now in zip(before, after, strict=True)), (before, after)
    assert all(recorded_whole(recorder) for recorder in stage.recorders)
    assert all(len(t._dtls().transport._connection._remote_candidates) < 4 for t in transports_of(stage.rooms[1]))


def transports_of(room: Room) -> list[Transport]:
    return [t for p in room._participants.values() for t in (p._uplink.transport, p._downlink.transport)]


async def test_a_participant_who_sends_nonsense_over_its_own_connection_harms_only_itself(stage):
    dice, attacker = random.Random(4), stage.peers[1][1]
    links = [pc.getTransceivers()[0].receiver.transport for pc in (attacker.up, attacker.down)]
    own = [1, *(sender._ssrc for sender in attacker.up.getSenders())]
    before = await delivered(stage.peers[0][0])
    async with hostile.calm():
        for _ in range(ROUNDS):
            for dtls in links:
                await nonsense(dtls, own, dice)
            await asyncio.sleep(0.008)
    received, lost = await delivered(stage.peers[0][0])
    assert (received - before[0] > 100, lost) == (True, 0)
    assert recorded_whole(stage.recorders[0])
    host = stage.peers[1][0]
    seen = len(stage.recorders[1].sinks[0].packets)
    await until(lambda: len(stage.recorders[1].sinks[0].packets) > seen + 20)
    assert host.spec.participant_id in {e.participant_id for e in stage.rooms[1].roster().participants if e.connected}


async def nonsense(dtls, own: list[int], dice: random.Random) -> None:
    """What only somebody with the keys can send, and what anybody can, from the peer's own address."""
    ice = dtls.transport._connection
    name, word = f"{ice.remote_username}:{ice.local_username}", ice.remote_password
    packet = hostile.rtp_like(dice) if dice.random() < 0.5 else hostile.rtcp_like(dice)
    protect = dtls._tx_srtp.protect_rtcp if 192 <= packet[1] <= 223 else dtls._tx_srtp.protect
    known = packet[:8] + dice.choice(own).to_bytes(4) + packet[12:]
    for data in (hostile.check(dice, name, word), hostile.datagram(dice), sealed(protect, known)):
        if data:
            await ice.send(data)


def sealed(protect, packet: bytes) -> bytes:
    try:
        return protect(packet)
    except Exception:  # noqa: BLE001 -- what libsrtp itself refuses cannot be sent
        return b""


async def test_a_flood_before_the_handshake_neither_fills_memory_nor_stops_it():
    dice, states = random.Random(5), []
    transport = Transport(LOOPBACK, SystemClock(), lambda *_: None, lambda *_: None, states.append)
    pc = connection()
    pc.addTransceiver(Picture(), "sendonly")
    await pc.setLocalDescription(await pc.createOffer())
    answer, _ = await transport.accept(pc.localDescription.sdp)
    ice = transport._dtls().transport._connection
    (goal,) = [protocol.transport.get_extra_info("sockname") for protocol in ice._protocols]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        async with hostile.calm():
            for number in range(ROUNDS):
                for _ in range(8):
                    stranger.sendto(hostile.datagram(dice), goal)
                await asyncio.sleep(0.002)
                if number == ROUNDS // 2:
                    assert ice._queue.qsize() <= MAX_QUEUED
                    await pc.setRemoteDescription(type(pc.localDescription)(answer, "answer"))
            await until(lambda: states == ["connected"])
    await transport.close()
    await hang_up(pc)


async def test_a_peer_at_a_thousand_addresses_is_known_at_few_of_them(stage):
    transport = transports_of(stage.rooms[1])[0]
    ice = transport._dtls().transport._connection
    (goal,) = [protocol.transport.get_extra_info("sockname") for protocol in ice._protocols]
    name, word = f"{ice.local_username}:{ice.remote_username}", ice.local_password
    many = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(MAX_ADDRESSES + 20)]
    async with hostile.calm():
        for one in many:
            one.sendto(hostile.check(random.Random(1), name, word), goal)
            await asyncio.sleep(0.001)
        await until(lambda: len(ice._remote_candidates) == MAX_ADDRESSES)
    for one in many:
        one.close()


async def test_descriptions_that_are_nearly_right_are_answered_or_refused_by_name(stage):
    dice, room = random.Random(7), stage.rooms[1]
    pc = connection()
    for _ in range(2):
        pc.addTransceiver(Picture(), "sendonly")
    await pc.setLocalDescription(await pc.createOffer())
    offer = pc.localDescription.sdp
    await room.join(ParticipantSpec(participant_id="c", person_id="c", role="insured"))
    counts = {"answered": 0, "refused": 0}
    async with hostile.calm(entries=200):
        for _ in range(150):
            counts[await outcome(room.publish("c", hostile.mutated(offer, dice), {"0": "camera"}))] += 1
        for _ in range(100):
            await until(lambda: room._participants["c"].pending_offer is not None)
            counts[
                await outcome(room.answer("c", hostile.mutated(stage.peers[1][0].down.localDescription.sdp, dice)))
            ] += 1
        await room.leave("c", "left")
    await hang_up(pc)
    assert min(counts.values()) > 20
    assert [await delivered(peer) for peer in stage.peers[0]] and recorded_whole(stage.recorders[0])


async def outcome(asked) -> str:
    try:
        async with asyncio.timeout(5):
            await asked
        return "answered"
    except MediaError:
        return "refused"
