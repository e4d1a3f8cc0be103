"""Facts and a rulebook in, an assessment out. No clock, no file, no network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from underwriting.application import PARTIES, SIGNING_ROLES, Application, Person, Unknown
from underwriting.errors import FactsError
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
    out_of_scope = []
    for rule in rulebook.rules:
        if not rule.applies(application):
            out_of_scope.append(rule.id)
            continue
        for answer in _run(rule, application, rulebook):
            if isinstance(answer, Value):
                values[answer.name] = answer.value
            else:
                findings.append(answer)
    findings = _one_question_each(findings)
    day = as_of or _application_date(application)
    return Assessment(
        rulebook.edition, day, outcome(findings), MappingProxyType(values), tuple(findings), tuple(out_of_scope)
    )


def outcome(findings: list[Finding]) -> str:
    """The heaviest open finding decides; REVIEW and discretionary findings never decide alone."""
    open_kinds = {f.kind for f in findings if f.status == "open" and f.strength == "required"}
    for kind in SEVERITY:
        if kind in open_kinds:
            return kind
    if open_kinds & REQUIREMENTS:
        return "OPEN"
    return "REVIEW" if any(f.status == "open" and f.strength != "info" for f in findings) else "CLEAN"


def _run(rule: Rule, application: Application, rulebook: Rulebook) -> Iterator[Finding | Value]:
    section = rulebook.sections[rule.id]
    for arguments in _subjects(rule, application):
        application.read = {}
        answers: list[Finding | Value] = []
        try:
            answers.extend(rule.check(application, *arguments))
        except Unknown as unknown:
            answers.append(_pending(unknown))
        read = MappingProxyType(application.read)
        for answer in answers:
            if isinstance(answer, Finding):
                answer = replace(answer, rule=rule.id, cite=section.cite, quote=section.quote, read=read)
            yield answer


def _subjects(rule: Rule, application: Application) -> tuple[tuple[Person, ...], ...]:
    if rule.each == "case":
        return ((),)
    roles = PARTIES if rule.each == "party" else SIGNING_ROLES
    return tuple((person,) for person in application.people(roles))


def _pending(unknown: Unknown) -> Finding:
    subject = unknown.path.split(".", 1)[0]
    text = f"請補充資料：{unknown.path}" if unknown.reason == "unknown" else f"資料格式不符：{unknown.path}"
    return Finding("PENDING", text, subject=subject, missing=unknown.path, reason=unknown.reason)


def _one_question_each(findings: list[Finding]) -> list[Finding]:
    """One PENDING a missing fact, cited by the first rule that needs it; `items` names all that do."""
    needed_by: dict[str, list[str]] = {}
    for finding in findings:
        if finding.missing and finding.rule not in needed_by.setdefault(finding.missing, []):
            needed_by[finding.missing].append(finding.rule)
    out, asked = [], set()
    for finding in findings:
        if finding.missing is None:
            out.append(finding)
        elif finding.missing not in asked:
            asked.add(finding.missing)
            out.append(replace(finding, items=tuple(needed_by[finding.missing])))
    return out


def _application_date(application: Application) -> date | None:
    try:
        return application.day("application.date")
    except Unknown:
        return None
