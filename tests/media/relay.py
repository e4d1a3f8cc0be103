"""A bad network: a UDP relay that is the only way between a peer and the worker. What it loses, delays and copies is
drawn from a seed. Loopback, no privileges."""

import asyncio
import random
import re
from dataclasses import dataclass
from typing import Any

from media.messages import RoomOffer
from tests.media.peers import Peer

CANDIDATE = re.compile(r"^(a=candidate:\S+ \d+ udp \d+) (\S+) (\d+) ", re.MULTILINE)

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Weather:
    """Shares of 1; `jitter` in seconds: each packet is delayed by its own time up to that, and so overtaken."""

    loss: float = 0.0
    jitter: float = 0.0
    duplicates: float = 0.0


FAIR = Weather()


class Port(asyncio.DatagramProtocol):
    """One of the two sockets: what comes in here leaves by the other one."""

    def __init__(self, detour: "Detour", chance: random.Random):
        self.detour, self.chance = detour, chance
        self.other: Port = self
        self.beyond: Address | None = None  # where what leaves here goes
        self.carried = self.lost = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.number = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, address: Address) -> None:
        self.beyond = self.beyond or address
        weather, chance = self.detour.weather, self.chance
        self.carried += 1
        if chance.random() < weather.loss:
            self.lost += 1
            return
        for _ in range(1 + (chance.random() < weather.duplicates)):
            self.detour.later(chance.random() * weather.jitter, self.other, data)


class Detour:
    """Between one connection of a peer and the worker."""

    def __init__(self, seed: int):
        self.weather = FAIR
        self.near, self.far = Port(self, random.Random(seed)), Port(self, random.Random(seed + 1))
        self.near.other, self.far.other = self.far, self.near

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        for port in (self.near, self.far):
            await loop.create_datagram_endpoint(lambda port=port: port, local_addr=("127.0.0.1", 0))

    def later(self, delay: float, port: Port, data: bytes) -> None:
        if delay:
            asyncio.get_running_loop().call_later(delay, self._send, port, data)
        else:
            self._send(port, data)

    def of_peer(self, description: str) -> str:
        """The peer's description as the worker is to see it."""
        return _through(description, self.near, self.far)

    def of_worker(self, description: str) -> str:
        return _through(description, self.far, self.near)

    def close(self) -> None:
        for port in (self.near, self.far):
            port.transport.close()

    def _send(self, port: Port, data: bytes) -> None:
        if port.beyond and not port.transport.is_closing():
            port.transport.sendto(data, port.beyond)


def _through(description: str, from_port: Port, by: Port) -> str:
    """The first candidate is remembered as where `from_port` sends to; each then names `by`."""
    found = CANDIDATE.search(description)
    assert found, "no UDP candidate"
    from_port.beyond = (found[2], int(found[3]))
    return CANDIDATE.sub(rf"\g<1> 127.0.0.1 {by.number} ", description)


class RelayedPeer(Peer):
    """A peer both of whose connections go through a relay of their own."""

    def __init__(self, room: Any, participant_id: str, role: str = "policyholder", seed: int = 1):
        super().__init__(self, participant_id, role)
        self._inside = room
        self.detours = {"up": Detour(seed), "down": Detour(seed + 100)}

    async def open(self) -> None:
        for detour in self.detours.values():
            await detour.open()

    def change(self, weather: Weather) -> None:
        for detour in self.detours.values():
            detour.weather = weather

    async def publish(self, *arguments: Any) -> Any:
        """As a peer: its kinds. As the room that the peer asks: (participant_id, sdp, sources)."""
        if len(arguments) < 3:
            return await super().publish(*arguments)
        participant_id, sdp, sources = arguments
        detour = self.detours["up"]
        return detour.of_worker(await self._inside.publish(participant_id, detour.of_peer(sdp), sources))

    async def answer(self, participant_id: str, sdp: str) -> None:
        await self._inside.answer(participant_id, self.detours["down"].of_peer(sdp))

    async def take(self, offer: RoomOffer) -> None:
        sdp = self.detours["down"].of_worker(offer.sdp)
        await super().take(RoomOffer(offer.participant_id, sdp, offer.tracks))

    async def close(self) -> None:
        await super().close()
        for detour in self.detours.values():
            detour.close()
