"""Who may act, and in which order (pure). Every gate answers what it found or raises an error with a stable code."""

from cases.actor import Actor
from cases.case import Case
from cases.errors import (
    CaseNotFound,
    CaseTextInvalid,
    DocumentNotFound,
    DocumentPreparing,
    DocumentReturned,
    EarlierDocumentFirst,
    MeetingNotOpen,
    NotAllowed,
    NotInRoom,
    PagesUnread,
    PhoneNotVerified,
    PhotoTaskNotFound,
    RevisionStale,
    SalesUnitReviewer,
    SigningLocked,
)
from cases.errors_casework import SolicitedByYou
from cases.items import ITEMS
from cases.live import RecorderLive
from cases.papers import Document, Issued, PhotoTask
from cases.parts import CasePerson
from cases.rooms import Meeting, Party
from cases.state import State

CONSENTS = ("recording", "video_signing", "face")
SIDES = ("front", "back")
REVIEWABLE = frozenset(
    {State.SUBMITTED, State.UNDER_REVIEW, State.PENDING, State.ACCEPTED, State.DECLINED, State.CANCELLED}
)
TEXT_LIMIT = 500


# --- who ---------------------------------------------------------------------------------------------------------


def related(case: Case, actor: Actor) -> None:
    """Everybody else learns nothing, not even that the case exists (S11)."""
    allowed = {
        "member": case.person(actor.id) is not None,
        "agent": actor.id in {case.agent.id, *(meeting.host.id for meeting in case.meetings)},
        "reviewer": case.state in REVIEWABLE,
        "underwriter": case.state in REVIEWABLE and ITEMS[case.item_code].adds_cover,
        "system": True,
    }
    if not allowed[actor.kind]:
        raise CaseNotFound


def person_of(case: Case, actor: Actor) -> CasePerson:
    """The person of the case that the actor is."""
    related(case, actor)
    person = case.person(actor.id) if actor.kind == "member" else None
    if person is None:
        raise NotAllowed("only a person of the case")
    return person


def agent_of(case: Case, actor: Actor) -> None:
    related(case, actor)
    if actor.kind != "agent":
        raise NotAllowed("only the case's agent")


def reviewer_of(case: Case, actor: Actor) -> None:
    """A reviewer outside the sales unit."""
    related(case, actor)
    if actor.kind != "reviewer":
        raise NotAllowed("only a reviewer")
    if actor.unit is None or actor.unit == case.agent.unit:
        raise SalesUnitReviewer


def underwriter_of(case: Case, actor: Actor) -> None:
    """An underwriter outside the sales unit, and not a person who solicited this very case under another login."""
    related(case, actor)
    if actor.kind != "underwriter":
        raise NotAllowed("only an underwriter")
    sellers = [case.agent, *(meeting.host for meeting in case.meetings)]
    numbers = {seller.registration_no for seller in sellers} - {""}
    if actor.registration_no in numbers or actor.id in {seller.id for seller in sellers}:
        raise SolicitedByYou
    if actor.unit is None or actor.unit in {seller.unit for seller in sellers}:
        raise SalesUnitReviewer


def staff_of(case: Case, actor: Actor) -> None:
    related(case, actor)
    if actor.kind == "member":
        raise NotAllowed("only staff")


def sees_media(actor: Actor) -> bool:
    """An agent learns what became of a recording; no face and no voice of it reaches his device (F37)."""
    return actor.kind not in {"member", "agent"}


# --- what there is -----------------------------------------------------------------------------------------------


def text(value: str, *, required: bool = True) -> str:
    """A reason or a note, stripped. Raises CaseTextInvalid when it is too long, or empty and required."""
    stripped = value.strip()
    if len(stripped) > TEXT_LIMIT or (required and not stripped):
        raise CaseTextInvalid(limit=TEXT_LIMIT)
    return stripped


def photo_task(case: Case, task_id: str) -> PhotoTask:
    task = case.photo_task(task_id)
    if task is None:
        raise PhotoTaskNotFound
    return task


def document(case: Case, document_id: str) -> Document:
    found = case.document(document_id)
    if found is None:
        raise DocumentNotFound
    return found


def current(case: Case, document_id: str, revision: int) -> tuple[Document, Issued]:
    """The document at this revision, ready to be read and signed (S58, S65)."""
    found = document(case, document_id)
    if revision != found.revision:
        raise RevisionStale(revision=found.revision)
    if found.issued is None:
        raise DocumentPreparing
    if found.returned is not None:
        raise DocumentReturned
    return found, found.issued


def open_meeting(case: Case) -> Meeting:
    if case.open_meeting is None:
        raise MeetingNotOpen
    return case.open_meeting


# --- in which order ----------------------------------------------------------------------------------------------


def verified(case: Case, actor: Actor) -> tuple[CasePerson, Meeting, Party]:
    """A person of the case whose phone was verified in this room on this device session (S32, S36)."""
    person = person_of(case, actor)
    meeting = open_meeting(case)
    party = meeting.party(person.person_id)
    if actor.session_id not in party.sessions:
        raise PhoneNotVerified
    return person, meeting, party


def in_room(case: Case, actor: Actor) -> tuple[CasePerson, Meeting]:
    """A verified person who is in the call now, which is being recorded."""
    person, meeting, _ = verified(case, actor)
    if person.person_id not in meeting.present:
        raise NotInRoom
    return person, meeting


def consented(party: Party) -> bool:
    return all(name in party.consents and party.consents[name].yes for name in CONSENTS)


def identified(party: Party) -> bool:
    return all(side in party.identity for side in SIDES)


def lock_reasons(case: Case, person_id: str, recorder: RecorderLive | None) -> tuple[str, ...]:
    """Why this person may not sign now; empty when he may (S15, S39, S42, S48-S53). He and the host are in the picture
    and heard; of someone who is not there, one reason is enough."""
    meeting = case.open_meeting
    if meeting is None:
        return ("meeting_not_open",)
    party = meeting.party(person_id)
    live = recorder is not None and recorder.live
    checks = {
        "recorder_not_writing": live,
        "signer_not_recorded": not live or person_id not in meeting.present or recorder.has(person_id),
        "host_not_recorded": not live or recorder.has(meeting.host.id),
        "phone_not_verified": bool(party.sessions),
        "not_in_room": person_id in meeting.present,
        "permissions_missing": party.permissions == ("granted", "granted"),
        "consents_missing": consented(party),
        "registration_card_missing": meeting.card is not None,
        "identity_missing": identified(party),
    }
    return tuple(reason for reason, fulfilled in checks.items() if not fulfilled)


def unlocked(case: Case, actor: Actor, recorder: RecorderLive | None) -> tuple[CasePerson, Meeting]:
    """A signer who may sign now, on the device whose phone was verified. Raises SigningLocked."""
    person, meeting, _ = verified(case, actor)
    reasons = lock_reasons(case, person.person_id, recorder)
    if reasons:
        raise SigningLocked(reasons=list(reasons))
    return person, meeting


def in_turn(case: Case, document_id: str, person_id: str) -> None:
    """Documents are finished in their order (S57, S64)."""
    for earlier in case.documents:
        if earlier.document_id == document_id:
            return
        if person_id in earlier.signers and not earlier.completed_by(person_id):
            raise EarlierDocumentFirst(document_id=earlier.document_id)


def all_read(document: Document, issued: Issued, person_id: str) -> None:
    """Nobody signs what he has not paged through (S58)."""
    unread = sorted(set(range(1, issued.pages + 1)) - set(document.pages_read(person_id)))
    if unread:
        raise PagesUnread(pages=unread)
