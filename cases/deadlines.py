"""The clock of a query (伍) and of the letter after a refusal (柒): what is due when. Pure, but for `keep_deadlines`.

Everything follows from events and the day, so a timer that comes late, twice, or to a query that was withdrawn does
what is right: the reminder counts from the day on which it was really sent.
"""

from datetime import date

from cases.actor import SYSTEM
from cases.case import Case
from cases.casework import Query
from cases.desk import Desk
from cases.event import Event
from cases.events_casework import (
    LetterIssued,
    QueryCancelNoticed,
    QueryLapsed,
    QueryReminded,
)
from cases.state import State
from cases.taipei import taipei_date
from cases.workflow import record
from underwriting.dates import days_after
from underwriting.model import Rulebook

RUNNING = (State.SUBMITTED, State.UNDER_REVIEW, State.PENDING)


def query_due(rulebook: Rulebook, stage: str, began: date) -> date:
    """The last day of a stage that begins on this day: query 14, reminder 7, cancel_notice 7 calendar days."""
    return days_after(began, rulebook.parameters["query_days"].at(began)[stage])


def letter_due(rulebook: Rulebook, told: date) -> date:
    """When 未承保通知函 follows the notice to the agent."""
    return days_after(told, rulebook.parameters["not_accepted_letter_days"].at(told))


def due_now(case: Case, rulebook: Rulebook, today: date) -> list[Event]:
    """What the clock asks for on this day; at most one step of a query, since the next counts from it."""
    query = case.open_query
    if query and case.state in RUNNING:
        return _query_step(query, rulebook, today)
    return _letter(case, today)


def _query_step(query: Query, rulebook: Rulebook, today: date) -> list[Event]:
    if query.stage == "cancel_notice":
        return [QueryLapsed(query_id=query.query_id), _unanswered()] if today >= query.due else []
    if today <= query.due:
        return []
    if query.stage == "query":
        return [QueryReminded(query_id=query.query_id, due=query_due(rulebook, "reminder", today))]
    return [QueryCancelNoticed(query_id=query.query_id, due=query_due(rulebook, "cancel_notice", today))]


def _unanswered() -> LetterIssued:
    """The seven days after 要保文件取消通知函 are over, too."""
    return LetterIssued(letter="not_accepted", reasons=("query_overdue",))


def _letter(case: Case, today: date) -> list[Event]:
    decision = case.decision
    if case.state != State.DECLINED or decision is None or decision.letter_due is None or case.letter_at:
        return []
    return [LetterIssued(letter="not_accepted", reasons=decision.reasons)] if today >= decision.letter_due else []


async def keep_deadlines(desk: Desk, case_id: str) -> Case:
    """Write down what is due. However often it is called, each step happens once."""
    today = taipei_date(desk.clock.now())
    return await record(desk, SYSTEM, case_id, lambda case: due_now(case, desk.rulebook, today))
