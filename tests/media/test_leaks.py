"""Fifty people come and go, in order and not: no task, socket, connection or memory of theirs stays."""

import asyncio
import ctypes
import gc
import os
from collections import Counter
from contextlib import suppress

from aiortc import RTCPeerConnection

from media.admission import JoinGate
from media.downlink import Downlink
from media.errors import BadDescription, ParticipantUnknown
from media.guard import Guard
from media.ice import LOOPBACK
from media.messages import RoomSpec
from media.participant import Participant
from media.publication import Publication
from media.room import Room
from media.subscription import Subscription
from media.transport import Transport
from ports.clock import SystemClock
from tests.media.hostile import resident
from tests.media.peers import CountingRecorder, Pages, Peer, connection, hang_up, until

ROUNDS = 10  # of five people each, at once
WARM = 4  # rounds, after which libraries have what they keep
MEGABYTES = 8
HOSTS_PAGE = ("Peer._count", "RTCRtpReceiver._run_rtcp")  # as many as were offered to it at once
OURS = (Participant, Downlink, Transport, Guard, Publication, Subscription, RTCPeerConnection)


async def regular(room: Room, peer: Peer) -> None:
    """Comes, is heard, hears, and leaves."""
    await room.join(peer.spec)
    pages = Pages(room, peer)  # not earlier: an offer to who was here before is none of its own
    await peer.publish("audio")
    await until(lambda: peer.frames.get("audio", 0) > 0 and heard(room, peer))
    await room.leave(peer.spec.participant_id, "left")
    await pages.close()


async def refused(room: Room, peer: Peer) -> None:
    """Its descriptions are wrong, one at the beginning and one half-way."""
    await room.join(peer.spec)
    pc = connection()
    pc.addTransceiver(peer.tone, "sendonly")
    await pc.setLocalDescription(await pc.createOffer())
    for wrong in (("a=ice-pwd", "a=nothing"), ("opus/48000/2", "unheard/8000")):
        try:
            await room.publish(peer.spec.participant_id, pc.localDescription.sdp.replace(*wrong), {"0": "microphone"})
        except BadDescription:
            continue
    await room.leave(peer.spec.participant_id, "left")
    await hang_up(pc)


async def hasty(room: Room, peer: Peer) -> None:
    """Leaves while what it publishes is being taken."""
    await room.join(peer.spec)
    taking = room._participants[peer.spec.participant_id]._publishing
    publishing = asyncio.create_task(peer.publish("audio"))
    while not taking.locked():  # noqa: ASYNC110 -- a lock says nothing when it is taken
        await asyncio.sleep(0)
    await room.leave(peer.spec.participant_id, "left")
    with suppress(ParticipantUnknown):
        await publishing


async def vanished(room: Room, peer: Peer) -> None:
    """Nothing comes from it and nothing reaches it from one moment to the next; then the room gives it up."""
    pages = Pages(room, peer)
    await room.join(peer.spec)
    await peer.publish("audio")
    await until(lambda: peer.frames.get("audio", 0) > 0)
    for pc in (peer.up, peer.down):
        for protocol in pc.getTransceivers()[0].receiver.transport.transport._connection._protocols:
            asyncio.get_running_loop()._remove_reader(protocol.transport._sock_fd)
            protocol.transport.sendto = lambda data, address: None
    await asyncio.sleep(0.05)
    await room.leave(peer.spec.participant_id, "silent")
    await pages.close()


async def twice(room: Room, peer: Peer) -> None:
    """Loads its page anew in the middle: it comes again without having left."""
    former = Peer(room, peer.spec.participant_id)
    pages = Pages(room, former)
    await room.join(former.spec)
    await former.publish("audio")
    await until(lambda: former.frames.get("audio", 0) > 0 and heard(room, former))
    await pages.close()
    await regular(room, peer)


WAYS = (regular, refused, hasty, vanished, twice)


async def visit(way, room: Room, name: str) -> None:
    peer = Peer(room, name)
    await way(room, peer)
    await peer.close()


def heard(room: Room, peer: Peer) -> bool:
    entries = {entry.participant_id: entry for entry in room.roster().participants}
    return entries[peer.spec.participant_id].sources["microphone"].receiving


def instances() -> Counter:
    gc.collect()
    return Counter(type(thing).__name__ for thing in gc.get_objects() if isinstance(thing, OURS))


async def test_fifty_that_come_and_go_leave_no_task_socket_connection_or_memory():
    room = Room(RoomSpec("case-1", "rec-1", "S"), CountingRecorder(), LOOPBACK, SystemClock(), JoinGate())
    await room.start()
    host = Peer(room, "host", "host")
    pages = Pages(room, host)
    await room.join(host.spec)
    await host.publish("audio")
    before: tuple = ()
    for number in range(ROUNDS):
        if number == WARM:
            before = await settled(room)
        await asyncio.gather(*(visit(way, room, f"{way.__name__}-{number}") for way in WAYS))
    tasks, files, things, memory = await settled(room)
    assert (tasks, files, things) == before[:3]
    assert memory - before[3] < MEGABYTES << 20
    await pages.close()
    await room.close("over")


async def settled(room: Room) -> tuple[Counter, int, Counter, int]:
    """Tasks, open files, our objects and memory when only the host is there."""
    downlink = room._participants["host"]._downlink
    await until(lambda: not downlink._subscriptions and downlink.pending is None)
    if downlink.transport is not None:
        await until(lambda: downlink.transport.connected)
    room._recorder.sinks = [sink for sink in room._recorder.sinks if sink.closed is None]  # as the real one does
    await asyncio.sleep(0.3)
    things = instances()
    ctypes.CDLL(None).malloc_trim(0)  # what was freed and only kept for the next
    tasks = Counter(task.get_coro().__qualname__ for task in asyncio.all_tasks())
    for of_page in HOSTS_PAGE:
        del tasks[of_page]
    return tasks, len(os.listdir("/proc/self/fd")), things, resident()
