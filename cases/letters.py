"""Letters of the company: each is a certified PDF, kept under its digest with the other papers of the case.

Which entry asks for which letter is a table here; `jobs` makes them (server/effects.py).
"""

import hashlib

from cases.actor import SYSTEM
from cases.case import Case
from cases.casework import ACCEPTING
from cases.codec import Happened, from_entry
from cases.correspondence import query_of
from cases.desk import Desk
from cases.event import Event, Paper
from cases.events_casework import (
    CaseDecided,
    LetterIssued,
    LetterKept,
    QueryCancelNoticed,
    QueryIssued,
    QueryReminded,
)
from cases.forms import letter_data
from cases.press import Press
from cases.workflow import load, record

CODES: dict[type[Event], str] = {
    QueryIssued: "letter_query",
    QueryReminded: "letter_reminder",
    QueryCancelNoticed: "letter_cancel",
    CaseDecided: "letter_result",
    LetterIssued: "letter_refusal",
}
REASONS = {"query_overdue": "照會事項逾期未補全"}


async def keep_letter(desk: Desk, press: Press, case_id: str, seq: int) -> None:
    """Make the letter that the journal's entry `seq` asks for. Repeated it makes none a second time."""
    happened = from_entry((await desk.journal.read(case_id, seq - 1))[0])
    case = await load(desk, case_id)
    lines = _lines(case, happened)
    if lines is None or _kept(case, happened):
        return
    code = CODES[type(happened.event)]
    data = letter_data(case, lines, getattr(happened.event, "due", None))
    _, pdf = await press.issue(code, data, desk.clock.now())
    digest = hashlib.sha256(pdf).hexdigest()

    def decide(case: Case) -> list[Event | Paper]:
        if _kept(case, happened):
            return []
        blob = f"cases/{case_id}/letters/{digest}.pdf"
        letter = LetterKept(
            letter_id=f"letter-{len(case.letters) + 1}",
            code=code,
            about=happened.id,
            blob=blob,
            sha256=digest,
            size=len(pdf),
        )
        return [Paper(blob, pdf), letter]

    await record(desk, SYSTEM, case_id, decide)


def _kept(case: Case, happened: Happened) -> bool:
    return any(letter.about == happened.id for letter in case.letters)


def _lines(case: Case, happened: Happened) -> tuple[str, ...] | None:
    """What the letter lists; None where the entry asks for no letter."""
    match happened.event:
        case QueryIssued(items=items):
            return tuple(item.text for item in items)
        case QueryReminded(query_id=query_id) | QueryCancelNoticed(query_id=query_id):
            query = query_of(case, query_id)
            return tuple(item.text for item in query.unanswered or query.items) if query else None
        case CaseDecided(outcome=outcome, reasons=reasons):
            return None if outcome in ACCEPTING else reasons
        case LetterIssued(reasons=reasons):
            return tuple(REASONS.get(reason, reason) for reason in reasons)
        case _:
            return None
