"""壹拾參 電話行銷招攬親晤件."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from underwriting.answers import pending
from underwriting.application import Application
from underwriting.checks import visit
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
    agents = {agent["id"] for agent in application.entries("agents")}
    for made in application.entries("visits"):
        ok = made.get("visitor") == "surveyor" or (made.get("agent") is not None and made["agent"] not in agents)
        yield pending("親晤作業應由生調員或非原招攬業務員親晤被保險人", ok, field="visits", items=(made["id"],))


def _visit(application: Application) -> Finding:
    return visit(application, "承保前應親晤被保險人", persons=("insured",))
