"""The rooms of one worker, from opening to the report that a recording is sealed."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import structlog

from media import placement
from media.admission import Capacity, JoinGate, Seats
from media.errors import RecorderFailed, RoomElsewhere, RoomEnded, RoomUnknown, WorkerDraining
from media.hooks import HookRunner, Hooks
from media.ice import IceSettings
from media.look import Looks
from media.messages import Reason, RecorderEvent, RecorderStatus, RoomOpened, RoomSpec, SealedRecording
from media.patience import Patience
from media.publication import RoomRecorder
from media.recorder import Recorder
from media.recovery import recover
from media.room import Room
from ports.blobs import Blobs
from ports.clock import Clock
from ports.errors import PortError
from ports.keys import Keys
from ports.keyvalue import KeyValue

DRAIN_SECONDS = 25.0  # sealing and reports together; the supervisor kills at 40 s
HOOK_SECONDS = 10.0
REMEMBERED = 64
GOES_ON = (Reason.DRAINED, Reason.LEASE_LOST)  # ends the room here, not the meeting

log = structlog.get_logger()

NewRecorder = Callable[[str, RoomSpec, Callable[[RecorderEvent], None]], RoomRecorder]


class Hosted:
    """A room with the runner of its reports and the recorder status that was shown last."""

    def __init__(self, room: Room, hooks: HookRunner):
        self.room, self.hooks = room, hooks
        self.shown = RecorderStatus()
        self.ending = False  # has been told to end, and seals
        self.released = False  # its lease is free: it ends here, and may go on elsewhere

    async def finish(self) -> None:
        """Once it is sealed. What could not be reported in time is left to recovery, which reports it again."""
        try:
            await self.hooks.close(HOOK_SECONDS)
        finally:
            self.room.let_go()

    async def abandon(self) -> None:
        """Leave it as a process that died would: its spool tells the rest."""
        await self.room.abandon()
        await self.hooks.close(0)


class Host:
    """Opens rooms while there is room for them, ends them once, and tells the hooks."""

    def __init__(
        self,
        worker_id: str,
        keyvalue: KeyValue,
        clock: Clock,
        hooks: Hooks,
        ice: IceSettings,
        capacity: Capacity,
        new_recorder: NewRecorder,
        look_command: Sequence[str] = (),
    ):
        self._new_looks = partial(Looks, command=look_command, gate=capacity.looks)
        self.rooms: dict[str, Hosted] = {}
        self._worker_id, self._keyvalue, self._clock = worker_id, keyvalue, clock
        self._hooks, self._ice, self._capacity, self._new_recorder = hooks, ice, capacity, new_recorder
        self._gate = JoinGate()
        self._sealed: dict[str, SealedRecording] = {}
        self._opening = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.draining = False
        self._renewed = clock.monotonic()
        self._past: Counter[str] = Counter()

    @property
    def full(self) -> bool:
        return self.draining or self._capacity.full(self._seats())

    def _seats(self) -> list[Seats]:
        return [Seats(hosted.room.spec.seats, hosted.room.present) for hosted in self.rooms.values()]

    def counters(self) -> dict[str, int]:
        """What all rooms have counted since this worker began (media/counters.py)."""
        return dict(sum((Counter(hosted.room.counters()) for hosted in self.rooms.values()), start=self._past.copy()))

    def room(self, room_id: str) -> Room:
        """Raises RoomUnknown."""
        hosted = self.rooms.get(room_id)
        if hosted is None:
            raise RoomUnknown("this worker does not hold the room")
        return hosted.room

    async def open(self, room_id: str, spec: RoomSpec) -> RoomOpened:
        """Opening an open room changes nothing. Raises WorkerFull, WorkerDraining, RoomElsewhere, RoomEnded."""
        async with self._opening:
            if self.draining:
                raise WorkerDraining("this worker is ending")
            if room_id in self.rooms:
                if self.rooms[room_id].released:
                    raise RoomElsewhere("this room is being sealed here")
                return RoomOpened(self._worker_id)
            if await self._keyvalue.get(f"sealed:{room_id}") is not None:
                raise RoomEnded("this room was closed and sealed")
            self._capacity.check(self._seats(), spec.seats)
            if await placement.take_lease(self._keyvalue, room_id, self._worker_id) != self._worker_id:
                raise RoomElsewhere("another worker holds this room")
            part = await placement.next_part(self._keyvalue, spec.recording_id, spec.part)
            self.rooms[room_id] = await self._host(room_id, msgspec.structs.replace(spec, part=part))
        return RoomOpened(self._worker_id)

    async def _host(self, room_id: str, spec: RoomSpec) -> Hosted:
        hooks = HookRunner(self._clock)
        report = partial(self._post_recorder_event, hooks, room_id, spec)
        recorder = self._new_recorder(room_id, spec, partial(asyncio.get_running_loop().call_soon_threadsafe, report))
        room = Room(spec, recorder, self._ice, self._clock, self._gate, self._new_looks)
        try:
            await room.start()
        except Exception as error:
            await hooks.close(0)
            await placement.drop_lease(self._keyvalue, room_id, self._worker_id)
            raise RecorderFailed("the recording did not start") from error
        return Hosted(room, hooks)

    def _post_recorder_event(self, hooks: HookRunner, room_id: str, spec: RoomSpec, event: RecorderEvent) -> None:
        hook = {
            "started": partial(self._hooks.recording_started, part=spec.part),
            "stalled": self._hooks.recording_stalled,
            "failed": self._hooks.recording_stalled,
            "resumed": self._hooks.recording_resumed,
        }.get(event.type)
        if hook is not None:
            hooks.post(hook, spec.scope, room_id, spec.recording_id, event.at)

    async def close(self, room_id: str, reason: str) -> SealedRecording:
        """End a room and seal it; asked again, answers the same. Raises RoomUnknown, RecorderFailed."""
        if room_id in self._sealed:
            return self._sealed[room_id]
        self.room(room_id)
        return await self._end_room(room_id, reason)

    def close_later(self, room_id: str, reason: str) -> None:
        if not self.rooms[room_id].ending:
            self.rooms[room_id].ending = True
            self._own(self._end_room(room_id, reason))

    @property
    def sure(self) -> bool:
        """Whether no other can hold our rooms by now: the leases were renewed in time."""
        return self._clock.monotonic() - self._renewed < placement.LEASE_SECONDS

    async def renew(self) -> None:
        """Keep the leases; end what is ours no more, and what stays empty or without its host."""
        began = self._clock.monotonic()
        for room_id, hosted in list(self.rooms.items()):
            if hosted.released:
                continue
            holder = await placement.take_lease(self._keyvalue, room_id, self._worker_id)
            if holder != self._worker_id:
                self.close_later(room_id, Reason.LEASE_LOST)
            elif (reason := hosted.room.over()) is not None:
                self.close_later(room_id, reason)
        self._renewed = began

    async def drain(self, seconds: float) -> None:
        """Open no more rooms, seal every recording, finish every report. What is not done in time stays in the spool,
        and the next start finishes it; what fails is in the log."""
        self.draining = True
        try:
            async with asyncio.timeout(seconds):
                endings = [self._end_room(room_id, Reason.DRAINED) for room_id in list(self.rooms)]
                await asyncio.gather(*endings, return_exceptions=True)
                while self._tasks:
                    await asyncio.wait(self._tasks)
        except TimeoutError:
            log.error("media_worker_drain_timeout", rooms=len(self.rooms))
            await self._abandon()

    async def _abandon(self) -> None:
        unfinished = {*self._tasks, *(asyncio.create_task(hosted.abandon()) for hosted in self.rooms.values())}
        for task in self._tasks:
            task.cancel()
        if unfinished:
            await asyncio.wait(unfinished)

    async def _end_room(self, room_id: str, reason: str) -> SealedRecording:
        """Many may ask; the first to come back from sealing does what is done once."""
        hosted = self.rooms[room_id]
        if reason in GOES_ON and not hosted.released:
            hosted.released = True
            with suppress(PortError):  # then it runs out
                await placement.drop_lease(self._keyvalue, room_id, self._worker_id)
        try:
            sealed = await hosted.room.close(reason)
        except Exception as error:
            log.exception("media_seal_failed", room_id=room_id)
            await self._leave_to_recovery(room_id, hosted)
            raise RecorderFailed("the recording could not be sealed") from error
        if self.rooms.pop(room_id, None) is not None:
            self._past.update(hosted.room.counters())
            hosted.hooks.post(self._report_sealed, hosted.room, room_id, sealed)
            self._own(hosted.finish())
            if not hosted.released:
                self._remember(room_id, sealed)
                await self._keyvalue.set(f"sealed:{room_id}", msgspec.json.encode(sealed), ttl=placement.SEALED_SECONDS)
                await placement.drop_lease(self._keyvalue, room_id, self._worker_id)
        return sealed

    async def _leave_to_recovery(self, room_id: str, hosted: Hosted) -> None:
        """Its spool is free once this room lets go of it, and is sealed as soon as that can be done."""
        if self.rooms.pop(room_id, None) is None:
            return
        self._past.update(hosted.room.counters())
        self._own(hosted.finish())
        with suppress(PortError):  # then it runs out
            await placement.drop_lease(self._keyvalue, room_id, self._worker_id)

    async def _report_sealed(self, room: Room, room_id: str, sealed: SealedRecording) -> None:
        await self._hooks.recording_sealed(room.spec.scope, room_id, sealed)
        await room.forget()

    def _remember(self, room_id: str, sealed: SealedRecording) -> None:
        self._sealed[room_id] = sealed
        if len(self._sealed) > REMEMBERED:
            del self._sealed[next(iter(self._sealed))]

    def _own(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._disown)

    def _disown(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("media_worker_task_failed", exc_info=task.exception())


async def report_recovered(spool_dir: Path, blobs: Blobs, keys: Keys, hooks: Hooks, patience: Patience) -> None:
    """Seal what processes that died left in this folder. What cannot be reported stays, and is tried ever more
    rarely."""
    async for found in recover(spool_dir, blobs=blobs, keys=keys, patience=patience):
        log.info("media_recording_recovered", recording_id=found.recording.recording_id)
        try:
            await hooks.recording_sealed(found.scope, found.room_id, found.recording)
        except Exception:
            log.exception("media_recovery_not_reported", recording_id=found.recording.recording_id)
            patience.failed(found.path)
        else:
            await found.discard()


def file_recorder(
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
        part=spec.part,
        began_at=spec.began_at,
        blobs=blobs,
        keys=keys,
        clock=clock,
        spool_dir=spool_dir,
        on_event=on_event,
    )
