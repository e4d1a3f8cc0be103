"""Findings that need evidence of another kind than documents: surveys, visits, statements; and caps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from underwriting.answers import cap_exceeded, review
from underwriting.application import Application, Person
from underwriting.evidence import ids, status
from underwriting.model import Finding


def survey(application: Application, text: str, **more: Any) -> Finding:
    """生存調查 by the company's own people."""
    return _closed_by(application, "SURVEY", "surveys", text, **more)


def visit(application: Application, text: str, **more: Any) -> Finding:
    return _closed_by(application, "VISIT", "visits", text, **more)


def stated_on_record(application: Application, kind: str, text: str, **more: Any) -> Finding:
    """ATTEST: an entry of `attestations` of this kind that is no 「否」."""
    said = [a for a in application.entries("attestations") if a.get("kind") == kind and a.get("answer") is not False]
    return Finding("ATTEST", text, status(bool(said)), reason=kind, satisfied_by=ids(said), **more)


def over(text: str, line: str, cap: float, total: float, **more: Any) -> Iterator[Finding]:
    """CAP_EXCEEDED, and nothing when the total is within the cap."""
    if total > cap:
        text = f"{text}：上限 {cap:,.0f}，累計 {total:,.0f}，超過 {total - cap:,.0f}"
        yield cap_exceeded(text, line, cap, total, **more)


def reminder(text: str, reason: str, **more: Any) -> Finding:
    """A principle that the underwriter keeps in mind for every case of its kind."""
    return review(text, reason, strength="info", **more)


def unlicensed(application: Application, licence: str) -> tuple[str, ...]:
    """The agents without it: whoever solicits has to be qualified, each of two."""
    agents = enumerate(application.listed("agents"))
    return tuple(str(agent["id"]) for place, agent in agents if not application.flag(f"agents.{place}.{licence}"))


def the(application: Application, role: str) -> Person | None:
    """The natural person in this role, if there is one."""
    return next(iter(application.people((role,))), None)


def _closed_by(application: Application, kind: str, path: str, text: str, **more: Any) -> Finding:
    found = ids(entry for entry in application.entries(path) if entry.get("outcome") != "failed")
    return Finding(kind, text, status(bool(found)), satisfied_by=found, **{"who": "reviewer"} | more)
