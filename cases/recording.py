"""The recording of a meeting: what the media worker reports, and who looks at it (S47, S72; issue 9)."""

import asyncio
import hashlib
import math
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from cases import gates
from cases.actor import SYSTEM, Actor
from cases.case import Case
from cases.codec import from_entry
from cases.desk import Desk
from cases.errors import NotAllowed, RangesInvalid, RecordingNotFound
from cases.event import Event
from cases.events_meeting import (
    MeetingEnded,
    RecordingCompleted,
    RecordingPartMissing,
    RecordingPartSealed,
    RecordingResumed,
    RecordingSealed,
    RecordingStalled,
    RecordingStarted,
)
from cases.events_review import RecordingViewed
from cases.film_view import composition_view
from cases.manifest import Manifest, signed_manifest
from cases.meeting import ending
from cases.parts import Segment, Track
from cases.playback import playback
from cases.rooms import Meeting, Part, Recording
from cases.state import TRANSITIONS
from cases.view_types import RecordingView
from cases.workflow import load, record
from ports.errors import BlobNotFound

MAX_RANGES = 200
VIEW_SECONDS = 12 * 3600  # as long as a login session lives
PATIENCE = timedelta(minutes=30)  # with a part whose machine is gone, after the meeting
INTERRUPTED = frozenset({"recovered", "drained", "lease_lost"})  # a part that ended so is not the end of the meeting


class Sealed(Protocol):
    """The media plane's SealedRecording, by its attributes: this package does not import media."""

    recording_id: str
    serial: str
    manifest_blob: str
    manifest_sha256: str
    seconds: float
    tracks: tuple[Any, ...]
    started_at: datetime | None
    reason: str
    part: int


async def recording_started(
    desk: Desk, case_id: str, room_id: str, recording_id: str, part: int = 1, began_at: datetime | None = None
) -> Case:
    """Told once a part: after a lost worker the recording goes on. `began_at`: the zero of the part's clock."""

    def decide(case: Case) -> list[Event]:
        _meeting(case, room_id)
        begun = case.recording_of(recording_id)
        told = begun is not None and part in begun.started
        started = RecordingStarted(room_id=room_id, recording_id=recording_id, part=part, began_at=began_at)
        return [] if told else [started]

    return await record(desk, SYSTEM, case_id, decide)


async def recording_stalled(desk: Desk, case_id: str, room_id: str, recording_id: str, detail: str = "") -> Case:
    def decide(case: Case) -> list[Event]:
        open_room = _meeting(case, room_id).ended_at is None
        stalled = RecordingStalled(room_id=room_id, recording_id=recording_id, detail=detail[:200])
        return [stalled] if open_room else []

    return await record(desk, SYSTEM, case_id, decide)


async def recording_resumed(desk: Desk, case_id: str, room_id: str, recording_id: str) -> Case:
    def decide(case: Case) -> list[Event]:
        open_room = _meeting(case, room_id).ended_at is None
        return [RecordingResumed(room_id=room_id, recording_id=recording_id)] if open_room else []

    return await record(desk, SYSTEM, case_id, decide)


async def recording_sealed(desk: Desk, case_id: str, room_id: str, sealed: Sealed) -> Case:
    """The files of a part are whole and hashed. A room whose meeting nobody ended (host lost, time-out) ends with it; a
    meeting whose worker was lost goes on. Reported again, it changes nothing."""

    def decide(case: Case) -> list[Event]:
        meeting = _meeting(case, room_id)
        known = case.recording_of(sealed.recording_id)
        if known and any(part.part == sealed.part for part in known.parts):
            return []
        ends = meeting.ended_at is None and sealed.reason not in INTERRUPTED
        ended = [MeetingEnded(room_id=room_id, reason=sealed.reason or "recording_sealed")] if ends else []
        return [*ended, _sealed_event(case, meeting, sealed, over=ends or meeting.ended_at is not None)]

    return await record(desk, SYSTEM, case_id, decide)


async def meeting_abandoned(desk: Desk, case_id: str, room_id: str, reason: str) -> Case:
    """No worker has held the room of this open meeting for long, and nobody came back."""

    def decide(case: Case) -> list[Event]:
        meeting = _meeting(case, room_id)
        return [] if meeting.ended_at else ending(case, meeting, reason)

    return await record(desk, SYSTEM, case_id, decide)


async def give_up_parts(desk: Desk, case_id: str) -> Case:
    """A recording is not held back for ever by a part that does not come (its disk is gone): half an hour after the
    meeting it is as whole as it will be, and says what it lacks. The part may still come later."""

    def decide(case: Case) -> list[Event]:
        overdue = ((recording, _overdue(desk, case, recording)) for recording in case.recordings)
        return [event for recording, meeting in overdue if meeting for event in _given_up(case, meeting, recording)]

    return await record(desk, SYSTEM, case_id, decide)


def _overdue(desk: Desk, case: Case, recording: Recording) -> Meeting | None:
    """The meeting of a recording that has been waited for long enough."""
    meeting = _meeting(case, recording.room_id)
    over = meeting.ended_at is not None and desk.clock.now() - meeting.ended_at >= PATIENCE
    return meeting if over and not recording.sealed else None


def _given_up(case: Case, meeting: Meeting, recording: Recording) -> list[Event]:
    about = {"room_id": meeting.room_id, "recording_id": recording.recording_id}
    missing = [RecordingPartMissing(**about, part=part) for part in sorted(recording.outstanding)]
    completed = [RecordingCompleted(**about)] if RecordingCompleted in TRANSITIONS[case.state] else []
    return [*missing, *completed]


def parts_of(case: Case, recording_id: str) -> tuple[Part, ...]:
    """In the order of time; of a recording that nobody knows, none."""
    recording = case.recording_of(recording_id)
    return recording.parts if recording else ()


async def view_recording(
    desk: Desk, actor: Actor, case_id: str, ranges: list[list[float]], recording_id: str | None = None
) -> Case:
    """Every look is written down, with the spans that were played (seconds of the recording)."""
    checked = _checked(ranges)

    def decide(case: Case) -> list[Event]:
        recording = sealed_recording(case, actor, recording_id)
        if not gates.sees_media(actor):
            raise NotAllowed("an agent plays no recording")
        return [RecordingViewed(viewer_id=actor.id, recording_id=recording.recording_id, ranges=checked)]

    return await record(desk, actor, case_id, decide)


async def recording_view(desk: Desk, actor: Actor, case_id: str, recording_id: str | None = None) -> RecordingView:
    """The recording for the player; `verified` says that the manifest is the one that was sealed, and signed by this
    system. An agent learns what became of it and can look at nothing, so it is no look."""
    case = await load(desk, case_id)
    recording = sealed_recording(case, actor, recording_id)
    if gates.sees_media(actor):
        await note_view(desk, actor, case_id, recording)
    manifests = [await _manifest(desk, case_id, part) for part in recording.parts]
    happenings = map(from_entry, await desk.journal.read(case_id))
    view = playback(case, recording, actor, happenings, manifests)
    return replace(view, composition=await composition_view(desk, case, recording))


async def segment_blob(
    desk: Desk, actor: Actor, case_id: str, track_id: str, n: int, recording_id: str | None = None
) -> Segment:
    """The file of one segment, `n` from 0, for a ranged read with the case as scope. None goes to an agent (F37)."""
    recording = sealed_recording(await load(desk, case_id), actor, recording_id)
    if not gates.sees_media(actor):
        raise NotAllowed("agents have no media of recordings")
    track = next((track for track in recording.tracks if track.track_id == track_id), None)
    if track is None or not 0 <= n < len(track.segments):
        raise RecordingNotFound
    await note_view(desk, actor, case_id, recording)
    return track.segments[n]


async def note_view(desk: Desk, actor: Actor, case_id: str, recording: Recording) -> None:
    """Whoever gets at a recording is written down before he sees any of it, once a login session; what he plays of it
    comes from his page (`view_recording`). Requests that arrive at once may each be written down."""
    key = f"recording-viewed:{actor.id}:{actor.session_id}:{recording.recording_id}"
    if await desk.keyvalue.get(key) is None:
        opened = RecordingViewed(viewer_id=actor.id, recording_id=recording.recording_id, ranges=())
        await record(desk, actor, case_id, lambda _: [opened])
        await desk.keyvalue.set(key, b"1", ttl=VIEW_SECONDS, only_if_absent=True)


def sealed_recording(case: Case, actor: Actor, recording_id: str | None = None) -> Recording:
    """The recording that staff may look at: the named one, else the latest that is sealed."""
    gates.staff_of(case, actor)
    wanted = (r for r in case.recordings if r.sealed and r.recording_id == recording_id)
    found = next(wanted, None) if recording_id else case.recording
    if found is None:
        raise RecordingNotFound
    return found


def _meeting(case: Case, room_id: str) -> Meeting:
    meeting = next((meeting for meeting in case.meetings if meeting.room_id == room_id), None)
    if meeting is None:
        raise RecordingNotFound
    return meeting


def _sealed_event(case: Case, meeting: Meeting, sealed: Sealed, over: bool) -> RecordingPartSealed:
    """RecordingSealed when nothing else is waited for."""
    known = case.recording_of(sealed.recording_id)
    whole = over and (known is None or (not known.sealed and known.outstanding <= {sealed.part}))
    kind = RecordingSealed if whole and RecordingSealed in TRANSITIONS[case.state] else RecordingPartSealed
    return kind(
        room_id=meeting.room_id,
        recording_id=sealed.recording_id,
        serial=sealed.serial,
        manifest_blob=sealed.manifest_blob,
        manifest_sha256=sealed.manifest_sha256,
        seconds=sealed.seconds,
        tracks=tuple(_track(track) for track in sealed.tracks),
        started_at=sealed.started_at or meeting.opened_at,
        part=sealed.part,
    )


def _track(track: Any) -> Track:
    segments = tuple(msgspec.convert(segment, Segment, from_attributes=True) for segment in track.segments)
    return Track(
        track_id=track.track_id,
        participant_id=track.participant_id,
        person_id=track.person_id,
        role=track.role,
        kind=track.kind,
        codec=track.codec,
        frames=track.frames,
        seconds=track.seconds,
        segments=segments,
    )


def _checked(ranges: list[list[float]]) -> tuple[tuple[float, float], ...]:
    if not 0 < len(ranges) <= MAX_RANGES:
        raise RangesInvalid
    if any(len(span) != 2 or not 0 <= span[0] <= span[1] < math.inf for span in ranges):
        raise RangesInvalid
    return tuple((float(start), float(end)) for start, end in ranges)


async def _manifest(desk: Desk, case_id: str, part: Part) -> Manifest | None:
    """As the journal has its digest and as this system signed it; None when either does not hold."""
    try:
        data = await desk.blobs.get(part.manifest_blob, scope=case_id)
    except BlobNotFound:
        return None
    digest = await asyncio.to_thread(hashlib.sha256, data)
    if digest.hexdigest() != part.manifest_sha256:
        return None
    return await asyncio.to_thread(signed_manifest, data, await desk.keys.public_key())
