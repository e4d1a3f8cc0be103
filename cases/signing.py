"""Reading, ink, completing a document, and 退回 (S56-S65)."""

import base64
import secrets
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from cases import gates
from cases.actor import Actor
from cases.case import Case
from cases.desk import Desk
from cases.errors import (
    ApplicationDateDiffers,
    ChallengeInvalid,
    FieldNotYours,
    FieldSigned,
    FieldsUnsigned,
    FieldUnknown,
    InkIdentical,
    InkWarnings,
    PageUnknown,
)
from cases.event import Event
from cases.events_papers import CaseReturned, DocumentCompleted, InkAccepted, InkDiscarded, PageRead
from cases.live import RecorderLive, recorder_of
from cases.ondemand import answered_by_form
from cases.papers import Completion, Document, Issued
from cases.parts import CasePerson
from cases.rooms import Meeting
from cases.taipei import taipei_date
from cases.workflow import load, record
from esign.binding import Binding, binding_digest, seal_ink
from esign.checks import check
from esign.strokes import Ink, ink_sha256, parse_ink

CHALLENGE_SECONDS = 300
CONSENT_FORM = "video_consent"


class Challenge(msgspec.Struct, frozen=True):
    """32 random bytes, base64url without padding; good once and for five minutes."""

    challenge: str
    expires_at: datetime


async def read_page(desk: Desk, actor: Actor, case_id: str, document_id: str, revision: int, page: int) -> Case:
    """Once per person, revision and page; looking again changes nothing (S58)."""

    def decide(case: Case) -> list[Event]:
        person = gates.person_of(case, actor)
        document, issued = gates.current(case, document_id, revision)
        if not 1 <= page <= issued.pages:
            raise PageUnknown
        if (case.submission and not document.added) or (person.person_id, page) in document.reads:
            return []
        return [PageRead(document_id=document_id, revision=revision, page=page, person_id=person.person_id)]

    return await record(desk, actor, case_id, decide)


async def begin_signature(
    desk: Desk, actor: Actor, case_id: str, document_id: str, revision: int, field: str
) -> Challenge:
    """A challenge for this document, field, signer and session, once every gate is open. Raises SigningLocked ..."""
    case, recorder = await _case_and_recorder(desk, case_id)
    _, _, issued = _may_sign(desk, case, actor, recorder, document_id, revision, field)
    challenge = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    binding = Binding(issued.sha256, field, actor.id, actor.session_id, challenge)
    await desk.keyvalue.set(_key(case_id, challenge), msgspec.json.encode(binding), ttl=CHALLENGE_SECONDS)
    return Challenge(challenge, desk.clock.now() + timedelta(seconds=CHALLENGE_SECONDS))


async def accept_ink(
    desk: Desk,
    actor: Actor,
    case_id: str,
    document_id: str,
    revision: int,
    field: str,
    challenge: str,
    ink: dict[str, Any],
    override_reason: str | None = None,
) -> tuple[Case, tuple[str, ...]]:
    """The signature counts when this returns. Raises InkWarnings (the challenge stays good), ChallengeInvalid,
    InkIdentical, SigningLocked, esign.errors.InkError ..."""
    case, recorder = await _case_and_recorder(desk, case_id)
    person, _, issued = _may_sign(desk, case, actor, recorder, document_id, revision, field)
    strokes = parse_ink(ink)
    binding = Binding(issued.sha256, field, actor.id, actor.session_id, challenge)
    await _expect(desk, case_id, binding)
    warnings = _warned(strokes, person, override_reason)
    if await desk.journal.cases_of(f"ink:{ink_sha256(strokes)}"):
        raise InkIdentical
    if await desk.keyvalue.take(_key(case_id, challenge)) is None:
        raise ChallengeInvalid
    accepted = _accepted(case, document_id, revision, binding, strokes, warnings, override_reason, recorder)
    return await _record_ink(desk, actor, case_id, accepted, strokes, binding, recorder), warnings


async def discard_ink(
    desk: Desk,
    actor: Actor,
    case_id: str,
    document_id: str,
    revision: int,
    field: str,
    level: Literal["pad", "confirm"],
) -> Case:
    """An attempt that was thrown away, on the pad or before confirming (S63)."""

    def decide(case: Case) -> list[Event]:
        person = gates.person_of(case, actor)
        document, _ = gates.current(case, document_id, revision)
        _own_field(document, person.person_id, field)
        discarded = InkDiscarded(
            document_id=document_id, revision=revision, field=field, person_id=person.person_id, level=level
        )
        return [discarded]

    return await record(desk, actor, case_id, decide)


async def complete_document(desk: Desk, actor: Actor, case_id: str, document_id: str, revision: int) -> Case:
    """「完成」: every page read and every own field signed, in the documents' order."""
    _, recorder = await _case_and_recorder(desk, case_id)

    def decide(case: Case) -> list[Event]:
        person = gates.person_of(case, actor)
        document, issued = gates.current(case, document_id, revision)
        if document.completed_by(person.person_id):
            return []
        gates.unlocked(case, actor, recorder)
        gates.in_turn(case, document_id, person.person_id)
        gates.all_read(document, issued, person.person_id)
        unsigned = [f.name for f in document.fields_of(person.person_id) if document.inked(f.name) is None]
        if unsigned:
            raise FieldsUnsigned(fields=unsigned)
        completed = DocumentCompleted(document_id=document_id, revision=revision, person_id=person.person_id)
        done = replace(document, completions=(*document.completions, _completion(desk, person)))
        return [completed, *answered_by_form(case, done, person.person_id)]

    return await record(desk, actor, case_id, decide)


def _completion(desk: Desk, person: CasePerson) -> Completion:
    return Completion(person.person_id, desk.clock.now(), "")


async def return_case(desk: Desk, actor: Actor, case_id: str, document_id: str, reason: str) -> Case:
    """「退回本件」 names the document to amend; only before 確認送出, after which nothing is edited (S65, U9)."""

    def decide(case: Case) -> list[Event]:
        person = gates.person_of(case, actor)
        document = gates.document(case, document_id)
        if document.returned is not None:
            return []
        return [CaseReturned(document_id=document_id, reason=gates.text(reason), person_id=person.person_id)]

    return await record(desk, actor, case_id, decide)


def _may_sign(
    desk: Desk,
    case: Case,
    actor: Actor,
    recorder: RecorderLive | None,
    document_id: str,
    revision: int,
    field: str,
) -> tuple[CasePerson, Meeting, Issued]:
    person, meeting = gates.unlocked(case, actor, recorder)
    document, issued = gates.current(case, document_id, revision)
    _own_field(document, person.person_id, field)
    if document.inked(field):
        raise FieldSigned
    gates.in_turn(case, document_id, person.person_id)
    gates.all_read(document, issued, person.person_id)
    _dated(desk, case, document)
    return person, meeting, issued


def _own_field(document: Document, person_id: str, name: str) -> None:
    fields = document.issued.fields if document.issued else ()
    field = next((field for field in fields if field.name == name), None)
    if field is None:
        raise FieldUnknown
    if field.person_id != person_id:
        raise FieldNotYours


def _dated(desk: Desk, case: Case, document: Document) -> None:
    """U10: the first signature is given on the printed day, and the consent form on the application date."""
    today = taipei_date(desk.clock.now())
    if not case.inks and document.application_date != today:
        raise ApplicationDateDiffers
    if case.inks and document.code == CONSENT_FORM and case.application_date != today:
        raise ApplicationDateDiffers


def _warned(ink: Ink, person: CasePerson, override_reason: str | None) -> tuple[str, ...]:
    warnings = check(ink, person.profile["name"])
    if warnings and not (override_reason or "").strip():
        raise InkWarnings(warnings=list(warnings))
    return warnings


def _accepted(
    case: Case,
    document_id: str,
    revision: int,
    binding: Binding,
    ink: Ink,
    warnings: tuple[str, ...],
    override_reason: str | None,
    recorder: RecorderLive | None,
) -> InkAccepted:
    return InkAccepted(
        room_id=gates.open_meeting(case).room_id,
        document_id=document_id,
        revision=revision,
        field=binding.field,
        person_id=binding.signer,
        ink_sha256=ink_sha256(ink),
        ink_blob=f"cases/{case.case_id}/ink/{secrets.token_hex(12)}",
        binding=binding_digest(binding, ink),
        binding_json=msgspec.json.encode(binding).decode(),
        warnings=warnings,
        override_reason=gates.text(override_reason) if warnings and override_reason else None,
        recorded_s=recorder.seconds if recorder else None,
    )


async def _record_ink(
    desk: Desk,
    actor: Actor,
    case_id: str,
    accepted: InkAccepted,
    ink: Ink,
    binding: Binding,
    recorder: RecorderLive | None,
) -> Case:
    """The strokes first, then the event; strokes whose event is refused are forgotten. The recorder is as it was a
    moment ago, when the gates were first asked."""
    sealed = seal_ink(await desk.keys.data_key(case_id), ink, binding)
    await desk.blobs.put(accepted.ink_blob, sealed, scope=case_id)

    def decide(case: Case) -> list[Event]:
        _, meeting, _ = _may_sign(desk, case, actor, recorder, accepted.document_id, accepted.revision, accepted.field)
        if any(before.ink_sha256 == accepted.ink_sha256 for before in case.inks):
            raise InkIdentical
        return [msgspec.structs.replace(accepted, room_id=meeting.room_id)]

    try:
        return await record(desk, actor, case_id, decide)
    except Exception:
        await desk.blobs.delete(accepted.ink_blob)
        raise


async def _expect(desk: Desk, case_id: str, binding: Binding) -> None:
    """The challenge stands for exactly this binding."""
    stored = await desk.keyvalue.get(_key(case_id, binding.challenge))
    if stored is None or msgspec.json.decode(stored, type=Binding) != binding:
        raise ChallengeInvalid


def _key(case_id: str, challenge: str) -> str:
    return f"challenge:{case_id}:{challenge}"


async def _case_and_recorder(desk: Desk, case_id: str) -> tuple[Case, RecorderLive | None]:
    case = await load(desk, case_id)
    return case, await recorder_of(desk, case.open_meeting.room_id if case.open_meeting else None)
