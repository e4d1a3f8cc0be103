"""Every rule by its table: a fact, what the manual makes of it, in the manual's order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.underwriting.applications import NEW_BUSINESS, complete_remote_service, overlay
from underwriting.evaluate import evaluate
from underwriting.load import load_rulebook

BASES = {"new_business": lambda: NEW_BUSINESS, "complete_remote_service": complete_remote_service}
TABLES = sorted((Path(__file__).parent / "tables").glob("*.yaml"))


def cases() -> list[Any]:
    out = []
    for path in TABLES:
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
        out += [pytest.param(table["base"], case, id=case["name"]) for case in table["cases"]]
    return out


def holds(finding: dict[str, Any], want: dict[str, Any]) -> bool:
    return all(finding.get(key) == value for key, value in want.items())


@pytest.mark.parametrize(("base", "case"), cases())
def test_the_table_holds(base: str, case: dict[str, Any]) -> None:
    assessment = evaluate(overlay(BASES[base](), case["facts"]), load_rulebook()).as_dict()
    findings = assessment["findings"]
    for name, value in case.get("values", {}).items():
        assert (name, assessment["values"].get(name)) == (name, value)
    for want in case.get("expect", []):
        assert [f for f in findings if holds(f, want)], (want, [f for f in findings if f["rule"] == want.get("rule")])
    for want in case.get("absent", []):
        assert [f for f in findings if f["status"] == "open" and holds(f, want)] == []
    if "outcome" in case:
        assert assessment["outcome"] == case["outcome"]


def test_every_rule_is_in_a_table() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in TABLES)
    by_value = {"UW-01.4"}  # its tables ask for the value
    assert [rule.id for rule in load_rulebook().rules if rule.id not in text and rule.id not in by_value] == []
