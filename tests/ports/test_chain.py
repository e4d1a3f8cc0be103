"""The hash chain as a pure function of rows."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ports.chain import START, Head, Record, Stored, encode, extend, opened, verify_chain
from ports.errors import Tampered

KEY = bytes(range(32))
AT = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))
ROWS = extend(KEY, "c", None, 1, [Record("Opened", AT, "agent", {"n": number, "名": "王"}) for number in range(5)])
PLACES = st.integers(0, len(ROWS) - 1)


def head_of(rows: list[Stored]) -> Head:
    return Head(len(rows), rows[-1].hash.hex())


def test_the_encoding_is_what_the_documentation_says():
    expected = bytes.fromhex("0000000d") + b"cvx-journal-1" + bytes.fromhex("00000001") + b"c"
    expected += (
        bytes.fromhex("00000002") + b"12" + bytes.fromhex("00000000") + bytes.fromhex("00000003") + "名".encode()
    )
    expected += bytes.fromhex("00000001") + b"t" + bytes.fromhex("00000000") + bytes.fromhex("00000020") + bytes(32)
    assert encode("c", 12, "", "名", "t", "", START) == expected


def test_the_hash_runs_over_the_place_and_the_ciphertext():
    row = ROWS[1]
    place = encode(row.case_id, row.seq, row.id, row.type, row.at, row.actor, row.previous)
    assert row.hash == hashlib.sha256(place + row.sealed).digest()
    assert (row.previous, row.seq, row.position) == (ROWS[0].hash, 2, 2)


@given(st.lists(st.text(max_size=5), min_size=5, max_size=5), st.lists(st.text(max_size=5), min_size=5, max_size=5))
def test_two_places_never_have_the_same_encoding(one: list[str], other: list[str]):
    encodings = [encode(a, 1, b, c, d, e, START) for a, b, c, d, e in (one, other)]
    assert (encodings[0] == encodings[1]) == (one == other)


def test_an_entry_opens_with_its_time_in_utc():
    entry = opened(ROWS[2], KEY)
    assert entry.body == {"n": 2, "名": "王"}
    assert entry.at == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert opened(ROWS[2], None).body is None


def test_an_untouched_chain_verifies_with_and_without_the_key():
    for key in (KEY, None):
        verification = verify_chain("c", ROWS, key, head_of(ROWS))
        assert (verification.ok, verification.entries, verification.broken_at) == (True, 5, None)
        assert verification.head == ROWS[-1].hash.hex()


def test_a_chain_that_grew_still_reaches_an_older_head():
    assert verify_chain("c", ROWS, None, head_of(ROWS[:3])).ok is True
    assert verify_chain("c", [], None, Head(0, START.hex())).ok is True


@given(PLACES, st.sampled_from(["case_id", "id", "type", "at", "actor"]), st.characters(codec="utf-8"))
def test_an_edited_field_is_found_where_it_is(place: int, field: str, added: str):
    rows = list(ROWS)
    rows[place] = msgspec.structs.replace(rows[place], **{field: getattr(rows[place], field) + added})
    assert verify_chain("c", rows).broken_at == place + 1


@given(PLACES, st.sampled_from(["sealed", "previous", "hash"]), st.integers(0, 27), st.integers(1, 255))
def test_a_flipped_byte_is_found(place: int, field: str, position: int, flip: int):
    changed = bytearray(getattr(ROWS[place], field))
    changed[position] ^= flip
    rows = list(ROWS)
    rows[place] = msgspec.structs.replace(rows[place], **{field: bytes(changed)})
    assert verify_chain("c", rows).broken_at == place + 1


@given(PLACES)
def test_a_deleted_entry_is_found(place: int):
    rows = ROWS[:place] + ROWS[place + 1 :]
    verification = verify_chain("c", rows, None, head_of(ROWS))
    assert (verification.ok, verification.broken_at) == (False, place + 1)


@given(st.permutations(range(len(ROWS))))
def test_another_order_is_found(order: list[int]):
    first = next((number for number, place in enumerate(order) if number != place), None)
    assert verify_chain("c", [ROWS[place] for place in order]).broken_at == (None if first is None else first + 1)


def test_a_renumbered_chain_with_new_hashes_is_found_by_the_bodies_as_long_as_the_key_lives():
    """Who can write the table but has no key can compute hashes; the bodies are bound to their places."""
    forged = _rehashed(ROWS[:2] + ROWS[3:])
    assert verify_chain("c", forged).ok is True
    assert verify_chain("c", forged, KEY).broken_at == 3
    assert verify_chain("c", forged, None, head_of(ROWS[:4])).ok is False


def _rehashed(rows: list[Stored]) -> list[Stored]:
    previous, forged = START, []
    for seq, row in enumerate(rows, start=1):
        place = encode(row.case_id, seq, row.id, row.type, row.at, row.actor, previous)
        digest = hashlib.sha256(place + row.sealed).digest()
        forged.append(msgspec.structs.replace(row, seq=seq, previous=previous, hash=digest))
        previous = digest
    return forged


def test_a_body_moved_to_another_entry_does_not_open():
    with pytest.raises(Tampered):
        opened(msgspec.structs.replace(ROWS[0], sealed=ROWS[1].sealed), KEY)


def test_a_record_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        extend(KEY, "c", None, 1, [Record("A", datetime(2026, 3, 2), "x", {})])
