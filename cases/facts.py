"""Case -> facts for the rule core (FACTS.md); the one bridge. Pure.

Facts are derived and never stored: what is taken back (退回, a new revision, a 「否」, a rejected photo) is simply no
longer here. Each piece of evidence carries the id of the journal entry that it comes from.
"""

from typing import Any

from cases import facts_casework as casework
from cases import statement
from cases.case import Case
from cases.forms import ROLES, manual_title
from cases.items import ITEMS
from cases.papers import Document
from cases.parts import CasePerson, Role
from cases.rooms import Answer, Party, Recording
from cases.taipei import taipei_date

CASE_KINDS = {"service": "policy_service", "new_business": "new_business"}
AGENT_REPORT = "業務人員招攬報告書"

Fact = dict[str, Any]


def facts_of(case: Case) -> Fact:
    facts: Fact = {
        "application": _application(case),
        "products": [dict(product) for product in ITEMS[case.item_code].products],
        "agents": [{"id": case.agent.id}],
        "docs": _documents(case) + casework.attached(case),
        "signatures": _signatures(case) + casework.attached_signatures(case),
        "photos": _photos(case),
        "otp": _verifications(case),
        "consents": _answers(case),
        "identity": _identity(case),
        "registration_cards": _cards(case),
        "recordings": _recordings(case),
        "calls": _calls(case),
    }
    if case.agent_report:
        facts["agent_report"] = {"recording_no": case.agent_report.recording_serial}
    if clock := casework.clock(case):
        facts["clock"] = clock
    return casework.with_answers(case, facts | _persons(case) | statement.of_application(case))


def _application(case: Case) -> Fact:
    opened = taipei_date(case.opened_at).isoformat()
    facts: Fact = {
        "date": case.application_date.isoformat(),
        "received_at": taipei_date(case.submission.at).isoformat() if case.submission else opened,
        "channel": "agency",
        "remote": True,
        "case_kind": CASE_KINDS[case.kind],
    }
    if case.kind == "service":
        facts["adds_cover"] = ITEMS[case.item_code].adds_cover
    if case.clause_received_date:
        facts["clause_received_date"] = case.clause_received_date.isoformat()
    return facts | casework.decided(case)


def _persons(case: Case) -> dict[str, Fact]:
    """The first bearer of each role; a role that nobody bears is not stated."""
    found: dict[Role, CasePerson | None] = {role: case.holder(role) for role in ROLES}
    return {role: _person(case, person) for role, person in found.items() if person}


def _person(case: Case, person: CasePerson) -> Fact:
    profile = person.profile
    task = next(task for task in case.photo_tasks if task.person_id == person.person_id)
    stated = {name: profile[name] for name in ("sex", "id_no", "relation", "occupation_class") if name in profile}
    return {
        "id": person.person_id,
        "type": "natural",
        "birth_date": profile["birth_date"],
        "nationality": profile.get("nationality", "TW"),
        "guardianship": profile.get("guardianship", "none"),
        "illiterate": profile.get("illiterate", False),
        "id_type": task.id_type,
        "mobile": profile.get("phone"),
        **stated,
        **statement.of_person(case, person),
    }


def _latest(case: Case) -> tuple[Document, ...]:
    """Of a form that was made twice, for other terms, only the later one says anything."""
    return tuple({document.code: document for document in case.documents}.values())


def _documents(case: Case) -> list[Fact]:
    documents = [_document(case, document) for document in _latest(case) if document.issued]
    if case.agent_report:
        report = {"id": case.agent_report.source, "title": AGENT_REPORT, "complete": True}
        documents.append(report | {"date": taipei_date(case.agent_report.at).isoformat()})
    return documents


def _document(case: Case, document: Document) -> Fact:
    assert document.issued is not None
    last = max(document.completions, key=lambda completion: completion.at, default=None)
    signed = min((ink.at for ink in document.inks), default=None)
    retracted = any(case.denied(person) for person in document.signers)
    fact: Fact = {
        "id": last.source if last else document.issued.source,
        "title": manual_title(document.code),
        "complete": document.done and document.returned is None and not (retracted and document.task == "sign"),
        "signers": sorted({field.role for field in document.issued.fields}),
    }
    return fact | ({"date": taipei_date(signed).isoformat()} if signed else {})


def _signatures(case: Case) -> list[Fact]:
    return [
        {
            "id": ink.source,
            "document": manual_title(document.code),
            "person": ink.person_id,
            "role": next(f.role for f in document.issued.fields if f.name == ink.field),
            "date": taipei_date(ink.at).isoformat(),
        }
        for document in _latest(case)
        if document.issued and document.returned is None
        for ink in document.inks
        if not case.denied(ink.person_id)
    ]


def _photos(case: Case) -> list[Fact]:
    return [
        {
            "id": photo.source,
            "person": task.person_id,
            "document": photo.document or task.id_type,
            "side": photo.side,
            "status": task.status if task.status in ("approved", "rejected") else "uploaded",
            **(_read(photo.readout.verdicts) if photo.readout else {}),
        }
        for task in case.photo_tasks
        for photo in task.kept
    ]


def _read(verdicts: dict[str, str]) -> Fact:
    """Flat: the rules take evidence that holds anything but plain values for malformed."""
    return {f"read_{name}": said for name, said in verdicts.items()}


def _parties(case: Case) -> list[Party]:
    return [party for meeting in case.meetings for party in meeting.parties]


def _verifications(case: Case) -> list[Fact]:
    return [{"id": p.verification, "person": p.person_id} for p in _parties(case) if p.verification]


def _answers(case: Case) -> list[Fact]:
    """In the order of time: the rules take the last answer to a question."""
    found = [(answer, party.person_id, kind) for party in _parties(case) for kind, answer in _said(party)]
    return [
        {"id": answer.source, "person": person, "kind": kind, "answer": answer.yes}
        for answer, person, kind in sorted(found, key=lambda one: one[0].at)
    ]


def _said(party: Party) -> list[tuple[str, Answer]]:
    said = [(f"consent_{name}", answer) for name, answer in party.consents.items()]
    said += [("state_name", party.name)] if party.name else []
    return said + [(f"confirm_{name}", answer) for name, answer in party.confirmations.items()]


def _identity(case: Case) -> list[Fact]:
    return [
        {
            "id": shown.source,
            "person": party.person_id,
            "side": side,
            "seconds": shown.seconds,
            "by": "agent" if shown.override else "measured",
            **({"like_photo": shown.match} if shown.match else {}),
            **_read(shown.verdicts or {}),
        }
        for party in _parties(case)
        for side, shown in party.identity.items()
    ]


def _cards(case: Case) -> list[Fact]:
    return [{"id": meeting.card.source} for meeting in case.meetings if meeting.card]


def _recordings(case: Case) -> list[Fact]:
    """One entry for each person whom a sealed recording shows (U1)."""
    return [
        {
            "id": recording.source,
            "person": person,
            "serial": recording.serial,
            "sealed": True,
            "reviewed": _reviewed(case, recording),
        }
        for recording in case.sealed_recordings
        for person in sorted(case.shown_in(recording))
    ]


def _reviewed(case: Case, recording: Recording) -> bool:
    """A reviewer passes the latest recording and with it those of earlier meetings, as far as he has opened them."""
    review = case.review
    return review is not None and review.outcome == "passed" and recording.recording_id in review.opened


def _calls(case: Case) -> list[Fact]:
    if case.callback is None or case.callback.outcome != "reached":
        return []
    return [{"id": case.callback.source, "person": person.person_id} for person in case.persons]
