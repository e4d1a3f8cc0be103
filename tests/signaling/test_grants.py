import asyncio

import pytest

from ports.clock import FrozenClock
from ports.keyvalue import MemoryKeyValue
from signaling.errors import TicketExpired, TicketInvalid, TicketUsed
from signaling.grants import Grants, JoinGrant, participant_of

GRANT = JoinGrant("room", "participant", "ann", "insured", 1, "case", "session")


@pytest.fixture
def clock():
    return FrozenClock()


@pytest.fixture
def grants(clock):
    return Grants(MemoryKeyValue(clock), clock, b"k" * 32)


async def test_a_ticket_gives_back_its_grant(grants, clock):
    ticket, expires = await grants.issue(GRANT)
    assert (expires - clock.now()).total_seconds() == 60
    assert await grants.redeem(ticket, "session") == GRANT


async def test_of_many_who_show_the_same_ticket_one_gets_in(grants):
    ticket, _ = await grants.issue(GRANT)
    results = await asyncio.gather(*(grants.redeem(ticket, "session") for _ in range(20)), return_exceptions=True)
    assert [result for result in results if result == GRANT] == [GRANT]
    assert {type(result) for result in results} == {JoinGrant, TicketUsed}


@pytest.mark.parametrize(("after", "outcome"), [(59, None), (60, TicketExpired), (61, TicketExpired)])
async def test_a_ticket_is_good_for_a_minute(grants, clock, after, outcome):
    ticket, _ = await grants.issue(GRANT)
    clock.advance(after)
    if outcome:
        with pytest.raises(outcome):
            await grants.redeem(ticket, "session")
    else:
        assert await grants.redeem(ticket, "session") == GRANT


async def test_another_session_neither_uses_nor_spends_the_ticket(grants):
    ticket, _ = await grants.issue(GRANT)
    with pytest.raises(TicketInvalid):
        await grants.redeem(ticket, "other")
    assert await grants.redeem(ticket, "session") == GRANT


async def test_no_byte_of_a_ticket_can_be_changed(grants):
    ticket, _ = await grants.issue(GRANT)
    for place in range(len(ticket)):
        forged = ticket[:place] + ("A" if ticket[place] != "A" else "B") + ticket[place + 1 :]
        with pytest.raises(TicketInvalid):
            await grants.redeem(forged, "session")


@pytest.mark.parametrize("text", ["", ".", "a.b.c", "é.é", "no-dot", "====.===="])
async def test_what_is_no_ticket_is_refused(grants, text):
    with pytest.raises(TicketInvalid):
        await grants.redeem(text, "session")


async def test_a_ticket_of_another_house_is_refused(grants, clock):
    other = Grants(MemoryKeyValue(clock), clock, b"x" * 32)
    ticket, _ = await other.issue(GRANT)
    with pytest.raises(TicketInvalid):
        await grants.redeem(ticket, "session")


def test_a_person_keeps_his_place_in_a_room_and_has_another_in_another():
    assert participant_of("room", "ann") == participant_of("room", "ann")
    assert len({participant_of(room, person) for room in ("r1", "r2") for person in ("ann", "bob")}) == 4
