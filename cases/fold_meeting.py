"""What events in and around the room do to a case. Pure."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from cases import events_meeting as e
from cases.case import Case
from cases.codec import Happened
from cases.event import Event
from cases.joining import joined
from cases.rooms import Answer, Card, Meeting, Part, Party, Prompt, Recording, Shown

Effect = Callable[[Case, Any, Happened], Case]


def with_meeting(case: Case, room_id: str, change: Callable[[Meeting], Meeting]) -> Case:
    meetings = tuple(change(meeting) if meeting.room_id == room_id else meeting for meeting in case.meetings)
    return replace(case, meetings=meetings)


def with_party(case: Case, room_id: str, person_id: str, change: Callable[[Party], Party]) -> Case:
    def change_one(meeting: Meeting) -> Meeting:
        parties = tuple(change(party) if party.person_id == person_id else party for party in meeting.parties)
        return replace(meeting, parties=parties)

    return with_meeting(case, room_id, change_one)


def _room_opened(case: Case, event: e.RoomOpened, happened: Happened) -> Case:
    parties = tuple(Party(person.person_id) for person in case.persons)
    meeting = Meeting(event.room_id, event.recording_id, event.serial, event.host, happened.at, parties)
    return replace(case, meetings=(*case.meetings, meeting))


def _code_refused(case: Case, event: e.CodeRefused, happened: Happened) -> Case:
    return with_party(case, event.room_id, event.person_id, lambda party: replace(party, locked_out=event.locked))


def _verified(case: Case, event: e.PhoneVerified, happened: Happened) -> Case:
    def verify(party: Party) -> Party:
        sessions = (*party.sessions, event.session_id)
        return replace(party, sessions=sessions, verification=happened.id, verified_at=happened.at, locked_out=False)

    return with_party(case, event.room_id, event.person_id, verify)


def _permitted(case: Case, event: e.PermissionsReported, happened: Happened) -> Case:
    permissions = (event.camera, event.microphone)
    return with_party(case, event.room_id, event.person_id, lambda party: replace(party, permissions=permissions))


def _person_joined(case: Case, event: e.PersonJoined, happened: Happened) -> Case:
    def join(meeting: Meeting) -> Meeting:
        return replace(meeting, present=tuple(dict.fromkeys((*meeting.present, event.person_id))))

    return with_meeting(case, event.room_id, join)


def _left(case: Case, event: e.PersonLeft, happened: Happened) -> Case:
    def leave(meeting: Meeting) -> Meeting:
        return replace(meeting, present=tuple(person for person in meeting.present if person != event.person_id))

    return with_meeting(case, event.room_id, leave)


def _prompted(case: Case, event: e.Prompted, happened: Happened) -> Case:
    prompt = Prompt(event.step, event.person_id, happened.at)
    return with_meeting(case, event.room_id, lambda meeting: replace(meeting, prompt=prompt))


def _answered(case: Case, room_id: str, person_id: str, change: Callable[[Party], Party]) -> Case:
    """The answer is kept and the question is no longer open."""
    changed = with_party(case, room_id, person_id, change)
    return with_meeting(changed, room_id, lambda meeting: replace(meeting, prompt=None))


def _consent_given(case: Case, event: e.ConsentGiven, happened: Happened) -> Case:
    answer = Answer(True, event.asked_at, happened.at, happened.id, event.recorded_s)
    return _consent(case, event, answer)


def _consent_refused(case: Case, event: e.ConsentRefused, happened: Happened) -> Case:
    return _consent(case, event, Answer(False, event.asked_at, happened.at, happened.id))


def _consent(case: Case, event: e.ConsentGiven | e.ConsentRefused, answer: Answer) -> Case:
    def consent(party: Party) -> Party:
        return replace(party, consents=party.consents | {event.consent: answer})

    return _answered(case, event.room_id, event.person_id, consent)


def _name_stated(case: Case, event: e.NameStated, happened: Happened) -> Case:
    answer = Answer(True, event.asked_at, happened.at, happened.id, event.recorded_s)
    return _answered(case, event.room_id, event.person_id, lambda party: replace(party, name=answer))


def _screen_allowed(case: Case, event: e.ScreenAllowed, happened: Happened) -> Case:
    return _answered(case, event.room_id, event.person_id, lambda party: replace(party, screen=event.how))


def _screen_refused(case: Case, event: e.ScreenRefused, happened: Happened) -> Case:
    return _answered(case, event.room_id, event.person_id, lambda party: replace(party, screen=None))


def _screen_ended(case: Case, event: e.ScreenEnded, happened: Happened) -> Case:
    return with_party(case, event.room_id, event.person_id, lambda party: replace(party, screen=None))


def _card_shown(case: Case, event: e.RegistrationCardShown, happened: Happened) -> Case:
    card = Card(event.registration_no, happened.at, happened.id)
    return with_meeting(case, event.room_id, lambda meeting: replace(meeting, card=card))


def _identity_shown(case: Case, event: e.IdentityShown, happened: Happened) -> Case:
    shown = Shown(
        seconds=event.seconds,
        frames=event.frames,
        at=happened.at,
        source=happened.id,
        match=event.match,
        override=event.override_reason,
        measured=event.measured_s,
        looks=event.looks or {},
        still=event.still_blob,
        still_sha256=event.still_sha256,
    )

    def show(party: Party) -> Party:
        return replace(party, identity=party.identity | {event.side: shown})

    return with_party(case, event.room_id, event.person_id, show)


def _confirmed(case: Case, event: e.SignatureConfirmed, happened: Happened) -> Case:
    return _confirmation(case, event, Answer(True, event.asked_at, happened.at, happened.id, event.recorded_s))


def _denied(case: Case, event: e.SignatureDenied, happened: Happened) -> Case:
    return _confirmation(case, event, Answer(False, event.asked_at, happened.at, happened.id))


def _confirmation(case: Case, event: e.SignatureConfirmed | e.SignatureDenied, answer: Answer) -> Case:
    def confirm(party: Party) -> Party:
        return replace(party, confirmations=party.confirmations | {event.confirmation: answer})

    return _answered(case, event.room_id, event.person_id, confirm)


def _ended(case: Case, event: e.MeetingEnded, happened: Happened) -> Case:
    def end(meeting: Meeting) -> Meeting:
        return replace(meeting, ended_at=happened.at, end_reason=event.reason, present=(), prompt=None)

    return with_meeting(case, event.room_id, end)


def with_recording(case: Case, event: Any, happened: Happened, change: Callable[[Recording], Recording]) -> Case:
    """The recording that an event is about, which begins now if nothing was told of it before."""
    if case.recording_of(event.recording_id) is None:
        serial = next((m.serial for m in case.meetings if m.recording_id == event.recording_id), "")
        begun = Recording(event.recording_id, event.room_id, serial, happened.at)
        case = replace(case, recordings=(*case.recordings, begun))
    changed = (change(each) if each.recording_id == event.recording_id else each for each in case.recordings)
    return replace(case, recordings=tuple(changed))


def _recording_started(case: Case, event: e.RecordingStarted, happened: Happened) -> Case:
    def start(recording: Recording) -> Recording:
        at, known = event.began_at or happened.at, recording.started or recording.parts
        started_at = recording.started_at if known else at
        return replace(recording, started={event.part: at} | recording.started, started_at=started_at)

    return with_recording(case, event, happened, start)


def _recording_stalled(case: Case, event: e.RecordingStalled, happened: Happened) -> Case:
    return with_meeting(case, event.room_id, lambda meeting: replace(meeting, stalls=meeting.stalls + 1))


def _part_sealed(case: Case, event: e.RecordingPartSealed, happened: Happened) -> Case:
    part = Part(
        part=event.part,
        manifest_blob=event.manifest_blob,
        manifest_sha256=event.manifest_sha256,
        started_at=event.started_at,
        seconds=event.seconds,
        tracks=event.tracks,
    )

    def add(recording: Recording) -> Recording:
        others = (other for other in recording.parts if other.part != event.part)
        parts = tuple(sorted((*others, part), key=lambda each: each.started_at))
        return joined(replace(recording, serial=event.serial, parts=parts, missing=recording.missing - {event.part}))

    return with_recording(case, event, happened, add)


def _part_missing(case: Case, event: e.RecordingPartMissing, happened: Happened) -> Case:
    def give_up(recording: Recording) -> Recording:
        started = {event.part: happened.at} | recording.started
        return joined(replace(recording, started=started, missing=recording.missing | {event.part}))

    return with_recording(case, event, happened, give_up)


def _recording_completed(case: Case, event: e.RecordingCompleted, happened: Happened) -> Case:
    def complete(recording: Recording) -> Recording:
        return replace(recording, source=recording.source or happened.id)

    return with_recording(case, event, happened, complete)


def _recording_sealed(case: Case, event: e.RecordingSealed, happened: Happened) -> Case:
    return _recording_completed(_part_sealed(case, event, happened), event, happened)


MEETING_EFFECTS: dict[type[Event], Effect] = {
    e.RoomOpened: _room_opened,
    e.CodeRefused: _code_refused,
    e.PhoneVerified: _verified,
    e.PermissionsReported: _permitted,
    e.PersonJoined: _person_joined,
    e.PersonLeft: _left,
    e.Prompted: _prompted,
    e.ConsentGiven: _consent_given,
    e.ConsentRefused: _consent_refused,
    e.NameStated: _name_stated,
    e.ScreenAllowed: _screen_allowed,
    e.ScreenRefused: _screen_refused,
    e.ScreenEnded: _screen_ended,
    e.RegistrationCardShown: _card_shown,
    e.IdentityShown: _identity_shown,
    e.SignatureConfirmed: _confirmed,
    e.SignatureDenied: _denied,
    e.MeetingEnded: _ended,
    e.RecordingStarted: _recording_started,
    e.RecordingStalled: _recording_stalled,
    e.RecordingPartSealed: _part_sealed,
    e.RecordingPartMissing: _part_missing,
    e.RecordingSealed: _recording_sealed,
    e.RecordingCompleted: _recording_completed,
}
