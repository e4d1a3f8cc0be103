"""Which verbs a viewer may use now, so that pages offer only what the server would accept. Pure."""

from cases.actor import Actor
from cases.case import Case
from cases.gates import SIDES, lock_reasons
from cases.live import RecorderLive
from cases.meeting import finished
from cases.state import State

BEFORE_SUBMISSION = (State.OPEN, State.IN_REVIEW, State.READY)


def actions(case: Case, viewer: Actor, recorder: RecorderLive | None) -> tuple[str, ...]:
    offered = {"member": _member, "agent": _agent, "reviewer": _reviewer}.get(viewer.kind)
    return offered(case, viewer, recorder) if offered else ()


def _member(case: Case, viewer: Actor, recorder: RecorderLive | None) -> tuple[str, ...]:
    task = next((task for task in case.photo_tasks if task.person_id == viewer.id), None)
    photographing = task is not None and case.state in (State.OPEN, State.IN_REVIEW) and not task.completed
    unlocked = case.state == State.READY and not lock_reasons(case, viewer.id, recorder)
    both_sides = task is not None and set(SIDES) <= {photo.side for photo in task.kept}
    wanted = {
        "acknowledge": photographing and task is not None and not task.acknowledged,
        "add_photo": photographing and task is not None and task.acknowledged,
        "complete_photos": photographing and task is not None and both_sides and not task.unchanged,
        "join": case.open_meeting is not None,
        "sign": unlocked and not case.complete(viewer.id),
        "submit": unlocked and all(document.done and document.returned is None for document in case.documents),
        "return": case.state == State.READY,
    }
    return tuple(verb for verb, offered in wanted.items() if offered)


def _agent(case: Case, viewer: Actor, recorder: RecorderLive | None) -> tuple[str, ...]:
    reviewing = case.state in (State.OPEN, State.IN_REVIEW)
    unreviewed = any(task.completed and not task.approved for task in case.photo_tasks)
    reportable = case.submission is not None and case.agent_report is None
    wanted = {
        "review_photos": reviewing and unreviewed,
        "open_meeting": case.state in (State.READY, State.PENDING) and case.open_meeting is None,
        "join": case.open_meeting is not None and case.open_meeting.host.id == viewer.id,
        "end_meeting": case.open_meeting is not None,
        "end_meeting_done": case.open_meeting is not None and finished(case, case.open_meeting),
        "amend": case.state in BEFORE_SUBMISSION,
        "withdraw": case.state in BEFORE_SUBMISSION and case.open_meeting is None,
        "agent_report": reportable and case.state in (State.SUBMITTED, State.UNDER_REVIEW, State.PENDING),
    }
    return tuple(verb for verb, offered in wanted.items() if offered)


def _reviewer(case: Case, viewer: Actor, recorder: RecorderLive | None) -> tuple[str, ...]:
    outside = viewer.unit is not None and viewer.unit != case.agent.unit
    judging = outside and case.state in (State.UNDER_REVIEW, State.PENDING)
    wanted = {"review": judging and case.recording is not None, "callback": judging}
    return tuple(verb for verb, offered in wanted.items() if offered)
