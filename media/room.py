"""A room: two to six participants, the tracks between them, and the recorder that hears them all."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog

from media.attendance import Attendance
from media.closings import Closings
from media.counters import Counters
from media.errors import ParticipantUnknown, RoomEnded, RoomFull
from media.eventbox import EventBox
from media.holds import Holds
from media.ice import IceSettings
from media.look import Looks
from media.messages import (
    HeldFrames,
    ParticipantGone,
    ParticipantSpec,
    Reason,
    RecorderChanged,
    RecorderStatus,
    RoomClosed,
    RoomEvent,
    RoomOffer,
    RoomSpec,
    Roster,
    RosterChanged,
    SealedRecording,
    Source,
)
from media.participant import Participant
from media.publication import Publication, RoomRecorder, TrackSink
from media.transport import Transport
from media.uplink import Gate
from ports.clock import Clock

MAX_PARTICIPANTS = 6
TICK_SECONDS = 0.2

log = structlog.get_logger()


class Room:
    """Owns its participants and its recorder. It ends once, by `close`, which seals the recording."""

    def __init__(
        self,
        spec: RoomSpec,
        recorder: RoomRecorder,
        ice: IceSettings,
        clock: Clock,
        gate: Gate,
        new_looks: Callable[..., Looks] = Looks,
    ):
        self.spec = spec
        self._recorder, self._clock, self._gate = recorder, clock, gate
        self._counters = Counters()
        self._new_transport = partial(Transport, ice, clock, counters=self._counters)
        self._participants: dict[str, Participant] = {}
        self._attendance = Attendance(clock.monotonic())
        self._closings = Closings()
        self._holds = Holds(clock, new_looks(self._closings.begin), self.mark, self._emit)
        self._boxes: set[EventBox] = set()
        self._seats = 0
        self._shown = Roster()
        self._ended = False
        self._closing: asyncio.Task[SealedRecording] | None = None
        self._ticker: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._recorder.start()
        self._ticker = asyncio.create_task(self._tick_forever(), name="media-room")

    # ---- what callers ask -------------------------------------------------------------------------------------------

    async def join(self, spec: ParticipantSpec) -> Roster:
        self._check_open()
        former = self._participants.get(spec.participant_id)
        if former is None and len(self._participants) >= MAX_PARTICIPANTS:
            raise RoomFull(f"{MAX_PARTICIPANTS} participants are in the room")
        self._seats += 1
        participant = Participant(spec, self._seats, self, self._new_transport, self._gate, self._clock, former)
        self._participants[spec.participant_id] = participant
        self._count()
        for publication in self._publications():
            if publication.info.participant_id != spec.participant_id:
                participant.subscribe(publication)
        closing = None if former is None else self._closings.begin(former.close(Reason.REPLACED))
        self.changed()
        if closing is not None:
            await asyncio.shield(closing)
        return self.roster()

    def resume(self, participant_id: str, connections: str) -> Roster:
        """Only his page's way to speak was lost: his connections stay, and so does his recording. Raises
        ParticipantUnknown where they are not those that he means."""
        participant = self._participant(participant_id)
        if not connections or participant.spec.connections != connections:
            raise ParticipantUnknown("other connections took the place")
        participant.resume()
        self.changed()
        return self.roster()

    async def publish(self, participant_id: str, offer: str, sources: dict[str, Source]) -> str:
        answer = await self._speaking(participant_id).publish(offer, sources)
        self.changed()
        return answer

    async def answer(self, participant_id: str, description: str, offer_id: str = "") -> None:
        await self._speaking(participant_id).answer(description, offer_id)

    def mute(self, participant_id: str, source: Source, muted: bool) -> None:
        """What is muted shows black pictures: nobody's card is seen in them (S53)."""
        participant = self._speaking(participant_id)
        if muted and source == "camera":
            self._holds.drop(participant)
        if participant.mute(source, muted):
            about = {"participant_id": participant_id, "person_id": participant.spec.person_id, "source": source}
            self.mark("muted" if muted else "unmuted", about)
        self.changed()

    async def leave(self, participant_id: str, reason: str) -> None:
        """Returns when his connections are closed; they are also where nobody waits for that."""
        if participant_id in self._participants:
            await asyncio.shield(self._remove(participant_id, reason))

    def _remove(self, participant_id: str, reason: str) -> asyncio.Task[None]:
        participant = self._participants.pop(participant_id)
        self._count()
        self._holds.drop(participant)
        closing = self._closings.begin(participant.close(reason))
        self._emit(ParticipantGone(participant_id, reason))
        self.changed()
        return closing

    def away(self, participant_id: str) -> None:
        """His page is gone, and perhaps he is back before he is given up."""
        if participant_id in self._participants:
            self._participants[participant_id].away = True
            self.changed()

    def mark(self, label: str, data: dict[str, Any]) -> None:
        self._check_open()
        self._recorder.mark(label, self._clock.now(), data)

    def hold(self, participant_id: str, label: str, order: bytes = b"") -> str:
        """Raises CameraMuted, LooksBusy."""
        return self._holds.begin(self._participant(participant_id), label, order)

    async def looked(self, hold_id: str) -> bytes:
        return await self._holds.looked(hold_id)

    def release(self, hold_id: str) -> HeldFrames:
        """Raises HoldUnknown."""
        return self._holds.release(hold_id)

    def roster(self) -> Roster:
        now = self._clock.monotonic()
        return Roster(tuple(p.entry(now) for p in sorted(self._participants.values(), key=lambda p: p.order)))

    @property
    def present(self) -> int:
        return len(self._participants)

    def counters(self) -> dict[str, int]:
        """Of all connections that the room has and had (media/counters.py)."""
        return self._counters.snapshot()

    def recorder_status(self) -> RecorderStatus:
        return self._recorder.status()

    def over(self) -> Reason | None:
        """Why this room should be closed now although nobody asked for it, if it should."""
        return self._attendance.verdict(self._clock.monotonic())

    # ---- events -----------------------------------------------------------------------------------------------------

    def watch(self, box: EventBox) -> None:
        """The present state goes in first, then what happens."""
        box.put(RosterChanged(self.roster()))
        box.put(RecorderChanged(self.recorder_status()))
        for participant in self._participants.values():
            if participant.pending_offer is not None:
                box.put(participant.pending_offer)
        self._boxes.add(box)

    def unwatch(self, box: EventBox) -> None:
        self._boxes.discard(box)

    def show_recorder(self, status: RecorderStatus) -> None:
        self._emit(RecorderChanged(status))

    def changed(self) -> None:
        """Tell the watchers if the roster differs from what they saw last."""
        roster = self.roster()
        if roster != self._shown:
            self._shown = roster
            self._emit(RosterChanged(roster))

    def _emit(self, event: RoomEvent) -> None:
        for box in self._boxes:
            box.put(event)

    # ---- what participants tell -------------------------------------------------------------------------------------

    def open_sink(self, publication: Publication) -> TrackSink:
        return self._recorder.open_track(publication.info, request_keyframe=publication.request_keyframe)

    def published(self, publication: Publication) -> None:
        for participant in self._others(publication):
            participant.subscribe(publication)
        self._holds.published(publication)

    def unpublished(self, publication: Publication, reason: str) -> None:
        for participant in self._others(publication):
            participant.unsubscribe(publication)

    def offered(self, offer: RoomOffer) -> None:
        self._emit(offer)

    # ---- life -------------------------------------------------------------------------------------------------------

    async def close(self, reason: str) -> SealedRecording:
        """End for everyone and seal. Asked again, answers the same; a sealing that failed is tried again."""
        self._ended = True
        if self._closing is None or (self._closing.done() and self._closing.exception() is not None):
            self._closing = asyncio.create_task(self._close(reason), name="media-room-close")
        return await asyncio.shield(self._closing)

    async def abandon(self) -> None:
        """End a closing that takes too long. The spool stays."""
        if self._closing is not None and not self._closing.done():
            self._closing.cancel()
            await asyncio.wait([self._closing])
        self.let_go()

    def let_go(self) -> None:
        """What is left of the recording is for whoever recovers it."""
        self._recorder.release()

    async def forget(self) -> None:
        """The sealed recording has been reported: its spool is needed no more."""
        await self._recorder.discard()

    async def _close(self, reason: str) -> SealedRecording:
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.wait([self._ticker])
        participants, self._participants = self._participants, {}
        for participant in participants.values():
            self._holds.drop(participant)
            self._closings.begin(participant.close(Reason.ROOM_CLOSED))
        await self._closings.wait()
        self._emit(RoomClosed(reason))  # nobody need wait for the files
        return await self._recorder.seal(reason)

    async def _tick_forever(self) -> None:
        while True:
            await self._clock.sleep(TICK_SECONDS)
            try:
                self._tick(self._clock.monotonic())
            except Exception:
                log.exception("media_room_tick_failed")

    def _tick(self, now: float) -> None:
        for participant in self._participants.values():
            participant.tick(now)
        for participant_id in [key for key, p in self._participants.items() if p.gone(now)]:
            self._remove(participant_id, Reason.SILENT)
        self.changed()

    def _count(self) -> None:
        self._attendance.update({p.spec.role for p in self._participants.values()}, self._clock.monotonic())

    def _check_open(self) -> None:
        if self._ended:
            raise RoomEnded("this room has ended")

    def _participant(self, participant_id: str) -> Participant:
        self._check_open()
        participant = self._participants.get(participant_id)
        if participant is None:
            raise ParticipantUnknown("not in this room")
        return participant

    def _speaking(self, participant_id: str) -> Participant:
        """He says something, so his page is there, whatever was said of it."""
        participant = self._participant(participant_id)
        participant.away = False
        return participant

    def _publications(self) -> list[Publication]:
        return [publication for p in self._participants.values() for publication in p.publications]

    def _others(self, publication: Publication) -> list[Participant]:
        own = publication.info.participant_id
        return [p for key, p in self._participants.items() if key != own]
