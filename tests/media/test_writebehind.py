import resource
import time
from contextlib import contextmanager
from datetime import UTC, datetime

from media.entries import RECORDING, Ended, Frame, Marked
from media.spool import SpoolHeader, SpoolReader, SpoolWriter
from media.writebehind import WriteBehind, into_records

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KEY = bytes(32)


def frame(at_ms: int, size: int = 100) -> Frame:
    return Frame(at_ms, at_ms * 90, True, 0, 0, bytes(size))


def opened(folder, **limits) -> WriteBehind:
    return WriteBehind(SpoolWriter(folder / "a.spool", SpoolHeader("s", b"w"), KEY), every_s=0.02, **limits)


def until(condition) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def full_disk(size: int):
    """No file may grow beyond this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_was_put_is_on_the_disk_soon_and_said_to_be(tmp_path):
    writer = opened(tmp_path)
    assert writer.put(1, frame(40))
    assert writer.put(2, frame(60))
    until(lambda: writer.durable_ms == {1: 40, 2: 60})
    assert SpoolReader(tmp_path / "a.spool", KEY).records == writer.head[0] == 2
    assert SpoolReader(tmp_path / "a.spool", KEY).head == writer.head[1]
    assert writer.finish() is True


def test_a_record_spans_half_a_second_at_most():
    batch = [(1, frame(at)) for at in range(0, 1500, 100)] + [(2, frame(0))]
    assert [(stream, len(entries)) for stream, entries in into_records(batch)] == [(1, 5), (1, 5), (1, 5), (2, 1)]


def test_the_end_stands_after_everything_that_was_put_before_it():
    mark, end = Marked(1, "m", AT, {}), Ended(3, "done", AT)
    assert into_records([(RECORDING, mark), (1, frame(2)), (RECORDING, end)]) == [
        (RECORDING, [mark]),
        (1, [frame(2)]),
        (RECORDING, [end]),
    ]


def test_a_full_queue_says_so(tmp_path):
    with full_disk(200):
        writer = opened(tmp_path, limit_bytes=2000)
        answers = [writer.put(1, frame(at)) for at in range(6)]
        until(lambda: writer.error == "EFBIG")
    assert answers == [True, True, True, True, False, False]
    assert writer.finish() is True


def test_a_disk_that_recovers_gets_everything_that_was_taken(tmp_path):
    with full_disk(1000):
        writer = opened(tmp_path)
        for at in range(20):
            assert writer.put(1, frame(at))
        until(lambda: writer.error == "EFBIG")
        assert writer.durable_ms == {}
    until(lambda: writer.durable_ms == {1: 19})
    assert writer.error is None
    assert writer.finish() is True
    assert list(SpoolReader(tmp_path / "a.spool", KEY).entries(1)) == [frame(at) for at in range(20)]


def test_finishing_on_a_disk_that_stays_full_ends_and_says_so(tmp_path):
    with full_disk(100):
        writer = opened(tmp_path, patience_s=0.2)
        writer.put(1, frame(0))
        assert writer.finish() is False
    assert writer.alive is False
