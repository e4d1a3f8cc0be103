"""Who may read which letter of the company (letters.py makes them)."""

from cases import gates
from cases.actor import Actor
from cases.case import Case
from cases.casework import Letter, Query
from cases.desk import Desk
from cases.errors_casework import LetterNotFound
from cases.workflow import load

TO_POLICYHOLDER = "letter_refusal"


async def read_letter(desk: Desk, actor: Actor, case_id: str, letter_id: str) -> bytes:
    """The PDF, for staff and for whom it concerns. Raises LetterNotFound."""
    case = await load(desk, case_id)
    gates.related(case, actor)
    found = next((letter for letter in letters_for(case, actor) if letter.letter_id == letter_id), None)
    if found is None:
        raise LetterNotFound
    return await desk.blobs.get(found.blob, scope=case_id)


def letters_for(case: Case, viewer: Actor) -> tuple[Letter, ...]:
    """The manual sends what is asked to the agent and the refusal to the policyholder; he, and who acts for him, sees
    a letter about a query too where everything in it is asked of him."""
    if viewer.kind != "member":
        return case.letters
    person = case.person(viewer.id)
    if person is None or not {"policyholder", "legal_representative"} & set(person.roles):
        return ()
    return tuple(letter for letter in case.letters if letter.code == TO_POLICYHOLDER or _all_his(case, letter))


def _all_his(case: Case, letter: Letter) -> bool:
    query = query_of(case, letter.query_id)
    return query is not None and all(item.to == "customer" for item in query.items)


def query_of(case: Case, query_id: str | None) -> Query | None:
    return next((query for query in case.queries if query.query_id == query_id), None)
