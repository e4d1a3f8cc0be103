"""Facts of a case under the rulebook: what is open, and whether it stands in the way. Pure."""

from cases.case import Case
from cases.events_review import CaseAssessed
from cases.facts import facts_of
from underwriting.evaluate import evaluate
from underwriting.model import REQUIREMENTS, SEVERITY, Assessment, Finding, Rulebook

BLOCKING = frozenset(SEVERITY) | REQUIREMENTS


def assess(case: Case, rulebook: Rulebook) -> Assessment:
    """As of the application date, which picks the manual's numbers."""
    return evaluate(facts_of(case), rulebook, case.application_date)


def is_open(finding: Finding) -> bool:
    """What the underwriting decision needs ("decision") comes after the video case and does not stand in its way."""
    required = finding.strength == "required" and finding.before != "decision"
    return finding.status == "open" and required and finding.kind in BLOCKING


def in_the_way(assessment: Assessment, step: str) -> tuple[Finding, ...]:
    """Open findings that must be closed before `step`: submission, or acceptance (which needs all)."""
    return tuple(f for f in assessment.findings if is_open(f) and (step == "acceptance" or f.before == step))


def assessed(assessment: Assessment, moment: str) -> CaseAssessed:
    findings = tuple(finding.as_dict() for finding in assessment.findings)
    return CaseAssessed(moment=moment, edition=assessment.rulebook, outcome=assessment.outcome, findings=findings)
