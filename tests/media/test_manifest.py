import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.manifest import (
    ALPHABET,
    Manifest,
    ManifestSegment,
    ManifestTrack,
    Mark,
    SpoolProof,
    check_character,
    digest,
    make_serial,
    read_signed,
    signed,
    summary,
    verify_manifest,
)
from media.manifest import Gap as ManifestGap
from media.recording_errors import ManifestInvalid
from ports.keys import MemoryKeys

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def segment(number: int, start_ms: int) -> ManifestSegment:
    return ManifestSegment(
        number, f"recordings/r/p1-camera/{number}.webm", "ab" * 32, 1000, "VP8", 90000, 640, 480, start_ms, 2000, 60, 0,
        start_ms, AT, 4711, "network",
    )  # fmt: skip


MANIFEST = Manifest(
    version=1,
    recording_id="r",
    part=1,
    serial="R20260302-ABCD-EFGH-1",
    started_at=AT,
    ended_at=AT,
    duration_ms=9500,
    reason="done",
    complete=True,
    frames_lost=0,
    tracks=(
        ManifestTrack("p1-camera", "p1", "person", "insured", "camera", "video", (segment(1, 0), segment(2, 7500))),
    ),
    gaps=(ManifestGap("p1-camera", 2000, 7500, "network"),),
    marks=(Mark(1250, AT, "page", {"page": 2}),),
    spool=SpoolProof(4, "cd" * 32),
)


async def sign(manifest: Manifest, keys: MemoryKeys) -> bytes:
    return signed(manifest, await keys.public_key(), await keys.sign(digest(manifest)))


async def test_a_signed_manifest_verifies_to_itself():
    keys = MemoryKeys()
    assert verify_manifest(await sign(MANIFEST, keys), await keys.public_key()) == MANIFEST


async def test_a_byte_changed_anywhere_is_noticed():
    keys = MemoryKeys()
    data, public_key = await sign(MANIFEST, keys), await keys.public_key()
    for at in range(len(data)):
        with pytest.raises(ManifestInvalid):
            verify_manifest(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], public_key)


async def test_a_manifest_signed_by_someone_else_is_refused():
    with pytest.raises(ManifestInvalid):
        verify_manifest(await sign(MANIFEST, MemoryKeys()), await MemoryKeys().public_key())


async def test_there_is_one_way_to_write_a_manifest():
    keys = MemoryKeys()
    data = await sign(MANIFEST, keys)
    loose = json.dumps(json.loads(data)).encode()
    with pytest.raises(ManifestInvalid, match="canonical"):
        verify_manifest(loose, await keys.public_key())


@given(st.binary(max_size=200))
def test_random_bytes_are_no_manifest(data):
    with pytest.raises(ManifestInvalid):
        read_signed(data)


def test_the_summary_counts_what_the_segments_hold():
    sealed = summary(MANIFEST, "recordings/r/manifest.json", "ef" * 32)
    (track,) = sealed.tracks
    assert (sealed.started_at, sealed.reason) == (AT, "done")
    assert (sealed.seconds, track.frames, track.seconds, track.codec) == (9.5, 120, 4.0, "VP8")
    assert [(ref.start_ms, ref.duration_ms, ref.frames) for ref in track.segments] == [(0, 2000, 60), (7500, 2000, 60)]


def test_a_serial_says_the_day_and_is_its_own():
    serial = make_serial("rec-1", date(2026, 3, 2))
    assert serial == "R20260302-U7DT-6YYS-U"
    assert make_serial("rec-2", date(2026, 3, 2)) != serial


@given(st.text(min_size=1, max_size=40), st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.data())
def test_one_wrong_character_is_noticed(recording_id, day, data):
    plain = make_serial(recording_id, day).replace("-", "")
    at = data.draw(st.integers(0, len(plain) - 1))
    other = data.draw(st.sampled_from(ALPHABET))
    typed = plain[:at] + other + plain[at + 1 :]
    assert (check_character(typed[:-1]) == typed[-1]) is (other == plain[at])


def test_nearly_every_swap_of_two_neighbours_is_noticed():
    serials = [make_serial(str(number), date(2026, 3, 2)).replace("-", "") for number in range(200)]
    swaps = [
        serial[:at] + serial[at + 1] + serial[at] + serial[at + 2 :]
        for serial in serials
        for at in range(len(serial) - 1)
        if serial[at] != serial[at + 1]
    ]
    assert sum(check_character(swapped[:-1]) == swapped[-1] for swapped in swaps) / len(swaps) < 0.02


def test_the_check_character_is_that_of_the_standard():
    assert check_character("A12425GABC1234002") == "M"  # the example of the Global Release Identifier
