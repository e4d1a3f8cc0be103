"""How much a worker takes on: rooms it opens, connections it sets up at once, cameras it looks at at once."""

import asyncio
import os
from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol

from media.errors import LooksBusy, WorkerFull

JOINS_AT_ONCE = 4
JOIN_SECONDS = 3.0
TYPICAL_SEATS = 3
MAX_ROOMS = 16  # of three people
STREAM_LOAD = 0.0055  # of a core, about: for each whom a participant hears, himself included (docs/benchmarks.md)
MAX_LOAD = 0.85
LOOK_LOAD = 0.1  # of a core: what a look (nice 10, a third of a core) takes from a loop on a core that both need
LOOKS_PER_CORE = 2
FEWEST_LOOKS = 2
SAMPLE_SECONDS = 0.5


class Settling(Protocol):
    def when_settled(self, callback: Callable[[], None]) -> None: ...


class JoinGate:
    """A connection costs most while it is set up (DTLS). Twenty rooms that join together would stall those that talk,
    so only some set up at once; a peer that does not come gives its turn back after three seconds."""

    def __init__(self, at_once: int = JOINS_AT_ONCE, seconds: float = JOIN_SECONDS):
        self._turns = asyncio.Semaphore(at_once)
        self._seconds = seconds

    async def admit(self, transport: Settling) -> None:
        await self._turns.acquire()
        turn = _Turn(self._turns)
        timer = asyncio.get_running_loop().call_later(self._seconds, turn.give_back)
        transport.when_settled(timer.cancel)
        transport.when_settled(turn.give_back)


class _Turn:
    def __init__(self, turns: asyncio.Semaphore):
        self._turns: asyncio.Semaphore | None = turns

    def give_back(self) -> None:
        turns, self._turns = self._turns, None
        if turns is not None:
            turns.release()


class LookGate:
    """How many cameras are looked at at once: each costs a process and a third of a core."""

    def __init__(self, most: int):
        self.most = most
        self._turns: set[object] = set()

    @property
    def looking(self) -> int:
        return len(self._turns)

    def take(self) -> Callable[..., None]:
        """What gives the turn back; it may be called again. Raises LooksBusy."""
        if self.looking >= self.most:
            raise LooksBusy(f"{self.most} cameras are looked at")
        turn = object()
        self._turns.add(turn)
        return lambda *_: self._turns.discard(turn)


def looks_at_once(workers: int) -> int:
    """Of each of so many workers on this machine."""
    return max(FEWEST_LOOKS, LOOKS_PER_CORE * len(os.sched_getaffinity(0)) // workers)


class Seats(NamedTuple):
    """Of one room: how many people it was opened for, and how many are there."""

    promised: int
    present: int


class Capacity:
    """Decides whether one more room fits beside those that are open, as they will be once all have come. `load`: share
    of a core used lately."""

    def __init__(self, max_rooms: int = MAX_ROOMS, max_load: float = MAX_LOAD, max_looks: int = FEWEST_LOOKS):
        """`max_rooms`: of three people each."""
        self.looks = LookGate(max_looks)
        self._most, self._max_load = max_rooms * _cost(TYPICAL_SEATS), max_load
        self.load = 0.0
        self._cpu = self._at = 0.0

    def sample(self, cpu: float, now: float) -> None:
        """`cpu`: processor seconds this process has used; `now`: monotonic seconds. Too soon after the last, it
        says nothing."""
        if now - self._at < SAMPLE_SECONDS:
            return
        if self._at > 0:
            self.load = (cpu - self._cpu) / (now - self._at)
        self._cpu, self._at = cpu, now

    def full(self, rooms: Collection[Seats], wanted: int = TYPICAL_SEATS) -> bool:
        """Whether a room for `wanted` people would be too much."""
        promised = sum(_cost(max(room)) for room in rooms) + _cost(wanted)
        to_come = promised - sum(_cost(room.present) for room in rooms)
        load = self.load + to_come * STREAM_LOAD + self.looks.looking * LOOK_LOAD
        return promised > self._most or load >= self._max_load

    def check(self, rooms: Collection[Seats], wanted: int) -> None:
        """Raises WorkerFull."""
        if self.full(rooms, wanted):
            raise WorkerFull(f"{len(rooms)} rooms at a load of {self.load:.2f}")


def _cost(people: int) -> int:
    """What is received and recorded, and what is forwarded to each of the others: it grows with the square."""
    return people * people
