"""What the underwriter's side of a case brings about: queries (照會) and their clock, attachments, the decision.

Dates are days in Taipei. A `due` was computed by the rulebook of that moment and is written down, so that a timer
follows from the events alone.
"""

from datetime import date, timedelta
from typing import Any, ClassVar, Literal

import msgspec

from cases.event import Event
from cases.parts import Role

DecisionOutcome = Literal["standard", "borderline", "substandard", "postponed", "declined", "exclusion", "limited"]
Letter = Literal["not_accepted"]


class QueryItem(msgspec.Struct, frozen=True):
    """One thing that is asked: a document by its `title`, a fact by its `path`, else a statement."""

    item_id: str
    text: str
    to: Literal["agent", "customer"]
    title: str | None = None
    path: str | None = None


class ItemAnswer(msgspec.Struct, frozen=True):
    """`value` answers a `path`, `attachment_id` a `title`, or `document_id` where it is a form that was signed in a
    call; `statement` anything else, or beside them."""

    item_id: str
    statement: str = ""
    value: Any = None
    attachment_id: str | None = None
    document_id: str | None = None


class Override(msgspec.Struct, frozen=True):
    """The underwriter sets the findings of `rule` aside by the manual's `section`."""

    rule: str
    section: str
    reason: str


class QueryIssued(Event):
    """新契約照會單; to be answered by the end of `due`."""

    query_id: str
    items: tuple[QueryItem, ...]
    note: str
    due: date
    underwriter_id: str


class QueryReminded(Event):
    """催辦通知書."""

    query_id: str
    due: date


class QueryCancelNoticed(Event):
    """要保文件取消通知函; the case ends on `due`."""

    query_id: str
    due: date


class QueryAnswered(Event):
    """Some or all of its items. `confirmed`: the person stated that what he answers is true and his own."""

    version: ClassVar[int] = 2

    query_id: str
    answers: tuple[ItemAnswer, ...]
    person_id: str
    confirmed: bool


class QueryWithdrawn(Event):
    query_id: str
    reason: str
    underwriter_id: str


class QueryLapsed(Event):
    """逕行取消: nobody answered in time, and the case is cancelled."""

    query_id: str


class AttachmentAdded(Event):
    """A document from outside the envelope, such as a signed paper. `signed_by`: whose signatures it bears."""

    attachment_id: str
    title: str
    blob: str
    sha256: str
    size: int
    media_type: str
    signed_by: tuple[Role, ...]
    person_id: str
    idempotency_key: str


class AttachmentChecked(Event):
    """It counts as evidence while it is accepted; a later refusal takes it back."""

    attachment_id: str
    accepted: bool
    reason: str
    underwriter_id: str


class CaseDecided(Event):
    """The underwriter's decision. `letter_due`: when the policyholder is told in writing, where it is not accepted."""

    outcome: DecisionOutcome
    reasons: tuple[str, ...]
    note: str
    overrides: tuple[Override, ...]
    underwriter_id: str
    unit: str | None
    letter_due: date | None


class LetterIssued(Event):
    """未承保通知函 to the policyholder is to be sent, with the reasons."""

    letter: Letter
    reasons: tuple[str, ...]


class LetterKept(Event):
    """The PDF of a letter, certified by the company. `about` is the entry that asked for it, `code` its form."""

    letter_id: str
    code: str
    about: str
    blob: str
    sha256: str
    size: int


class FormAdded(Event):
    """A form that the underwriting wants beside the envelope: made, read and signed in a further call as the others.
    `lines` is what it is about, such as the terms of a decision."""

    document_id: str
    code: str
    signers: tuple[str, ...]
    lines: tuple[str, ...]


class FormWithdrawn(Event):
    """It is not wanted any more: another decision took its place, or the case went on without it."""

    document_id: str


def wakes_on(event: Event) -> date | None:
    """The day on which somebody has to look at the case because of this event."""
    match event:
        case QueryIssued() | QueryReminded():
            return event.due + timedelta(days=1)
        case QueryCancelNoticed():
            return event.due
        case CaseDecided():
            return event.letter_due
        case _:
            return None
