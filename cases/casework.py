"""Queries, attachments, assessments and the decision of a case as they stand. Every fact keeps its `source`."""

from datetime import date, datetime

import msgspec

from cases.events_casework import ItemAnswer, Override, QueryItem
from cases.parts import Role

ACCEPTING = frozenset({"standard", "borderline", "substandard", "exclusion", "limited"})


class Query(msgspec.Struct, frozen=True):
    """照會. `due` is the last day of the stage that it has reached."""

    query_id: str
    items: tuple[QueryItem, ...]
    note: str
    issued_at: datetime
    due: date
    source: str
    told_by: tuple[str, ...] = ()  # entries of the query, its reminder and its notice: a letter each
    reminded_at: datetime | None = None
    noticed_at: datetime | None = None
    answers: tuple[ItemAnswer, ...] = ()
    answered_at: datetime | None = None  # every item
    withdrawn: str | None = None  # the reason
    lapsed_at: datetime | None = None

    @property
    def open(self) -> bool:
        return self.answered_at is None and self.withdrawn is None and self.lapsed_at is None

    @property
    def stage(self) -> str:
        """query, reminder or cancel_notice while it runs, else how it ended."""
        if self.withdrawn is not None:
            return "withdrawn"
        if self.answered_at or self.lapsed_at:
            return "answered" if self.answered_at else "lapsed"
        if self.noticed_at:
            return "cancel_notice"
        return "reminder" if self.reminded_at else "query"

    @property
    def unanswered(self) -> tuple[QueryItem, ...]:
        answered = {answer.item_id for answer in self.answers}
        return tuple(item for item in self.items if item.item_id not in answered)

    def item(self, item_id: str) -> QueryItem | None:
        return next((item for item in self.items if item.item_id == item_id), None)


class Attachment(msgspec.Struct, frozen=True):
    """`accepted` is None until the underwriter has looked. `check` is the source of his last word."""

    attachment_id: str
    title: str
    blob: str
    sha256: str
    size: int
    media_type: str
    signed_by: tuple[Role, ...]
    added_by: str  # the actor's label
    idempotency_key: str
    at: datetime
    source: str
    accepted: bool | None = None
    reason: str = ""


class Letter(msgspec.Struct, frozen=True):
    """A letter of the company as a PDF. `about`: the entry that asked for it; `query_id`: the query that it is of."""

    letter_id: str
    code: str
    about: str
    query_id: str | None
    blob: str
    sha256: str
    size: int
    at: datetime


class Decision(msgspec.Struct, frozen=True):
    outcome: str
    reasons: tuple[str, ...]
    note: str
    overrides: tuple[Override, ...]
    underwriter_id: str
    at: datetime
    letter_due: date | None
    source: str

    @property
    def accepts(self) -> bool:
        return self.outcome in ACCEPTING


class RecordedAssessment(msgspec.Struct, frozen=True):
    """`blob` and `sha256` are None in cases from when findings were kept in the event itself."""

    moment: str
    edition: str
    outcome: str
    as_of: date | None
    sha256: str | None
    blob: str | None
    at: datetime
    source: str


def letter_name(letter: Letter) -> str:
    """Its name in the evidence package."""
    return f"letters/{letter.letter_id}-{letter.code}.pdf"


def assessment_name(sha256: str | None) -> str:
    """Its name in the evidence package."""
    return f"assessments/{sha256}.json"
