"""What if a fact were otherwise: the same application assessed twice, and what differs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from underwriting.errors import FactsError
from underwriting.model import Assessment, Finding


def with_fact(facts: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the facts with one stated otherwise. `path` as in `missing`: "insured.age", "products.0.amount".

    Objects on the way are made when they are not there; a place in a list must be."""
    out: Any = json.loads(json.dumps(facts))
    held, (*way, last) = out, path.split(".")
    for key in way:
        held = _step(held, key, path)
    if isinstance(held, list):
        held[_place(held, last, path)] = value
    else:
        held[last] = value
    return out


def changes(before: Assessment, after: Assessment) -> dict[str, Any]:
    """JSON-able: the outcomes, the values that differ as [before, after], findings that went and came."""
    old, new = ({_key(f): f for f in assessment.findings} for assessment in (before, after))
    names = [n for n in {**before.values, **after.values} if before.values.get(n) != after.values.get(n)]
    was, now = before.as_dict()["values"], after.as_dict()["values"]
    return {
        "outcome": [before.outcome, after.outcome],
        "values": {name: [was.get(name), now.get(name)] for name in names},
        "gone": [finding.as_dict() for key, finding in old.items() if key not in new],
        "come": [finding.as_dict() for key, finding in new.items() if key not in old],
    }


def _key(finding: Finding) -> tuple[Any, ...]:
    """What makes a finding the same one: not what it read, but what it says."""
    said = (finding.rule, finding.kind, finding.status, finding.strength, finding.text, finding.subject, finding.person)
    return (*said, finding.line, finding.doc, finding.signers, finding.items, finding.due, finding.excess)


def _step(held: Any, key: str, path: str) -> Any:
    if isinstance(held, list):
        return held[_place(held, key, path)]
    if not isinstance(held, dict):
        raise FactsError(f"{path}: {key} lies in no object")
    return held.setdefault(key, {})


def _place(held: list[Any], key: str, path: str) -> int:
    if not key.isdecimal() or int(key) >= len(held):
        raise FactsError(f"{path}: there is no entry {key}")
    return int(key)
