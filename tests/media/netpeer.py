"""Participants in a process of their own, for tests in network namespaces. Commands come as lines on standard input."""

import asyncio
import json
import sys
from contextlib import suppress
from typing import Any

import aioice.ice
import structlog
from aioice import stun, turn
from aiortc import RTCIceServer

from media import wire
from media.link import Link
from media.messages import RoomOffer, RoomOpened, RoomSpec, RoomStatus, Roster, SealedRecording
from tests.media.peers import Peer, until

ASK_SECONDS = 10.0


class Booth:
    """One room of the worker, asked over its socket, and the participants that sit here."""

    def __init__(self, link: Link, room: str):
        self.link, self.room = link, room
        self.peers: dict[str, Peer] = {}
        self._listening: asyncio.Task | None = None

    async def publish(self, participant_id: str, sdp: str, sources: dict) -> str:
        return await self.link.ask(wire.Publish(self.room, participant_id, sdp, sources), str, ASK_SECONDS)

    async def answer(self, participant_id: str, sdp: str) -> None:
        await self.link.ask(wire.Answer(self.room, participant_id, sdp), None, ASK_SECONDS)

    async def enter(self, names: list[str], servers: list[dict]) -> None:
        spec = RoomSpec(scope="case-1", recording_id=f"rec-{self.room}", serial="REC0001")
        await self.link.ask(wire.OpenRoom(self.room, spec), RoomOpened, ASK_SECONDS)
        self._listening = asyncio.create_task(self._listen())
        ways = [RTCIceServer(**server) for server in servers]
        for name in names:
            peer = self.peers[name] = Peer(self, name, "host" if name == "host" else "insured", ways)
            await self.link.ask(wire.Join(self.room, peer.spec), Roster, ASK_SECONDS)
        await asyncio.gather(*(peer.publish() for peer in self.peers.values()))

    async def _listen(self) -> None:
        async with self.link.watch(self.room, ASK_SECONDS) as box:
            async for event in box:
                if isinstance(event, RoomOffer) and event.participant_id in self.peers:
                    await self.peers[event.participant_id].take(event)

    def received(self) -> dict[str, dict[str, int]]:
        return {name: dict(peer.frames) for name, peer in self.peers.items()}

    async def wait(self, frames: int, seconds: float) -> dict[str, dict[str, int]]:
        """Until each here has received as many of each kind, or the time is over."""
        with suppress(AssertionError):
            await until(lambda: all(least(counts) >= frames for counts in self.received().values()), seconds)
        return self.received()

    async def close(self) -> None:
        for peer in self.peers.values():
            await peer.close()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait([self._listening])


def least(counts: dict[str, int]) -> int:
    return min(counts.get("video", 0), counts.get("audio", 0))


async def allocate(url: dict, peer: list | None) -> int | str:
    """200, or the error that a TURN server answers to an allocation, and with `peer` to a channel to that peer."""
    try:
        transport, _ = await turn.create_turn_endpoint(
            asyncio.DatagramProtocol, tuple(url["server"]), url["username"], url["credential"]
        )
    except stun.TransactionFailed as failed:
        return failed.response.error_code
    try:
        if peer is not None:
            await transport._TurnTransport__inner_protocol.channel_bind(0x4000, tuple(peer))
        return 200
    except stun.TransactionFailed as failed:
        return failed.response.error_code
    finally:
        await transport._TurnTransport__inner_protocol.delete()


async def answer(booth: Booth | None, link: Link, command: dict) -> tuple[Booth | None, Any]:
    match command.pop("do"):
        case "enter":
            booth = Booth(link, command["room"])
            await booth.enter(command["names"], command["servers"])
            return booth, True
        case "frames":
            return booth, await booth.wait(**command)
        case "roster":
            status = await link.ask(wire.Status(booth.room), RoomStatus, ASK_SECONDS)
            return booth, {entry.participant_id: entry.connected for entry in status.roster.participants}
        case "leave":
            await booth.close()
            return None, True
        case "close_room":
            sealed = await link.ask(wire.CloseRoom(booth.room, "over"), SealedRecording, 30.0)
            return booth, {track.track_id: track.frames for track in sealed.tracks}
        case "allocate":
            tries = [allocate(command["url"], peer) for peer in command["peers"]]
            return booth, await asyncio.gather(*tries)


async def main(options: dict) -> None:
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [options["address"]]
    link = await Link.open(f"unix://{options['socket']}", bytes.fromhex(options["secret"]))
    print("true", flush=True)
    booth = None
    while line := await asyncio.to_thread(sys.stdin.readline):
        booth, result = await answer(booth, link, json.loads(line))
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # standard output answers the test
    asyncio.run(main(json.loads(sys.stdin.readline())))
