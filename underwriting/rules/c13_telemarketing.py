"""壹拾參 電話行銷招攬親晤件."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from underwriting.answers import pending
from underwriting.application import Application
from underwriting.evidence import status
from underwriting.model import Finding, Value
from underwriting.rule import rule


def signed_after_a_call(application: Application) -> bool:
    return application.stated("application.channel") == "telemarketing_signed"


section = partial(rule, applies=signed_after_a_call)


@section("UW-13.1.1")
def different_persons_are_visited(application: Application) -> Iterator[Finding]:
    if application.need("policyholder.id") != application.need("insured.id"):
        yield _visit(application)


@section("UW-13.1.2")
def same_person_is_visited_by_sample(application: Application) -> Iterator[Finding | Value]:
    if application.need("policyholder.id") == application.need("insured.id"):
        yield Value("visit_sampling_rate", application.parameter("telemarketing_visit_rate"))
        if application.stated("sampling.visit") is True:
            yield _visit(application)


@section("UW-13.2", when="visits")
def visitor_is_not_the_soliciting_agent(application: Application) -> Iterator[Finding]:
    proper = _proper(application)
    for made in application.entries("visits"):
        ok = made["id"] in proper
        yield pending("親晤作業應由生調員或非原招攬業務員親晤被保險人", ok, field="visits", items=(made["id"],))


def _proper(application: Application) -> tuple[str, ...]:
    """Visits by a surveyor, or by an agent other than the soliciting ones."""
    agents = {agent["id"] for agent in application.entries("agents")}
    made = application.entries("visits")
    others = (v for v in made if v.get("visitor") == "surveyor" or v.get("agent") not in (None, *agents))
    return tuple(visit["id"] for visit in others)


def _visit(application: Application) -> Finding:
    by = _proper(application)
    text = "承保前應親晤被保險人"
    return Finding("VISIT", text, status(bool(by)), persons=("insured",), satisfied_by=by, who="reviewer")
