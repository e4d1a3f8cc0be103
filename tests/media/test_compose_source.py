import os

import pytest

from media.compose_plan import Clip
from media.compose_source import BLOCK, KEPT, Clips, RangeFile

DATA = os.urandom(3 * BLOCK // 2)


class Store:
    def __init__(self, data: bytes):
        self.data, self.asked = data, []

    def fetch(self, blob: str, start: int, length: int) -> bytes:
        self.asked.append((start, length))
        return self.data[start : start + length]


def whole(file: RangeFile, piece: int) -> bytes:
    read = []
    while data := file.read(piece):
        read.append(data)
    return b"".join(read)


@pytest.mark.parametrize("piece", [-1, 32_768, 2 * BLOCK])
def test_a_file_is_read_to_its_end_whatever_is_asked_at_once(piece):
    store = Store(DATA)
    assert whole(RangeFile("b", len(DATA), store.fetch), piece) == DATA
    assert store.asked == [(0, BLOCK), (BLOCK, len(DATA) - BLOCK)]


@pytest.mark.parametrize(("offset", "whence", "at"), [(10, 0, 10), (5, 1, 105), (-7, 2, len(DATA) - 7)])
def test_it_goes_where_it_is_sent(offset, whence, at):
    file = RangeFile("b", len(DATA), Store(DATA).fetch)
    file.seek(100)
    assert (file.seek(offset, whence), file.tell(), file.read(3)) == (at, at, DATA[at : at + 3])


def test_only_a_few_blocks_are_held_and_those_used_last():
    store = Store(bytes(6 * BLOCK))
    file = RangeFile("b", len(store.data), store.fetch)
    for block in (0, 1, 2, 0, 3, 0):
        file.seek(block * BLOCK)
        file.read(10)
    assert [start // BLOCK for start, _ in store.asked] == [0, 1, 2, 3]
    assert len(file._blocks) == KEPT


def test_beyond_the_end_there_is_nothing():
    file = RangeFile("b", 10, Store(bytes(10)).fetch)
    file.seek(10)
    assert file.read(5) == b""


def test_what_is_no_file_is_named_and_what_the_store_raises_is_not_swallowed():
    clip = Clip(blob="b.webm", size=5000, start_ms=0, end_ms=1000, rotation=0, ended="left")
    clips = Clips(Store(os.urandom(5000)).fetch)
    assert clips.open(clip) is None
    assert clips.unopened == {"b.webm"}

    def away(*_: object) -> bytes:
        raise ConnectionError("the store is away")

    with pytest.raises(ConnectionError):
        Clips(away).open(clip)
