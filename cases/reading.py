"""Looking at cases: the lists, the views, the files; each behind the question who is looking."""

import msgspec

from cases import gates, views
from cases.actor import Actor
from cases.assess import assess
from cases.case import Case
from cases.codec import CaseErased
from cases.desk import Desk
from cases.errors import CaseNotFound, DocumentNotFound, DocumentPreparing
from cases.live import recorder_of
from cases.papers import Document
from cases.view_types import CaseCard, CaseView, JournalEntryView, JournalView
from cases.workflow import SUBMITTED, load

LIST_LIMIT = 200


async def visible(desk: Desk, actor: Actor, case_id: str) -> Case:
    """The case, for whoever has a part in it. Raises CaseNotFound for everybody else."""
    case = await load(desk, case_id)
    gates.related(case, actor)
    return case


async def list_cases(desk: Desk, actor: Actor) -> tuple[Case, ...]:
    """The actor's cases, newest first, at most 200: a member's and an agent's own; for reviewers what was submitted."""
    subject = {"member": actor.id, "agent": f"agent:{actor.id}"}.get(actor.kind, SUBMITTED)
    cases = []
    for case_id in await desk.journal.cases_of(subject, LIST_LIMIT):
        try:
            cases.append(await visible(desk, actor, case_id))
        except (CaseNotFound, CaseErased):
            continue  # withdrawn after its submission, for a reviewer; or erased on request, for everybody
    return tuple(cases)


async def cards(desk: Desk, actor: Actor) -> tuple[CaseCard, ...]:
    return tuple(case_card(desk, actor, case) for case in await list_cases(desk, actor))


def case_card(desk: Desk, actor: Actor, case: Case) -> CaseCard:
    return views.case_card(case, actor, assess(case, desk.rulebook))


async def case_view(desk: Desk, actor: Actor, case: Case) -> CaseView:
    """What the actor sees of the case, with the recorder's state of this moment."""
    gates.related(case, actor)
    recorder = await recorder_of(desk, case.open_meeting.room_id if case.open_meeting else None)
    return views.case_view(case, actor, recorder, assess(case, desk.rulebook))


async def document_pdf(
    desk: Desk, actor: Actor, case_id: str, document_id: str, revision: int | None = None
) -> tuple[bytes, int, str]:
    """(pdf, revision, sha256) of the latest file of a revision: sealed, else signed so far, else as issued."""
    document = gates.document(await visible(desk, actor, case_id), document_id)
    files = [*document.signed, *([document.sealed] if document.sealed else [])]
    if revision in (None, document.revision) and files:
        return await desk.blobs.get(files[-1].blob, scope=case_id), document.revision, files[-1].sha256
    return await _issued_pdf(desk, case_id, document, revision)


async def document_issued_pdf(
    desk: Desk, actor: Actor, case_id: str, document_id: str, revision: int | None = None
) -> tuple[bytes, int, str]:
    """(pdf, revision, sha256) as issued: what is shown and never changes. Raises DocumentPreparing."""
    document = gates.document(await visible(desk, actor, case_id), document_id)
    return await _issued_pdf(desk, case_id, document, revision)


async def journal_view(desk: Desk, actor: Actor, case_id: str) -> JournalView:
    """The audit trail without bodies, and whether the chain holds. Staff only."""
    gates.staff_of(await visible(desk, actor, case_id), actor)
    entries = await desk.journal.read(case_id)
    verification = await desk.journal.verify(case_id)
    lines = tuple(JournalEntryView(e.seq, e.id, e.at, e.type, e.actor, e.hash.hex()) for e in entries)
    return JournalView(lines, msgspec.to_builtins(verification))


async def _issued_pdf(desk: Desk, case_id: str, document: Document, revision: int | None) -> tuple[bytes, int, str]:
    wanted = document.revision if revision is None else revision
    issued = next((issued for issued in document.issues if issued.revision == wanted), None)
    if issued is None:
        raise DocumentPreparing if wanted == document.revision else DocumentNotFound
    return await desk.blobs.get(issued.blob, scope=case_id), issued.revision, issued.sha256
