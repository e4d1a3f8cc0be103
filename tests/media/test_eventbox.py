import asyncio

from media.eventbox import EventBox
from media.messages import (
    ParticipantGone,
    RecorderChanged,
    RecorderStatus,
    RoomClosed,
    RoomOffer,
    Roster,
    RosterChanged,
    RosterEntry,
)


def roster(name: str) -> RosterChanged:
    return RosterChanged(Roster((RosterEntry(name, "person", "host", 0),)))


async def read(box: EventBox) -> list:
    box.close()
    return [event async for event in box]


async def test_a_newer_snapshot_takes_the_place_of_one_that_was_not_read():
    box = EventBox()
    for event in (roster("a"), RoomOffer("p", "old"), RoomOffer("q", "x"), roster("b"), RoomOffer("p", "new")):
        box.put(event)
    assert await read(box) == [RoomOffer("q", "x"), roster("b"), RoomOffer("p", "new")]


async def test_departures_of_different_people_are_all_told():
    box = EventBox()
    for name in ("p", "q"):
        box.put(ParticipantGone(name, "left"))
    assert await read(box) == [ParticipantGone("p", "left"), ParticipantGone("q", "left")]


async def test_a_reader_waits_for_the_next_event():
    box = EventBox()
    reading = asyncio.create_task(anext(aiter(box)))
    await asyncio.sleep(0)
    assert not reading.done()
    box.put(RecorderChanged(RecorderStatus(writing=True)))
    assert await reading == RecorderChanged(RecorderStatus(writing=True))


async def test_what_does_not_fit_is_counted_and_the_newest_stays():
    box = EventBox(capacity=3)
    for number in range(5):
        box.put(ParticipantGone(f"p{number}", "left"))
    box.put(RoomClosed("over"))
    events = await read(box)
    assert (box.dropped, events[-1], len(events)) == (3, RoomClosed("over"), 3)
