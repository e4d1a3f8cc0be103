"""Which verbs a viewer may use now, so that pages offer only what the server would accept. Pure."""

from cases import gates
from cases.actor import Actor
from cases.case import Case
from cases.errors import CaseError
from cases.gates import lock_reasons
from cases.live import RecorderLive
from cases.meeting import finished
from cases.state import State

BEFORE_SUBMISSION = (State.OPEN, State.IN_REVIEW, State.READY)
SIGNABLE = (State.READY, State.PENDING)
SUBMITTED = (State.SUBMITTED, State.UNDER_REVIEW, State.PENDING)


def actions(case: Case, viewer: Actor, recorder: RecorderLive | None) -> tuple[str, ...]:
    offered = {"member": _member, "agent": _agent, "reviewer": _reviewer, "underwriter": _underwriter}.get(viewer.kind)
    return offered(case, viewer, recorder) if offered else ()


def _member(case: Case, viewer: Actor, recorder: RecorderLive | None) -> tuple[str, ...]:
    task = next((task for task in case.photo_tasks if task.person_id == viewer.id), None)
    photographing = task is not None and case.state in (State.OPEN, State.IN_REVIEW) and not task.completed
    unlocked = case.state in SIGNABLE and not lock_reasons(case, viewer.id, recorder)
    both_sides = task is not None and not task.missing
    wanted = {
        "acknowledge": photographing and task is not None and not task.acknowledged,
        "add_photo": photographing and task is not None and task.acknowledged,
        "complete_photos": photographing and task is not None and both_sides and not task.unchanged,
        "join": case.open_meeting is not None,
        "sign": unlocked and not case.complete(viewer.id),
        "submit": unlocked
        and case.submission is None
        and all(document.done and document.returned is None for document in case.documents),
        "return": case.state == State.READY,
        "answer_query": asked_of_customer(case),
        "attach": case.state in SUBMITTED and (case.open_query is not None or case.decision is not None),
    }
    return tuple(verb for verb, offered in wanted.items() if offered)


def _agent(case: Case, viewer: Actor, recorder: RecorderLive | None) -> tuple[str, ...]:
    reviewing = case.state in (State.OPEN, State.IN_REVIEW)
    unreviewed = any(task.completed and not task.approved for task in case.photo_tasks)
    reportable = case.submission is not None and case.agent_report is None
    wanted = {
        "review_photos": reviewing and unreviewed,
        "open_meeting": _meetable(case) and case.open_meeting is None,
        "join": case.open_meeting is not None and case.open_meeting.host.id == viewer.id,
        "end_meeting": case.open_meeting is not None,
        "end_meeting_done": case.open_meeting is not None and finished(case, case.open_meeting),
        "amend": case.state in BEFORE_SUBMISSION,
        "withdraw": case.state in BEFORE_SUBMISSION and case.open_meeting is None,
        "agent_report": reportable and case.state in SUBMITTED,
        "answer_query": _asked(case, "agent", "customer"),
        "attach": case.state in SUBMITTED and (case.open_query is not None or case.decision is not None),
    }
    return tuple(verb for verb, offered in wanted.items() if offered)


def _meetable(case: Case) -> bool:
    to_sign = case.state == State.UNDER_REVIEW and bool(case.forms_to_sign)
    return to_sign or case.state in SIGNABLE


def _reviewer(case: Case, viewer: Actor, recorder: RecorderLive | None) -> tuple[str, ...]:
    outside = viewer.unit is not None and viewer.unit != case.agent.unit
    judging = outside and case.state in (State.UNDER_REVIEW, State.PENDING)
    wanted = {"review": judging and case.recording is not None, "callback": judging}
    return tuple(verb for verb, offered in wanted.items() if offered)


def _underwriter(case: Case, viewer: Actor, recorder: RecorderLive | None) -> tuple[str, ...]:
    try:
        gates.underwriter_of(case, viewer)
    except CaseError:
        return ()
    working = case.state in SUBMITTED
    wanted = {
        "query": working and case.open_query is None,
        "withdraw_query": working and case.open_query is not None,
        "attach": working,
        "check_attachment": working and bool(case.attachments),
        "decide": case.state == State.UNDER_REVIEW,
    }
    return tuple(verb for verb, offered in wanted.items() if offered)


def asked_of_customer(case: Case) -> bool:
    return _asked(case, "customer")


def _asked(case: Case, *to: str) -> bool:
    query = case.open_query
    return case.state in SUBMITTED and query is not None and any(item.to in to for item in query.unanswered)
