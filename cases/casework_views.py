"""Queries, attachments and the decision as a viewer sees them. Pure."""

from datetime import date, datetime
from typing import Any

import msgspec

from cases.actor import Actor
from cases.case import Case
from cases.casework import Attachment, Letter, Query
from cases.correspondence import letters_for
from cases.events_casework import Override, QueryItem
from cases.forms import manual_title
from cases.items import Text
from esign.envelope import TEMPLATES


class QueryItemView(msgspec.Struct, frozen=True):
    """`title` asks for a document, `path` for a fact. `answered`, and how: statement, attachment, value."""

    id: str
    text: str
    to: str
    title: str | None
    path: str | None
    answered: bool
    statement: str
    attachment_id: str | None
    value: Any
    document_id: str | None  # the form that asks for its signature in a call, or answered it


class QueryView(msgspec.Struct, frozen=True):
    """`stage`: query, reminder, cancel_notice while it runs; answered, withdrawn, lapsed. `due` is its last day, in
    Taipei; at cancel_notice the day on which the case ends."""

    id: str
    stage: str
    open: bool
    issued_at: datetime
    reminded_at: datetime | None
    noticed_at: datetime | None
    answered_at: datetime | None
    due: date
    note: str
    items: tuple[QueryItemView, ...]


class AttachmentView(msgspec.Struct, frozen=True):
    """`accepted` is null until the underwriter has looked; `reason` says why it was refused."""

    id: str
    title: str
    media_type: str
    size: int
    sha256: str
    signed_by: tuple[str, ...]
    added_by: str  # kind of person
    at: datetime
    accepted: bool | None
    reason: str


class LetterView(msgspec.Struct, frozen=True):
    """A letter of the company as a certified PDF."""

    id: str
    title: Text
    at: datetime
    sha256: str
    size: int


class DecisionView(msgspec.Struct, frozen=True):
    """Customers see the outcome alone. `letter_due`: when 未承保通知函 is to go out, `letter_at` when it did."""

    outcome: str
    at: datetime
    reasons: tuple[str, ...] = ()
    note: str = ""
    overrides: tuple[Override, ...] = ()
    letter_due: date | None = None
    letter_at: datetime | None = None


def query_views(case: Case, viewer: Actor) -> tuple[QueryView, ...]:
    """A customer sees the questions to him, and no query that asks him nothing."""
    seen = tuple(_query(case, query, viewer) for query in case.queries)
    return tuple(view for view in seen if view.items)


def _query(case: Case, query: Query, viewer: Actor) -> QueryView:
    member = viewer.kind == "member"
    items = (item for item in query.items if not member or item.to == "customer")
    return QueryView(
        id=query.query_id,
        stage=query.stage,
        open=query.open,
        issued_at=query.issued_at,
        reminded_at=query.reminded_at,
        noticed_at=query.noticed_at,
        answered_at=query.answered_at,
        due=query.due,
        note="" if member else query.note,
        items=tuple(_item(case, query, item) for item in items),
    )


def _item(case: Case, query: Query, item: QueryItem) -> QueryItemView:
    form = next((d for d in reversed(case.documents) if d.added and manual_title(d.code) == item.title), None)
    answer = next((answer for answer in query.answers if answer.item_id == item.item_id), None)
    return QueryItemView(
        id=item.item_id,
        text=item.text,
        to=item.to,
        title=item.title,
        path=item.path,
        answered=answer is not None,
        statement=answer.statement if answer else "",
        attachment_id=answer.attachment_id if answer else None,
        value=answer.value if answer else None,
        document_id=form.document_id if form else None,
    )


def letter_views(case: Case, viewer: Actor) -> tuple[LetterView, ...]:
    return tuple(_letter(letter) for letter in letters_for(case, viewer))


def _letter(letter: Letter) -> LetterView:
    template = TEMPLATES[letter.code]
    title = Text(template.title_zh, template.title_en)
    return LetterView(letter.letter_id, title, letter.at, letter.sha256, letter.size)


def attachment_views(case: Case, viewer: Actor) -> tuple[AttachmentView, ...]:
    """Staff see all, a customer his own."""
    return tuple(_attachment(a) for a in case.attachments if viewer.kind != "member" or a.added_by == viewer.label)


def _attachment(attachment: Attachment) -> AttachmentView:
    return AttachmentView(
        id=attachment.attachment_id,
        title=attachment.title,
        media_type=attachment.media_type,
        size=attachment.size,
        sha256=attachment.sha256,
        signed_by=attachment.signed_by,
        added_by=attachment.added_by.partition(":")[0],
        at=attachment.at,
        accepted=attachment.accepted,
        reason=attachment.reason,
    )


def decision_view(case: Case, viewer: Actor) -> DecisionView | None:
    decision = case.decision
    if decision is None:
        return None
    if viewer.kind == "member":
        return DecisionView(decision.outcome, decision.at)
    return DecisionView(
        outcome=decision.outcome,
        at=decision.at,
        reasons=decision.reasons,
        note=decision.note,
        overrides=decision.overrides,
        letter_due=decision.letter_due,
        letter_at=case.letter_at,
    )
