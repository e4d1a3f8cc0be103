"""業務人員招攬報告書: the agent's own statement, filed after the submission (UW-02.5.1.1, U2)."""

from cases import gates
from cases.actor import Actor
from cases.case import Case
from cases.desk import Desk
from cases.errors import NotSubmitted
from cases.event import Event, Paper
from cases.events_papers import AgentReportFiled
from cases.review import with_acceptance
from cases.workflow import record


async def file_agent_report(desk: Desk, actor: Actor, case_id: str, statement: str) -> Case:
    """It carries the serial of the meeting's recording; filed again it replaces the former. Raises NotSubmitted."""

    def decide(case: Case) -> list[Event | Paper]:
        gates.agent_of(case, actor)
        if case.submission is None or case.meeting is None:
            raise NotSubmitted
        filed = AgentReportFiled(
            agent_id=actor.id, recording_serial=case.meeting.serial, statement=gates.text(statement)
        )
        return with_acceptance(desk, actor, case, filed, [])

    return await record(desk, actor, case_id, decide)
