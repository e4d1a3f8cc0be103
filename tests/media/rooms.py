"""A real room with real peers over loopback; only the recorder counts instead of writing."""

import time

from media.admission import JoinGate
from media.ice import LOOPBACK
from media.messages import RoomSpec
from media.room import Room
from ports.clock import SystemClock
from tests.media.peers import CountingRecorder, Pages, Peer


class ShiftedClock(SystemClock):
    """The machine's clock, moved on when a test has no time to wait."""

    shift = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.shift


class Stage:
    """A room and its recorder."""

    def __init__(self) -> None:
        self.clock = ShiftedClock()
        self.recorder = CountingRecorder()
        spec = RoomSpec(scope="case-1", recording_id="rec-1", serial="REC0001")
        self.room = Room(spec, self.recorder, LOOPBACK, self.clock, JoinGate())
        self.pages: list[Pages] = []

    async def enter(self, *peers: Peer) -> Pages:
        pages = Pages(self.room, *peers)
        self.pages.append(pages)
        for peer in peers:
            await self.room.join(peer.spec)
            await peer.publish()
        return pages

    def peers(self, *names: str) -> list[Peer]:
        return [Peer(self.room, name, "host" if name == "host" else "policyholder") for name in names]

    def sinks(self, track_id: str) -> list:
        return [sink for sink in self.recorder.sinks if sink.info.track_id == track_id]

    def source(self, participant_id: str, source: str):
        entries = {entry.participant_id: entry for entry in self.room.roster().participants}
        return entries[participant_id].sources[source]


def seen(peer: Peer, video: int, audio: int) -> bool:
    return peer.frames.get("video", 0) >= video and peer.frames.get("audio", 0) >= audio
