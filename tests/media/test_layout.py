from datetime import UTC, datetime, timedelta

from media.entries import AnyEntry, Began, Ended, Lost, Marked, Muted, SegmentBegan, SegmentEnded
from media.layout import Stored, lay_out
from media.segment import Segment

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Entries:
    """A spool of these entries."""

    records, head = 3, "ab" * 32

    def __init__(self, *entries: AnyEntry):
        self.recording = [Began(0, "r", "S", "room", AT), *entries]


def began(stream: int, at_ms: int, track: str = "p1-camera", number: int = 1) -> SegmentBegan:
    return SegmentBegan(at_ms, stream, number, track, "p1", "person", "insured", "camera", "video", "VP8", 90000, 0, AT)


def stored(entry: SegmentBegan, duration_ms: int = 1000, holes: tuple[tuple[int, int], ...] = ()) -> Stored:
    return Stored(entry, Segment(b"", 30, 0, duration_ms, 640, 480, holes), f"{entry.stream}.webm", "cd" * 32, 9)


def test_a_spool_without_end_is_laid_out_to_where_its_files_reach():
    one = began(1, 500)
    manifest = lay_out(1, Entries(one), [stored(one)], "unended", ())
    assert (manifest.duration_ms, manifest.ended_at) == (1500, AT + timedelta(seconds=1.5))
    assert (manifest.reason, manifest.complete, manifest.tracks[0].segments[0].ended) == ("recovered", False, "unended")


def test_only_a_recording_without_fault_loss_or_problem_is_complete():
    end = Ended(2000, "done", AT)
    assert lay_out(1, Entries(end), [], None, ()).complete is True
    assert lay_out(1, Entries(end), [], "cut", ()).complete is False
    assert lay_out(1, Entries(end), [], None, ("segment_unreadable p1/1",)).complete is False
    assert lay_out(1, Entries(Lost(1, 4), end), [], None, ()).complete is False


def test_segments_of_a_track_that_lie_close_have_a_seam_and_no_gap():
    one, two, three = began(1, 0), began(2, 1090, number=2), began(3, 2500, number=3)
    spool = Entries(one, SegmentEnded(1000, 1, "size"), two, SegmentEnded(2090, 2, "network"), three)
    manifest = lay_out(1, spool, [stored(one), stored(two), stored(three)], None, ())
    assert [(gap.from_ms, gap.to_ms, gap.reason) for gap in manifest.gaps] == [(2090, 2500, "network")]


def test_a_hole_is_a_loss_unless_the_track_was_muted_then():
    one, two = began(1, 100), began(2, 100, track="p1-microphone")
    spool = Entries(one, two, Muted(3000, "p1-microphone", True), Muted(4050, "p1-microphone", False))
    holes = ((1000, 4000),)
    manifest = lay_out(1, spool, [stored(one, 6000, holes), stored(two, 6000, holes)], None, ())
    assert [(gap.track_id, gap.from_ms, gap.to_ms, gap.reason) for gap in manifest.gaps] == [
        ("p1-camera", 1100, 4100, "loss"),
        ("p1-microphone", 1100, 4100, "muted"),
    ]


def test_what_was_muted_is_a_gap_whatever_was_sent_meanwhile():
    """Browsers send black pictures of a camera that is off."""
    one, two = began(1, 1000), began(2, 8000, number=2)
    spool = Entries(
        *(one, Muted(500, one.track_id, True), Muted(2000, one.track_id, False)),  # from before its first picture
        *(Muted(3000, one.track_id, True), Muted(3500, one.track_id, False)),
        *(SegmentEnded(5000, 1, "network"), Muted(6000, one.track_id, True), two, Muted(8500, one.track_id, False)),
        *(Muted(9500, one.track_id, True),),  # until the end
    )
    manifest = lay_out(1, spool, [stored(one, 4000, ((3000, 3600),)), stored(two, 2000)], None, ())
    assert [(gap.from_ms, gap.to_ms, gap.reason) for gap in manifest.gaps] == [
        (1000, 2000, "muted"),
        (3000, 3500, "muted"),
        (4000, 4600, "loss"),
        (5000, 8500, "muted"),
        (9500, 10000, "muted"),
    ]


def test_marks_keep_their_order_and_data():
    spool = Entries(Marked(10, "a", AT, {"x": 1}), Marked(20, "b", AT, {}))
    assert [(mark.at_ms, mark.label, mark.data) for mark in lay_out(1, spool, [], None, ()).marks] == [
        (10, "a", {"x": 1}),
        (20, "b", {}),
    ]
