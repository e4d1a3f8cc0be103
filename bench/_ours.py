"""Our media worker, in a process of its own, under the load of `_media_load`."""

import asyncio
import contextlib
import time
from pathlib import Path

from bench._clip import Clip
from bench._media_load import Arrivals, Receiver, Sender, settled
from bench._media_worker import SECRET
from bench._process import python, running
from media import wire
from media.ice import IceSettings
from media.link import Link
from media.messages import ParticipantSpec, RoomOffer, RoomOpened, RoomSpec, Roster, SealedRecording

START_SECONDS = 30.0
CONNECT_SECONDS = 60.0


class Ours:
    """Rooms of one worker. `senders` are what the load turns on and off."""

    def __init__(self, folder: Path, address: str, *, deaf: bool = False):
        self._folder, self._address, self._deaf = folder, address, deaf
        self._stack = contextlib.ExitStack()
        self._rooms: list[LoadRoom] = []
        self.pid = 0

    async def start(self) -> None:
        self._folder.mkdir(exist_ok=True)
        command = python("-m", "bench._media_worker", str(self._folder), self._address)
        process = running(command + ["--deaf"] * self._deaf, self._folder / "worker.log")
        self.process = self._stack.enter_context(process)
        self.pid = self.process.pid
        self.link = await connect(self._folder / "worker.sock")

    async def open(self, rooms: int, parties: int, video: Clip, audio: Clip, arrivals: Arrivals, **options) -> None:
        """`options` go to the senders."""
        ice = IceSettings(addresses=(self._address,))
        for number in range(rooms):
            senders = [Sender(ice, video, audio, **options) for _ in range(parties)]
            self._rooms.append(LoadRoom(self.link, f"room-{number}", ice, senders, arrivals))
        for room in self._rooms:
            await room.open()
        async with asyncio.timeout(CONNECT_SECONDS):
            for room in self._rooms:
                await room.connected()

    @property
    def senders(self) -> list[Sender]:
        return [sender for room in self._rooms for sender in room.senders.values()]

    @property
    def named_senders(self) -> dict[str, Sender]:
        """By participant, where there is one room."""
        (room,) = self._rooms
        return room.senders

    async def abandon(self) -> None:
        """End what is in this process: the worker is dead."""
        for room in self._rooms:
            await room.abandon()
        await self.link.close()

    async def close(self) -> int:
        """The number of recorded tracks."""
        sealed = [await room.close() for room in self._rooms]
        await self.link.close()
        return sum(bool(track.frames) for recording in sealed for track in recording.tracks)

    async def stop(self) -> None:
        await asyncio.to_thread(self._stack.close)


async def connect(path: Path) -> Link:
    deadline = time.monotonic() + START_SECONDS
    while not path.exists():
        if time.monotonic() > deadline:
            raise TimeoutError("the worker did not start")
        await asyncio.sleep(0.05)
    return await Link.open(f"unix://{path}", SECRET)


class LoadRoom:
    """A room of the worker with its participants, all in this process."""

    def __init__(self, link: Link, room_id: str, ice: IceSettings, senders: list[Sender], arrivals: Arrivals):
        self._link, self._room_id, self._ice, self._arrivals = link, room_id, ice, arrivals
        self.senders = {f"p{number}": sender for number, sender in enumerate(senders)}
        self._receivers: dict[str, Receiver] = {}
        self._listening: asyncio.Task[None] | None = None
        self._progress = asyncio.Condition()

    async def open(self) -> None:
        spec = RoomSpec(scope=self._room_id, recording_id=self._room_id, serial=self._room_id)
        await self._link.ask(wire.OpenRoom(self._room_id, spec), RoomOpened, 10)
        self._listening = asyncio.create_task(self._listen())
        for name, sender in self.senders.items():
            participant = ParticipantSpec(participant_id=name, person_id=name, role="insured")
            await self._link.ask(wire.Join(self._room_id, participant), Roster, 10)
            body = wire.Publish(self._room_id, name, await sender.offer(), {"0": "camera", "1": "microphone"})
            await sender.transport.accept_answer(await self._link.ask(body, str, 10))
            await sender.start()

    async def _listen(self) -> None:
        async with self._link.watch(self._room_id, 10) as box:
            async for event in box:
                if isinstance(event, RoomOffer) and event.participant_id in self.senders:
                    await self._take(event)

    async def _take(self, offer: RoomOffer) -> None:
        if offer.participant_id not in self._receivers:
            self._receivers[offer.participant_id] = Receiver(self._ice, self._arrivals)
        answer, _ = await self._receivers[offer.participant_id].transport.accept(offer.sdp)
        await self._link.ask(wire.Answer(self._room_id, offer.participant_id, answer), None, 10)
        async with self._progress:
            self._progress.notify_all()

    async def connected(self) -> None:
        """Returns once every participant receives (if there is another to receive from)."""
        receivers = len(self.senders) if len(self.senders) > 1 else 0
        async with self._progress:
            await self._progress.wait_for(lambda: len(self._receivers) == receivers)
        for receiver in self._receivers.values():
            await settled(receiver.transport)

    async def close(self) -> SealedRecording:
        for sender in self.senders.values():
            await sender.close()
        sealed = await self._link.ask(wire.CloseRoom(self._room_id, "over"), SealedRecording, 60)
        await self.abandon()
        return sealed

    async def abandon(self) -> None:
        """End what is in this process."""
        for sender in self.senders.values():
            await sender.close()
        self._listening.cancel()
        await asyncio.wait([self._listening])
        for receiver in self._receivers.values():
            await receiver.close()
