"""The recording as the player gets it: tracks on one time axis, marks from the journal, gaps. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from cases.actor import Actor
from cases.case import Case
from cases.codec import Happened
from cases.events_meeting import IdentityShown
from cases.gates import sees_media
from cases.joining import holes
from cases.manifest import Manifest
from cases.parts import Track
from cases.rooms import Recording
from cases.view_types import GapView, MarkView, RecordingRef, RecordingView, SegmentView, TrackView

# What the player marks on the axis, with the fields that say what it was about.
MARKED: dict[str, tuple[str, ...]] = {
    "PersonJoined": (),
    "PersonLeft": ("reason",),
    "Prompted": ("step",),
    "ConsentGiven": ("consent",),
    "ConsentRefused": ("consent",),
    "ScreenAllowed": ("how",),
    "ScreenRefused": ("why",),
    "ScreenEnded": (),
    "NameStated": (),
    "RegistrationCardShown": ("registration_no",),
    "IdentityShown": ("side", "seconds", "match", "override_reason"),
    "PageRead": ("document_id", "page"),
    "InkAccepted": ("document_id", "field", "warnings"),
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

TOGGLED = {"muted": "TrackMuted", "unmuted": "TrackUnmuted"}


def playback(
    case: Case,
    recording: Recording,
    viewer: Actor,
    happenings: Iterable[Happened],
    manifests: Sequence[Manifest | None],
) -> RecordingView:
    """`manifests` are those of the recording's parts; where one is None nobody vouches for what that part lacks."""
    started_at = recording.started_at
    gaps = tuple(_gaps(case, recording, manifests))
    return RecordingView(
        case_no=case.case_no,
        recording_id=recording.recording_id,
        serial=recording.serial,
        started_at=started_at,
        seconds=max([recording.seconds, *(gap.to_s for gap in gaps)]),
        sealed=recording.sealed,
        verified=bool(manifests) and None not in manifests,
        manifest_sha256=recording.manifest_sha256,
        tracks=tuple(_track(case, recording, track, sees_media(viewer)) for track in recording.tracks),
        marks=_in_time((*_marks(case, recording, started_at, happenings), *_toggles(recording, manifests))),
        gaps=gaps,
        viewed=case.viewed.get((viewer.id, recording.recording_id), ()),
        missing_parts=len(recording.missing),
        recordings=tuple(
            RecordingRef(each.recording_id, each.serial, each.started_at, each.seconds)
            for each in case.sealed_recordings
        ),
    )


def _track(case: Case, recording: Recording, track: Track, fetchable: bool) -> TrackView:
    person = case.person(track.person_id)
    hosts = (meeting.host for meeting in case.meetings if meeting.host.id == track.person_id)
    host = next(hosts, None)
    path = f"/api/cases/{case.case_id}/recording/segments/{track.track_id}"
    segments = tuple(
        SegmentView(
            n=n,
            url=f"{path}/{n}?recording={recording.recording_id}" if fetchable else None,
            start_s=segment.start_ms / 1000,
            duration_s=segment.duration_ms / 1000,
            frames=segment.frames,
            sha256=segment.sha256,
            rotation=segment.rotation,
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


def _in_time(marks: tuple[MarkView, ...]) -> tuple[MarkView, ...]:
    return tuple(sorted(marks, key=lambda mark: mark.at_s))


def _toggles(recording: Recording, manifests: Sequence[Manifest | None]) -> Iterator[MarkView]:
    """Cameras and microphones turned off and on (S43), as the recorder noted them and the manifests state."""
    for part, manifest in zip(recording.parts, manifests, strict=True):
        offset = (part.started_at - recording.started_at).total_seconds()
        for mark in manifest.marks if manifest else ():
            if mark.label in TOGGLED:
                at_s, source = round(offset + mark.at_ms / 1000, 3), mark.data.get("source")
                yield MarkView(at_s, mark.at, TOGGLED[mark.label], mark.data.get("person_id"), {"source": source})


def _mark(happened: Happened, started_at: datetime) -> MarkView:
    body: dict[str, Any] = msgspec.to_builtins(happened.event)
    name = type(happened.event).__name__
    at = happened.event.started_at if isinstance(happened.event, IdentityShown) else happened.at  # where it is seen
    return MarkView(
        at_s=max((at - started_at).total_seconds(), 0.0),
        at=at,
        type=name,
        person_id=body.get("person_id") or body.get("agent_id"),
        detail={key: body[key] for key in MARKED[name]},
    )


def _gaps(case: Case, recording: Recording, manifests: Sequence[Manifest | None]) -> Iterator[GapView]:
    """Those that the parts' manifests state, and the holes between the parts."""
    for part, manifest in zip(recording.parts, manifests, strict=True):
        offset = (part.started_at - recording.started_at).total_seconds()
        for gap in manifest.gaps if manifest else ():
            yield GapView(gap.track_id, offset + gap.from_ms / 1000, offset + gap.to_ms / 1000, gap.reason)
    meeting = next(meeting for meeting in case.meetings if meeting.room_id == recording.room_id)
    for track_id, since, to, reason in holes(recording, meeting.ended_at or case.updated_at):
        yield GapView(track_id, round(since, 3), round(to, 3), reason)
