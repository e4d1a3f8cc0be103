"""Load for a media worker: participants that send packets encoded beforehand and note when each arrives.

The last eight bytes of each payload are replaced by the time of sending: nothing on the way looks at them.
"""

import asyncio
import fractions
import random
import struct
import time
from collections.abc import Callable
from itertools import count, cycle

import av
import numpy as np
from aiortc.codecs import CODECS
from aiortc.codecs.vpx import Vp8Encoder

from media import rtcp, wire
from media.forwarding import HEADER, payload_of
from media.ice import LOOPBACK
from media.link import Link
from media.messages import ParticipantSpec, RoomOffer, RoomOpened, RoomSpec, Roster, SealedRecording
from media.sections import Outgoing
from media.transport import Transport
from ports.clock import SystemClock

WIDTH, HEIGHT, FPS, BITRATE = 640, 480, 30, 595_000
CLIP_SECONDS = 4
AUDIO_BYTES, AUDIO_SECONDS = 100, 0.02
STAMP = struct.Struct("!d")
CODEC = {"video": CODECS["video"][0], "audio": CODECS["audio"][0]}

Clip = list[list[bytes]]


def encode_clip() -> Clip:
    """The RTP payloads of each frame of a few seconds of VP8; the first is a key frame."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.bit_rate, encoder.time_base = BITRATE, fractions.Fraction(1, FPS)
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "minrate": str(BITRATE)}
    encoder.gop_size = FPS * CLIP_SECONDS
    packer = Vp8Encoder()
    return [packer.pack(packet)[0] for packet in encoder_output(encoder)]


def encoder_output(encoder: av.VideoCodecContext) -> list[av.Packet]:
    noise = np.random.default_rng(1).integers(0, 60, (HEIGHT, WIDTH), np.uint8)
    slope = np.add.outer(np.arange(HEIGHT), np.arange(WIDTH))
    packets = []
    for number in range(FPS * CLIP_SECONDS):
        grey = ((slope + number * 5) % 190).astype(np.uint8) + np.roll(noise, number * 7, axis=1)
        frame = av.VideoFrame.from_ndarray(np.stack([grey] * 3, axis=-1), format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = number, encoder.time_base
        packets += encoder.encode(frame)
    return packets + encoder.encode(None)


class Arrivals:
    """Seconds from sending to arrival of every packet since `start`."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.counting = False

    def heard(self, packet: bytes, now: float) -> None:
        if self.counting:
            (sent,) = STAMP.unpack(payload_of(packet)[-8:])
            self.seconds.append(time.perf_counter() - sent)


class Stream:
    """One outgoing track: numbers and times go on, payloads are given."""

    def __init__(self, transport: Transport, outgoing: Outgoing):
        self._transport, self._outgoing = transport, outgoing
        self._sequence = random.getrandbits(14)
        self._origin = random.getrandbits(32)
        self.sent = 0

    def send(self, payloads: list[bytes], time_units: int) -> None:
        last = len(payloads) - 1
        out = self._outgoing
        for index, payload in enumerate(payloads):
            marker = 0x80 if index == last else 0
            moment = (self._origin + time_units) & 0xFFFFFFFF
            header = HEADER.pack(0x80, marker | out.payload_type, self._sequence, moment, out.ssrc)
            self._transport.send_rtp(header, payload[:-8] + STAMP.pack(time.perf_counter()))
            self._sequence = (self._sequence + 1) & 0xFFFF
            self.sent += 1


def new_transport(heard: Callable[[bytes, float], None]) -> Transport:
    return Transport(LOOPBACK, SystemClock(), heard, _ignore, lambda state: None)


def _ignore(packet: bytes, now: float) -> None:
    """Nothing of interest comes this way."""


class Sender:
    """Camera and microphone of one participant."""

    def __init__(self, clip: Clip):
        self.transport = Transport(LOOPBACK, SystemClock(), _ignore, self._feedback, lambda state: None)
        self.streams: dict[str, Stream] = {}
        self._clip, self._frames = clip, cycle(clip)
        self._tasks: list[asyncio.Task[None]] = []

    async def offer(self) -> str:
        for kind in ("video", "audio"):
            outgoing = self.transport.section(kind)
            outgoing.carry(CODEC[kind], "load", kind)
            self.streams[kind] = Stream(self.transport, outgoing)
        return await self.transport.offer()

    @property
    def sent(self) -> int:
        return sum(stream.sent for stream in self.streams.values())

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._video()), asyncio.create_task(self._audio())]

    def _feedback(self, packet: bytes, now: float) -> None:
        if any(isinstance(report, rtcp.KeyframeWanted) for report in rtcp.parse(packet)):
            self._frames = cycle(self._clip)  # which begins with a key frame

    async def _video(self) -> None:
        start = time.monotonic() + random.random() / FPS
        for number in count():
            await asyncio.sleep(max(0.0, start + number / FPS - time.monotonic()))
            self.streams["video"].send(next(self._frames), number * 90000 // FPS)

    async def _audio(self) -> None:
        start = time.monotonic() + random.random() * AUDIO_SECONDS
        payload = [b"\x78" + bytes(AUDIO_BYTES - 1)]
        for number in count():
            await asyncio.sleep(max(0.0, start + number * AUDIO_SECONDS - time.monotonic()))
            self.streams["audio"].send(payload, number * 960)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self.transport.close()


class LoadRoom:
    """A room of the worker with its participants, all in this process."""

    def __init__(self, link: Link, room_id: str, parties: int, clip: Clip, arrivals: Arrivals):
        self._link, self._room_id, self._arrivals = link, room_id, arrivals
        self.senders = {f"p{number}": Sender(clip) for number in range(parties)}
        self._receivers: dict[str, Transport] = {}
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
            sender.start()

    async def _listen(self) -> None:
        async with self._link.watch(self._room_id, 10) as box:
            async for event in box:
                if isinstance(event, RoomOffer):
                    await self._take(event)

    async def _take(self, offer: RoomOffer) -> None:
        receiver = self._receivers.setdefault(offer.participant_id, new_transport(self._arrivals.heard))
        answer, _ = await receiver.accept(offer.sdp)
        await self._link.ask(wire.Answer(self._room_id, offer.participant_id, answer), None, 10)
        async with self._progress:
            self._progress.notify_all()

    async def connected(self) -> None:
        """Returns once every participant sends and receives."""
        async with self._progress:
            await self._progress.wait_for(lambda: len(self._receivers) == len(self.senders))
        for transport in [*(sender.transport for sender in self.senders.values()), *self._receivers.values()]:
            settled = asyncio.Event()
            transport.when_settled(settled.set)
            await settled.wait()

    async def close(self) -> SealedRecording:
        for sender in self.senders.values():
            await sender.close()
        sealed = await self._link.ask(wire.CloseRoom(self._room_id, "over"), SealedRecording, 60)
        self._listening.cancel()
        await asyncio.wait([self._listening])
        for receiver in self._receivers.values():
            await receiver.close()
        return sealed


class DirectPair:
    """The same packets from peer to peer: what the machine and this process take on their own."""

    def __init__(self, clip: Clip, arrivals: Arrivals):
        self._sender, self._receiver = Sender(clip), new_transport(arrivals.heard)

    async def open(self) -> None:
        answer, _ = await self._receiver.accept(await self._sender.offer())
        await self._sender.transport.accept_answer(answer)
        self._sender.start()

    async def close(self) -> None:
        await self._sender.close()
        await self._receiver.close()
