"""'X is at version N': from the bus at once, and from a poll of the heads so that a bus outage only delays."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping

import msgspec
import structlog

from ports.clock import Clock
from ports.keyvalue import KeyValue
from signaling.keeping import keep

CHANNEL = "case.version"
POLL_SECONDS = 2.0
MINE_EVERY = 5  # polls between two looks for refs that nobody told us about
REMEMBERED = 10_000

Tell = Callable[[str, int], Awaitable[None]]

log = structlog.get_logger()


class Notice(msgspec.Struct, frozen=True):
    case_id: str
    version: int


class Watcher:
    """What one connection wants to hear of: ref -> the version it was told last."""

    def __init__(self, tell: Tell, mine: Callable[[], Awaitable[Collection[str]]]) -> None:
        self.told: dict[str, int] = {}
        self.all_mine = False
        self.tell = tell
        self.mine = mine

    async def at(self, ref: str, version: int) -> None:
        """Tell him, unless he knows. Versions only grow; what arrives late is old."""
        if version > self.told.get(ref, version):
            self.told[ref] = version
            await self.tell(ref, version)


class Notices:
    """All watchers of this process, one bus subscription and one poll for all of them."""

    def __init__(
        self,
        keyvalue: KeyValue,
        clock: Clock,
        heads: Callable[[Collection[str]], Awaitable[Mapping[str, int]]],
    ) -> None:
        self._keyvalue = keyvalue
        self._clock = clock
        self._heads = heads
        self._watchers: set[Watcher] = set()
        self._seen: dict[str, None] = {}

    def add(self, watcher: Watcher) -> None:
        self._watchers.add(watcher)

    def remove(self, watcher: Watcher) -> None:
        self._watchers.discard(watcher)

    async def watch(self, watcher: Watcher, refs: Collection[str], *, all_mine: bool) -> dict[str, int]:
        """Replace what he watches; answers the versions now."""
        versions = dict(await self._heads(refs))
        watcher.told = {ref: versions.get(ref, 0) for ref in refs}
        watcher.all_mine = all_mine
        return dict(watcher.told)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(keep("bus", self._listen, self._clock))
            group.create_task(keep("heads", self._poll, self._clock))

    async def _listen(self) -> None:
        async with self._keyvalue.subscribe(CHANNEL) as inbox:
            async for _, payload in inbox:
                await self._heard(payload)

    async def _heard(self, payload: bytes) -> None:
        try:
            notice = msgspec.json.decode(payload, type=Notice)
        except msgspec.MsgspecError:
            log.warning("bus_message_unreadable")
            return
        if self._is_new(notice.case_id):
            await self._look_for_mine()
        await self._at(notice.case_id, notice.version)

    def _is_new(self, ref: str) -> bool:
        """Whether this process never heard of it: then some watcher of 'mine' may have gained it."""
        if ref in self._seen:
            return False
        self._seen[ref] = None
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return True

    async def _at(self, ref: str, version: int) -> None:
        for watcher in tuple(self._watchers):
            if ref in watcher.told:
                await watcher.at(ref, version)

    async def _poll(self) -> None:
        turn = 0
        while True:
            await self._clock.sleep(POLL_SECONDS)
            turn += 1
            if turn % MINE_EVERY == 0:
                await self._look_for_mine()
            await self.poll_once()

    async def poll_once(self) -> None:
        wanted = {ref for watcher in self._watchers for ref in watcher.told}
        if wanted:
            for ref, version in (await self._heads(wanted)).items():
                await self._at(ref, version)

    async def _look_for_mine(self) -> None:
        """Refs that are new to a watcher of 'mine' are told at version 0, so that their present version is news."""
        for watcher in tuple(self._watchers):
            if watcher.all_mine:
                for ref in await watcher.mine():
                    watcher.told.setdefault(ref, 0)
