"""The making of PDFs: issue, sign a field, seal. Called by `jobs` alone, one document at a time.

Each step asks the case first and does nothing when it is done already or no longer wanted, so it may be repeated after
any crash. A file is written before its event; a file that no event names is left over from a crash and made anew.
"""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from cases.actor import SYSTEM
from cases.case import Case
from cases.codec import from_entry
from cases.desk import Desk
from cases.event import Event
from cases.events_papers import DocumentIssued, DocumentSealed, DocumentSigned, InkAccepted
from cases.forms import form_data, signed_fields
from cases.papers import Document
from cases.review import settle
from cases.state import TRANSITIONS
from cases.workflow import load, record
from esign.binding import Binding, open_ink
from esign.envelope import IssuedForm, render
from esign.sealing import approve, certify, seal
from esign.strokes import Ink
from ports.errors import BlobExists

A4 = (595.28, 841.89)


class FieldsOutstanding(Exception):
    """A field is not signed in the file yet: its own job comes first."""

    code = "fields_outstanding"


@dataclass(frozen=True, slots=True)
class Press:
    """Where PDFs are made: a process pool (pyHanko holds the GIL) and the folder of the signing authority."""

    executor: Executor
    authority_dir: Path
    tsa_url: str | None = None

    async def issue(self, code: str, data: dict[str, Any], at: datetime) -> tuple[IssuedForm, bytes]:
        return await self._run(_issue, code, data, at, self.authority_dir, self.tsa_url)

    async def sign(self, pdf: bytes, field: str, ink: Ink, reason: str, name: str, at: datetime) -> bytes:
        arguments = (pdf, field, ink, reason, name, self.authority_dir, at, self.tsa_url)
        return await self._run(approve, *arguments)

    async def seal(self, pdf: bytes, at: datetime) -> bytes:
        return await self._run(seal, pdf, self.authority_dir, at, self.tsa_url)

    async def _run(self, make: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.executor, make, *arguments)


async def issue_document(desk: Desk, press: Press, case_id: str, document_id: str, revision: int) -> None:
    """Render and certify a revision: this is what is shown and signed."""
    case = await load(desk, case_id)
    document = case.document(document_id)
    if document is None or not _wanted(case, document, revision):
        return
    form, pdf = await press.issue(document.code, form_data(case, document), desk.clock.now())
    blob = _blob(case_id, document, "issued")
    await _put(desk, case_id, blob, pdf)
    issued = DocumentIssued(
        document_id=document_id,
        revision=revision,
        sha256=hashlib.sha256(pdf).hexdigest(),
        blob=blob,
        pages=form.pages,
        page_size=A4,
        application_date=document.application_date,
        fields=signed_fields(case, form.fields),
    )

    def decide(case: Case) -> list[Event]:
        current = case.document(document_id)
        return [issued] if current and _wanted(case, current, revision) else []

    await record(desk, SYSTEM, case_id, decide)


async def sign_document(desk: Desk, press: Press, case_id: str, seq: int) -> None:
    """Put the ink of the journal's entry `seq` into the PDF, as that field's approval signature."""
    event = from_entry((await desk.journal.read(case_id, seq - 1))[0]).event
    assert isinstance(event, InkAccepted)
    case = await load(desk, case_id)
    document = case.document(event.document_id)
    if document is None or not _unsigned(document, event):
        return
    base = _latest(document)
    pdf = await _signed_pdf(desk, press, case, event, await desk.blobs.get(base, scope=case_id))
    blob = _blob(case_id, document, f"signed-{seq}")
    await _put(desk, case_id, blob, pdf)
    signed = DocumentSigned(
        document_id=event.document_id,
        revision=event.revision,
        field=event.field,
        person_id=event.person_id,
        sha256=hashlib.sha256(pdf).hexdigest(),
        blob=blob,
    )

    def decide(case: Case) -> list[Event]:
        current = case.document(event.document_id)
        if current is None or not _unsigned(current, event):
            return []
        if _latest(current) != base:
            raise FieldsOutstanding  # another field was signed meanwhile: once more, on that file
        return [signed]

    await record(desk, SYSTEM, case_id, decide)


async def seal_document(desk: Desk, press: Press, case_id: str, document_id: str) -> None:
    """Close the submitted document when every ink is in it. Raises FieldsOutstanding. The last seal may accept."""
    case = await load(desk, case_id)
    document = case.document(document_id)
    if document is None or case.submission is None or not document.done:
        return
    if document.sealed is None:
        if {ink.field for ink in document.inks} != {file.field for file in document.signed}:
            raise FieldsOutstanding
        await _seal(desk, press, case_id, document)
    await settle(desk, case_id)


async def _seal(desk: Desk, press: Press, case_id: str, document: Document) -> None:
    pdf = await press.seal(await desk.blobs.get(_latest(document), scope=case_id), desk.clock.now())
    blob = _blob(case_id, document, "sealed")
    await _put(desk, case_id, blob, pdf)
    sealed = DocumentSealed(
        document_id=document.document_id,
        revision=document.revision,
        sha256=hashlib.sha256(pdf).hexdigest(),
        blob=blob,
    )

    def decide(case: Case) -> list[Event]:
        current = case.document(document.document_id)
        return [sealed] if current and current.sealed is None and DocumentSealed in TRANSITIONS[case.state] else []

    await record(desk, SYSTEM, case_id, decide)


async def _signed_pdf(desk: Desk, press: Press, case: Case, event: InkAccepted, pdf: bytes) -> bytes:
    binding = msgspec.json.decode(event.binding_json, type=Binding)
    sealed = await desk.blobs.get(event.ink_blob, scope=case.case_id)
    ink = open_ink(await desk.keys.data_key(case.case_id), sealed, binding)
    person = case.person(event.person_id)
    assert person is not None
    reason = f"本人親簽 signed by hand; binding={event.binding}"
    return await press.sign(pdf, event.field, ink, reason, person.profile["name"], desk.clock.now())


def _wanted(case: Case, document: Document, revision: int) -> bool:
    return document.revision == revision and document.issued is None and DocumentIssued in TRANSITIONS[case.state]


def _unsigned(document: Document, event: InkAccepted) -> bool:
    """This ink still counts (its revision is current) and is not in the PDF yet."""
    ink = document.inked(event.field)
    current = ink is not None and ink.binding == event.binding and document.revision == event.revision
    return current and all(file.field != event.field for file in document.signed)


def _latest(document: Document) -> str:
    assert document.issued is not None
    return document.signed[-1].blob if document.signed else document.issued.blob


def _blob(case_id: str, document: Document, what: str) -> str:
    return f"cases/{case_id}/documents/{document.document_id}-{document.revision}-{what}.pdf"


async def _put(desk: Desk, case_id: str, blob: str, pdf: bytes) -> None:
    """Nobody refers to this name yet, or we would not be here: what a crash left under it is replaced."""
    try:
        await desk.blobs.put(blob, pdf, scope=case_id)
    except BlobExists:
        await desk.blobs.delete(blob)
        await desk.blobs.put(blob, pdf, scope=case_id)


def _issue(
    code: str, data: dict[str, Any], at: datetime, authority_dir: Path, tsa_url: str | None
) -> tuple[IssuedForm, bytes]:
    """In the pool: the form and its certified bytes."""
    form = render(code, data, at)
    return form, certify(form.pdf, form.fields, authority_dir, at, tsa_url)
