"""A synthetic party's media: a moving picture and a tone out, everything that comes in counted."""

import asyncio
import contextlib
import fractions
import time

import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamTrack, VideoStreamTrack
from aiortc.rtcconfiguration import RTCBundlePolicy
from av import AudioFrame, VideoFrame

WIDTH, HEIGHT, FPS = 320, 240, 15
AUDIO_RATE, AUDIO_SAMPLES = 48000, 960


class CountedVideo(VideoStreamTrack):
    """A bar that walks over a coloured field at 15 frames a second, or the picture that is `shown` (RGB, of our size);
    `sent` counts frames handed to the encoder."""

    def __init__(self, hue: int) -> None:
        super().__init__()
        self._hue = hue
        self._began: float | None = None
        self.sent = 0
        self.shown: np.ndarray | None = None

    async def recv(self) -> VideoFrame:
        if self._began is None:
            self._began = time.monotonic()
        await asyncio.sleep(max(0.0, self._began + self.sent / FPS - time.monotonic()))
        picture = self.shown if self.shown is not None else self._bar()
        frame = VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = self.sent * 90000 // FPS, fractions.Fraction(1, 90000)
        self.sent += 1
        return frame

    def _bar(self) -> np.ndarray:
        picture = np.full((HEIGHT, WIDTH, 3), (self._hue, 120, 255 - self._hue), np.uint8)
        x = (self.sent * 4) % (WIDTH - 20)
        picture[:, x : x + 20] = 240
        return picture


class CountedAudio(AudioStreamTrack):
    """A quiet tone in 20 ms frames."""

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self._hertz = hertz
        self._began: float | None = None
        self.sent = 0

    async def recv(self) -> AudioFrame:
        if self._began is None:
            self._began = time.monotonic()
        await asyncio.sleep(max(0.0, self._began + self.sent * AUDIO_SAMPLES / AUDIO_RATE - time.monotonic()))
        at = np.arange(AUDIO_SAMPLES) + self.sent * AUDIO_SAMPLES
        tone = (np.sin(at * 2 * np.pi * self._hertz / AUDIO_RATE) * 3000).astype(np.int16)
        frame = AudioFrame.from_ndarray(tone[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts = AUDIO_RATE, self.sent * AUDIO_SAMPLES
        frame.time_base = fractions.Fraction(1, AUDIO_RATE)
        self.sent += 1
        return frame


class Peer:
    """The two peer connections of one participant: publish (we offer) and subscribe (the server offers)."""

    def __init__(self, index: int) -> None:
        configuration = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        self._configuration = configuration
        self.video, self.audio = CountedVideo(40 + index * 35), CountedAudio(220 + index * 110)
        self._publish = RTCPeerConnection(configuration)
        self._subscribe: RTCPeerConnection | None = None
        self._ufrag = ""
        self._readers: set[asyncio.Task] = set()
        self.received: dict[str, int] = {}

    async def offer(self) -> tuple[str, dict[str, str]]:
        """SDP of the publishing connection, and which mid carries which source."""
        video = self._publish.addTransceiver(self.video, "sendonly")
        audio = self._publish.addTransceiver(self.audio, "sendonly")
        await self._publish.setLocalDescription(await self._publish.createOffer())
        return self._publish.localDescription.sdp, {video.mid: "camera", audio.mid: "microphone"}

    async def accept(self, sdp: str) -> None:
        await self._publish.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def answer(self, sdp: str) -> str:
        """Answer an offer of the server; its tracks are read and counted from now on."""
        if (ufrag := _ufrag(sdp)) != self._ufrag:
            await self._renew(ufrag)
        await self._subscribe.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await self._subscribe.setLocalDescription(await self._subscribe.createAnswer())
        return self._subscribe.localDescription.sdp

    async def _renew(self, ufrag: str) -> None:
        """Another ICE fragment means that the server began a new connection (docs/protocol.md, room.offer)."""
        if self._subscribe is not None:
            await self._subscribe.close()
        self._ufrag, self._subscribe = ufrag, RTCPeerConnection(self._configuration)
        self._subscribe.on("track", self._read)

    async def close(self) -> None:
        await self._publish.close()
        if self._subscribe is not None:
            await self._subscribe.close()
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)

    def _read(self, track: MediaStreamTrack) -> None:
        self._readers.add(asyncio.create_task(self._count(track), name=f"read {track.kind}"))

    async def _count(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(Exception):  # aiortc ends a track by raising MediaStreamError
            while True:
                await track.recv()
                self.received[track.kind] = self.received.get(track.kind, 0) + 1


def _ufrag(sdp: str) -> str:
    """The ICE user fragment of a description (RFC 8839, section 5.4)."""
    return next(line.partition(":")[2] for line in sdp.splitlines() if line.startswith("a=ice-ufrag:"))
