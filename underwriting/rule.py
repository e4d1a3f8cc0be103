"""Registering a rule: its id, what it runs over, where it is in scope, and by which step it must be closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, wraps
from typing import Any

from underwriting.application import EACH, Application, Unknown
from underwriting.errors import RulebookError
from underwriting.model import Finding, Rule, Value

Check = Callable[..., Iterator[Finding | Value]]
Scope = Callable[[Application], bool]
_registered: dict[str, Rule] = {}


def everywhere(_: Application) -> bool:
    return True


def new_business(application: Application) -> bool:
    return application.case_kind == "new_business"


def new_cover(application: Application) -> bool:
    """New business, and policy service that is stated to add cover (保全加保)."""
    return application.case_kind != "policy_service" or application.stated("application.adds_cover") is True


def telemarketing(application: Application) -> bool:
    return str(application.stated("application.channel", "agency")).startswith("telemarketing")


def face_to_face(application: Application) -> bool:
    """壹 covers face-to-face channels; a video session replaces 親晤親簽 by consent, so it counts (AMB-51)."""
    return not telemarketing(application)


def perhaps(holds: Callable[[Application], Any]) -> Scope:
    """A circumstance that nobody has ruled out: it holds, or what decides it is unknown, so that the rule asks."""

    @wraps(holds)
    def circumstance(application: Application) -> bool:
        try:
            return bool(holds(application))
        except Unknown:
            return True

    return circumstance


@cache
def all_of(*scopes: Scope) -> Scope:
    """In scope when each of these is; the same predicates give the same object, which runs once an evaluation."""

    def inside(application: Application) -> bool:
        return all(map(application.inside, scopes))

    return inside


def rule(
    rule_id: str, *, each: str = "case", applies: Scope = everywhere, before: str = "decision", when: str | Scope = ""
) -> Callable[[Check], Check]:
    """Register `check` under the manual's id.

    `each` says what it runs over: "case" once; "party" the policyholder and the insured (one run when they are one
    person), "client" also the payer, "signer" also whoever else signs; "policyholder", "insured"; "product" each
    product. `before` is the step by which its findings must be closed, unless a finding says another:
    "submission" and "acceptance" of a video case, or the underwriting "decision", which comes after both. `when` is
    what sets the rule off, a fact or a circumstance: while nobody has stated the one, or the other does not hold, the
    rule has nothing to say and does not run.
    """

    def register(check: Check) -> Check:
        if rule_id in _registered:
            raise RulebookError(f"{rule_id} is registered twice")
        if each not in EACH:
            raise RulebookError(f"{rule_id} runs over {each!r}")
        _registered[rule_id] = Rule(rule_id, check, each, applies, before, when)
        return check

    return register


def registered() -> tuple[Rule, ...]:
    return tuple(_registered.values())
