"""Forms that the underwriting wants beside the envelope: the terms of a decision, a document that a query asks for.

They are made, read and signed in a further call like the others, so that terms are a signed form and not a scan. Nobody
has to sign one: where the same comes on paper (attachments.py) and closes the finding, the case goes on without it.
"""

from collections.abc import Iterable, Sequence

from cases.case import Case
from cases.event import Event
from cases.events_casework import FormAdded, FormWithdrawn, ItemAnswer, QueryAnswered
from cases.forms import ON_DEMAND, manual_title, signers_on_demand
from cases.papers import Document
from underwriting.model import Assessment

ON_DEMAND_ID = "form-"  # how the ids of these documents begin
DECISIONS = "UW-06."  # the chapter whose documents belong to a decision


def forms_of_decision(case: Case, assessment: Assessment, lines: tuple[str, ...]) -> list[Event]:
    """What a decision brings and takes back. `assessment` is of the case as it is decided; `lines` are its terms."""
    titles = {f.doc for f in assessment.findings if f.rule.startswith(DECISIONS) and f.kind in ("DOC", "SIGN")}
    wanted = tuple(dict.fromkeys(ON_DEMAND[title] for title in titles if title in ON_DEMAND))
    kept = {form.code for form in _forms(case) if form.code in wanted and form.lines == lines}
    gone = [form for form in _forms(case) if form.lines and form.code not in kept and not form.done]
    return [*_withdrawn(gone), *_added(case, [(code, lines) for code in wanted if code not in kept])]


def forms_of_query(case: Case, titles: Iterable[str | None]) -> list[Event]:
    """Those of the documents asked for that are forms of ours, each once."""
    codes = dict.fromkeys(ON_DEMAND[title] for title in titles if title in ON_DEMAND)
    there = {form.code for form in _forms(case)}
    return _added(case, [(code, ()) for code in codes if code not in there])


def answered_by_form(case: Case, document: Document, person_id: str) -> list[Event]:
    """A form that everybody has signed answers the item that asked for it. `document` is as it is signed."""
    query, title = case.open_query, manual_title(document.code)
    if query is None or not document.done:
        return []
    items = [item for item in query.unanswered if item.title == title]
    answers = tuple(ItemAnswer(item.item_id, document_id=document.document_id) for item in items)
    answered = QueryAnswered(query_id=query.query_id, answers=answers, person_id=person_id, confirmed=True)
    return [answered] if answers else []


def unsigned_forms(case: Case) -> list[Event]:
    """Taken back where nobody has begun to sign: the case goes on without them."""
    return _withdrawn([form for form in case.forms_to_sign if not form.inks])


def _forms(case: Case) -> tuple[Document, ...]:
    return tuple(document for document in case.documents if document.added)


def _withdrawn(forms: Sequence[Document]) -> list[Event]:
    return [FormWithdrawn(document_id=form.document_id) for form in forms]


def _added(case: Case, forms: Sequence[tuple[str, tuple[str, ...]]]) -> list[Event]:
    number = 1 + sum(document.added for document in case.papers)
    return [_form(case, f"{ON_DEMAND_ID}{n}-{code}", code, lines) for n, (code, lines) in enumerate(forms, number)]


def _form(case: Case, document_id: str, code: str, lines: tuple[str, ...]) -> FormAdded:
    signers = signers_on_demand(code, case.persons)
    return FormAdded(document_id=document_id, code=code, signers=signers, lines=lines)
