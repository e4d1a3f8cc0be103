"""How the segments of a spool make one recording: tracks, places on the clock, gaps. Pure."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Protocol

import msgspec

from media.entries import AnyEntry, Began, Ended, Lost, Marked, Muted, Report, SegmentBegan, SegmentEnded
from media.gaps import is_break
from media.manifest import VERSION, ClockReport, Gap, Manifest, ManifestSegment, ManifestTrack, Mark, SpoolProof
from media.segment import Segment
from media.timing import Placed, starts


class Spool(Protocol):
    """What is asked of a spool here; `SpoolReader` is one."""

    @property
    def recording(self) -> list[AnyEntry]: ...

    @property
    def records(self) -> int: ...

    @property
    def head(self) -> str: ...


class Stored(msgspec.Struct, frozen=True):
    """A segment whose file is put."""

    began: SegmentBegan
    segment: Segment
    blob: str
    sha256: str
    size: int


def lay_out(
    part: int, spool: Spool, stored: Sequence[Stored], fault: str | None, problems: tuple[str, ...]
) -> Manifest:
    """The manifest of what a spool holds, of which the files of ``stored`` are put already."""
    entries = spool.recording
    began = next(entry for entry in entries if isinstance(entry, Began))
    ended = next((entry for entry in entries if isinstance(entry, Ended)), None)
    tracks, holes = _tracks(entries, stored), {(one.began.track_id, one.began.number): one for one in stored}
    lasts = [segment.start_ms + segment.duration_ms for track in tracks for segment in track.segments]
    duration_ms = max([*lasts, ended.at_ms if ended else 0])
    lost = sum(entry.frames for entry in entries if isinstance(entry, Lost))
    return Manifest(
        version=VERSION,
        recording_id=began.recording_id,
        part=part,
        serial=began.serial,
        started_at=began.at,
        ended_at=ended.at if ended else began.at + timedelta(milliseconds=duration_ms),
        duration_ms=duration_ms,
        reason=ended.reason if ended else "recovered",
        complete=fault is None and lost == 0 and not problems,
        frames_lost=lost,
        tracks=tracks,
        gaps=tuple(gap for track in tracks for gap in _gaps(track, holes, _muted(entries, track.track_id))),
        marks=tuple(Mark(e.at_ms, e.at, e.label, e.data) for e in entries if isinstance(e, Marked)),
        spool=SpoolProof(spool.records, spool.head, fault),
        problems=problems,
    )


def _tracks(entries: Sequence[AnyEntry], stored: Sequence[Stored]) -> tuple[ManifestTrack, ...]:
    reports = {one.began.stream: _reports(entries, one.began.stream) for one in stored}
    ends = {entry.stream: entry.reason for entry in entries if isinstance(entry, SegmentEnded)}
    places = starts([_placed(one.began, reports[one.began.stream]) for one in stored])
    tracks: dict[str, ManifestTrack] = {}
    for one, start_ms in zip(stored, places, strict=True):
        began = one.began
        segment = _segment(one, start_ms, ends.get(began.stream, "unended"), reports[began.stream])
        track = tracks.get(began.track_id) or ManifestTrack(
            began.track_id, began.participant_id, began.person_id, began.role, began.source, began.kind, ()
        )
        tracks[began.track_id] = msgspec.structs.replace(track, segments=(*track.segments, segment))
    return tuple(tracks.values())


def _reports(entries: Sequence[AnyEntry], stream: int) -> tuple[Report, ...]:
    return tuple(entry for entry in entries if isinstance(entry, Report) and entry.stream == stream)


def _placed(began: SegmentBegan, reports: tuple[Report, ...]) -> Placed:
    return Placed(began.participant_id, began.at_ms, began.timestamp, began.clock_rate, reports)


def _segment(one: Stored, start_ms: int, ended: str, reports: Sequence[Report]) -> ManifestSegment:
    return ManifestSegment(
        number=one.began.number,
        blob=one.blob,
        sha256=one.sha256,
        size=one.size,
        codec=one.began.codec,
        clock_rate=one.began.clock_rate,
        width=one.segment.width,
        height=one.segment.height,
        start_ms=start_ms,
        duration_ms=one.segment.duration_ms,
        frames=one.segment.frames,
        concealed=one.segment.concealed,
        arrived_ms=one.began.at_ms,
        first_packet_at=one.began.at,
        first_timestamp=one.began.timestamp,
        ended=ended,
        reports=tuple(ClockReport(f"{report.ntp:016x}", report.timestamp, report.at_ms) for report in reports),
        rotation=one.began.rotation,
    )


def _muted(entries: Sequence[AnyEntry], track_id: str) -> list[tuple[int, int | None]]:
    """When the participant had muted the track: (from_ms, to_ms or None)."""
    spans: list[tuple[int, int | None]] = []
    for entry in entries:
        if isinstance(entry, Muted) and entry.track_id == track_id:
            is_open = bool(spans) and spans[-1][1] is None
            if entry.muted and not is_open:
                spans.append((entry.at_ms, None))
            elif not entry.muted and is_open:
                spans[-1] = (spans[-1][0], entry.at_ms)
    return spans


def _gaps(
    track: ManifestTrack, stored: dict[tuple[str, int], Stored], muted: Sequence[tuple[int, int | None]]
) -> Iterator[Gap]:
    spans: list[tuple[int, int, str]] = []
    for segment in track.segments:
        holes = stored[track.track_id, segment.number].segment.holes
        spans += [(segment.start_ms + start, segment.start_ms + end, "loss") for start, end in holes]
    for before, after in pairwise(track.segments):
        end = before.start_ms + before.duration_ms
        if is_break(end, after.start_ms):
            spans.append((end, after.start_ms, before.ended))
    off = _off(spans, _within(track, muted))
    kept = [span for span in spans if not any(start <= span[0] and span[1] <= end for start, end, _ in off)]
    for start, end, reason in sorted(kept + off):
        yield Gap(track.track_id, start, end, reason)


def _within(track: ManifestTrack, muted: Sequence[tuple[int, int | None]]) -> Iterator[tuple[int, int]]:
    """What of the muted spans lies between the track's first frame and its last."""
    last = track.segments[-1].start_ms + track.segments[-1].duration_ms
    for since, until in muted:
        start, end = max(since, track.segments[0].start_ms), last if until is None else min(until, last)
        if start < end:
            yield start, end


def _off(spans: Sequence[tuple[int, int, str]], muted: Iterator[tuple[int, int]]) -> list[tuple[int, int, str]]:
    """The gaps that a participant wanted: browsers go on sending, black pictures and silence; others send nothing for
    about as long, and what is missing around a muted span belongs to it."""
    off: list[tuple[int, int, str]] = []
    for since, until in muted:
        near = [(since, until), *((start, end) for start, end, _ in spans if start < until and since < end)]
        if off and since <= off[-1][1]:
            near.append(off.pop()[:2])
        off.append((min(near)[0], max(end for _, end in near), "muted"))
    return off
