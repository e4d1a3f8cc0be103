"""A real Socket.IO server on a random port, with an in-memory twin of the house and of the media plane."""

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager

import msgspec
import pytest
import socketio
from aiohttp import web

from media.errors import ParticipantUnknown, RoomUnknown
from media.messages import ParticipantSpec, RoomClosed, Roster, RosterChanged, RosterEntry, SourceState
from ports.clock import SystemClock
from ports.keyvalue import MemoryKeyValue
from signaling.grants import Grants, JoinGrant, participant_of
from signaling.limits import Limits
from signaling.messages import PageAt, Watch
from signaling.peers import Peer
from signaling.server import Signaling


class HouseTwin:
    """Sessions, cases and their versions as dictionaries. A header names the session."""

    def __init__(self):
        self.sessions = {}
        self.members = defaultdict(set)
        self.versions = defaultdict(int)
        self.presence = []
        self.heads_asked = 0

    async def arrive(self, environ):
        return self.sessions.get(environ.get("HTTP_X_SESSION", ""))

    async def current(self, peer):
        return peer.session_id in self.sessions

    async def may_stay(self, peer, ref):
        return peer.id in self.members[ref]

    async def joined(self, peer, ref):
        self.presence.append(("joined", peer.id, ref))

    async def left(self, peer, ref, reason):
        self.presence.append(("left", peer.id, ref, reason))

    async def names(self, ref):
        return {person: f"name of {person}" for person in self.members[ref]}

    async def mine(self, peer):
        return [ref for ref, members in self.members.items() if peer.id in members]

    async def heads(self, refs):
        self.heads_asked += 1
        return {ref: self.versions[ref] for ref in refs}

    def explain(self, error):
        return getattr(error, "code", "internal"), str(error)


class RoomsTwin:
    """Rooms without media: rosters and events, in the order in which things happen."""

    def __init__(self):
        self.rooms = defaultdict(dict)
        self.queues = defaultdict(list)
        self.connections = {}
        self.calls = []

    def _changed(self, room_id):
        roster = Roster(tuple(self.rooms[room_id].values()))
        self.say(room_id, RosterChanged(roster))
        return roster

    def say(self, room_id, event):
        for queue in self.queues[room_id]:
            queue.put_nowait(event)

    async def join(self, room_id, spec: ParticipantSpec):
        entry = RosterEntry(spec.participant_id, spec.person_id, spec.role, spec.order, {"camera": SourceState()}, True)
        self.rooms[room_id][spec.participant_id] = entry
        self.connections[spec.participant_id] = spec.connections
        self.calls.append(("join", spec.participant_id, spec.connections))
        return self._changed(room_id)

    async def resume(self, room_id, participant_id, connections):
        entry = self.rooms[room_id].get(participant_id)
        if entry is None or self.connections[participant_id] != connections:
            raise ParticipantUnknown
        self.rooms[room_id][participant_id] = msgspec.structs.replace(entry, connected=True)
        self.calls.append(("resume", participant_id, connections))
        return self._changed(room_id)

    async def publish(self, room_id, participant_id, sdp, sources):
        self.calls.append(("publish", participant_id, sdp, dict(sources)))
        return f"answer to {sdp}"

    async def answer(self, room_id, participant_id, sdp, offer_id):
        self.calls.append(("answer", participant_id, sdp, offer_id))

    async def mute(self, room_id, participant_id, source, muted):
        if participant_id not in self.rooms[room_id]:
            raise RoomUnknown
        self.calls.append(("mute", participant_id, source, muted))

    async def leave(self, room_id, participant_id, reason):
        self.calls.append(("leave", participant_id, reason))
        self.rooms[room_id].pop(participant_id, None)
        self._changed(room_id)

    async def away(self, room_id, participant_id):
        self.calls.append(("away", participant_id))
        entry = self.rooms[room_id].get(participant_id)
        if entry:
            self.rooms[room_id][participant_id] = msgspec.structs.replace(entry, connected=False)
            self._changed(room_id)

    async def events(self, room_id):
        queue = asyncio.Queue()
        self.queues[room_id].append(queue)
        try:
            while True:
                event = await queue.get()
                yield event
                if isinstance(event, RoomClosed):
                    return
        finally:
            self.queues[room_id].remove(queue)


async def watch(session, message: Watch):
    refs = tuple(await session.wiring.house.mine(session.peer)) if message.case_ids == "mine" else message.case_ids
    return {"versions": await session.watch(refs, all_mine=message.case_ids == "mine")}


async def page_at(session, message: PageAt):
    await session.tell_room("page.at", {"person_id": session.peer.id, "page": message.page})
    return {}


class Client:
    """One browser: what it heard, by event."""

    def __init__(self):
        self.io = socketio.AsyncClient(reconnection=False)
        self.heard = []
        self.io.on("*", self._hear)

    async def _hear(self, event, body):
        self.heard.append((event, body))

    async def request(self, event, body=None):
        return await self.io.call(event, {} if body is None else body, timeout=5)

    async def until(self, event, matches=lambda body: True):
        """The first such message, waiting at most five seconds."""
        async with asyncio.timeout(5):
            while True:
                found = [body for name, body in self.heard if name == event and matches(body)]
                if found:
                    return found[0]
                await asyncio.sleep(0.01)


class Stage:
    def __init__(self, keyvalue, port, limits=None, further=None):
        self.house, self.rooms, self.keyvalue, self.port = HouseTwin(), RoomsTwin(), keyvalue, port
        self.clock = SystemClock()
        self.grants = Grants(keyvalue, self.clock, b"s" * 32)
        self.clients = []
        self.further = further or {}
        self.limits = limits or Limits(grace_seconds=0.2)
        self.signaling = self.new_server()

    def new_server(self):
        return Signaling(
            keyvalue=self.keyvalue,
            rooms=self.rooms,
            grants=self.grants,
            clock=self.clock,
            house=self.house,
            further={Watch: watch, PageAt: page_at, **self.further},
            ice_servers=lambda peer: [{"urls": ["stun:stun.example"]}],
            server_version="0.0.0",
            origins=["http://allowed.example"],
            limits=self.limits,
        )

    async def connect(self, person="ann", *, greet=True, port=None, **headers) -> Client:
        self.house.sessions.setdefault(f"session-{person}", Peer(person, "member", person, "", f"session-{person}"))
        client = Client()
        self.clients.append(client)
        url = f"http://127.0.0.1:{port or self.port}"
        await client.io.connect(url, headers={"X-Session": f"session-{person}", **headers}, transports=["websocket"])
        if greet:
            await client.request("hello", {"client": "5.10.1", "versions": [1]})
        return client

    async def ticket(self, person="ann", room="room-1", ref="case-1", order=1, session=None) -> str:
        self.house.members[ref].add(person)
        participant = participant_of(room, person)
        grant = JoinGrant(room, participant, person, "insured", order, ref, session or f"session-{person}")
        return (await self.grants.issue(grant))[0]

    async def in_room(self, person="ann", **where):
        client = await self.connect(person)
        joined = await client.request("room.join", {"ticket": await self.ticket(person, **where)})
        assert "error" not in joined, joined
        return client, joined


@asynccontextmanager
async def serving(signaling: Signaling, port: int = 0):
    app = web.Application()
    app.router.add_get("/socket.io/", signaling.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    async with signaling.running():
        try:
            yield site._server.sockets[0].getsockname()[1]
        finally:
            await signaling.hang_up_all()
    await runner.cleanup()


@asynccontextmanager
async def staged(**options):
    stage = Stage(MemoryKeyValue(SystemClock()), 0, **options)
    async with serving(stage.signaling) as port:
        stage.port = port
        yield stage
        for client in stage.clients:
            await client.io.disconnect()


@pytest.fixture
async def stage():
    async with staged() as running:
        yield running
