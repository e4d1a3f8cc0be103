"""One suite over memory, SQLite and PostgreSQL."""

import asyncio
from datetime import UTC, datetime

import pytest

from ports.chain import Entry, Head, Record, journal_key, verify_chain
from ports.errors import JournalConflict, KeyErased, SubjectTaken
from tests.ports.conftest import Ledger

AT = datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC)


def record(number: int = 0, *subjects: str) -> Record:
    return Record("PhotoAdded", AT, "member-1", {"number": number, "name": "王小明"}, subjects)


async def test_what_was_appended_is_read_back_in_order(ledger: Ledger):
    added = await ledger.journal.append("c", 0, [record(1), record(2)])
    added += await ledger.journal.append("c", 2, [record(3)])
    assert await ledger.journal.read("c") == added
    assert await ledger.journal.read("c", after=1) == added[1:]
    assert [(entry.seq, entry.body["number"]) for entry in added] == [(1, 1), (2, 2), (3, 3)]
    assert (added[0].type, added[0].at, added[0].actor, added[0].case_id) == ("PhotoAdded", AT, "member-1", "c")
    assert len({entry.id for entry in added}) == 3


async def test_an_unknown_case_is_empty(ledger: Ledger):
    assert await ledger.journal.read("none") == ()
    assert await ledger.journal.length("none") == 0
    assert (await ledger.journal.verify("none")).entries == 0


async def test_appending_nothing_still_checks_the_length(ledger: Ledger):
    assert await ledger.journal.append("c", 0, []) == ()
    with pytest.raises(JournalConflict):
        await ledger.journal.append("c", 1, [])


@pytest.mark.parametrize("expected", [0, 1, 3])
async def test_a_wrong_expectation_writes_nothing(ledger: Ledger, expected: int):
    await ledger.journal.append("c", 0, [record(), record()])
    with pytest.raises(JournalConflict) as refused:
        await ledger.journal.append("c", expected, [record()])
    assert (refused.value.case_id, refused.value.expected, refused.value.actual) == ("c", expected, 2)
    assert await ledger.journal.length("c") == 2


async def test_of_many_writers_one_wins_and_the_others_are_told(ledger: Ledger):
    await ledger.journal.append("c", 0, [record()])
    writers = [ledger.journal.append("c", 1, [record(number)]) for number in range(8)]
    outcomes = await asyncio.gather(*writers, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["JournalConflict"] * 7 + ["tuple"]
    assert await ledger.journal.length("c") == 2
    assert (await ledger.journal.verify("c")).ok is True


async def test_a_cancelled_writer_leaves_the_journal_usable(ledger: Ledger):
    writer = asyncio.ensure_future(ledger.journal.append("c", 0, [record()]))
    await asyncio.sleep(0.001)
    writer.cancel()
    await asyncio.gather(writer, return_exceptions=True)
    length = await ledger.journal.length("c")
    await ledger.journal.append("c", length, [record()])
    assert (await ledger.journal.verify("c")).entries == length + 1


async def test_the_lengths_of_many_cases_come_at_once(ledger: Ledger):
    await ledger.journal.append("a", 0, [record()])
    await ledger.journal.append("b", 0, [record(), record()])
    assert await ledger.journal.lengths(["a", "b", "none"]) == {"a": 1, "b": 2, "none": 0}
    assert await ledger.journal.lengths([]) == {}


async def test_the_tail_pages_through_all_cases_by_position(ledger: Ledger):
    for case_id in ("a", "b"):
        await ledger.journal.append(case_id, 0, [record(1), record(2)])
    await ledger.journal.append("a", 2, [record(3)])
    first = await ledger.journal.tail(0, limit=3)
    rest = await ledger.journal.tail(first[-1].position)
    assert [(entry.case_id, entry.seq) for entry in first + rest] == [("a", 1), ("a", 2), ("b", 1), ("b", 2), ("a", 3)]
    assert await ledger.journal.tail(rest[-1].position) == ()


async def test_whoever_tails_while_many_append_misses_nothing(ledger: Ledger):
    async def write(case_id: str) -> None:
        for number in range(5):
            await ledger.journal.append(case_id, number, [record(number)])

    async def follow() -> list[Entry]:
        seen: list[Entry] = []
        while len(seen) < 30:
            seen += await ledger.journal.tail(seen[-1].position if seen else 0, limit=4)
            await asyncio.sleep(0)
        return seen

    async with asyncio.timeout(20):
        follower = asyncio.ensure_future(follow())
        await asyncio.gather(*[write(f"case-{number}") for number in range(6)])
        seen = await follower
    assert sorted((entry.case_id, entry.seq) for entry in seen) == [
        (f"case-{n}", s) for n in range(6) for s in range(1, 6)
    ]


async def test_the_cases_of_a_person_come_newest_first_and_once(ledger: Ledger):
    await ledger.journal.append("old", 0, [record(1, "p1", "p2")])
    await ledger.journal.append("new", 0, [record(1, "p1")])
    await ledger.journal.append("old", 1, [record(2, "p1"), record(3, "p1", "p3")])
    assert await ledger.journal.cases_of("p1") == ("new", "old")
    assert await ledger.journal.cases_of("p3") == ("old",)
    assert await ledger.journal.cases_of("nobody") == ()


async def test_only_as_many_cases_as_asked_for(ledger: Ledger):
    for number in range(4):
        await ledger.journal.append(f"c{number}", 0, [record(number, "p")])
    assert await ledger.journal.cases_of("p", limit=2) == ("c3", "c2")


async def test_a_number_names_one_case_and_who_wants_it_again_writes_nothing(ledger: Ledger):
    await ledger.journal.append("a", 0, [record(1, "no:1", "p")])
    await ledger.journal.append("a", 1, [record(2, "no:1")])
    with pytest.raises(SubjectTaken):
        await ledger.journal.append("b", 0, [record(3, "p"), record(4, "no:1")])
    assert await ledger.journal.lengths(["a", "b"]) == {"a": 2, "b": 0}
    assert (await ledger.journal.cases_of("no:1"), await ledger.journal.cases_of("p")) == (("a",), ("a",))
    await ledger.journal.append("b", 0, [record(3, "no:2")])


async def test_of_two_who_want_a_number_at_once_one_gets_it(ledger: Ledger):
    writers = [ledger.journal.append(f"c{number}", 0, [record(number, "no:1")]) for number in range(6)]
    outcomes = await asyncio.gather(*writers, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["SubjectTaken"] * 5 + ["tuple"]


async def test_an_erased_key_takes_the_bodies_and_leaves_a_chain_that_verifies(ledger: Ledger):
    await ledger.journal.append("gone", 0, [record(1), record(2)])
    (kept,) = await ledger.journal.append("kept", 0, [record(3)])
    before = await ledger.journal.verify("gone")
    await ledger.keys.erase("gone")
    assert [entry.body for entry in await ledger.journal.read("gone")] == [None, None]
    assert await ledger.journal.verify("gone") == before
    assert (await ledger.journal.tail(0))[2] == kept
    with pytest.raises(KeyErased):
        await ledger.journal.append("gone", 2, [record()])


async def test_the_chain_verifies_up_to_a_head_that_was_noted_elsewhere(ledger: Ledger):
    await ledger.journal.append("c", 0, [record(), record()])
    noted = await ledger.journal.verify("c")
    await ledger.journal.append("c", 2, [record()])
    assert (await ledger.journal.verify("c", Head(noted.entries, noted.head))).ok is True
    missing = await ledger.journal.verify("c", Head(4, noted.head))
    assert (missing.ok, missing.broken_at) == (False, 4)


async def test_stored_rows_and_the_journal_key_are_enough_to_verify_elsewhere(ledger: Ledger):
    await ledger.journal.append("c", 0, [record(), record()])
    rows = await ledger.journal.stored("c")
    key = journal_key(await ledger.keys.data_key("c"))
    assert verify_chain("c", rows, key) == await ledger.journal.verify("c")
    assert b"PhotoAdded" not in rows[0].sealed
    assert "王小明".encode() not in rows[0].sealed
