"""Opening a case, amending a document of it, and taking it back."""

import secrets
from contextlib import suppress
from datetime import date, timedelta

import msgspec

from cases import gates
from cases.actor import Actor
from cases.case import Case
from cases.desk import Desk
from cases.errors import AmendmentInvalid, CaseBusy, OpeningInvalid, WrongState
from cases.event import Event
from cases.events_papers import CaseOpened, CaseWithdrawn, DocumentAmended
from cases.forms import age_on, planned_documents
from cases.items import ITEMS
from cases.papers import Document
from cases.parts import AgentRef, CaseKind, CasePerson, PlannedPhotos, Role
from cases.taipei import taipei_date
from cases.workflow import record, start
from esign.envelope import AMENDABLE
from ports.errors import SubjectTaken

MAX_PERSONS = 5  # a room holds six, with the agent
ADULT = 18
DATED_AHEAD = timedelta(days=30)
LIMITED_CAPACITY = 7
CASE_NO_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
AMENDMENT_LIMIT = 200
NUMBER_ATTEMPTS = 16


class OpenCase(msgspec.Struct, frozen=True):
    kind: CaseKind
    item_code: str
    application_date: date
    clause_received_date: date | None
    persons: tuple[CasePerson, ...]


async def open_case(desk: Desk, actor: Actor, request: OpenCase) -> Case:
    """A new case with its envelope and photo tasks. Raises NotAllowed, OpeningInvalid."""
    if actor.kind != "agent":
        raise gates.NotAllowed("only an agent opens a case")
    _check(request, taipei_date(desk.clock.now()))
    for _ in range(NUMBER_ATTEMPTS):
        with suppress(SubjectTaken):  # drawn twice: another number
            return await start(desk, actor, secrets.token_urlsafe(16), _opened(actor, request))
    raise CaseBusy


def _opened(actor: Actor, request: OpenCase) -> CaseOpened:
    agent = AgentRef(actor.id, actor.name, actor.unit, actor.registration_no)
    return CaseOpened(
        case_no=draw_case_no(),
        kind=request.kind,
        item_code=request.item_code,
        application_date=request.application_date,
        clause_received_date=request.clause_received_date,
        agent=agent,
        persons=request.persons,
        documents=planned_documents(request.kind, request.persons, adds_cover=ITEMS[request.item_code].adds_cover),
        photo_tasks=tuple(_photo_task(number, person) for number, person in enumerate(request.persons, 1)),
    )


async def amend_document(
    desk: Desk, actor: Actor, case_id: str, document_id: str, changes: dict[str, str], reason: str = ""
) -> Case:
    """A new revision of one document; the others keep their signatures (S65). Raises AmendmentInvalid."""
    wanted = _changes(changes)

    def decide(case: Case) -> list[Event]:
        gates.agent_of(case, actor)
        document = gates.document(case, document_id)
        today = taipei_date(desk.clock.now())
        others = [ink for other in case.documents if other is not document for ink in other.inks]
        # What is issued anew is dated with the day of the first signature that stays, or with today (U10).
        day = taipei_date(min(ink.at for ink in others)) if others else today
        return [amended(document, wanted, gates.text(reason, required=False), day)]

    return await record(desk, actor, case_id, decide)


async def withdraw(desk: Desk, actor: Actor, case_id: str, reason: str) -> Case:
    """The case ends before it is decided. Not while a meeting is open."""

    def decide(case: Case) -> list[Event]:
        gates.agent_of(case, actor)
        if case.open_meeting:
            raise WrongState("end the meeting first", state=str(case.state))
        return [CaseWithdrawn(reason=gates.text(reason))]

    return await record(desk, actor, case_id, decide)


def amended(document: Document, changes: dict[str, str], reason: str, day: date) -> DocumentAmended:
    return DocumentAmended(
        document_id=document.document_id,
        revision=document.revision + 1,
        changes=changes,
        reason=reason,
        application_date=day,
    )


def _check(request: OpenCase, today: date) -> None:
    item = ITEMS.get(request.item_code)
    if item is None or item.kind != request.kind:
        raise OpeningInvalid(reason="item_unknown")
    if not today <= request.application_date <= today + DATED_AHEAD:
        raise OpeningInvalid(reason="application_date_invalid")
    ids = [person.person_id for person in request.persons]
    if not 1 <= len(ids) <= MAX_PERSONS or len(set(ids)) != len(ids):
        raise OpeningInvalid(reason="persons_invalid")
    roles = [role for person in request.persons for role in person.roles]
    if not all(person.roles and len(set(person.roles)) == len(person.roles) for person in request.persons):
        raise OpeningInvalid(reason="roles_invalid")
    for role in ("policyholder", "insured"):
        if roles.count(role) != 1:
            raise OpeningInvalid(reason=f"{role}_missing" if role not in roles else "roles_invalid")
    _check_ages(request, roles, today)


def _check_ages(request: OpenCase, roles: list[Role], today: date) -> None:
    """Minors sign beside their legal representative; under seven somebody signs for them, which stays on paper. Judged
    on today, too: nobody is made older by dating the application ahead."""
    parties = [person for person in request.persons if {"policyholder", "insured"} & set(person.roles)]
    days = (today, request.application_date)
    ages = [age_on(person.profile["birth_date"], day) for person in parties for day in days]
    if any(age < LIMITED_CAPACITY for age in ages):
        raise OpeningInvalid(reason="under_seven")
    if any(age < ADULT for age in ages) and "legal_representative" not in roles:
        raise OpeningInvalid(reason="legal_representative_missing")


def _photo_task(number: int, person: CasePerson) -> PlannedPhotos:
    national = person.profile.get("nationality", "TW") == "TW"
    return PlannedPhotos(f"identity-{number}", person.person_id, "national_id" if national else "residence_permit")


def _changes(changes: dict[str, str]) -> dict[str, str]:
    if not changes or not set(changes) <= set(AMENDABLE):
        raise AmendmentInvalid(allowed=sorted(AMENDABLE))
    stripped = {key: value.strip() for key, value in changes.items()}
    if any(not 0 < len(value) <= AMENDMENT_LIMIT for value in stripped.values()):
        raise AmendmentInvalid(limit=AMENDMENT_LIMIT)
    return stripped


def draw_case_no() -> str:
    """受理編號: two letters and eight digits, drawn at random so that numbers cannot be counted through (S13)."""
    letters = "".join(secrets.choice(CASE_NO_LETTERS) for _ in range(2))
    return f"{letters}{secrets.randbelow(10**8):08d}"
