"""One recording out of its parts: tracks joined on one clock, which begins with the first part, by wall time. Pure.

Between two parts lies a hole: the room's worker was lost, and its people needed some seconds to come back.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from msgspec.structs import replace

from cases.parts import Segment, Track
from cases.rooms import Part, Recording

SEAM_S = 0.1  # no more is a seam, not a hole (as media/gaps.py has it)

Hole = tuple[str, float, float, str]  # track_id, from_s, to_s, reason


def joined(recording: Recording) -> Recording:
    """With all that its parts make together, after any of them has changed."""
    zero = min([part.started_at for part in recording.parts] + _lost(recording), default=recording.started_at)
    return replace(
        recording,
        started_at=zero,
        seconds=max((_offset(part.started_at, zero) + part.seconds for part in recording.parts), default=0.0),
        manifest_sha256=_digest([part.manifest_sha256 for part in recording.parts]),
        tracks=_tracks(recording.parts, zero),
    )


def holes(recording: Recording, until: datetime) -> Iterator[Hole]:
    """What lies between the parts of each track, and what a part that never came would have held, up to `until`."""
    lost = [_offset(at, recording.started_at) for at in _lost(recording)]
    end = _offset(until, recording.started_at)
    for track in recording.tracks:
        stretches = list(_stretches(recording, track.track_id))
        first, last = stretches[0][0], stretches[-1][1]
        edges = [(min([first, *lost]), first), *((a[1], b[0]) for a, b in pairwise(stretches))]
        edges.append((last, max(last, end) if any(at >= last for at in lost) else last))
        for since, to in edges:
            if to - since > SEAM_S:
                missing = any(since <= at < to for at in lost)
                yield track.track_id, since, to, "part_missing" if missing else "worker_lost"


def _tracks(parts: tuple[Part, ...], zero: datetime) -> tuple[Track, ...]:
    tracks: dict[str, Track] = {}
    for part in parts:
        for track in part.tracks:
            moved = replace(track, segments=_moved(track.segments, round(_offset(part.started_at, zero) * 1000)))
            before = tracks.get(track.track_id)
            tracks[track.track_id] = _appended(before, moved) if before else moved
    return tuple(tracks.values())


def _moved(segments: tuple[Segment, ...], by_ms: int) -> tuple[Segment, ...]:
    return tuple(replace(segment, start_ms=segment.start_ms + by_ms) for segment in segments)


def _appended(before: Track, after: Track) -> Track:
    return replace(
        before,
        frames=before.frames + after.frames,
        seconds=before.seconds + after.seconds,
        segments=before.segments + after.segments,
    )


def _stretches(recording: Recording, track_id: str) -> Iterator[tuple[float, float]]:
    """From the first to the last recorded moment of the track in each part."""
    for part in recording.parts:
        offset = _offset(part.started_at, recording.started_at)
        for track in part.tracks:
            if track.track_id == track_id and track.segments:
                starts = [segment.start_ms for segment in track.segments]
                ends = [segment.start_ms + segment.duration_ms for segment in track.segments]
                yield offset + min(starts) / 1000, offset + max(ends) / 1000


def _lost(recording: Recording) -> list[datetime]:
    return [recording.started[part] for part in recording.missing]


def _offset(at: datetime, zero: datetime) -> float:
    return (at - zero).total_seconds()


def _digest(digests: list[str]) -> str:
    """Of one part its own; of more the SHA-256 over theirs, as hex one after another."""
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
