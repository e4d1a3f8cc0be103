"""apply() and replay(): the case after an event, and after all of them. Pure.

`apply` refuses what the state does not allow, before anything is written; the effect of each event is a small function
in `fold_papers.py` (photos, documents, review) or `fold_meeting.py`, found by the event's type.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from cases.case import Case, HistoryEntry
from cases.codec import Happened
from cases.errors import WrongState
from cases.event import Event
from cases.events_papers import CaseOpened
from cases.fold_casework import CASEWORK_EFFECTS
from cases.fold_composition import COMPOSITION_EFFECTS
from cases.fold_identity import IDENTITY_EFFECTS
from cases.fold_meeting import MEETING_EFFECTS
from cases.fold_papers import PAPER_EFFECTS
from cases.papers import Document, PhotoTask
from cases.state import ASIDE, TRANSITIONS, State

EFFECTS = PAPER_EFFECTS | MEETING_EFFECTS | COMPOSITION_EFFECTS | CASEWORK_EFFECTS | IDENTITY_EFFECTS


def next_state(state: State | None, kind: type[Event]) -> State:
    """The state after an event of this kind. Raises WrongState."""
    if state is not None and kind in ASIDE:
        return state
    try:
        return TRANSITIONS[state][kind]
    except KeyError:
        raise WrongState(f"{kind.__name__} is not possible", state=str(state or "none")) from None


def apply(case: Case | None, happened: Happened, case_id: str = "") -> Case:
    """The case after what happened. `case` is None for the first event only. Raises WrongState."""
    state = next_state(case.state if case else None, type(happened.event))
    if case is None:
        return _noted(_opened(case_id, happened), happened)
    effect = EFFECTS.get(type(happened.event))
    changed = effect(case, happened.event, happened) if effect else case
    return _noted(replace(changed, state=state), happened)


def replay(case_id: str, happenings: Iterable[Happened], case: Case | None = None) -> Case | None:
    """The fold; with `case`, going on from there."""
    for happened in happenings:
        case = apply(case, happened, case_id)
    return case


def _noted(case: Case, happened: Happened) -> Case:
    entry = HistoryEntry(happened.seq, happened.at, type(happened.event).__name__, happened.actor.partition(":")[0])
    return replace(case, version=happened.seq, updated_at=happened.at, history=(*case.history, entry))


def _opened(case_id: str, happened: Happened) -> Case:
    event = happened.event
    assert isinstance(event, CaseOpened)
    return Case(
        case_id=case_id,
        case_no=event.case_no,
        kind=event.kind,
        item_code=event.item_code,
        state=State.OPEN,
        version=happened.seq,
        opened_at=happened.at,
        updated_at=happened.at,
        planned_date=event.application_date,
        clause_received_date=event.clause_received_date,
        agent=event.agent,
        persons=event.persons,
        photo_tasks=tuple(PhotoTask(task.task_id, task.person_id, task.id_type) for task in event.photo_tasks),
        documents=tuple(
            Document(planned.document_id, planned.code, planned.task, planned.signers, event.application_date)
            for planned in event.documents
        ),
        source=happened.id,
    )
