"""What queries, attachments and the decision state to the rule core. Pure; see facts.py.

An attachment is a fact while the underwriter accepts it. What an answer states counts where the case itself says
nothing: it never replaces what follows from evidence.
"""

from datetime import datetime
from typing import Any

from cases.case import Case
from cases.casework import Query
from cases.state import State
from cases.taipei import taipei_date

Fact = dict[str, Any]
UNDERWRITING_DONE = "underwriting_done"
# Facts that only evidence, the clock or a decision makes; nobody states them in an answer.
EVIDENCE = frozenset(
    {"calls", "clock", "consents", "docs", "identity", "otp", "photos", "recordings", "registration_cards"}
    | {"signatures"}
)
DERIVED = frozenset({"application.decision", "application.status", "agent_report.recording_no"})


def decided(case: Case) -> Fact:
    """For `application`."""
    facts: Fact = {"decision": case.decision.outcome} if case.decision else {}
    return facts | ({"status": UNDERWRITING_DONE} if case.state == State.ACCEPTED else {})


def clock(case: Case) -> Fact:
    """The days of the latest query that was not taken back, and of the notice of a refusal."""
    query = next((query for query in reversed(case.queries) if query.withdrawn is None), None)
    facts = _of_query(query) if query else {}
    if case.decision and not case.decision.accepts:
        facts["result_notice_date"] = _day(case.decision.at)
    return facts


def _of_query(query: Query) -> Fact:
    days = {
        "query_date": query.issued_at,
        "reminder_date": query.reminded_at,
        "cancel_notice_date": query.noticed_at,
        "answered_at": query.answered_at,
    }
    return {name: _day(at) for name, at in days.items() if at}


def attached(case: Case) -> list[Fact]:
    """For `docs`."""
    return [
        {"id": a.source, "title": a.title, "complete": True, "date": _day(a.at), "signers": list(a.signed_by)}
        for a in case.attachments
        if a.accepted
    ]


def attached_signatures(case: Case) -> list[Fact]:
    """For `signatures`: those on the attachments."""
    return [
        {"id": a.source, "document": a.title, "person": person.person_id, "role": role, "date": _day(a.at)}
        for a in case.attachments
        if a.accepted
        for role in a.signed_by
        if (person := case.holder(role))
    ]


def with_answers(case: Case, facts: Fact) -> Fact:
    """The facts with what answers state, each where nothing is stated yet."""
    for query in case.queries:
        if query.withdrawn is None:
            paths = {item.item_id: item.path for item in query.items}
            for answer in query.answers:
                if path := paths.get(answer.item_id):
                    state(facts, path, answer.value)
    return facts


def state(facts: Fact, path: str, value: Any) -> bool:
    """Put the value there; False where the path leads nowhere or something is stated already."""
    held: Any = facts
    *way, last = path.split(".")
    for key in way:
        if isinstance(held, list) and key.isdecimal() and int(key) < len(held):
            held = held[int(key)]
        elif isinstance(held, dict):
            held = held.setdefault(key, {})
        else:
            return False
    if not isinstance(held, dict) or held.get(last) is not None:
        return False
    held[last] = value
    return True


def statable(path: str) -> bool:
    """Whether an answer may state this fact."""
    parts = path.split(".")
    return all(parts) and parts[0] not in EVIDENCE and path not in DERIVED


def _day(at: datetime) -> str:
    return taipei_date(at).isoformat()
