"""Registering a rule: its id, what it runs over, and where it is in scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from underwriting.application import Application
from underwriting.errors import RulebookError
from underwriting.model import Finding, Rule, Value

Check = Callable[..., Iterator[Finding | Value]]
_registered: dict[str, Rule] = {}


def everywhere(_: Application) -> bool:
    return True


def new_business(application: Application) -> bool:
    return application.case_kind == "new_business"


def rule(
    rule_id: str, *, each: str = "case", applies: Callable[[Application], bool] = everywhere
) -> Callable[[Check], Check]:
    """Register `check` under the manual's id. `each="party"` runs it once for the policyholder and once for the
    insured (one run when they are one person), `each="signer"` also for whoever else signs the case."""

    def register(check: Check) -> Check:
        if rule_id in _registered:
            raise RulebookError(f"{rule_id} is registered twice")
        _registered[rule_id] = Rule(rule_id, check, each, applies)
        return check

    return register


def registered() -> tuple[Rule, ...]:
    return tuple(_registered.values())
