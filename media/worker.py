"""A media process: hosts whole rooms, answers requests over its socket, and says in the key-value store how it is."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog

from media import placement, wire
from media.admission import Capacity
from media.eventbox import EventBox
from media.hooks import Hooks
from media.host import DRAIN_SECONDS, Host, NewRecorder, file_recorder, report_recovered
from media.ice import IceSettings
from media.messages import (
    HeldFrames,
    RecorderStatus,
    RoomOpened,
    RoomStatus,
    Roster,
    SealedRecording,
)
from media.patience import Patience
from media.recovery import sweep
from media.room import Room
from media.session import Session
from media.transport import gather_on
from ports.blobs import Blobs
from ports.clock import Clock
from ports.errors import PortError
from ports.keys import Keys
from ports.keyvalue import KeyValue

STATUS_SECONDS = 0.5
STATUS_TTL = 1.5
RECOVERY_SECONDS = 5.0
STRANGERS = 32  # connections that have not shown yet that they hold the secret
HANG_UP_SECONDS = 5.0

log = structlog.get_logger()


class MediaWorker:
    """Runs on asyncio's own event loop. `listen_url`: unix:///path or tcp://host:port; `public_url`: what clients are
    told to connect to, where that differs; `secret`: what clients must hold (see handshake); `recovery_dir`: where the
    spools of dead workers lie, one's own folder where it is not given; `look_command`: starts the process that looks at
    what is shown (look.py)."""

    def __init__(
        self,
        worker_id: str,
        listen_url: str,
        keyvalue: KeyValue,
        blobs: Blobs,
        keys: Keys,
        clock: Clock,
        spool_dir: Path,
        hooks: Hooks,
        ice: IceSettings,
        *,
        secret: bytes,
        public_url: str | None = None,
        capacity: Capacity | None = None,
        new_recorder: NewRecorder | None = None,
        recovery_dir: Path | None = None,
        drain_seconds: float = DRAIN_SECONDS,
        look_command: Sequence[str] = (),
    ):
        self._worker_id, self._listen_url, self._secret = worker_id, listen_url, secret
        self._public_url = public_url or listen_url
        self._blobs, self._keys, self._recovery_dir = blobs, keys, recovery_dir or spool_dir
        self._keyvalue, self._clock, self._hooks, self._ice = keyvalue, clock, hooks, ice
        self._capacity = capacity or Capacity()
        self._drain_seconds = drain_seconds
        recorders = new_recorder or partial(file_recorder, blobs, keys, clock, spool_dir)
        self._host = Host(worker_id, keyvalue, clock, hooks, ice, self._capacity, recorders, look_command)
        self._patience = Patience(clock)
        self._beats: list[asyncio.Task[None]] = []
        self._sessions: dict[Session, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None
        self._stop = asyncio.Event()
        self._requests = {
            wire.OpenRoom: self._open_room,
            wire.Join: self._join,
            wire.Resume: self._resume,
            wire.Publish: self._publish,
            wire.Answer: self._answer,
            wire.Mute: self._mute,
            wire.Leave: self._leave,
            wire.Away: self._away,
            wire.Status: self._status,
            wire.Mark: self._mark,
            wire.Hold: self._hold,
            wire.Release: self._release,
            wire.CloseRoom: self._close_room,
        }

    # ---- life -------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then drain: seal every recording, finish every report."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        try:
            await self.start()
            await self._stop.wait()
        finally:
            await self.close()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    async def start(self) -> None:
        gather_on(self._ice)
        self._server = await self._listen()
        self._beats = [
            self._every(placement.HEARTBEAT_SECONDS, self._beat),
            self._every(STATUS_SECONDS, self._show),
            self._every(RECOVERY_SECONDS, self._recover, at_once=True),
        ]
        await self._beat()
        log.info("media_worker_started", worker_id=self._worker_id)
        if unreadable := await sweep(self._recovery_dir):
            log.error("media_spools_unreadable", spools=unreadable)

    async def close(self) -> None:
        await self._host.drain(self._drain_seconds)
        await self._stop_serving()
        log.info("media_worker_stopped", worker_id=self._worker_id)

    async def _stop_serving(self) -> None:
        if self._server is not None:
            self._server.close()
        for beat in self._beats:
            beat.cancel()
        for session in self._sessions:
            session.stop()
        if waiting := {*self._beats, *self._sessions.values()}:
            await asyncio.wait(waiting, timeout=HANG_UP_SECONDS)  # one that does not read its socket is left behind
        with suppress(PortError):
            await self._keyvalue.delete(f"worker:{self._worker_id}")

    async def _listen(self) -> asyncio.Server:
        parts = urlsplit(self._listen_url)
        if parts.scheme == "unix":
            Path(parts.path).unlink(missing_ok=True)
            server = await asyncio.start_unix_server(self._serve, parts.path)
            Path(parts.path).chmod(0o600)
            return server
        return await asyncio.start_server(self._serve, parts.hostname, parts.port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._make_way()
        session = Session(reader, writer, self._secret, self._handle, self._watch, self._unwatch)
        self._sessions[session] = asyncio.current_task()
        try:
            await session.run()
        finally:
            del self._sessions[session]

    def _make_way(self) -> None:
        """Strangers who connect and say nothing keep nobody out: the one that has waited longest goes."""
        strangers = [session for session in self._sessions if session.stranger]
        if len(strangers) >= STRANGERS:
            strangers[0].abort()

    # ---- requests ---------------------------------------------------------------------------------------------------

    async def _handle(self, body: Any) -> Any:
        return await self._requests[type(body)](body)

    async def _join(self, body: wire.Join) -> Roster:
        return await self._room(body.room_id).join(body.spec)

    async def _resume(self, body: wire.Resume) -> Roster:
        return self._room(body.room_id).resume(body.participant_id, body.connections)

    async def _publish(self, body: wire.Publish) -> str:
        return await self._room(body.room_id).publish(body.participant_id, body.sdp, body.sources)

    async def _answer(self, body: wire.Answer) -> None:
        await self._room(body.room_id).answer(body.participant_id, body.sdp, body.offer_id)

    async def _mute(self, body: wire.Mute) -> None:
        self._room(body.room_id).mute(body.participant_id, body.source, body.muted)

    async def _leave(self, body: wire.Leave) -> None:
        await self._room(body.room_id).leave(body.participant_id, body.reason)

    async def _away(self, body: wire.Away) -> None:
        self._room(body.room_id).away(body.participant_id)

    async def _status(self, body: wire.Status) -> RoomStatus:
        room = self._room(body.room_id)
        return RoomStatus(body.room_id, self._worker_id, room.roster(), room.recorder_status())

    async def _mark(self, body: wire.Mark) -> None:
        self._room(body.room_id).mark(body.label, body.data)

    async def _hold(self, body: wire.Hold) -> str:
        return self._room(body.room_id).hold(body.participant_id, body.label, body.order)

    async def _release(self, body: wire.Release) -> HeldFrames:
        """What comes while the pictures are still being looked at is not held any more."""
        room = self._room(body.room_id)
        held = room.release(body.hold_id)
        return msgspec.structs.replace(held, looked=await room.looked(body.hold_id))

    async def _open_room(self, body: wire.OpenRoom) -> RoomOpened:
        opened = await self._host.open(body.room_id, body.spec)
        await self._beat()
        return opened

    async def _close_room(self, body: wire.CloseRoom) -> SealedRecording:
        return await self._host.close(body.room_id, body.reason)

    def _watch(self, room_id: str, box: EventBox) -> None:
        self._room(room_id).watch(box)

    def _unwatch(self, room_id: str, box: EventBox) -> None:
        if room_id in self._host.rooms:
            self._room(room_id).unwatch(box)

    def _room(self, room_id: str) -> Room:
        return self._host.room(room_id)

    # ---- beats ------------------------------------------------------------------------------------------------------

    async def _beat(self) -> None:
        self._capacity.sample(time.process_time(), self._clock.monotonic())
        load, rooms = round(self._capacity.load, 3), len(self._host.rooms)
        full, counters = self._host.full, self._host.counters()
        info = placement.WorkerInfo(self._worker_id, self._public_url, rooms, load, os.getpid(), full, counters)
        await placement.beat(self._keyvalue, info)
        await self._host.renew()

    async def _show(self) -> None:
        """The gate of signing reads this: it must be fresh, or be gone. A worker that was held up so long that others
        may have its rooms says nothing before it knows."""
        if not self._host.sure:
            return
        for room_id, hosted in list(self._host.rooms.items()):
            status = hosted.room.recorder_status()
            await self._keyvalue.set(f"recorder:{room_id}", _status_json(status), ttl=STATUS_TTL)
            if _visible(status) != _visible(hosted.shown):
                hosted.shown = status
                hosted.room.show_recorder(status)

    async def _recover(self) -> None:
        """What a process that died left is sealed by whichever worker of this machine comes first. A folder that cannot
        be read now ends no call."""
        try:
            await report_recovered(self._recovery_dir, self._blobs, self._keys, self._hooks, self._patience)
        except OSError:
            log.exception("media_recovery_failed")

    def _every(self, seconds: float, beat: Callable[[], Awaitable[None]], at_once: bool = False) -> asyncio.Task[None]:
        async def repeat() -> None:
            await self._clock.sleep(0 if at_once else seconds)
            while True:
                try:
                    await beat()
                except PortError as error:
                    log.warning("media_worker_beat_missed", code=error.code)
                await self._clock.sleep(seconds)

        task = asyncio.create_task(repeat(), name="media-beat")
        task.add_done_callback(self._beat_ended)
        return task

    def _beat_ended(self, task: asyncio.Task[None]) -> None:
        """A worker that does not beat is dead to the others: it ends, and its supervisor starts another."""
        if not task.cancelled():
            log.error("media_worker_beat_failed", exc_info=task.exception())
            self._stop.set()


def _status_json(status: RecorderStatus) -> bytes:
    return msgspec.json.encode(
        {
            "writing": status.writing,
            "seconds": round(status.seconds, 3),
            "age_ms": status.last_frame_age_ms,
            "gaps": status.gaps,
            "stalled": status.stalled,
            "written": status.written,
        }
    )


def _visible(status: RecorderStatus) -> tuple:
    return (status.writing, int(status.seconds), status.gaps, status.tracks, status.stalled, status.written)
