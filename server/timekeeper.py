"""What comes due without anybody doing anything: reminders of queries, their end, letters (cases/deadlines.py).

The journal is the timer: an entry that makes something due names the day as its subject, and the step is computed from
the events when that day has come. A timer is never set, so none is lost or rings twice, however often and however late
this process starts; the checkpoint only spares it the days that are done with.
"""

from datetime import date, timedelta

import structlog
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cases.codec import CaseErased
from cases.deadlines import keep_deadlines
from cases.desk import Desk
from cases.errors import CaseError
from cases.taipei import taipei_date
from cases.workflow import due_on
from ports.clock import Clock
from ports.database import read, write
from ports.errors import KeyErased, PortError
from ports.schema import checkpoints

NAME = "deadlines"
TURN_SECONDS = 30.0
ONE_DAY = timedelta(days=1)

log = structlog.get_logger()


class Timekeeper:
    """One for a system; more do no harm. Its checkpoint is the last day all of whose cases were looked at."""

    def __init__(self, desk: Desk, engine: AsyncEngine, pauses: Clock):
        self._desk, self._engine, self._pauses = desk, engine, pauses

    async def run(self) -> None:
        """Until cancelled. What fails is tried again in the next turn."""
        while True:
            try:
                await self.turn()
            except PortError as error:
                log.warning("timekeeper_turn_missed", code=error.code)
            await self._pauses.sleep(TURN_SECONDS)

    async def turn(self) -> None:
        """Every day since the checkpoint, today included; today stays open, since it is not over."""
        today = taipei_date(self._desk.clock.now())
        day = before = done = await self.done()
        while day < today:
            day += ONE_DAY
            kept = [await self._keep(case_id) for case_id in await self._desk.journal.cases_of(due_on(day))]
            if all(kept) and done == day - ONE_DAY and day < today:
                done = day
        if done > before:
            await self._remember(done)

    async def _keep(self, case_id: str) -> bool:
        """Whether the case is done with for now; else its day is looked at again."""
        try:
            await keep_deadlines(self._desk, case_id)
        except (CaseErased, KeyErased):
            return True  # nobody is left to remind
        except CaseError as error:
            log.error("deadline_refused", case_id=case_id, error=type(error).__name__)
            return False
        return True

    async def done(self) -> date:
        """The checkpoint; before there is one, the day before the journal begins."""
        async with read(self._engine) as connection:
            found = await connection.execute(select(checkpoints.c.position).where(checkpoints.c.name == NAME))
            position = found.scalar()
        if position is not None:
            return date.fromordinal(position)
        first = await self._desk.journal.tail(0, 1)
        return taipei_date(first[0].at if first else self._desk.clock.now()) - ONE_DAY

    async def _remember(self, day: date) -> None:
        async with write(self._engine) as connection:
            await connection.execute(delete(checkpoints).where(checkpoints.c.name == NAME))
            await connection.execute(insert(checkpoints).values(name=NAME, position=day.toordinal()))
