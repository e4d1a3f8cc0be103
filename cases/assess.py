"""Facts of a case under the rulebook: what is open, and whether it stands in the way. Pure."""

import hashlib
import json

from cases.case import Case
from cases.casework import Decision
from cases.event import Event, Paper
from cases.events_review import CaseAssessed
from cases.facts import facts_of
from underwriting.evaluate import evaluate
from underwriting.model import REQUIREMENTS, SEVERITY, Assessment, Finding, Rulebook

BLOCKING = frozenset(SEVERITY) | REQUIREMENTS
FORBIDDING = frozenset(SEVERITY)
DECISION_RULE = "UW-06.1"  # where this rule is in scope, an underwriter decides
# What a decision is the answer to: cover is limited to the cap that it exceeded.
ANSWERED_BY = {"limited": frozenset({"CAP_EXCEEDED"})}


def assess(case: Case, rulebook: Rulebook) -> Assessment:
    """As of the application date, which picks the manual's numbers."""
    return evaluate(facts_of(case), rulebook, case.application_date)


def is_open(finding: Finding) -> bool:
    """What the underwriting decision needs ("decision") comes after the video case and does not stand in its way."""
    return requires(finding) and finding.before != "decision"


def requires(finding: Finding) -> bool:
    return finding.status == "open" and finding.strength == "required" and finding.kind in BLOCKING


def in_the_way(assessment: Assessment, step: str) -> tuple[Finding, ...]:
    """Open findings that must be closed before `step`: submission, or acceptance (which needs all)."""
    return tuple(f for f in assessment.findings if is_open(f) and (step == "acceptance" or f.before == step))


def needs_decision(assessment: Assessment) -> bool:
    """By the rule's scope: new business, and policy service that adds cover."""
    return DECISION_RULE not in assessment.out_of_scope


def outstanding(assessment: Assessment, decision: Decision) -> tuple[Finding, ...]:
    """What an accepting decision still waits for: every requirement that it neither answers nor sets aside."""
    aside = {override.rule for override in decision.overrides}
    answered = ANSWERED_BY.get(decision.outcome, frozenset())
    found = (f for f in assessment.findings if requires(f))
    return tuple(f for f in found if f.rule not in aside and f.kind not in answered)


def forbidding(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those under which nothing may be accepted: 拒保, 退件, 取消, 超限, 延期."""
    return tuple(finding for finding in findings if finding.kind in FORBIDDING)


def acceptable(case: Case, assessment: Assessment) -> bool:
    """Nothing open stands in the way; where an underwriter decides, he has decided so."""
    if not needs_decision(assessment):
        return not in_the_way(assessment, "acceptance")
    return case.decision is not None and case.decision.accepts and not outstanding(assessment, case.decision)


def assessed(case: Case, assessment: Assessment, moment: str) -> list[Event | Paper]:
    """The assessment for the record: its text as a blob, its digest in the journal."""
    text = canonical(assessment)
    digest = hashlib.sha256(text).hexdigest()
    blob = f"cases/{case.case_id}/assessments/{digest}.json"
    event = CaseAssessed(
        moment=moment,
        edition=assessment.rulebook,
        outcome=assessment.outcome,
        as_of=assessment.as_of,
        values=assessment.as_dict()["values"],
        findings=tuple(_reference(finding) for finding in assessment.findings),
        sha256=digest,
        blob=blob,
    )
    return [Paper(blob, text), event]


def canonical(assessment: Assessment) -> bytes:
    """The same assessment has the same bytes."""
    return json.dumps(assessment.as_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _reference(finding: Finding) -> dict[str, str]:
    return {"rule": finding.rule, "kind": finding.kind, "status": finding.status, "subject": finding.subject}
