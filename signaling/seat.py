"""A place in a room: who sits there now, over all web processes, and for how long it is kept for him."""

from dataclasses import dataclass
from typing import Any

import msgspec

from ports.keyvalue import KeyValue

SEAT_SECONDS = 12 * 3600
TAKEN = "room.seat"
SAID = "room.said"


class Taken(msgspec.Struct, frozen=True):
    """`connection` has the seat from now on."""

    room_id: str
    participant_id: str
    connection: str


class Said(msgspec.Struct, frozen=True):
    """Something for the others in the room."""

    room_id: str
    participant_id: str
    event: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seat:
    room_id: str
    participant_id: str
    ref: str

    @property
    def key(self) -> str:
        return f"seat:{self.room_id}:{self.participant_id}"


class Seats:
    """The connection that took a seat last owns it; who owned it before is put out."""

    def __init__(self, keyvalue: KeyValue) -> None:
        self._keyvalue = keyvalue

    async def take(self, seat: Seat, connection: str) -> None:
        await self._keyvalue.set(seat.key, connection.encode(), ttl=SEAT_SECONDS)
        taken = Taken(seat.room_id, seat.participant_id, connection)
        await self._keyvalue.publish(TAKEN, msgspec.json.encode(taken))

    async def say(self, seat: Seat, event: str, body: dict[str, Any]) -> None:
        said = Said(seat.room_id, seat.participant_id, event, body)
        await self._keyvalue.publish(SAID, msgspec.json.encode(said))

    async def is_mine(self, seat: Seat, connection: str) -> bool:
        """A store that lost its memory has nobody else in the seat, so it is still ours."""
        return await self._keyvalue.get(seat.key) in (connection.encode(), None)

    async def free(self, seat: Seat) -> None:
        await self._keyvalue.delete(seat.key)
