"""The verbs of a stage once a case is with the underwriter: papers, queries and their answers, the agent's report."""

from cases import attachments, query
from cases.actor import Actor
from cases.agent_report import file_agent_report
from cases.case import Case
from cases.events_casework import ItemAnswer
from tests.cases.cast import AGENT, FATCA, LACKING, NEW_BUSINESS, PDF, UNDERWRITER, WANG


class Casework:
    """Part of `stage.Stage`, which has the desk and leads a case up to here."""

    async def awaiting_decision(self) -> Case:
        """A new business case whose recording was passed, with the agent's report: only the underwriter is left."""
        await self.under_review(NEW_BUSINESS)
        await self.seal_documents()
        await self.pass_review()
        return await self.report()

    async def attach(self, actor: Actor, title: str, *signed_by: str, data: bytes = PDF) -> str:
        key = f"{actor.id}-{title}-{signed_by}"
        _, attachment_id = await attachments.add_attachment(self.desk, actor, self.case_id, title, signed_by, data, key)
        return attachment_id

    async def accept(self, attachment_id: str, accepted: bool = True) -> Case:
        return await attachments.check_attachment(
            self.desk, UNDERWRITER, self.case_id, attachment_id, accepted, "" if accepted else "字跡不清"
        )

    async def ask(self, *paths: str, title: str | None = None) -> Case:
        """A query for these facts, and a document when `title` names one."""
        asked = [query.Asked(f"請補充 {path}", "agent", path=path) for path in paths]
        asked += [query.Asked(f"請檢附{title}", "customer", title=title)] if title else []
        return await query.issue_query(self.desk, UNDERWRITER, self.case_id, asked, "財務核保")

    async def tell(self, facts: dict, attachment_id: str | None = None, actor: Actor = AGENT) -> Case:
        """Answers the open query."""
        asked = (await self.case()).open_query
        answers = [ItemAnswer(i.item_id, value=facts[i.path]) for i in asked.items if i.path in facts]
        answers += [
            ItemAnswer(i.item_id, attachment_id=attachment_id) for i in asked.items if i.title and attachment_id
        ]
        return await query.answer_query(self.desk, actor, self.case_id, asked.query_id, answers, confirmed=True)

    async def informed(self) -> Case:
        """Every fact is stated and every document is there that a plain new business case lacks."""
        await self.ask(*LACKING)
        await self.tell(LACKING)
        return await self.informed_by_paper()

    async def informed_by_paper(self) -> Case:
        return await self.accept(await self.attach(WANG, FATCA, "policyholder"))

    async def report(self) -> Case:
        return await file_agent_report(self.desk, AGENT, self.case_id, "已親自說明並確認需求")
