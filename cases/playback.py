"""The recording as the player gets it: tracks on one time axis, marks from the journal, gaps. Pure."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any

import msgspec

from cases.actor import Actor
from cases.case import Case
from cases.codec import Happened
from cases.parts import Track
from cases.rooms import Recording
from cases.view_types import GapView, MarkView, RecordingView, SegmentView, TrackView

GAP_SECONDS = 0.5

# What the player marks on the axis, with the fields that say what it was about.
MARKED: dict[str, tuple[str, ...]] = {
    "PersonJoined": (),
    "PersonLeft": ("reason",),
    "Prompted": ("step",),
    "ConsentGiven": ("consent",),
    "ConsentRefused": ("consent",),
    "NameStated": (),
    "RegistrationCardShown": ("registration_no",),
    "IdentityShown": ("side", "seconds"),
    "PageRead": ("document_id", "page"),
    "InkAccepted": ("document_id", "field"),
    "InkDiscarded": ("document_id", "field", "level"),
    "DocumentCompleted": ("document_id",),
    "CaseReturned": ("document_id",),
    "CaseSubmitted": (),
    "SignatureConfirmed": ("confirmation",),
    "SignatureDenied": ("confirmation",),
    "RecordingStalled": (),
    "RecordingResumed": (),
    "MeetingEnded": (),
}


def playback(
    case: Case, recording: Recording, viewer: Actor, happenings: Iterable[Happened], verified: bool
) -> RecordingView:
    started_at = recording.started_at
    return RecordingView(
        case_no=case.case_no,
        recording_id=recording.recording_id,
        serial=recording.serial,
        started_at=started_at,
        seconds=recording.seconds,
        sealed=recording.sealed,
        verified=verified,
        manifest_sha256=recording.manifest_sha256,
        tracks=tuple(_track(case, track) for track in recording.tracks),
        marks=_marks(case, recording, started_at, happenings),
        gaps=tuple(gap for track in recording.tracks for gap in _gaps(track)),
        viewed=case.viewed.get(viewer.id, ()),
    )


def _track(case: Case, track: Track) -> TrackView:
    person = case.person(track.person_id)
    hosts = (meeting.host for meeting in case.meetings if meeting.host.id == track.person_id)
    host = next(hosts, None)
    segments = tuple(
        SegmentView(
            n=n,
            url=f"/api/cases/{case.case_id}/recording/segments/{track.track_id}/{n}",
            start_s=segment.start_ms / 1000,
            duration_s=segment.duration_ms / 1000,
            frames=segment.frames,
            sha256=segment.sha256,
        )
        for n, segment in enumerate(track.segments)
    )
    name = person.profile["name"] if person else host.name if host else ""
    return TrackView(track.track_id, track.person_id, name, track.role, track.kind, track.codec, segments)


def _marks(
    case: Case, recording: Recording, started_at: datetime, happenings: Iterable[Happened]
) -> tuple[MarkView, ...]:
    meeting = next(meeting for meeting in case.meetings if meeting.room_id == recording.room_id)
    until = meeting.ended_at or case.updated_at
    during = (h for h in happenings if type(h.event).__name__ in MARKED and meeting.opened_at <= h.at <= until)
    return tuple(_mark(happened, started_at) for happened in during)


def _mark(happened: Happened, started_at: datetime) -> MarkView:
    body: dict[str, Any] = msgspec.to_builtins(happened.event)
    name = type(happened.event).__name__
    return MarkView(
        at_s=max((happened.at - started_at).total_seconds(), 0.0),
        at=happened.at,
        type=name,
        person_id=body.get("person_id") or body.get("agent_id"),
        detail={key: body[key] for key in MARKED[name]},
    )


def _gaps(track: Track) -> list[GapView]:
    """Where a track was off for more than half a second between two segments: muted, lost or rejoined."""
    spans = [(s.start_ms / 1000, (s.start_ms + s.duration_ms) / 1000) for s in track.segments]
    pairs = pairwise(sorted(spans))
    return [GapView(track.track_id, end, start) for (_, end), (start, _) in pairs if start - end > GAP_SECONDS]
