"""What holds for any facts: nothing raises, more evidence never opens a finding, who signs follows from age."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.underwriting.applications import complete_remote_service, overlay
from underwriting.ages import attained, past_half
from underwriting.evaluate import evaluate
from underwriting.load import load_rulebook
from underwriting.model import Finding

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates().map(str)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, item in inner for path in paths(item, (*at, key)))]


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    value[path[0]] = put(value[path[0]], path[1:], new)
    return value


COMPLETE = overlay(
    complete_remote_service(),
    {
        "application": {"case_kind": "new_business", "medium": "mobile_2"},
        "insured": {"birth_date": "1950-01-01", "cannot_sign_reason": "illness", "mark": "seal"},
        "witnesses": [{"id": "w", "relation": "spouse", "age": 40, "id_no": "x", "is_soliciting_agent": False}],
        "products": [{"line": "life", "role": "rider", "has_surrender_value": True, "insured": {"id": "R", "age": 4}}],
    },
)
EVIDENCE = ("signatures", "photos", "otp", "consents", "identity", "recordings", "docs", "registration_cards")


@settings(max_examples=100, deadline=None)  # with more facts: test_metamorphic, test_spoilt
@given(st.sampled_from(paths(COMPLETE)[1:]), JSON)
def test_no_fact_whatever_its_shape_raises(path: tuple[Any, ...], fact: Any) -> None:
    assessment = evaluate(put(overlay(COMPLETE, {}), path, fact), load_rulebook())
    json.dumps(assessment.as_dict())


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(COMPLETE)), JSON))
def test_facts_of_any_shape_do_not_raise(facts: dict[str, Any]) -> None:
    json.dumps(evaluate(facts, load_rulebook()).as_dict())


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_one_more_piece_of_evidence_never_opens_a_finding(data: st.DataObject) -> None:
    every = complete_remote_service()
    kept = {name: [e for e in every[name] if data.draw(st.booleans())] for name in EVIDENCE if name != "docs"}
    name = data.draw(st.sampled_from(sorted(kept)))
    fewer = overlay(every, kept)
    more = overlay(fewer, {name: fewer[name] + [data.draw(st.sampled_from(every[name]))]})
    before, after = (open_findings(evaluate(facts, load_rulebook()).findings) for facts in (fewer, more))
    assert after <= before


def open_findings(findings: tuple[Finding, ...]) -> set[tuple[Any, ...]]:
    return {(f.rule, f.person, f.doc, f.field, f.text) for f in findings if f.status == "open"}


@given(DAYS, st.integers(0, 36500))
def test_insurance_age_is_full_years_or_one_more_and_never_falls(birth: date, later: int) -> None:
    day = min(birth + timedelta(days=later), date(2199, 12, 30))
    if day < birth:
        return
    ages = [attained(birth, d) + past_half(birth, d, 6) for d in (day, day + timedelta(days=1))]
    assert ages[0] - attained(birth, day) in (0, 1)
    assert ages[0] <= ages[1] <= ages[0] + 1


@given(DAYS)
def test_the_last_day_before_a_birthday_belongs_to_the_old_year(birth: date) -> None:
    birthday = (
        date(birth.year + 18, birth.month, birth.day)
        if (birth.month, birth.day) != (2, 29)
        else date(birth.year + 18, 3, 1)
    )
    assert [attained(birth, birthday - timedelta(days=1)), attained(birth, birthday)] == [17, 18]
