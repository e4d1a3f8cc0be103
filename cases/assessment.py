"""The assessment of a case for the people who work on it: by subject with the manual's paragraph, the to-do list, what
each decision would need, and what would be if a fact were otherwise."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from cases import gates
from cases.actor import Actor
from cases.assess import FORBIDDING, assess, needs_decision, outstanding, requires
from cases.case import Case
from cases.casework import ACCEPTING, Decision
from cases.desk import Desk
from cases.errors_casework import AssessmentNotFound, WhatIfInvalid
from cases.facts import facts_of
from cases.workflow import load
from underwriting.errors import FactsError
from underwriting.evaluate import evaluate
from underwriting.model import Assessment, Finding, Rulebook
from underwriting.whatif import changes, with_fact

OUTCOMES = ("standard", "borderline", "substandard", "exclusion", "limited", "postponed", "declined")
# The heaviest open finding -> what the core advises; an underwriter judges.
ADVICE = {
    "REJECT": "declined",
    "RETURN": "query",
    "CANCEL": "declined",
    "CAP_EXCEEDED": "limited",
    "POSTPONE": "postponed",
    "OPEN": "query",
    "REVIEW": "review",
    "CLEAN": "standard",
}
LAST = date.max


class SubjectView(msgspec.Struct, frozen=True):
    """`findings` as in docs/underwriting.md: each with rule, cite, quote, status, read; the open ones first."""

    subject: str
    findings: tuple[dict[str, Any], ...]


class TodoView(msgspec.Struct, frozen=True):
    """Who has to do what by when. `due` is a day in Taipei, null where the manual names none; `before` the step that
    waits for it. From a finding (`rule`), or an item of the open query (`query_id`, `item_id`)."""

    who: str
    text: str
    due: date | None
    before: str
    subject: str
    kind: str
    rule: str = ""
    cite: str = ""
    doc: str | None = None
    missing: str | None = None
    query_id: str | None = None
    item_id: str | None = None


class OptionView(msgspec.Struct, frozen=True):
    """One decision: what forbids it, and what it waits for (`needs`), as rules; `documents` by title."""

    outcome: str
    forbidden_by: tuple[str, ...]
    needs: tuple[str, ...]
    documents: tuple[str, ...]


class RecordedView(msgspec.Struct, frozen=True):
    moment: str
    at: datetime
    edition: str
    as_of: date | None
    outcome: str
    sha256: str | None


class AssessmentView(msgspec.Struct, frozen=True):
    """`options` is empty where the manual asks for no underwriting decision. `recorded`: what was written down at
    submission, decision and acceptance."""

    version: int
    rulebook: str
    as_of: date | None
    outcome: str
    advice: str
    needs_decision: bool
    values: dict[str, Any]
    subjects: tuple[SubjectView, ...]
    to_do: tuple[TodoView, ...]
    options: tuple[OptionView, ...]
    recorded: tuple[RecordedView, ...]
    out_of_scope: tuple[str, ...]


class Outcome(msgspec.Struct, frozen=True):
    outcome: str
    values: dict[str, Any]


class WhatIfView(msgspec.Struct, frozen=True):
    """`opened`: findings that would be open and are not now; `closed`: the other way round; `changed`: values that
    would differ, as [now, then]. Nothing is written down."""

    before: Outcome
    after: Outcome
    opened: tuple[dict[str, Any], ...]
    closed: tuple[dict[str, Any], ...]
    changed: dict[str, Any]


async def assessment_view(desk: Desk, actor: Actor, case_id: str) -> AssessmentView:
    """For staff. As of now; what was recorded at submission and decision is named by its digest."""
    case = await load(desk, case_id)
    gates.staff_of(case, actor)
    return await asyncio.to_thread(_view, case, desk.rulebook)


async def what_if(desk: Desk, actor: Actor, case_id: str, stated: Mapping[str, Any]) -> WhatIfView:
    """For staff: the case's facts with these stated otherwise. Raises WhatIfInvalid."""
    case = await load(desk, case_id)
    gates.staff_of(case, actor)
    return await asyncio.to_thread(_what_if, case, desk.rulebook, stated)


async def recorded_assessment(desk: Desk, actor: Actor, case_id: str, sha256: str) -> bytes:
    """The canonical JSON of one that was recorded, for staff. Raises AssessmentNotFound."""
    case = await load(desk, case_id)
    gates.staff_of(case, actor)
    found = next((a.blob for a in case.assessments if a.sha256 == sha256 and a.blob), None)
    if found is None:
        raise AssessmentNotFound
    return await desk.blobs.get(found, scope=case_id)


def _view(case: Case, rulebook: Rulebook) -> AssessmentView:
    assessment = assess(case, rulebook)
    decides = needs_decision(assessment)
    return AssessmentView(
        version=case.version,
        rulebook=assessment.rulebook,
        as_of=assessment.as_of,
        outcome=assessment.outcome,
        advice=ADVICE[assessment.outcome],
        needs_decision=decides,
        values=assessment.as_dict()["values"],
        subjects=_subjects(assessment.findings),
        to_do=_to_do(case, assessment),
        options=tuple(_option(case, rulebook, outcome) for outcome in OUTCOMES) if decides else (),
        recorded=tuple(RecordedView(a.moment, a.at, a.edition, a.as_of, a.outcome, a.sha256) for a in case.assessments),
        out_of_scope=assessment.out_of_scope,
    )


def _subjects(findings: Sequence[Finding]) -> tuple[SubjectView, ...]:
    by_subject: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: finding.status != "open"):
        by_subject.setdefault(finding.subject, []).append(finding)
    return tuple(SubjectView(subject, tuple(f.as_dict() for f in found)) for subject, found in by_subject.items())


def _to_do(case: Case, assessment: Assessment) -> tuple[TodoView, ...]:
    """What is due first comes first; the rest in the manual's order."""
    asked = case.open_query
    items = [
        TodoView(item.to, item.text, asked.due, "decision", "case", "PENDING", query_id=asked.query_id,
                 item_id=item.item_id, doc=item.title, missing=item.path)
        for item in (asked.unanswered if asked else ())
        if asked
    ]  # fmt: skip
    todos = items + [_todo(finding) for finding in assessment.findings if requires(finding)]
    return tuple(sorted(todos, key=lambda todo: todo.due or LAST))


def _todo(finding: Finding) -> TodoView:
    return TodoView(
        who=finding.who,
        text=finding.text,
        due=date.fromisoformat(finding.due[:10]) if finding.due else None,
        before=finding.before,
        subject=finding.subject,
        kind=finding.kind,
        rule=finding.rule,
        cite=finding.cite,
        doc=finding.doc,
        missing=finding.missing,
    )


def _option(case: Case, rulebook: Rulebook, outcome: str) -> OptionView:
    """The case as if it were decided so, and nothing set aside."""
    decision = Decision(outcome, (), "", (), "", case.updated_at, None, "")
    assessment = assess(msgspec.structs.replace(case, decision=decision), rulebook)
    open_ones = outstanding(assessment, decision) if outcome in ACCEPTING else ()
    needed = [f for f in open_ones if f.kind not in FORBIDDING]
    return OptionView(
        outcome=outcome,
        forbidden_by=_rules(f for f in open_ones if f.kind in FORBIDDING),
        needs=_rules(needed),
        documents=tuple(dict.fromkeys(f.doc for f in assessment.findings if f.doc and _of_decision(f))),
    )


def _of_decision(finding: Finding) -> bool:
    return finding.rule.startswith("UW-06.") and finding.kind in ("DOC", "SIGN", "NOTIFY")


def _rules(findings: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.rule for finding in findings))


def _what_if(case: Case, rulebook: Rulebook, stated: Mapping[str, Any]) -> WhatIfView:
    facts = otherwise = facts_of(case)
    for path, value in stated.items():
        try:
            otherwise = with_fact(otherwise, path, value)
        except (FactsError, TypeError):
            raise WhatIfInvalid(path=path) from None
    before, after = (evaluate(given, rulebook, case.application_date) for given in (facts, otherwise))
    told = changes(before, after)
    was, now = before.as_dict()["values"], after.as_dict()["values"]
    return WhatIfView(
        before=Outcome(before.outcome, was),
        after=Outcome(after.outcome, now),
        opened=tuple(finding for finding in told["come"] if finding["status"] == "open"),
        closed=tuple(finding for finding in told["gone"] if finding["status"] == "open"),
        changed=told["values"],
    )
