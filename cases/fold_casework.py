"""What events about queries, attachments, assessments and the decision do to a case. Pure."""

from collections.abc import Callable
from datetime import date, datetime

from msgspec.structs import replace

from cases import events_casework as e
from cases.case import Case
from cases.casework import Attachment, Decision, Letter, Query, RecordedAssessment
from cases.codec import Happened
from cases.event import Event
from cases.events_review import CaseAssessed
from cases.fold_papers import Effect
from cases.papers import Document


def _with_query(case: Case, query_id: str, change: Callable[[Query], Query]) -> Case:
    queries = tuple(change(query) if query.query_id == query_id else query for query in case.queries)
    return replace(case, queries=queries)


def _issued(case: Case, event: e.QueryIssued, happened: Happened) -> Case:
    query = Query(event.query_id, event.items, event.note, happened.at, event.due, happened.id, (happened.id,))
    return replace(case, queries=(*case.queries, query))


def _told(query: Query, happened: Happened, due: date, **when: datetime) -> Query:
    return replace(query, told_by=(*query.told_by, happened.id), due=due, **when)


def _reminded(case: Case, event: e.QueryReminded, happened: Happened) -> Case:
    return _with_query(case, event.query_id, lambda query: _told(query, happened, event.due, reminded_at=happened.at))


def _noticed(case: Case, event: e.QueryCancelNoticed, happened: Happened) -> Case:
    return _with_query(case, event.query_id, lambda query: _told(query, happened, event.due, noticed_at=happened.at))


def _answered(case: Case, event: e.QueryAnswered, happened: Happened) -> Case:
    """An item that is answered again has the later answer."""
    again = {answer.item_id for answer in event.answers}

    def answer(query: Query) -> Query:
        kept = tuple(answer for answer in query.answers if answer.item_id not in again)
        changed = replace(query, answers=(*kept, *event.answers))
        return changed if changed.unanswered else replace(changed, answered_at=happened.at)

    return _with_query(case, event.query_id, answer)


def _withdrawn(case: Case, event: e.QueryWithdrawn, happened: Happened) -> Case:
    return _with_query(case, event.query_id, lambda query: replace(query, withdrawn=event.reason))


def _lapsed(case: Case, event: e.QueryLapsed, happened: Happened) -> Case:
    return _with_query(case, event.query_id, lambda query: replace(query, lapsed_at=happened.at))


def _attached(case: Case, event: e.AttachmentAdded, happened: Happened) -> Case:
    attachment = Attachment(
        event.attachment_id,
        event.title,
        event.blob,
        event.sha256,
        event.size,
        event.media_type,
        event.signed_by,
        happened.actor,
        event.idempotency_key,
        happened.at,
        happened.id,
    )
    return replace(case, attachments=(*case.attachments, attachment))


def _checked(case: Case, event: e.AttachmentChecked, happened: Happened) -> Case:
    def check(attachment: Attachment) -> Attachment:
        hit = attachment.attachment_id == event.attachment_id
        return replace(attachment, accepted=event.accepted, reason=event.reason) if hit else attachment

    return replace(case, attachments=tuple(check(attachment) for attachment in case.attachments))


def _assessed(case: Case, event: CaseAssessed, happened: Happened) -> Case:
    recorded = RecordedAssessment(
        event.moment,
        event.edition,
        event.outcome,
        event.as_of,
        event.sha256,
        event.blob,
        happened.at,
        happened.id,
    )
    return replace(case, assessments=(*case.assessments, recorded))


def _decided(case: Case, event: e.CaseDecided, happened: Happened) -> Case:
    decision = Decision(
        event.outcome,
        event.reasons,
        event.note,
        event.overrides,
        event.underwriter_id,
        happened.at,
        event.letter_due,
        happened.id,
    )
    return replace(case, decision=decision)


def _letter(case: Case, event: e.LetterIssued, happened: Happened) -> Case:
    return replace(case, letter_at=happened.at)


def _letter_kept(case: Case, event: e.LetterKept, happened: Happened) -> Case:
    asked = next((query for query in case.queries if event.about in query.told_by), None)
    letter = Letter(
        event.letter_id,
        event.code,
        event.about,
        asked.query_id if asked else None,
        event.blob,
        event.sha256,
        event.size,
        happened.at,
    )
    return replace(case, letters=(*case.letters, letter))


def _form_added(case: Case, event: e.FormAdded, happened: Happened) -> Case:
    form = Document(event.document_id, event.code, "sign", event.signers, case.application_date, True, event.lines)
    return replace(case, documents=(*case.documents, form))


def _form_withdrawn(case: Case, event: e.FormWithdrawn, happened: Happened) -> Case:
    gone = tuple(form for form in case.documents if form.added and form.document_id == event.document_id)
    kept = tuple(document for document in case.documents if document not in gone)
    return replace(case, documents=kept, withdrawn_forms=(*case.withdrawn_forms, *gone))


CASEWORK_EFFECTS: dict[type[Event], Effect] = {
    e.QueryIssued: _issued,
    e.QueryReminded: _reminded,
    e.QueryCancelNoticed: _noticed,
    e.QueryAnswered: _answered,
    e.QueryWithdrawn: _withdrawn,
    e.QueryLapsed: _lapsed,
    e.AttachmentAdded: _attached,
    e.AttachmentChecked: _checked,
    CaseAssessed: _assessed,
    e.CaseDecided: _decided,
    e.LetterIssued: _letter,
    e.LetterKept: _letter_kept,
    e.FormAdded: _form_added,
    e.FormWithdrawn: _form_withdrawn,
}
