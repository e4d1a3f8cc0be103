"""One suite over memory, a local folder and a real S3 server."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator

import obstore
import pytest

from ports.blobs import ONE_PUT_BYTES, BlobInfo, SealedBlobs, open_blobs
from ports.errors import BlobExists, BlobNameInvalid, BlobNotFound, KeyErased, Tampered
from ports.keys import MemoryKeys

SCOPE = "case-1"
LARGE = os.urandom(ONE_PUT_BYTES + 1_000_000)


async def stream(data: bytes, step: int = 700_000, fail_at: int | None = None) -> AsyncIterator[bytes]:
    for start in range(0, len(data), step):
        if fail_at is not None and start >= fail_at:
            raise ConnectionError("the uploader went away")
        yield data[start : start + step]


@pytest.mark.parametrize("data", [b"", b"x", os.urandom(3_000_000)], ids=["empty", "small", "some segments"])
async def test_what_was_put_is_got_and_described(blobs: SealedBlobs, data: bytes):
    info = await blobs.put("case-1/photos/1.jpg", data, scope=SCOPE)
    assert info == BlobInfo("case-1/photos/1.jpg", len(data), hashlib.sha256(data).hexdigest())
    assert await blobs.get(info.name, scope=SCOPE) == data
    assert await blobs.size(info.name, scope=SCOPE) == len(data)


async def test_a_range_is_read_alone_and_cut_at_the_end(blobs: SealedBlobs):
    data = os.urandom(2_500_000)
    await blobs.put("a", stream(data), scope=SCOPE)
    for start, length in ((0, 10), (1_048_000, 2_000), (2_499_990, 100), (3_000_000, 5), (5, 0)):
        assert await blobs.read("a", start, length, scope=SCOPE) == data[start : start + length]


async def test_a_second_put_is_refused_and_changes_nothing(blobs: SealedBlobs):
    await blobs.put("a", b"first", scope=SCOPE)
    for data in (b"second", stream(LARGE)):
        with pytest.raises(BlobExists):
            await blobs.put("a", data, scope=SCOPE)
    assert await blobs.get("a", scope=SCOPE) == b"first"


async def test_of_many_writers_of_a_name_one_wins(blobs: SealedBlobs):
    writers = [blobs.put("a", b"%d" % number, scope=SCOPE) for number in range(8)]
    outcomes = await asyncio.gather(*writers, return_exceptions=True)
    winners = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, BlobInfo)]
    assert len(winners) == 1
    assert [type(outcome) for outcome in outcomes].count(BlobExists) == 7
    assert await blobs.get("a", scope=SCOPE) == b"%d" % winners[0]


async def test_a_large_stream_is_created_once_and_leaves_nothing_aside(blobs: SealedBlobs):
    outcomes = await asyncio.gather(
        *[blobs.put("big", stream(LARGE), scope=SCOPE) for _ in "ab"], return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["BlobExists", "BlobInfo"]
    assert await blobs.get("big", scope=SCOPE) == LARGE
    assert await raw_names(blobs) == ["big"]


@pytest.mark.parametrize("fail_at", [700_000, ONE_PUT_BYTES + 500_000], ids=["early", "late"])
async def test_a_stream_that_breaks_leaves_nothing(blobs: SealedBlobs, fail_at: int):
    with pytest.raises(ConnectionError):
        await blobs.put("big", stream(LARGE, fail_at=fail_at), scope=SCOPE)
    assert await raw_names(blobs) == []
    assert await blobs.put("big", b"again", scope=SCOPE) == BlobInfo("big", 5, hashlib.sha256(b"again").hexdigest())


async def raw_names(blobs: SealedBlobs) -> list[str]:
    return [item["path"] async for batch in obstore.list(blobs._store) for item in batch]


async def raw_bytes(blobs: SealedBlobs, name: str) -> bytearray:
    return bytearray(await (await obstore.get_async(blobs._store, name)).bytes_async())


@pytest.mark.parametrize("position", [0, 5, 40, 64, 70, 110, 1_000_000, -1])
async def test_a_flipped_byte_at_rest_is_detected(blobs: SealedBlobs, position: int):
    await blobs.put("a", os.urandom(1_000_000), scope=SCOPE)
    changed = await raw_bytes(blobs, "a")
    changed[position] ^= 1
    await obstore.put_async(blobs._store, "a", bytes(changed))
    with pytest.raises(Tampered):
        await blobs.get("a", scope=SCOPE)


async def test_a_truncated_or_foreign_object_is_detected(blobs: SealedBlobs):
    await blobs.put("a", os.urandom(2_000_000), scope=SCOPE)
    whole = bytes(await raw_bytes(blobs, "a"))
    for cut in (whole[: 64 + (1 << 20)], whole[:-1], whole[:30], b"", b"GIF89a" + bytes(200)):
        await obstore.put_async(blobs._store, "a", cut)
        with pytest.raises(Tampered):
            await blobs.get("a", scope=SCOPE)


async def test_an_object_under_another_name_or_scope_does_not_open(blobs: SealedBlobs):
    await blobs.put("a", b"mine", scope=SCOPE)
    await obstore.put_async(blobs._store, "b", bytes(await raw_bytes(blobs, "a")))
    for name, scope in (("b", SCOPE), ("a", "case-2")):
        with pytest.raises(Tampered):
            await blobs.get(name, scope=scope)


async def test_nothing_readable_lies_at_rest(blobs: SealedBlobs):
    await blobs.put("a", b"A123456789 " * 50, scope=SCOPE)
    assert (await raw_bytes(blobs, "a")).find(b"A123456789") == -1


async def test_erasing_the_scope_makes_its_blobs_unreadable(blobs: SealedBlobs, keys: MemoryKeys):
    await blobs.put("a", b"x", scope=SCOPE)
    await keys.erase(SCOPE)
    with pytest.raises(KeyErased):
        await blobs.get("a", scope=SCOPE)
    with pytest.raises(KeyErased):
        await blobs.put("b", b"x", scope=SCOPE)


async def test_an_absent_blob_is_named_so_and_its_deletion_is_harmless(blobs: SealedBlobs):
    for ask in (blobs.get("no", scope=SCOPE), blobs.size("no", scope=SCOPE), blobs.read("no", 0, 1, scope=SCOPE)):
        with pytest.raises(BlobNotFound):
            await ask
    assert await blobs.exists("no") is False
    await blobs.delete("no")


async def test_a_deleted_name_is_free_again(blobs: SealedBlobs):
    await blobs.put("a", b"1", scope=SCOPE)
    assert await blobs.exists("a") is True
    await blobs.delete("a")
    await blobs.put("a", b"2", scope=SCOPE)
    assert await blobs.get("a", scope=SCOPE) == b"2"


async def test_list_gives_the_names_with_a_prefix_in_order(blobs: SealedBlobs):
    for name in ("c1/b", "c1/a", "c10/a", "c2"):
        await blobs.put(name, b"", scope=SCOPE)
    assert await blobs.list("c1/") == ("c1/a", "c1/b")
    assert await blobs.list("c1") == ("c1/a", "c1/b", "c10/a")
    assert await blobs.list("") == ("c1/a", "c1/b", "c10/a", "c2")
    assert await blobs.list("c3/") == ()


@pytest.mark.parametrize(
    "name",
    ["", "/a", "a/", "a//b", "../a", "a/../b", ".incoming/x", "a b", "a\n", "姓名", "a\\b", "%2e%2e/a", "x" * 513],
)
async def test_a_name_that_could_mean_something_else_is_refused(name: str):
    blobs = open_blobs("memory:", MemoryKeys())
    for ask in (blobs.put(name, b"", scope=SCOPE), blobs.get(name, scope=SCOPE), blobs.delete(name)):
        with pytest.raises(BlobNameInvalid):
            await ask


@pytest.mark.parametrize("url", ["", "/folder", "http://host/x", "s3://", "s3://bucket?unknown=1"])
def test_an_unusable_url_is_refused(url: str):
    with pytest.raises(ValueError, match="blob URL"):
        open_blobs(url, MemoryKeys())
