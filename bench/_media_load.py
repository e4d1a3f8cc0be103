"""The participants of a media benchmark, the same for every server: they send packets encoded beforehand as raw SRTP,
report as a browser does (sender and receiver reports once a second), and count what arrives and how long it took.

With `stamped`, the last eight bytes of each payload are the time of sending: nothing on the way looks at them.
"""

import asyncio
import math
import random
import struct
import time
from itertools import count, cycle

from aiortc.codecs import CODECS
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    pack_remb_fci,
)

from bench._clip import AUDIO_SAMPLES, AUDIO_SECONDS, FPS, Clip
from media import rtcp
from media.ice import IceSettings
from media.sections import Outgoing
from media.transport import Transport
from ports.clock import SystemClock

HEADER = struct.Struct("!BBHII")
STAMP = struct.Struct("!d")
CODEC = {"video": CODECS["video"][0], "audio": CODECS["audio"][0]}
CLOCK_RATE = {"video": 90000, "audio": 48000}
REPORT_SECONDS = 1.0
BANDWIDTH = 1_500_000
NTP_EPOCH = 2_208_988_800
GRACE_SECONDS = 0.25


class Arrivals:
    """Seconds from sending to arrival of every packet that was sent since `since`."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.since = math.inf

    def heard(self, packet: bytes) -> None:
        (sent,) = STAMP.unpack_from(packet, len(packet) - 8)
        if sent >= self.since:
            self.seconds.append(time.perf_counter() - sent)


class Stream:
    """One outgoing track: numbers and times go on, payloads are given."""

    def __init__(self, transport: Transport, outgoing: Outgoing, kind: str, stamped: bool):
        self._transport, self._outgoing, self._stamped = transport, outgoing, stamped
        self._sequence, self._origin = random.getrandbits(14), random.getrandbits(32)
        self._clock_rate = CLOCK_RATE[kind]
        self._octets = 0
        self.sent = self.frames = 0
        self.first_at = self.last_at = 0.0

    def send(self, payloads: list[bytes], seconds: float) -> None:
        """One frame whose media time is `seconds`."""
        last, out, now = len(payloads) - 1, self._outgoing, time.perf_counter()
        moment = self._moment(seconds)
        for index, payload in enumerate(payloads):
            marker = 0x80 if index == last else 0
            header = HEADER.pack(0x80, marker | out.payload_type, self._sequence, moment, out.ssrc)
            body = payload[:-8] + STAMP.pack(time.perf_counter()) if self._stamped else payload
            self._transport.send_rtp(header, body)
            self._sequence = (self._sequence + 1) & 0xFFFF
            self._octets += len(payload)
            self.sent += 1
        self.first_at, self.last_at = self.first_at or now, now
        self.frames += 1

    def report(self, seconds: float) -> bytes:
        ntp = int((time.time() + NTP_EPOCH) * 2**32)
        return bytes(
            RtcpSrPacket(
                self._outgoing.ssrc, RtcpSenderInfo(ntp, self._moment(seconds), self.sent, self._octets & 0xFFFFFFFF)
            )
        )

    def _moment(self, seconds: float) -> int:
        return (self._origin + round(seconds * self._clock_rate)) & 0xFFFFFFFF


class Sender:
    """Camera and microphone of one participant. It keeps time while it is paused; then a key frame comes first."""

    def __init__(self, ice: IceSettings, video: Clip, audio: Clip, *, stamped: bool = True):
        self.transport = Transport(ice, SystemClock(), _ignore, self._feedback, lambda state: None)
        self.streams: dict[str, Stream] = {}
        self._stamped, self._video, self._audio = stamped, video, audio
        self._pictures = cycle(video)
        self._paused = False
        self._tasks: list[asyncio.Task[None]] = []

    async def offer(self) -> str:
        for kind in ("video", "audio"):
            outgoing = self.transport.section(kind)
            outgoing.carry(CODEC[kind], "load", kind)
            self.streams[kind] = Stream(self.transport, outgoing, kind, self._stamped)
        return await self.transport.offer()

    @property
    def sent(self) -> int:
        return sum(stream.sent for stream in self.streams.values())

    async def start(self) -> None:
        """Begin to send once the connection is up."""
        await settled(self.transport)
        start = time.monotonic()
        self._tasks = [asyncio.create_task(work(start)) for work in (self._film, self._speak, self._report)]

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused, self._pictures = False, cycle(self._video)

    def _feedback(self, packet: bytes, now: float) -> None:
        if any(isinstance(report, rtcp.KeyframeWanted) for report in rtcp.parse(packet)):
            self._pictures = cycle(self._video)  # which begins with a key frame

    async def _film(self, start: float) -> None:
        phase = random.random() / FPS
        for number in count():
            await asyncio.sleep(start + phase + number / FPS - time.monotonic())
            if not self._paused:
                self.streams["video"].send(next(self._pictures), number / FPS)

    async def _speak(self, start: float) -> None:
        phase = random.random() * AUDIO_SECONDS
        for number, packet in enumerate(cycle(self._audio)):
            await asyncio.sleep(start + phase + number * AUDIO_SECONDS - time.monotonic())
            if not self._paused:
                self.streams["audio"].send(packet, number * AUDIO_SAMPLES / CLOCK_RATE["audio"])

    async def _report(self, start: float) -> None:
        await asyncio.sleep(random.random() * REPORT_SECONDS)
        while True:
            for stream in self.streams.values():
                if stream.sent and not self._paused:
                    self.transport.send_rtcp(stream.report(time.monotonic() - start))
            await asyncio.sleep(REPORT_SECONDS)

    async def close(self) -> None:
        await _end(self._tasks)
        await self.transport.close()


class Receiver:
    """The receiving connection of one participant."""

    def __init__(self, ice: IceSettings, arrivals: Arrivals):
        self.transport = Transport(ice, SystemClock(), self._heard, _ignore, lambda state: None)
        self.arrivals = arrivals
        self._highest: dict[bytes, bytes] = {}
        self._tasks = [asyncio.create_task(self._report())]

    def _heard(self, packet: bytes, now: float) -> None:
        self._highest[packet[8:12]] = packet[2:4]
        self.arrivals.heard(packet)

    async def _report(self) -> None:
        await asyncio.sleep(random.random() * REPORT_SECONDS)
        while True:
            if self._highest:
                self.transport.send_rtcp(self._report_now())
            await asyncio.sleep(REPORT_SECONDS)

    def _report_now(self) -> bytes:
        own = self.transport.local_ssrc
        highest = {int.from_bytes(ssrc): int.from_bytes(number) for ssrc, number in self._highest.items()}
        blocks = [RtcpReceiverInfo(ssrc, 0, 0, number, 0, 0, 0) for ssrc, number in highest.items()]
        remb = RtcpPsfbPacket(RTCP_PSFB_APP, own, 0, pack_remb_fci(BANDWIDTH, list(highest)))
        return bytes(RtcpRrPacket(own, blocks)) + bytes(remb)

    async def close(self) -> None:
        await _end(self._tasks)
        await self.transport.close()


class DirectPair:
    """The same packets from peer to peer: what the machine and this process take on their own."""

    def __init__(self, ice: IceSettings, video: Clip, audio: Clip):
        self._sender, self._receiver = Sender(ice, video, audio), Receiver(ice, Arrivals())

    def tell(self, arrivals: Arrivals) -> None:
        """Whom to tell of arrivals from now on."""
        self._receiver.arrivals = arrivals

    async def open(self) -> None:
        answer, _ = await self._receiver.transport.accept(await self._sender.offer())
        await self._sender.transport.accept_answer(answer)
        await self._sender.start()

    async def close(self) -> None:
        await self._sender.close()
        await self._receiver.close()


async def settled(transport: Transport) -> None:
    """Returns once the transport is connected. Raises ConnectionError when it ends instead."""
    done = asyncio.Event()
    transport.when_settled(done.set)
    await done.wait()
    if transport.ended:
        raise ConnectionError("a participant's connection did not come up")


def _ignore(packet: bytes, now: float) -> None:
    """Nothing of interest comes this way."""


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
