"""The Socket.IO server: websocket only, one `Session` a connection, every answer through one place."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import socketio
import structlog

from ports.clock import Clock
from ports.keyvalue import KeyValue
from signaling.delivery import Notices
from signaling.errors import ProtocolError
from signaling.feeds import Feeds
from signaling.grants import Grants
from signaling.keeping import keep
from signaling.limits import Limits
from signaling.messages import Message
from signaling.packets import MALFORMED, GuardedPacket, MsgspecJson
from signaling.peers import House, Peer, Rooms
from signaling.seat import SAID, TAKEN, Said, Seats, Taken
from signaling.session import TAKEN_OVER, Extra, Session, Wiring

CLOSE_SECONDS = 2.0

log = structlog.get_logger()


class Signaling:
    """Route `GET /socket.io/` to `handle`, and keep `running()` open while it serves."""

    def __init__(
        self,
        *,
        keyvalue: KeyValue,
        rooms: Rooms,
        grants: Grants,
        clock: Clock,
        house: House,
        further: Mapping[type[Message], Extra],
        ice_servers: Callable[[Peer], list[dict]],
        server_version: str,
        origins: list[str],
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> None:
        self._keyvalue = keyvalue
        self._limits = limits
        self._house = house
        self.sessions: dict[str, Session] = {}
        self._tasks: dict[str, asyncio.Task] = {}
        self._lingering: set[asyncio.Task] = set()
        self._feeds = Feeds(rooms.events, house)
        self.notices = Notices(keyvalue, clock, house.heads)
        self._wiring = Wiring(
            house=house,
            rooms=rooms,
            feeds=self._feeds,
            seats=Seats(keyvalue),
            grants=grants,
            notices=self.notices,
            clock=clock,
            limits=limits,
            further=further,
            ice_servers=ice_servers,
            server_version=server_version,
        )
        self._io = _socket_server(limits, origins)
        self._io.on("connect", self._connect)
        self._io.on("disconnect", self._disconnect)
        self._io.on("*", self._event)

    @property
    def rooms(self) -> int:
        """How many rooms this process hears."""
        return len(self._feeds)

    async def handle(self, request: Any) -> Any:
        """GET /socket.io/ as the web framework has it, which becomes a websocket."""
        return await self._io.handle_request(request)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The tasks that serve all connections."""
        rooms = keep("rooms", self._listen, self._wiring.clock)
        tasks = [asyncio.create_task(self.notices.run(), name="notices"), asyncio.create_task(rooms, name="rooms")]
        try:
            yield
        finally:
            await self._close(tasks)

    async def hang_up_all(self) -> None:
        """Drain: every connection is closed, so that its client connects to another process."""
        connections = [self._io.manager.eio_sid_from_sid(sid, "/") for sid in self.sessions]
        closing = [asyncio.create_task(self._io.eio.disconnect(connection)) for connection in connections]
        if closing:
            _, late = await asyncio.wait(closing, timeout=CLOSE_SECONDS)
            for task in late:
                task.cancel()

    async def _close(self, tasks: list[asyncio.Task]) -> None:
        """Places in rooms stay: the clients come back to another process, or their silence ends them there."""
        tasks = [*tasks, *self._tasks.values(), *self._lingering]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._feeds.close()
        await self._io.shutdown()

    async def _connect(self, sid: str, environ: dict, auth: object) -> bool:
        peer = await self._house.arrive(environ)
        if peer is None:
            raise socketio.exceptions.ConnectionRefusedError("unauthenticated")
        if (
            sum(other.peer.session_id == peer.session_id for other in self.sessions.values())
            >= self._limits.connections
        ):
            raise socketio.exceptions.ConnectionRefusedError("too_many_connections")
        session = Session(sid, peer, self._wiring, lambda event, body: self._emit(sid, event, body))
        self.sessions[sid] = session
        self._tasks[sid] = asyncio.create_task(session.run(), name=f"session {sid}")
        return True

    async def _event(self, event: str, sid: str, *arguments: object) -> dict:
        session = self.sessions.get(sid)
        if session is None or event == MALFORMED:
            self._cut_off(sid)
            return self._error(ProtocolError("malformed packet"))
        try:
            return await session.request(event, arguments)
        except Exception as error:  # noqa: BLE001 - the table of the house says what the client may know
            return self._error(error)

    def _error(self, error: Exception) -> dict:
        code, message = self._house.explain(error)
        return {"error": {"code": code, "message": message}}

    async def _disconnect(self, sid: str, reason: str) -> None:
        session, owner = self.sessions.pop(sid, None), self._tasks.pop(sid, None)
        if session is None:
            return
        owner.cancel()
        await asyncio.gather(owner, return_exceptions=True)
        self._linger(session.linger())

    def _linger(self, work: Coroutine) -> None:
        task = asyncio.create_task(work)
        self._lingering.add(task)
        task.add_done_callback(self._lingered)

    def _lingered(self, task: asyncio.Task) -> None:
        self._lingering.discard(task)
        if not task.cancelled() and task.exception():
            log.error("leave_failed", error=type(task.exception()).__name__)

    async def _emit(self, sid: str, event: str, body: dict) -> None:
        """A client that does not read what we send is cut off; it comes back and fetches."""
        if self._backlog(sid) > self._limits.backlog:
            log.warning("slow_client_cut_off", sid=sid)
            self._cut_off(sid)
            return
        await self._io.emit(event, body, to=sid)

    def _cut_off(self, sid: str) -> None:
        """At once and without a word: a polite end would wait for a reader that does not read."""
        environ = self._io.get_environ(sid)
        transport = environ["aiohttp.request"].transport if environ else None
        if transport:
            transport.abort()

    def _backlog(self, sid: str) -> int:
        socket = self._io.eio.sockets.get(self._io.manager.eio_sid_from_sid(sid, "/"))
        return socket.queue.qsize() if socket else 0

    async def _listen(self) -> None:
        """What other processes say about rooms of ours."""
        async with self._keyvalue.subscribe(TAKEN, SAID) as inbox:
            async for channel, payload in inbox:
                if channel == TAKEN:
                    await self._seat_taken(msgspec.json.decode(payload, type=Taken))
                else:
                    await self._said(msgspec.json.decode(payload, type=Said))

    async def _seat_taken(self, taken: Taken) -> None:
        """A seat that was taken in another process puts out who has it here."""
        holder = self._feeds.find(taken.room_id, taken.participant_id)
        if isinstance(holder, Session) and holder.sid != taken.connection:
            await holder.put_out(TAKEN_OVER)

    async def _said(self, said: Said) -> None:
        feed = self._feeds.of(said.room_id)
        if feed:
            await feed.tell_others(said.participant_id, said.event, said.body)


def _socket_server(limits: Limits, origins: list[str]) -> socketio.AsyncServer:
    return socketio.AsyncServer(
        async_mode="aiohttp",
        transports=["websocket"],
        json=MsgspecJson,
        serializer=GuardedPacket,
        max_http_buffer_size=limits.packet_bytes,
        cors_allowed_origins=origins,
        ping_interval=10,
        ping_timeout=10,
    )
