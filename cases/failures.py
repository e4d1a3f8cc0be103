"""What could not be done for a case and never will be by trying again: staff must see it."""

from cases.actor import SYSTEM
from cases.case import Case
from cases.desk import Desk
from cases.event import Event
from cases.events_review import EffectFailed, EffectKind
from cases.workflow import record


async def effect_failed(desk: Desk, case_id: str, effect: EffectKind, document_id: str | None, code: str) -> Case:
    """Written down once a revision; `code` is the error's, and has a text (`problem.<code>`)."""

    def decide(case: Case) -> list[Event]:
        document = case.document(document_id) if document_id else None
        known = document is not None and document.failure == code
        return [] if known else [EffectFailed(effect=effect, document_id=document_id, code=code)]

    return await record(desk, SYSTEM, case_id, decide)
