"""核保決定 (陸): the underwriter decides; the rule core advises, and says what each decision needs."""

from collections.abc import Sequence

from cases import gates
from cases.actor import Actor
from cases.assess import assess, assessed, forbidding, needs_decision, outstanding
from cases.case import Case
from cases.casework import ACCEPTING
from cases.codec import Happened
from cases.deadlines import letter_due
from cases.desk import Desk
from cases.errors import ReasonsMissing
from cases.errors_casework import DecisionNotNeeded, DecisionRefused, OverrideInvalid
from cases.event import Event, Paper
from cases.events_casework import CaseDecided, DecisionOutcome, Override
from cases.events_review import CaseDeclined
from cases.fold import apply
from cases.ondemand import forms_of_decision
from cases.review import with_acceptance
from cases.taipei import taipei_date
from cases.workflow import record
from underwriting.model import Assessment, Rulebook

MAX_REASONS = 20


async def decide(
    desk: Desk,
    actor: Actor,
    case_id: str,
    outcome: DecisionOutcome,
    reasons: Sequence[str] = (),
    note: str = "",
    overrides: Sequence[Override] = (),
) -> Case:
    """Postponed and declined end the case. Any other decision stands until it is replaced, and the case is accepted as
    soon as every finding is closed by evidence or set aside by an override. The forms that it demands join the
    envelope, with the reasons as their terms.

    Raises SalesUnitReviewer, SolicitedByYou, DecisionNotNeeded, ReasonsMissing, OverrideInvalid, DecisionRefused."""
    why = tuple(gates.text(reason) for reason in reasons[:MAX_REASONS])
    if outcome != "standard" and not why:
        raise ReasonsMissing
    decided = CaseDecided(
        outcome=outcome,
        reasons=why,
        note=gates.text(note, required=False),
        overrides=tuple(Override(o.rule, o.section, gates.text(o.reason)) for o in overrides),
        underwriter_id=actor.id,
        unit=actor.unit,
        letter_due=None if outcome in ACCEPTING else letter_due(desk.rulebook, taipei_date(desk.clock.now())),
    )

    def conclude(case: Case) -> list[Event | Paper]:
        gates.underwriter_of(case, actor)
        after = apply(case, Happened("", case.version + 1, desk.clock.now(), actor.label, decided))
        assessment = assess(after, desk.rulebook)
        if not needs_decision(assessment):
            raise DecisionNotNeeded
        _check_overrides(assessment, desk.rulebook, decided.overrides)
        recorded = assessed(case, assessment, "decision")
        if outcome not in ACCEPTING:
            return [decided, *recorded, CaseDeclined(reviewer_id=actor.id, reasons=why)]
        _not_forbidden(after, assessment)
        forms = forms_of_decision(case, assessment, why)
        return with_acceptance(desk, actor, case, decided, [*recorded, *forms])

    return await record(desk, actor, case_id, conclude)


def _check_overrides(assessment: Assessment, rulebook: Rulebook, overrides: Sequence[Override]) -> None:
    found = {finding.rule for finding in assessment.findings if finding.status == "open"}
    for override in overrides:
        if override.section not in rulebook.sections:
            raise OverrideInvalid(reason="section_unknown", rule=override.rule)
        if override.rule not in found:
            raise OverrideInvalid(reason="rule_unknown", rule=override.rule)


def _not_forbidden(case: Case, assessment: Assessment) -> None:
    assert case.decision is not None
    against = forbidding(outstanding(assessment, case.decision))
    if against:
        told = [{"rule": f.rule, "cite": f.cite, "kind": f.kind, "text": f.text} for f in against]
        raise DecisionRefused(findings=told)
