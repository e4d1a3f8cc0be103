"""確認送出: all signers, all documents, current revisions, live recording; one atomic step, then frozen (S67, S68)."""

import hashlib
import json

import msgspec

from cases import gates
from cases.actor import Actor
from cases.assess import assess, assessed, in_the_way
from cases.case import Case
from cases.desk import Desk
from cases.errors import FindingsOpen, SubmissionIncomplete
from cases.event import Event, Paper
from cases.events_papers import CaseSubmitted
from cases.live import recorder_of
from cases.parts import SubmittedDocument
from cases.workflow import load, record


async def submit(desk: Desk, actor: Actor, case_id: str) -> Case:
    """By any signer. However often and from wherever it is pressed, it happens once. Raises SubmissionIncomplete,
    SigningLocked, FindingsOpen."""
    before = await load(desk, case_id)
    recorder = await recorder_of(desk, before.open_meeting.room_id if before.open_meeting else None)

    def decide(case: Case) -> list[Event | Paper]:
        gates.person_of(case, actor)
        if case.submission:
            return []
        gates.unlocked(case, actor, recorder)
        _complete(case)
        assessment = assess(case, desk.rulebook)
        if blocking := in_the_way(assessment, "submission"):
            raise FindingsOpen(findings=[{"rule": f.rule, "cite": f.cite, "text": f.text} for f in blocking])
        documents = submitted_documents(case)
        submitted = CaseSubmitted(package_sha256=package_sha256(documents), documents=documents)
        return [submitted, *assessed(case, assessment, "submission")]

    return await record(desk, actor, case_id, decide)


def submitted_documents(case: Case) -> tuple[SubmittedDocument, ...]:
    return tuple(
        SubmittedDocument(
            document_id=document.document_id,
            revision=document.revision,
            sha256=document.issued.sha256,
            bindings=tuple(ink.binding for ink in document.inks),
        )
        for document in case.documents
        if document.issued and not document.added
    )


def package_sha256(documents: tuple[SubmittedDocument, ...]) -> str:
    """Hex SHA-256 of the canonical JSON of what was submitted: which revisions, and which ink on them."""
    canonical = json.dumps(msgspec.to_builtins(documents), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _complete(case: Case) -> None:
    missing = [
        {"person_id": person_id, "document_id": document.document_id}
        for document in case.documents
        for person_id in document.signers
        if document.issued is None or document.returned is not None or not document.completed_by(person_id)
    ]
    if missing:
        raise SubmissionIncomplete(missing=missing)
