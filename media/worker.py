"""A media process: hosts whole rooms, answers requests over its socket, and says in the key-value store how it is."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog

from media import placement, wire
from media.admission import Capacity, JoinGate
from media.errors import RecorderFailed, RoomElsewhere, RoomEnded, RoomUnknown, WorkerDraining
from media.eventbox import EventBox
from media.hooks import HookRunner, Hooks
from media.ice import IceSettings
from media.messages import (
    HeldFrames,
    Reason,
    RecorderEvent,
    RecorderStatus,
    RoomOpened,
    RoomSpec,
    RoomStatus,
    Roster,
    SealedRecording,
)
from media.publication import RoomRecorder
from media.recorder import Recorder
from media.recovery import recover
from media.room import Room, TrackObserver
from media.session import Session
from media.transport import gather_on
from ports.blobs import Blobs
from ports.clock import Clock
from ports.errors import PortError
from ports.keys import Keys
from ports.keyvalue import KeyValue

STATUS_SECONDS = 0.5
STATUS_TTL = 1.5
EMPTY_SECONDS = 900.0
DRAIN_SECONDS = 30.0
HOOK_SECONDS = 10.0
REMEMBERED = 64

log = structlog.get_logger()

NewRecorder = Callable[[str, RoomSpec, Callable[[RecorderEvent], None]], RoomRecorder]


class Hosted:
    """A room of this worker with the runner of its reports and the recorder status that was shown last."""

    def __init__(self, room: Room, hooks: HookRunner):
        self.room, self.hooks = room, hooks
        self.shown = RecorderStatus()


class MediaWorker:
    """Runs on asyncio's own event loop. `listen_url`: unix:///path or tcp://host:port."""

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
        capacity: Capacity | None = None,
        new_recorder: NewRecorder | None = None,
    ):
        self._worker_id, self._listen_url = worker_id, listen_url
        self._blobs, self._keys, self._spool_dir = blobs, keys, spool_dir
        self._keyvalue, self._clock, self._hooks, self._ice = keyvalue, clock, hooks, ice
        self._capacity, self._gate = capacity or Capacity(), JoinGate()
        self._new_recorder = new_recorder or partial(_file_recorder, blobs, keys, clock, spool_dir)
        self._rooms: dict[str, Hosted] = {}
        self._sealed: dict[str, SealedRecording] = {}
        self._opening = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._beats: list[asyncio.Task[None]] = []
        self._sessions: dict[Session, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None
        self._draining = False
        self._stop = asyncio.Event()
        self._requests = {
            wire.OpenRoom: self._open_room,
            wire.Join: self._join,
            wire.Publish: self._publish,
            wire.Answer: self._answer,
            wire.Mute: self._mute,
            wire.Leave: self._leave,
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
        await self._recover()
        self._server = await self._listen()
        self._beats = [self._every(placement.HEARTBEAT_SECONDS, self._beat), self._every(STATUS_SECONDS, self._show)]
        await self._beat()
        log.info("media_worker_started", worker_id=self._worker_id)

    async def close(self) -> None:
        self._draining = True
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await asyncio.gather(*(self._end_room(room_id, Reason.DRAINED) for room_id in list(self._rooms)))
                while self._tasks:
                    await asyncio.wait(self._tasks)
        except TimeoutError:
            log.error("media_worker_drain_timeout", rooms=len(self._rooms))
        await self._stop_serving()
        log.info("media_worker_stopped", worker_id=self._worker_id)

    async def _recover(self) -> None:
        """Seal what a process that died left in this spool, before a new recording could be taken for one."""
        async for found in recover(self._spool_dir, blobs=self._blobs, keys=self._keys):
            log.info("media_recording_recovered", recording_id=found.recording.recording_id)
            await self._hooks.recording_sealed(found.scope, found.room_id, found.recording)
            await found.discard()

    async def _stop_serving(self) -> None:
        if self._server is not None:
            self._server.close()
        for beat in self._beats:
            beat.cancel()
        for session in self._sessions:
            session.stop()
        if waiting := {*self._beats, *self._sessions.values()}:
            await asyncio.wait(waiting)
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
        session = Session(reader, writer, self._handle, self._watch, self._unwatch)
        self._sessions[session] = asyncio.current_task()
        try:
            await session.run()
        finally:
            del self._sessions[session]

    # ---- requests ---------------------------------------------------------------------------------------------------

    async def _handle(self, body: Any) -> Any:
        return await self._requests[type(body)](body)

    async def _open_room(self, body: wire.OpenRoom) -> RoomOpened:
        async with self._opening:
            if body.room_id in self._rooms:
                return RoomOpened(self._worker_id)
            if self._draining:
                raise WorkerDraining("this worker is ending")
            if await self._keyvalue.get(f"sealed:{body.room_id}") is not None:
                raise RoomEnded("this room was closed and sealed")
            self._capacity.check(len(self._rooms))
            if await placement.take_lease(self._keyvalue, body.room_id, self._worker_id) != self._worker_id:
                raise RoomElsewhere("another worker holds this room")
            self._rooms[body.room_id] = await self._host(body.room_id, body.spec)
            await self._beat()
        return RoomOpened(self._worker_id)

    async def _host(self, room_id: str, spec: RoomSpec) -> Hosted:
        hooks = HookRunner(self._clock)
        report = partial(self._post_recorder_event, hooks, room_id, spec)
        recorder = self._new_recorder(room_id, spec, partial(asyncio.get_running_loop().call_soon_threadsafe, report))
        observer = TrackObserver(
            track_on=partial(hooks.post, self._hooks.track_on, spec.scope, room_id),
            track_off=partial(hooks.post, self._hooks.track_off, spec.scope, room_id),
        )
        room = Room(spec, recorder, self._ice, self._clock, self._gate, observer)
        try:
            await room.start()
        except Exception as error:
            await hooks.close(0)
            await placement.drop_lease(self._keyvalue, room_id, self._worker_id)
            raise RecorderFailed("the recording did not start") from error
        return Hosted(room, hooks)

    def _post_recorder_event(self, hooks: HookRunner, room_id: str, spec: RoomSpec, event: RecorderEvent) -> None:
        hook = {
            "started": self._hooks.recording_started,
            "stalled": self._hooks.recording_stalled,
            "failed": self._hooks.recording_stalled,
            "resumed": self._hooks.recording_resumed,
        }.get(event.type)
        if hook is not None:
            hooks.post(hook, spec.scope, room_id, spec.recording_id, event.at)

    async def _join(self, body: wire.Join) -> Roster:
        return await self._room(body.room_id).join(body.spec)

    async def _publish(self, body: wire.Publish) -> str:
        return await self._room(body.room_id).publish(body.participant_id, body.sdp, body.sources)

    async def _answer(self, body: wire.Answer) -> None:
        await self._room(body.room_id).answer(body.participant_id, body.sdp)

    async def _mute(self, body: wire.Mute) -> None:
        self._room(body.room_id).mute(body.participant_id, body.source, body.muted)

    async def _leave(self, body: wire.Leave) -> None:
        await self._room(body.room_id).leave(body.participant_id, body.reason)

    async def _status(self, body: wire.Status) -> RoomStatus:
        room = self._room(body.room_id)
        return RoomStatus(body.room_id, self._worker_id, room.roster(), room.recorder_status())

    async def _mark(self, body: wire.Mark) -> None:
        self._room(body.room_id).mark(body.label, body.data)

    async def _hold(self, body: wire.Hold) -> str:
        return self._room(body.room_id).hold(body.participant_id, body.label)

    async def _release(self, body: wire.Release) -> HeldFrames:
        return self._room(body.room_id).release(body.hold_id)

    async def _close_room(self, body: wire.CloseRoom) -> SealedRecording:
        if body.room_id in self._sealed:
            return self._sealed[body.room_id]
        self._room(body.room_id)
        return await self._end_room(body.room_id, body.reason)

    def _room(self, room_id: str) -> Room:
        hosted = self._rooms.get(room_id)
        if hosted is None:
            raise RoomUnknown("this worker does not hold the room")
        return hosted.room

    def _watch(self, room_id: str, box: EventBox) -> None:
        self._room(room_id).watch(box)

    def _unwatch(self, room_id: str, box: EventBox) -> None:
        if room_id in self._rooms:
            self._rooms[room_id].room.unwatch(box)

    # ---- ending a room ----------------------------------------------------------------------------------------------

    async def _end_room(self, room_id: str, reason: str) -> SealedRecording:
        """Many may ask; the first to come back from sealing does what is done once."""
        hosted = self._rooms[room_id]
        try:
            sealed = await hosted.room.close(reason)
        except Exception as error:
            log.exception("media_seal_failed", room_id=room_id)
            raise RecorderFailed("the recording could not be sealed") from error
        if self._rooms.pop(room_id, None) is not None:
            self._remember(room_id, sealed)
            hosted.hooks.post(self._report_sealed, hosted.room, room_id, sealed)
            self._own(hosted.hooks.close(HOOK_SECONDS))
            await self._keyvalue.set(f"sealed:{room_id}", msgspec.json.encode(sealed), ttl=placement.SEALED_SECONDS)
            await placement.drop_lease(self._keyvalue, room_id, self._worker_id)
        return sealed

    async def _report_sealed(self, room: Room, room_id: str, sealed: SealedRecording) -> None:
        await self._hooks.recording_sealed(room.spec.scope, room_id, sealed)
        await room.forget()

    def _remember(self, room_id: str, sealed: SealedRecording) -> None:
        self._sealed[room_id] = sealed
        if len(self._sealed) > REMEMBERED:
            del self._sealed[next(iter(self._sealed))]

    # ---- beats ------------------------------------------------------------------------------------------------------

    async def _beat(self) -> None:
        self._capacity.sample(time.process_time(), self._clock.monotonic())
        rooms = len(self._rooms)
        full = self._draining or self._capacity.full(rooms)
        load = round(self._capacity.load, 3)
        info = placement.WorkerInfo(self._worker_id, self._listen_url, rooms, load, os.getpid(), full)
        await placement.beat(self._keyvalue, info)
        for room_id, hosted in list(self._rooms.items()):
            holder = await placement.take_lease(self._keyvalue, room_id, self._worker_id)
            if holder != self._worker_id:
                self._own(self._end_room(room_id, Reason.LEASE_LOST))
            elif hosted.room.empty and self._clock.monotonic() - hosted.room.empty_since > EMPTY_SECONDS:
                self._own(self._end_room(room_id, Reason.ROOM_EMPTY))

    async def _show(self) -> None:
        """The gate of signing reads this: it must be fresh, or be gone."""
        for room_id, hosted in list(self._rooms.items()):
            status = hosted.room.recorder_status()
            await self._keyvalue.set(f"recorder:{room_id}", _status_json(status), ttl=STATUS_TTL)
            if _visible(status) != _visible(hosted.shown):
                hosted.shown = status
                hosted.room.show_recorder(status)

    def _every(self, seconds: float, beat: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        async def repeat() -> None:
            while True:
                await self._clock.sleep(seconds)
                try:
                    await beat()
                except PortError as error:
                    log.warning("media_worker_beat_missed", code=error.code)

        task = asyncio.create_task(repeat(), name="media-beat")
        task.add_done_callback(self._beat_ended)
        return task

    def _beat_ended(self, task: asyncio.Task[None]) -> None:
        """A worker that does not beat is dead to the others: it ends, and its supervisor starts another."""
        if not task.cancelled():
            log.error("media_worker_beat_failed", exc_info=task.exception())
            self._stop.set()

    def _own(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._disown)

    def _disown(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("media_worker_task_failed", exc_info=task.exception())


def _file_recorder(
    blobs: Blobs,
    keys: Keys,
    clock: Clock,
    spool_dir: Path,
    room_id: str,
    spec: RoomSpec,
    on_event: Callable[[RecorderEvent], None],
) -> RoomRecorder:
    return Recorder(
        scope=spec.scope,
        recording_id=spec.recording_id,
        serial=spec.serial,
        room_id=room_id,
        blobs=blobs,
        keys=keys,
        clock=clock,
        spool_dir=spool_dir,
        on_event=on_event,
    )


def _status_json(status: RecorderStatus) -> bytes:
    return msgspec.json.encode(
        {
            "writing": status.writing,
            "seconds": round(status.seconds, 3),
            "age_ms": status.last_frame_age_ms,
            "gaps": status.gaps,
            "stalled": status.stalled,
        }
    )


def _visible(status: RecorderStatus) -> tuple:
    return (status.writing, int(status.seconds), status.gaps, status.tracks, status.stalled)
