"""What nobody is left to do for a meeting: ending one whose room is gone and to which nobody came back, and giving up
the part of a recording that does not come; taking back the presence of somebody who is not in the room any more.

A meeting outlives its worker, and even the whole system; so it does not end by itself when its people stay away. The
caretaker looks every half minute at the cases that met within the last week, and only at those that changed or are
not settled yet.
"""

from datetime import timedelta
from typing import Protocol

import structlog

from cases.case import Case
from cases.codec import CaseErased
from cases.desk import Desk
from cases.errors import CaseError
from cases.meeting import absent
from cases.recording import give_up_parts, meeting_abandoned
from cases.workflow import load, met_on
from media.errors import MediaError, RoomUnknown
from media.messages import RoomStatus
from ports.errors import PortError

TURN_SECONDS = 30.0
ABANDONED_SECONDS = 900.0  # as long as a worker waits for somebody to come into an empty room
DAYS = 7

log = structlog.get_logger()


class Rooms(Protocol):
    """The media plane, as far as it is asked here."""

    async def status(self, room_id: str) -> RoomStatus: ...


class Caretaker:
    """One for a system; more do no harm. Without `rooms` nobody's presence is taken back."""

    def __init__(self, desk: Desk, rooms: Rooms | None = None):
        self._desk, self._rooms = desk, rooms
        self._settled: dict[str, int] = {}  # case -> the version at which nothing was left to do
        self._unheld: dict[str, float] = {}  # room -> since when no worker has it

    async def run(self) -> None:
        """Until cancelled. What fails is tried again in the next turn."""
        while True:
            try:
                await self.turn()
            except PortError as error:
                log.warning("caretaker_turn_missed", code=error.code)
            await self._desk.clock.sleep(TURN_SECONDS)

    async def turn(self) -> None:
        today = self._desk.clock.now().date()
        days = [today - timedelta(days=back) for back in range(DAYS)]
        met = {case_id for day in days for case_id in await self._desk.journal.cases_of(met_on(day))}
        versions = await self._desk.journal.lengths(met)
        self._settled = {case_id: version for case_id, version in self._settled.items() if case_id in met}
        for case_id, version in versions.items():
            if self._settled.get(case_id) != version:
                await self._look_after(case_id)

    async def _look_after(self, case_id: str) -> None:
        try:
            case = await self._settle(await load(self._desk, case_id))
        except (CaseError, CaseErased) as error:
            log.error("caretaker_refused", case_id=case_id, error=type(error).__name__)
            return
        if case.open_meeting is None and all(recording.sealed for recording in case.recordings):
            self._settled[case_id] = case.version

    async def _settle(self, case: Case) -> Case:
        meeting = case.open_meeting
        if meeting and await self._abandoned(meeting.room_id):
            log.warning("meeting_abandoned", case_id=case.case_id, room_id=meeting.room_id)
            return await meeting_abandoned(self._desk, case.case_id, meeting.room_id, "room_empty")
        if meeting and meeting.present:
            case = await self._call_the_roll(case, meeting.room_id)
        return await give_up_parts(self._desk, case.case_id)

    async def _call_the_roll(self, case: Case, room_id: str) -> Case:
        """A web process that was killed told of nobody that he left. A worker that does not answer is asked again."""
        if self._rooms is None:
            return case
        try:
            roster = (await self._rooms.status(room_id)).roster.participants
        except RoomUnknown:
            roster = ()
        except MediaError as error:
            log.warning("roll_not_called", room_id=room_id, code=error.code)
            return case
        here = {entry.person_id for entry in roster}
        return await absent(self._desk, case.case_id, room_id, here, case.version)

    async def _abandoned(self, room_id: str) -> bool:
        now = self._desk.clock.monotonic()
        if await self._desk.keyvalue.get(f"room:{room_id}") is not None:
            self._unheld.pop(room_id, None)
            return False
        if now - self._unheld.setdefault(room_id, now) < ABANDONED_SECONDS:
            return False
        del self._unheld[room_id]
        return True
