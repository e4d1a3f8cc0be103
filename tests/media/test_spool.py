import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from media.entries import RECORDING, Began, Ended, Frame
from media.recording_errors import SpoolBroken
from media.spool import HEAD, SpoolHeader, SpoolReader, SpoolWriter, claimed, read_header, remove

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KEY = bytes(range(32))
HEADER = SpoolHeader("case-1", b"wrapped key")


def frame(number: int, data: bytes = b"the picture") -> Frame:
    return Frame(number * 33, number * 3000, number == 0, 320, 240, data)


def written(folder: Path, ended: bool = True) -> Path:
    """Began, three records of a track, and the end: five records."""
    spool = SpoolWriter(folder / "a.spool", HEADER, KEY)
    spool.seal(RECORDING, [Began(0, "rec-1", "S", "room-1", AT)])
    for number in range(3):
        spool.seal(1, [frame(2 * number), frame(2 * number + 1)])
    if ended:
        spool.seal(RECORDING, [Ended(200, "done", AT)])
    spool.flush()
    spool.close()
    return spool.path


def offsets(path: Path) -> list[int]:
    """Where the records begin, and the end."""
    data = path.read_bytes()
    at = 12 + int.from_bytes(data[8:12], "big")
    found = [at]
    while at < len(data):
        at += HEAD.size + HEAD.unpack_from(data, at)[2]
        found.append(at)
    return found


def test_what_was_written_is_read_stream_by_stream(tmp_path):
    reader = SpoolReader(written(tmp_path), KEY)
    assert list(reader.entries(1)) == [frame(number) for number in range(6)]
    assert reader.recording == [Began(0, "rec-1", "S", "room-1", AT), Ended(200, "done", AT)]
    assert (reader.records, reader.broken, reader.ended) == (5, None, True)


def test_the_head_says_whose_key_opens_it(tmp_path):
    assert read_header(written(tmp_path)) == HEADER


def test_nothing_is_on_the_disk_in_the_clear(tmp_path):
    data = written(tmp_path).read_bytes()
    assert [word for word in (b"the picture", b"rec-1", b"room-1", b"done", KEY) if word in data] == []


def test_only_its_owner_may_read_the_file(tmp_path):
    assert written(tmp_path).stat().st_mode & 0o777 == 0o600


def test_a_byte_changed_anywhere_is_noticed_and_what_was_before_it_is_kept(tmp_path):
    path = written(tmp_path)
    whole, starts = path.read_bytes(), offsets(path)
    for at in range(starts[0], len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        reader = SpoolReader(path, KEY)
        assert reader.broken in ("altered", "torn")
        assert reader.records == max(number for number, start in enumerate(starts) if start <= at)


def test_a_changed_head_opens_no_record(tmp_path):
    path = written(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"case-1", b"case-2"))
    assert SpoolReader(path, KEY).records == 0


def test_a_record_left_out_or_moved_is_noticed(tmp_path):
    path = written(tmp_path)
    whole, (_, one, two, three, _, _) = path.read_bytes(), offsets(path)
    path.write_bytes(whole[:one] + whole[two:])
    assert (SpoolReader(path, KEY).records, SpoolReader(path, KEY).broken) == (1, "altered")
    path.write_bytes(whole[:one] + whole[two:three] + whole[one:two] + whole[three:])
    assert (SpoolReader(path, KEY).records, SpoolReader(path, KEY).broken) == (1, "altered")


def test_a_file_cut_within_a_record_is_torn(tmp_path):
    path = written(tmp_path)
    path.write_bytes(path.read_bytes()[:-5])
    reader = SpoolReader(path, KEY)
    assert (reader.records, reader.broken, reader.ended) == (4, "torn", False)


def test_a_file_cut_between_records_has_not_ended(tmp_path):
    path = written(tmp_path)
    os.truncate(path, offsets(path)[-2])
    reader = SpoolReader(path, KEY)
    assert (reader.records, reader.broken, reader.ended) == (4, None, False)


def test_the_digest_after_so_many_records_is_what_the_writer_said_then(tmp_path):
    spool = SpoolWriter(tmp_path / "a.spool", HEADER, KEY)
    heads = [spool.head]
    for number in range(3):
        spool.seal(1, [frame(number)])
        heads.append(spool.head)
    spool.flush()
    spool.close()
    reader = SpoolReader(spool.path, KEY)
    assert [reader.digest_after(number) for number in range(5)] == [*heads, None]
    assert reader.head == heads[-1]


def test_another_key_opens_nothing(tmp_path):
    reader = SpoolReader(written(tmp_path), AESGCM.generate_key(256))
    assert (reader.records, reader.broken) == (0, "altered")


@pytest.mark.parametrize("data", [b"", b"CVXSPL1\n", b"CVXSPL1\n\0\0\0\5{", b"CVXSPL1\n\xff\xff\xff\xff{}", b"x" * 99])
def test_a_file_that_is_no_spool_is_refused(tmp_path, data):
    path = tmp_path / "no.spool"
    path.write_bytes(data)
    with pytest.raises(SpoolBroken):
        read_header(path)


def test_a_spool_is_claimed_by_one_at_a_time_and_not_before_its_writer_closes_it(tmp_path):
    spool = SpoolWriter(tmp_path / "a.spool", HEADER, KEY)
    with claimed(spool.path) as first:
        assert first is False
    spool.close()
    with claimed(spool.path) as first, claimed(spool.path) as second:
        assert (first, second) == (True, False)
        remove(spool.path)
    with claimed(spool.path) as again:
        assert again is False
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_failed_is_repeated_whole(tmp_path):
    import resource

    spool = SpoolWriter(tmp_path / "a.spool", HEADER, KEY)
    spool.seal(1, [frame(0, bytes(5000))])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            spool.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    spool.seal(1, [frame(1)])
    spool.flush()
    spool.close()
    reader = SpoolReader(spool.path, KEY)
    assert list(reader.entries(1)) == [frame(0, bytes(5000)), frame(1)]
