"""Media workers in this process with a memory key-value store, and callers that ask them over their sockets."""

import asyncio
import socket
from functools import partial
from pathlib import Path

from media.admission import Capacity
from media.client import MediaClient
from media.hooks import Hooks
from media.ice import LOOPBACK
from media.messages import (
    RoomOffer,
    RoomSpec,
)
from media.worker import MediaWorker
from ports.blobs import open_blobs
from ports.clock import SystemClock
from ports.keys import MemoryKeys
from ports.keyvalue import MemoryKeyValue
from tests.media.peers import CountingRecorder, Peer

SECRET = b"a secret of the workers and of t"
SPEC = RoomSpec(scope="case-1", recording_id="rec-1", serial="REC0001")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Reports:
    """What the worker told through its hooks."""

    def __init__(self) -> None:
        self.heard: list[tuple] = []

    def hooks(self) -> Hooks:
        names = (
            "recording_started",
            "recording_stalled",
            "recording_resumed",
            "recording_sealed",
        )
        return Hooks(**{name: partial(self._hear, name) for name in names})

    async def _hear(self, name: str, *arguments: object, **named: object) -> None:
        self.heard.append((name, *arguments, *named.values()))

    def named(self, name: str) -> list[tuple]:
        return [arguments for kind, *arguments in self.heard if kind == name]


class Plant:
    """A key-value store, workers at unix sockets, and a client."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.clock = SystemClock()
        self.keyvalue = MemoryKeyValue(self.clock)
        self.keys = MemoryKeys()
        self.blobs = open_blobs("memory:", self.keys)
        self.reports = Reports()
        self.client = MediaClient(self.keyvalue, SECRET, return_seconds=1.0)
        self.recorders: list[CountingRecorder] = []
        self.tell: list = []
        self.workers: list[MediaWorker] = []

    async def worker(self, name: str = "w1", *, counting: bool = True, **options) -> MediaWorker:
        worker = MediaWorker(
            name,
            options.pop("listen_url", f"unix://{self.folder}/{name}.sock"),
            self.keyvalue,
            self.blobs,
            self.keys,
            options.pop("clock", self.clock),
            self.folder / "spool",
            self.reports.hooks(),
            LOOPBACK,
            secret=SECRET,
            new_recorder=self._recorder if counting else None,
            capacity=options.pop("capacity", Capacity(max_load=99.0)),  # the peers encode in this process too
            **options,
        )
        await worker.start()
        self.workers.append(worker)
        return worker

    def _recorder(self, room_id: str, spec: RoomSpec, on_event) -> CountingRecorder:
        self.recorders.append(CountingRecorder())
        self.tell.append(on_event)
        return self.recorders[-1]


class Caller:
    """The client's face of one room, as the peers of these tests expect it; it also answers offers."""

    def __init__(self, client: MediaClient, room_id: str, *names: str):
        self.client, self.room_id = client, room_id
        self.peers = {name: Peer(self, name, "host" if name == "host" else "insured") for name in names}
        self.events: list = []
        self._task = asyncio.create_task(self._listen())

    async def publish(self, participant_id: str, sdp: str, sources: dict) -> str:
        return await self.client.publish(self.room_id, participant_id, sdp, sources)

    async def answer(self, participant_id: str, sdp: str) -> None:
        await self.client.answer(self.room_id, participant_id, sdp)

    async def enter(self) -> None:
        for peer in self.peers.values():
            await self.client.join(self.room_id, peer.spec)
            await peer.publish()

    async def _listen(self) -> None:
        async for event in self.client.events(self.room_id):
            self.events.append(event)
            if isinstance(event, RoomOffer):
                await self.peers[event.participant_id].take(event)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
        for peer in self.peers.values():
            await peer.close()
