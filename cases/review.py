"""覆核: the review of the recording, the follow-up call, and the decision that follows from them (S73, U4)."""

from collections.abc import Sequence

from cases import gates
from cases.actor import SYSTEM, Actor
from cases.assess import acceptable, assess, assessed
from cases.case import Case
from cases.codec import Happened
from cases.desk import Desk
from cases.errors import ReasonsMissing, RecordingNotSealed, RecordingsUnopened
from cases.event import Event, Paper
from cases.events_review import CallbackCompleted, CaseAccepted, CaseDeclined, InformationRequested, RecordingReviewed
from cases.fold import apply
from cases.meeting import confirmed
from cases.ondemand import unsigned_forms
from cases.parts import CallbackOutcome, ReviewOutcome
from cases.rooms import Meeting
from cases.state import State
from cases.workflow import record

MAX_REASONS = 20


async def review_recording(
    desk: Desk, actor: Actor, case_id: str, outcome: ReviewOutcome, reasons: list[str], note: str
) -> Case:
    """Passed accepts the case as soon as nothing is in the way; 補正 and 重錄 ask for more; failed declines.

    Raises SalesUnitReviewer, RecordingNotSealed, ReasonsMissing, RecordingsUnopened."""
    why = tuple(gates.text(reason) for reason in reasons[:MAX_REASONS])
    if outcome != "passed" and not why:
        raise ReasonsMissing

    def decide(case: Case) -> list[Event | Paper]:
        gates.reviewer_of(case, actor)
        if case.recording is None or case.state == State.SUBMITTED:
            raise RecordingNotSealed
        if outcome == "passed":
            _all_opened(case, actor)
        reviewed = RecordingReviewed(
            recording_id=case.recording.recording_id,
            outcome=outcome,
            reasons=why,
            note=gates.text(note, required=False),
            reviewer_id=actor.id,
            unit=actor.unit,
        )
        return with_acceptance(desk, actor, case, reviewed, _consequences(actor, reviewed))

    return await record(desk, actor, case_id, decide)


def _all_opened(case: Case, actor: Actor) -> None:
    """Passing covers every recording that shows a person of the case, the latest one in any case."""
    opened = case.opened_by(actor.id)
    judged = (r for r in case.sealed_recordings if r is case.recording or case.shown_in(r))
    unopened = [recording.recording_id for recording in judged if recording.recording_id not in opened]
    if unopened:
        raise RecordingsUnopened(recordings=unopened)


async def complete_callback(desk: Desk, actor: Actor, case_id: str, outcome: CallbackOutcome) -> Case:
    """The follow-up call, by somebody outside the sales unit."""

    def decide(case: Case) -> list[Event | Paper]:
        gates.reviewer_of(case, actor)
        return with_acceptance(desk, actor, case, CallbackCompleted(outcome=outcome, caller_id=actor.id), [])

    return await record(desk, actor, case_id, decide)


async def settle(desk: Desk, case_id: str) -> Case:
    """Accept what a reviewer has passed, once the last thing in the way is gone (a seal, the agent's report)."""
    return await record(desk, SYSTEM, case_id, lambda case: acceptance(desk, case))


def acceptance(desk: Desk, case: Case) -> list[Event | Paper]:
    """The case is accepted as soon as that is possible: passed by a reviewer, everything sealed, nobody denied,
    nothing open; and where the manual wants it, decided so by an underwriter."""
    review = case.review
    if case.state != State.UNDER_REVIEW or review is None or review.outcome != "passed":
        return []
    if case.recording is None or review.recording_id != case.recording.recording_id:
        return []  # another recording has come since
    begun = (document for document in case.documents if not document.added or document.inks)
    if not all(document.sealed for document in begun) or not _confirmed(case):
        return []
    assessment = assess(case, desk.rulebook)
    if not acceptable(case, assessment):
        return []
    moment = "acceptance" if case.decision else "decision"
    recorded = assessed(case, assessment, moment)
    return [*unsigned_forms(case), *recorded, CaseAccepted(reviewer_id=review.reviewer_id)]


def _confirmed(case: Case) -> bool:
    """Every signer said that the signatures are his own, in a meeting since the last of them and since the last 重錄,
    and nobody denied it (S71). A further meeting in which nothing was signed asks for nothing."""
    denied = any(case.denied(person.person_id) for person in case.persons)
    return any(_covers(case, meeting) and confirmed(case, meeting) for meeting in case.meetings) and not denied


def _covers(case: Case, meeting: Meeting) -> bool:
    """Nothing was signed after it, and no 重錄 was asked for."""
    end = meeting.ended_at or case.updated_at
    return all(ink.at <= end for ink in case.inks) and (case.redo_at is None or case.redo_at < end)


def _consequences(actor: Actor, reviewed: RecordingReviewed) -> list[Event]:
    if reviewed.outcome == "failed":
        return [CaseDeclined(reviewer_id=actor.id, reasons=reviewed.reasons)]
    if reviewed.outcome in ("correct", "redo"):
        return [InformationRequested(outcome=reviewed.outcome, reasons=reviewed.reasons)]
    return []


def with_acceptance(
    desk: Desk, actor: Actor, case: Case, first: Event, more: Sequence[Event | Paper]
) -> list[Event | Paper]:
    """`first`, what it entails, and the acceptance if that is now possible."""
    events = [first, *more]
    after = case
    for event in events:
        if isinstance(event, Event):
            after = apply(after, Happened("", after.version + 1, desk.clock.now(), actor.label, event))
    return events + acceptance(desk, after)
