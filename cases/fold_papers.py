"""What events about photos, documents and the review do to a case. Pure; the state is `fold.apply`'s business."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from cases import events_papers as p
from cases import events_review as r
from cases.case import AgentReport, Callback, Case, Review, Submission
from cases.codec import Happened
from cases.event import Event
from cases.papers import Completion, Document, File, Ink, Issued, Photo, PhotoTask

Effect = Callable[[Case, Any, Happened], Case]


def with_task(case: Case, task_id: str, change: Callable[[PhotoTask], PhotoTask]) -> Case:
    tasks = tuple(change(task) if task.task_id == task_id else task for task in case.photo_tasks)
    return replace(case, photo_tasks=tasks)


def with_document(case: Case, document_id: str, change: Callable[[Document], Document]) -> Case:
    documents = tuple(
        change(document) if document.document_id == document_id else document for document in case.documents
    )
    return replace(case, documents=documents)


def _acknowledged(case: Case, event: p.PhotosAcknowledged, happened: Happened) -> Case:
    return with_task(case, event.task_id, lambda task: replace(task, acknowledged=True))


def _camera_reported(case: Case, event: p.CameraReported, happened: Happened) -> Case:
    return with_task(case, event.task_id, lambda task: replace(task, cameras=(*task.cameras, event.outcome)))


def _photo_added(case: Case, event: p.PhotoAdded, happened: Happened) -> Case:
    photo = Photo(
        photo_id=event.photo_id,
        side=event.side,
        idempotency_key=event.idempotency_key,
        score=event.score,
        quality=event.quality,
        cropped=event.card_sha256 is not None,
        original_sha256=event.original_sha256,
        card_sha256=event.card_sha256,
        at=happened.at,
        source=happened.id,
        crop=event.crop,
        document=event.document,
    )
    return with_task(case, event.task_id, lambda task: replace(task, photos=(*task.photos, photo)))


def _photo_deleted(case: Case, event: p.PhotoDeleted, happened: Happened) -> Case:
    def delete(task: PhotoTask) -> PhotoTask:
        photos = tuple(
            _buried(photo, event) for photo in task.photos if photo.photo_id != event.photo_id or event.reason
        )
        return replace(task, photos=photos, completed=False)

    return with_task(case, event.task_id, delete)


def _buried(photo: Photo, event: p.PhotoDeleted) -> Photo:
    return replace(photo, deleted=event.reason) if photo.photo_id == event.photo_id else photo


def _photos_completed(case: Case, event: p.PhotosCompleted, happened: Happened) -> Case:
    def complete(task: PhotoTask) -> PhotoTask:
        finished = task.finished | {photo.photo_id for photo in task.kept}
        return replace(task, completed=True, rejection=None, finished=finished, refused=frozenset())

    return with_task(case, event.task_id, complete)


def _photos_approved(case: Case, event: p.PhotosApproved, happened: Happened) -> Case:
    return with_task(case, event.task_id, lambda task: replace(task, approved=True, approval=happened.id))


def _photos_rejected(case: Case, event: p.PhotosRejected, happened: Happened) -> Case:
    def reject(task: PhotoTask) -> PhotoTask:
        refused = frozenset(photo.photo_id for photo in task.kept)
        return replace(task, completed=False, approved=False, approval=None, rejection=event.reason, refused=refused)

    return with_task(case, event.task_id, reject)


def _issued(case: Case, event: p.DocumentIssued, happened: Happened) -> Case:
    issued = Issued(
        event.revision, event.sha256, event.blob, event.pages, event.page_size, event.fields, happened.at, happened.id
    )
    return with_document(case, event.document_id, lambda document: replace(document, issues=(*document.issues, issued)))


def _amended(case: Case, event: p.DocumentAmended, happened: Happened) -> Case:
    def amend(document: Document) -> Document:
        return Document(
            document_id=document.document_id,
            code=document.code,
            task=document.task,
            signers=document.signers,
            application_date=event.application_date,
            added=document.added,
            lines=document.lines,
            revision=event.revision,
            changes=document.changes | event.changes,
            issues=document.issues,
        )

    changed = with_document(case, event.document_id, amend)
    return changed if changed.inks else replace(changed, planned_date=event.application_date)


def _page_read(case: Case, event: p.PageRead, happened: Happened) -> Case:
    read = (event.person_id, event.page)
    return with_document(case, event.document_id, lambda document: replace(document, reads=document.reads | {read}))


def _ink_accepted(case: Case, event: p.InkAccepted, happened: Happened) -> Case:
    ink = Ink(
        event.field,
        event.person_id,
        event.ink_sha256,
        event.ink_blob,
        event.binding,
        happened.at,
        happened.id,
        event.recorded_s,
        event.warnings,
    )
    return with_document(case, event.document_id, lambda document: replace(document, inks=(*document.inks, ink)))


def _completed(case: Case, event: p.DocumentCompleted, happened: Happened) -> Case:
    completion = Completion(event.person_id, happened.at, happened.id)

    def complete(document: Document) -> Document:
        return replace(document, completions=(*document.completions, completion))

    return with_document(case, event.document_id, complete)


def _returned(case: Case, event: p.CaseReturned, happened: Happened) -> Case:
    return with_document(case, event.document_id, lambda document: replace(document, returned=event.reason))


def _signed(case: Case, event: p.DocumentSigned, happened: Happened) -> Case:
    file = File(event.revision, event.field, event.sha256, event.blob, happened.at, happened.id)

    def sign(document: Document) -> Document:
        # An amendment may overtake the making of the PDF; what was made for the old revision stays in the journal.
        current = document.revision == event.revision
        return replace(document, signed=(*document.signed, file)) if current else document

    return with_document(case, event.document_id, sign)


def _sealed(case: Case, event: p.DocumentSealed, happened: Happened) -> Case:
    file = File(event.revision, "", event.sha256, event.blob, happened.at, happened.id)
    return with_document(case, event.document_id, lambda document: replace(document, sealed=file))


def _submitted(case: Case, event: p.CaseSubmitted, happened: Happened) -> Case:
    return replace(case, submission=Submission(happened.at, event.package_sha256, event.documents, happened.id))


def _effect_failed(case: Case, event: r.EffectFailed, happened: Happened) -> Case:
    return with_document(case, event.document_id or "", lambda document: replace(document, failure=event.code))


def _noticed(case: Case, event: r.NoticeSent, happened: Happened) -> Case:
    return replace(case, noticed=case.noticed | {event.about + event.person_id})


def _viewed(case: Case, event: r.RecordingViewed, happened: Happened) -> Case:
    recording_id = event.recording_id or (case.recording.recording_id if case.recording else "")
    key = (event.viewer_id, recording_id)
    ranges = (*case.viewed.get(key, ()), *event.ranges)
    return replace(case, viewed=case.viewed | {key: ranges})


def _reviewed(case: Case, event: r.RecordingReviewed, happened: Happened) -> Case:
    review = Review(
        event.outcome,
        event.reasons,
        event.recording_id,
        event.reviewer_id,
        event.unit,
        case.opened_by(event.reviewer_id),
        happened.at,
        happened.id,
    )
    return replace(case, review=review, redo_at=happened.at if event.outcome == "redo" else case.redo_at)


def _called_back(case: Case, event: r.CallbackCompleted, happened: Happened) -> Case:
    return replace(case, callback=Callback(event.outcome, happened.at, happened.id))


def _report_filed(case: Case, event: p.AgentReportFiled, happened: Happened) -> Case:
    return replace(case, agent_report=AgentReport(event.recording_serial, happened.at, happened.id))


PAPER_EFFECTS: dict[type[Event], Effect] = {
    p.PhotosAcknowledged: _acknowledged,
    p.CameraReported: _camera_reported,
    p.PhotoAdded: _photo_added,
    p.PhotoDeleted: _photo_deleted,
    p.PhotosCompleted: _photos_completed,
    p.PhotosApproved: _photos_approved,
    p.PhotosRejected: _photos_rejected,
    p.DocumentIssued: _issued,
    p.DocumentAmended: _amended,
    p.PageRead: _page_read,
    p.InkAccepted: _ink_accepted,
    p.DocumentCompleted: _completed,
    p.CaseReturned: _returned,
    p.DocumentSigned: _signed,
    p.DocumentSealed: _sealed,
    p.CaseSubmitted: _submitted,
    r.NoticeSent: _noticed,
    r.EffectFailed: _effect_failed,
    r.RecordingViewed: _viewed,
    r.RecordingReviewed: _reviewed,
    r.CallbackCompleted: _called_back,
    p.AgentReportFiled: _report_filed,
}
