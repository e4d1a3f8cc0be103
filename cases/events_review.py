"""What happens to a case once it is submitted, and who looked at it."""

from datetime import date
from typing import Any, ClassVar, Literal

from cases.event import Event
from cases.parts import (
    CallbackOutcome,
    ReviewOutcome,
)

EffectKind = Literal["issue", "sign", "seal", "notice", "letter"]
Notice = Literal["submission", "query", "reminder", "cancel_notice", "letter"]


class CaseAssessed(Event):
    """What the rule core said then, with its edition: an audit never depends on newer code.

    `findings` says of each which rule, kind, status and subject; the whole text lies in `blob`, sealed under the case,
    as canonical JSON with this SHA-256. Entries from before have the findings in full and no blob.
    """

    version: ClassVar[int] = 2

    moment: Literal["submission", "decision", "acceptance"]
    edition: str
    outcome: str
    as_of: date | None
    values: dict[str, Any]
    findings: tuple[dict[str, Any], ...]
    sha256: str | None
    blob: str | None


class NoticeSent(Event):
    """An SMS. `about` is the entry that it tells of, empty for the submission."""

    version: ClassVar[int] = 2

    notice: Notice
    about: str
    person_id: str
    message_id: str


class EffectFailed(Event):
    """What a job could not do and will not try again. `code` is the error's."""

    effect: EffectKind
    document_id: str | None
    code: str


class RecordingViewed(Event):
    """`ranges` in seconds of the recording, empty when it was opened. `recording_id` is None in entries from when only
    the latest recording of a case was shown."""

    version: ClassVar[int] = 2

    viewer_id: str
    recording_id: str | None
    ranges: tuple[tuple[float, float], ...]


class RecordingReviewed(Event):
    recording_id: str
    outcome: ReviewOutcome
    reasons: tuple[str, ...]
    note: str
    reviewer_id: str
    unit: str | None


class CallbackCompleted(Event):
    outcome: CallbackOutcome
    caller_id: str


class InformationRequested(Event):
    outcome: Literal["correct", "redo"]
    reasons: tuple[str, ...]


class CaseAccepted(Event):
    reviewer_id: str


class CaseDeclined(Event):
    reviewer_id: str
    reasons: tuple[str, ...]


class EvidenceExported(Event):
    viewer_id: str
    sha256: str
