"""The film of a meeting: what it is made of, what became of it, and who may have it (F35, F37)."""

from datetime import datetime

import msgspec

from cases.actor import SYSTEM, Actor
from cases.case import Case
from cases.desk import Desk
from cases.errors import CompositionNotReady, NotAllowed
from cases.event import Event
from cases.events_composition import CompositionFailed, CompositionMade
from cases.films import Composition
from cases.recording import note_view, parts_of, sealed_recording
from cases.rooms import Recording
from cases.workflow import load, record


class Pictured(msgspec.Struct, frozen=True):
    """Whom the film shows. `roles`: agent, or those of the case; none for somebody whom the case does not know."""

    person_id: str
    name: str
    roles: tuple[str, ...]


class Material(msgspec.Struct, frozen=True):
    """All that a film is made of. `manifests`: blob and SHA-256 of each part, in the order of time."""

    case_id: str
    case_no: str
    recording_id: str
    serial: str
    started_at: datetime
    seconds: float
    manifests: tuple[tuple[str, str], ...]
    people: tuple[Pictured, ...]

    @property
    def digests(self) -> tuple[str, ...]:
        return tuple(digest for _, digest in self.manifests)


def material(case: Case, recording_id: str) -> Material | None:
    """None while the recording is not whole, and where its film is made, or was found impossible, already."""
    recording = case.recording_of(recording_id)
    if recording is None or not recording.sealed or not recording.parts:
        return None
    manifests = tuple((part.manifest_blob, part.manifest_sha256) for part in parts_of(case, recording_id))
    film = case.compositions.get(recording_id)
    if film is not None and film.manifests == tuple(digest for _, digest in manifests):
        return None
    return Material(
        case_id=case.case_id,
        case_no=case.case_no,
        recording_id=recording_id,
        serial=recording.serial,
        started_at=recording.started_at,
        seconds=recording.seconds,
        manifests=manifests,
        people=_people(case, recording),
    )


async def composition_made(desk: Desk, wanted: Material, blob: str, sha256: str, size: int, seconds: float) -> Case:
    made = CompositionMade(
        recording_id=wanted.recording_id,
        blob=blob,
        sha256=sha256,
        size=size,
        seconds=seconds,
        manifests=wanted.digests,
    )
    return await _recorded(desk, wanted, made)


async def composition_failed(desk: Desk, wanted: Material, reason: str) -> Case:
    failed = CompositionFailed(recording_id=wanted.recording_id, reason=reason, manifests=wanted.digests)
    return await _recorded(desk, wanted, failed)


async def _recorded(desk: Desk, wanted: Material, event: CompositionMade | CompositionFailed) -> Case:
    """Once, and only while it is about all that there is."""

    def decide(case: Case) -> list[Event]:
        current = material(case, wanted.recording_id)
        return [event] if current is not None and current.digests == wanted.digests else []

    return await record(desk, SYSTEM, wanted.case_id, decide)


async def composition_blob(desk: Desk, actor: Actor, case_id: str, recording_id: str | None) -> Composition:
    """The film, for a reviewer alone: agents take nothing of a recording home (F37). The look is written down."""
    case = await load(desk, case_id)
    recording = sealed_recording(case, actor, recording_id)
    if actor.kind != "reviewer":
        raise NotAllowed("only a reviewer")
    film = case.compositions.get(recording.recording_id)
    if film is None or film.failure is not None:
        raise CompositionNotReady
    await note_view(desk, actor, case_id, recording)
    return film


def _people(case: Case, recording: Recording) -> tuple[Pictured, ...]:
    """The host first, then the persons of the case in its order; a companion of whom nothing is known is not named."""
    host = next(meeting.host for meeting in case.meetings if meeting.room_id == recording.room_id)
    persons = (Pictured(person.person_id, person.profile["name"], person.roles) for person in case.persons)
    return (Pictured(host.id, host.name, ("agent",)), *persons)
