"""Cases: the list, one, a new one, and the way to the core."""

import msgspec

from cases.agent_report import file_agent_report
from cases.case import Case
from cases.opening import OpenCase, open_case, withdraw
from cases.parts import CasePerson
from cases.reading import cards, case_view, journal_view, visible
from cases.signing import return_case
from cases.submission import submit
from cases.view_types import CaseCard, CaseView, JournalView
from server.call import Call
from server.errors import PersonUnknown
from server.typedefs import AgentReport, Id, NewCase, Nothing, PersonRoles, Return, Withdrawal


class CaseList(msgspec.Struct, frozen=True):
    cases: tuple[CaseCard, ...]


async def view_of(call: Call, case: Case) -> CaseView:
    """How the caller sees this case."""
    return await case_view(call.desk, call.actor, case)


async def list_cases(call: Call) -> CaseList:
    return CaseList(await cards(call.desk, call.actor))


async def open_new_case(call: Call, body: NewCase) -> CaseView:
    persons = tuple([await _person(call, wanted) for wanted in body.persons])
    wanted = OpenCase(body.kind, body.item_code, body.application_date, body.clause_received_date, persons)
    return await view_of(call, await open_case(call.desk, call.actor, wanted))


async def _person(call: Call, wanted: PersonRoles) -> CasePerson:
    """Whatever the client sends, what is known of a person comes from the member directory."""
    person = await call.services.people.by_id(wanted.person_id)
    if person is None or person.kind != "member":
        raise PersonUnknown
    return CasePerson(person.person_id, wanted.roles, person.profile)


async def get_case(call: Call, case_id: Id) -> CaseView:
    return await view_of(call, await visible(call.desk, call.actor, case_id))


async def return_document(call: Call, case_id: Id, body: Return) -> CaseView:
    return await view_of(call, await return_case(call.desk, call.actor, case_id, body.document_id, body.reason))


async def withdraw_case(call: Call, case_id: Id, body: Withdrawal) -> CaseView:
    return await view_of(call, await withdraw(call.desk, call.actor, case_id, body.reason))


async def submit_case(call: Call, case_id: Id, body: Nothing) -> CaseView:
    return await view_of(call, await submit(call.desk, call.actor, case_id))


async def report_of_agent(call: Call, case_id: Id, body: AgentReport) -> CaseView:
    return await view_of(call, await file_agent_report(call.desk, call.actor, case_id, body.statement))


async def journal_of_case(call: Call, case_id: Id) -> JournalView:
    return await journal_view(call.desk, call.actor, case_id)
