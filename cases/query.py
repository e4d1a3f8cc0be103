"""照會: the underwriter asks, agent or customer answers, and the clock runs meanwhile (伍)."""

from collections.abc import Sequence

import msgspec

from cases import gates
from cases.actor import Actor
from cases.assess import assess, needs_decision
from cases.case import Case
from cases.casework import Query
from cases.codec import Happened
from cases.deadlines import query_due
from cases.desk import Desk
from cases.errors import NotAllowed
from cases.errors_casework import AnswerInvalid, DecisionNotNeeded, QueryClosed, QueryInvalid, QueryNotFound, QueryOpen
from cases.event import Event, Paper
from cases.events_casework import ItemAnswer, QueryAnswered, QueryIssued, QueryItem, QueryWithdrawn
from cases.facts import facts_of
from cases.facts_casework import statable, state
from cases.fold import apply
from cases.ondemand import forms_of_query
from cases.review import with_acceptance
from cases.taipei import taipei_date
from cases.workflow import record

MAX_ITEMS = 20


class Asked(msgspec.Struct, frozen=True):
    """What is asked of whom: a document by its title, a fact by its path (FACTS.md), else a statement."""

    text: str
    to: str
    title: str | None = None
    path: str | None = None


async def issue_query(desk: Desk, actor: Actor, case_id: str, asked: Sequence[Asked], note: str = "") -> Case:
    """By the underwriter; one at a time. Raises QueryInvalid, QueryOpen, DecisionNotNeeded."""
    today = taipei_date(desk.clock.now())

    def decide(case: Case) -> list[Event]:
        gates.underwriter_of(case, actor)
        if not needs_decision(assess(case, desk.rulebook)):
            raise DecisionNotNeeded
        if case.open_query:
            raise QueryOpen(query_id=case.open_query.query_id)
        issued = QueryIssued(
            query_id=f"query-{len(case.queries) + 1}",
            items=_items(case, asked),
            note=gates.text(note, required=False),
            due=query_due(desk.rulebook, "query", today),
            underwriter_id=actor.id,
        )
        return [issued, *forms_of_query(case, (item.title for item in issued.items))]

    return await record(desk, actor, case_id, decide)


async def answer_query(
    desk: Desk, actor: Actor, case_id: str, query_id: str, answers: Sequence[ItemAnswer], *, confirmed: bool = False
) -> Case:
    """Some or all of the items; a later answer to the same item counts. The agent may answer for the customer, who
    himself has to confirm that what he says is true. Raises QueryNotFound, QueryClosed, AnswerInvalid."""

    def decide(case: Case) -> list[Event | Paper]:
        _answering(case, actor)
        query = _open(case, query_id)
        if not answers:
            raise AnswerInvalid(reason="answers_missing")
        if actor.kind == "member" and not confirmed:
            raise AnswerInvalid(reason="unconfirmed")
        for answer in answers:
            _check(case, actor, query, answer)
        said = tuple(msgspec.structs.replace(a, statement=gates.text(a.statement, required=False)) for a in answers)
        answered = QueryAnswered(query_id=query_id, answers=said, person_id=actor.id, confirmed=confirmed)
        _readable(desk, actor, case, query, answered)
        return with_acceptance(desk, actor, case, answered, [])

    return await record(desk, actor, case_id, decide)


async def withdraw_query(desk: Desk, actor: Actor, case_id: str, query_id: str, reason: str) -> Case:
    """Its clock stops and what was answered to it no longer counts. Raises QueryNotFound, QueryClosed."""

    def decide(case: Case) -> list[Event | Paper]:
        gates.underwriter_of(case, actor)
        _open(case, query_id)
        withdrawn = QueryWithdrawn(query_id=query_id, reason=gates.text(reason), underwriter_id=actor.id)
        return with_acceptance(desk, actor, case, withdrawn, [])

    return await record(desk, actor, case_id, decide)


def _items(case: Case, asked: Sequence[Asked]) -> tuple[QueryItem, ...]:
    if not 1 <= len(asked) <= MAX_ITEMS:
        raise QueryInvalid(reason="items_missing", limit=MAX_ITEMS)
    facts = facts_of(case)
    for wanted in asked:
        if wanted.title and wanted.path:
            raise QueryInvalid(reason="title_and_path")
        if wanted.path and not statable(wanted.path):
            raise QueryInvalid(reason="path_invalid", path=wanted.path)
        if wanted.path and not state(facts, wanted.path, True):
            raise QueryInvalid(reason="path_stated", path=wanted.path)
    return tuple(
        QueryItem(f"item-{number}", gates.text(wanted.text), wanted.to, wanted.title, wanted.path)
        for number, wanted in enumerate(asked, 1)
    )


def _answering(case: Case, actor: Actor) -> None:
    gates.related(case, actor)
    if actor.kind not in ("member", "agent"):
        raise NotAllowed("only agent or customer")


def _open(case: Case, query_id: str) -> Query:
    query = next((query for query in case.queries if query.query_id == query_id), None)
    if query is None:
        raise QueryNotFound
    if not query.open:
        raise QueryClosed(stage=query.stage)
    return query


def _readable(desk: Desk, actor: Actor, case: Case, query: Query, answered: QueryAnswered) -> None:
    """The rules themselves say whether a value has the shape of its fact."""
    paths = {item.path: item.item_id for item in query.items if item.path}
    said = {answer.item_id for answer in answered.answers}
    after = apply(case, Happened("", case.version + 1, desk.clock.now(), actor.label, answered))
    for finding in assess(after, desk.rulebook).findings:
        if finding.reason == "malformed" and paths.get(finding.missing) in said:
            raise AnswerInvalid(reason="value_malformed", item=paths[finding.missing])


def _check(case: Case, actor: Actor, query: Query, answer: ItemAnswer) -> None:
    item = query.item(answer.item_id)
    if item is None:
        raise AnswerInvalid(reason="item_unknown", item=answer.item_id)
    if actor.kind == "member" and item.to != "customer":
        raise AnswerInvalid(reason="item_not_yours", item=item.item_id)
    attachment = case.attachment(answer.attachment_id) if answer.attachment_id else None
    if (item.title or answer.attachment_id) and attachment is None:
        raise AnswerInvalid(reason="attachment_missing", item=item.item_id)
    if item.path and answer.value is None:
        raise AnswerInvalid(reason="value_missing", item=item.item_id)
    if not (item.title or item.path or answer.statement.strip()):
        raise AnswerInvalid(reason="statement_missing", item=item.item_id)
