"""One rule over one application, in slow motion: in scope or not, and for each subject what it read and said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from underwriting.application import Application, Person, Product, Unknown
from underwriting.errors import RulebookError
from underwriting.evaluate import application_date
from underwriting.looks import Looks
from underwriting.model import Finding, Rule, Rulebook, Value


@dataclass(frozen=True, slots=True)
class Run:
    """`subject` is the role or product it ran for; `stopped` the path of the fact that nobody has stated."""

    subject: str
    read: Mapping[str, Any]
    answers: tuple[Finding | Value, ...]
    stopped: str | None


@dataclass(frozen=True, slots=True)
class Trace:
    """`day` is the one whose rows of the tables hold: `as_of`, else the application date."""

    rule: Rule
    day: date | None
    in_scope: bool
    runs: tuple[Run, ...]


def trace(facts: Mapping[str, Any], rulebook: Rulebook, rule_id: str, as_of: date | None = None) -> Trace:
    """RulebookError when there is no such rule. Pure, like `evaluate`."""
    rule = next((rule for rule in rulebook.rules if rule.id == rule_id), None)
    if rule is None:
        raise RulebookError(f"there is no rule {rule_id}")
    application = Application(facts, rulebook.parameters, as_of)
    day = as_of or application_date(application)
    application.read = {}
    if not rule.applies(application) or not (isinstance(rule.when, str) or rule.when(application)):
        return Trace(rule, day, False, (Run("scope", Looks(application.read), (), None),))
    try:
        subjects = application.subjects(rule.each)
    except Unknown as unknown:
        return Trace(rule, day, True, (Run(rule.each, Looks(application.read), (), unknown.path),))
    return Trace(rule, day, True, tuple(_run(rule, application, arguments) for arguments in subjects))


def table_row(rulebook: Rulebook, name: str, day: date) -> tuple[str, date]:
    """Of a parameter that was read: the section that prints it, and since when the chosen row holds."""
    parameter = rulebook.parameters[name]
    since = [row for row, _ in parameter.rows if row <= day]
    return parameter.section, since[-1] if since else parameter.rows[0][0]


def _run(rule: Rule, application: Application, arguments: tuple[Any, ...]) -> Run:
    application.read = {}
    answers: list[Finding | Value] = []
    stopped = None
    try:
        answers.extend(rule.check(application, *arguments))
    except Unknown as unknown:
        stopped = unknown.path
    return Run(_subject(arguments), Looks(application.read), tuple(answers), stopped)


def _subject(arguments: tuple[Any, ...]) -> str:
    if not arguments:
        return "case"
    subject: Person | Product = arguments[0]
    return f"products.{subject.index}" if isinstance(subject, Product) else subject.role
