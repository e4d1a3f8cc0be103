"""Facts of every table with one of them spoilt: a rule asks, or answers, and never raises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.underwriting.applications import overlay
from tests.underwriting.test_properties import JSON, paths, put
from tests.underwriting.test_rules import BASES
from underwriting.evaluate import evaluate
from underwriting.load import load_rulebook

ODD = st.sampled_from(
    [-1, 1e308, float("nan"), 10**30, "", "2024-02-30", "9999-12-31", "0001-01-01", "2024-07-15T10:00+08:00", [[1]]]
)


def every_case() -> list[tuple[str, dict[str, Any]]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    tables = [
        yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
        for path in sorted((Path(__file__).parent / "tables").glob("*.yaml"))
    ]
    return [(table["base"], case["facts"]) for table in tables for case in table["cases"]]


CASES = every_case()


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(range(len(CASES))), st.integers(0, 10**6), ODD | JSON)
def test_one_spoilt_fact_of_any_table_raises_nothing(case: int, place: int, fact: Any) -> None:
    base, stated = CASES[case]
    facts = overlay(BASES[base](), stated)
    where = paths(facts)[1:]
    spoilt = put(facts, where[place % len(where)], fact)
    json.dumps(evaluate(spoilt, load_rulebook()).as_dict())
