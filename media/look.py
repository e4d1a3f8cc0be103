"""Looking at a participant's camera while something is shown (S53): its frames go to a child process that decodes them.

The worker's loop decodes nothing: a `Look` is a receiver of the publication like a subscription, joins its packets to
frames and hands them to the child through a bounded queue. When the child does not follow, the newest frames count:
what waits is dropped, and a key frame is asked for. A child that dies or hangs costs what it would have said,
nothing else. What goes to the child to begin with and comes from it in the end is not read here.
"""

import asyncio
import contextlib
import struct
from collections.abc import Callable, Sequence
from subprocess import PIPE
from time import monotonic
from typing import Any

import msgspec
import structlog

from media.admission import FEWEST_LOOKS, LookGate
from media.assembler import HEAD, Assembler
from media.extensions import degrees
from media.publication import Publication
from media.rtcp import SenderReport

WAITING = 150  # messages: five seconds, while the child starts
END_SECONDS = 4.0
LONGEST_SECONDS = 180.0  # of one showing: a page that went away releases nothing
MESSAGE_LIMIT = 2 << 20
LENGTH = struct.Struct("!BI")  # kind, length
FRAME = struct.Struct("!IH")  # RTP time as it was sent, degrees clockwise that make the picture upright
ORDER, STREAM, PICTURE = 1, 2, 3  # to the child
PROGRESS, RESULT = 1, 2  # from it

log = structlog.get_logger()

Tell = Callable[[dict[str, Any]], None]


def message(kind: int, data: bytes) -> bytes:
    return LENGTH.pack(kind, len(data)) + data


class Look:
    """One showing by one participant, over as many publications of his camera as it takes. Ends once."""

    bandwidth = None  # a receiver that asks for none

    def __init__(self, command: Sequence[str], order: bytes, tell: Tell, seconds: float = LONGEST_SECONDS):
        self._command, self._tell, self._seconds = tuple(command), tell, seconds
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING)
        self._queue.put_nowait(message(ORDER, order))
        self._publication: Publication | None = None
        self._assembler: Assembler | None = None
        self._turn = 0
        self._result = b""
        self._task = asyncio.create_task(self._run(), name="media-look")

    def when_over(self, callback: Callable[..., None]) -> None:
        self._task.add_done_callback(callback)

    # ---- the room's side --------------------------------------------------------------------------------------------

    def attach(self, publication: Publication) -> None:
        """His camera, now and whenever he publishes it anew. Being added asks for a key frame."""
        self.detach()
        info = publication.info
        self._publication, self._turn = publication, 0
        self._assembler = Assembler(info.codec, info.payload_type)
        self._put(message(STREAM, info.codec.encode()))
        publication.add(self)

    def detach(self) -> None:
        if self._publication is not None:
            self._publication.remove(self)
            self._publication = self._assembler = None

    async def finish(self) -> bytes:
        """What the child makes of what it has been given; empty where it died or took too long. What still waits is
        left out: nobody was told of it yet, and a child that is behind could not say its last in time."""
        self.detach()
        self._drop_pictures()
        self._queue.put_nowait(None)
        await asyncio.wait([self._task], timeout=END_SECONDS)
        await self.close()
        return self._result

    async def close(self) -> None:
        self.detach()
        self._task.cancel()
        await asyncio.wait([self._task])

    # ---- the publication's side -------------------------------------------------------------------------------------

    def send(self, marker: int, sequence: int, time: int, payload: bytes, orientation: int | None = None) -> None:
        assembler, publication = self._assembler, self._publication
        if assembler is None or publication is None or self._task.done():
            return
        if orientation is not None:
            self._turn = degrees(orientation)
        head = HEAD.pack(0x80, marker | publication.info.payload_type, sequence, time, 0)
        for frame in assembler.push(head + payload, monotonic()):
            stamp = FRAME.pack(frame.timestamp & 0xFFFFFFFF, self._turn)
            if not self._put(message(PICTURE, stamp + frame.data)):
                assembler.restart()
        if assembler.wants_keyframe:
            publication.request_keyframe()

    def sender_report(self, report: SenderReport) -> None:
        """Only the times of the camera itself count."""

    def _put(self, data: bytes) -> bool:
        """The newest wins: what waits in a full queue is of no use any more, but for what begins a stream."""
        if not self._queue.full():
            self._queue.put_nowait(data)
            return True
        self._drop_pictures()
        if data[0] != PICTURE:
            self._queue.put_nowait(data)
        return data[0] != PICTURE

    def _drop_pictures(self) -> None:
        """The order stays, and the stream that began last."""
        waiting = [self._queue.get_nowait() for _ in range(self._queue.qsize())]
        for one in {one[0]: one for one in waiting if one is not None and one[0] != PICTURE}.values():
            self._queue.put_nowait(one)

    # ---- the child --------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        try:
            process = await asyncio.create_subprocess_exec(*self._command, stdin=PIPE, stdout=PIPE)
        except OSError as error:
            log.error("look_not_started", error=type(error).__name__)
            return
        try:
            writing = asyncio.create_task(self._write(process.stdin), name="media-look-write")
            try:
                async with asyncio.timeout(self._seconds):
                    await self._read(process.stdout)
            except TimeoutError:
                self.detach()
            finally:
                writing.cancel()
                await asyncio.wait([writing])
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if not self._result:
            log.warning("look_ended_early", status=process.returncode)

    async def _write(self, pipe: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while (data := await self._queue.get()) is not None:
                pipe.write(data)
                await pipe.drain()
            pipe.close()

    async def _read(self, pipe: asyncio.StreamReader) -> None:
        """Until it has said its last."""
        with contextlib.suppress(asyncio.IncompleteReadError):
            while not self._result:
                kind, length = LENGTH.unpack(await pipe.readexactly(LENGTH.size))
                if length > MESSAGE_LIMIT:
                    log.error("look_talks_nonsense", length=length)
                    return
                data = await pipe.readexactly(length)
                if kind == RESULT:
                    self._result = data
                else:
                    self._tell(msgspec.json.decode(data, type=dict[str, Any]))


class Looks:
    """Of one room, by the hold that each belongs to. `command` starts a child; without one nothing is looked at.
    `gate` is that of all rooms of the worker."""

    def __init__(self, begin: Callable[[Any], Any], command: Sequence[str] = (), gate: LookGate | None = None):
        self._begin, self._command, self._gate = begin, tuple(command), gate or LookGate(FEWEST_LOOKS)
        self._looks: dict[str, tuple[str, Look, Callable[..., None]]] = {}

    def admit(self, order: bytes) -> Callable[..., None] | None:
        """A turn for `start`; None where there is nothing to look for. Raises LooksBusy."""
        return self._gate.take() if self._command and order else None

    def start(
        self,
        hold_id: str,
        participant_id: str,
        order: bytes,
        camera: Publication | None,
        tell: Tell,
        turn: Callable[..., None],
    ) -> None:
        """`turn` is given back when the process is gone."""
        look = Look(self._command, order, tell)
        look.when_over(turn)
        self._looks[hold_id] = (participant_id, look, turn)
        if camera is not None:
            look.attach(camera)

    def published(self, publication: Publication) -> None:
        """Somebody publishes; if it is the camera of one who is looked at, it is that from now on."""
        if self._looks and publication.info.source == "camera":
            for participant_id, look, _ in self._looks.values():
                if participant_id == publication.info.participant_id:
                    look.attach(publication)

    async def finish(self, hold_id: str) -> bytes:
        _, look, _ = self._looks.pop(hold_id, (None, None, None))
        return await look.finish() if look is not None else b""

    def drop(self, participant_id: str) -> None:
        """What he shows counts no more. The child is killed in a moment: its turn is free at once."""
        for hold_id in [key for key, (owner, _, _) in self._looks.items() if owner == participant_id]:
            _, look, give_back = self._looks.pop(hold_id)
            look.detach()
            give_back()
            self._begin(look.close())
