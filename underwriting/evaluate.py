"""Facts and a rulebook in, an assessment out. No clock, no file, no network."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from underwriting.application import Application, Unknown
from underwriting.errors import FactsError
from underwriting.looks import Looks
from underwriting.model import REQUIREMENTS, SEVERITY, Assessment, Finding, Rule, Rulebook, Value


def evaluate(facts: Mapping[str, Any], rulebook: Rulebook, as_of: date | None = None) -> Assessment:
    """Assess one application.

    `as_of` picks the rows of dated parameters; without it the application date does. Unknown facts give PENDING
    findings and never raise; only facts that are no JSON object raise FactsError.
    """
    if not isinstance(facts, Mapping):
        raise FactsError("facts must be an object")
    application = Application(facts, rulebook.parameters, as_of)
    findings: list[Finding] = []
    values: dict[str, Any] = {}
    out_of_scope = _run_all(rulebook, application, findings, values)
    findings = _one_question_each(findings)
    day = as_of or application_date(application)
    return Assessment(rulebook.edition, day, outcome(findings), MappingProxyType(values), tuple(findings), out_of_scope)


def _run_all(
    rulebook: Rulebook, application: Application, findings: list[Finding], values: dict[str, Any]
) -> tuple[str, ...]:
    """Every rule in the manual's order; a scope that many rules share is asked once. Returns who is out of scope."""
    out: list[str] = []
    inside = application.scopes
    for applies, when, rules, ids in rulebook.blocks:
        known = inside.get(applies)
        if not (application.inside(applies) if known is None else known):
            out += ids
        elif not when or application.set_off(when):
            for rule in rules:
                _run(rule, application, rulebook, findings, values)
    return tuple(out)


def _run(
    rule: Rule, application: Application, rulebook: Rulebook, findings: list[Finding], values: dict[str, Any]
) -> None:
    """Take down what the rule says about each of its subjects; what came before an Unknown stays."""
    try:
        subjects = application.subjects(rule.each)
    except Unknown as unknown:
        findings.append(_cited(_pending(unknown), rule, rulebook, application.read))
        return
    for arguments in subjects:
        application.read = read = {}
        try:
            for answer in rule.check(application, *arguments):
                if isinstance(answer, Finding):
                    findings.append(_cited(answer, rule, rulebook, read))
                else:
                    _note(values, answer)
        except Unknown as unknown:
            findings.append(_cited(_pending(unknown), rule, rulebook, read))


def _cited(finding: Finding, rule: Rule, rulebook: Rulebook, read: dict[Any, Any]) -> Finding:
    section, before = rulebook.sections[rule.id], finding.before or rule.before
    return replace(finding, rule=rule.id, cite=section.cite, quote=section.quote, before=before, read=Looks(read))


def _note(values: dict[str, Any], answer: Value) -> None:
    """Maps that several rules fill (caps by line) are one map."""
    held = values.get(answer.name)
    merges = isinstance(held, dict) and isinstance(answer.value, dict)
    values[answer.name] = {**held, **answer.value} if merges else answer.value


def outcome(findings: list[Finding]) -> str:
    """The heaviest open finding decides; REVIEW and discretionary findings never decide alone."""
    open_kinds = {f.kind for f in findings if f.status == "open" and f.strength == "required"}
    for kind in SEVERITY:
        if kind in open_kinds:
            return kind
    if open_kinds & REQUIREMENTS:
        return "OPEN"
    return "REVIEW" if any(f.status == "open" and f.strength != "info" for f in findings) else "CLEAN"


def _pending(unknown: Unknown) -> Finding:
    subject = unknown.path.split(".", 1)[0]
    text = f"請補充資料：{unknown.path}" if unknown.reason == "unknown" else f"資料格式不符：{unknown.path}"
    return Finding("PENDING", text, subject=subject, missing=unknown.path, reason=unknown.reason)


STEPS = ("submission", "acceptance", "decision")


def _one_question_each(findings: list[Finding]) -> list[Finding]:
    """One PENDING a missing fact, cited by the first rule that needs it; `items` names all that do, and the earliest
    step for which one of them needs it holds."""
    needed_by: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.missing:
            needed_by.setdefault(finding.missing, []).append(finding)
    out: list[Finding] = []
    for finding in findings:
        asking = needed_by.get(finding.missing) if finding.missing else None
        if finding.missing is None:
            out.append(finding)
        elif asking and asking[0] is finding:
            rules = tuple(dict.fromkeys(f.rule for f in asking))
            out.append(replace(finding, items=rules, before=min((f.before for f in asking), key=STEPS.index)))
    return out


def application_date(application: Application) -> date | None:
    try:
        return application.day("application.date")
    except Unknown:
        return None
