"""Sums of one insured: what is given wins, else what is applied for and in force, with what counts where."""

from __future__ import annotations

from typing import Any

import pytest

from tests.underwriting.applications import NEW_BUSINESS, overlay
from underwriting.accumulation import (
    annualised_premium,
    exam_amount,
    lapsed_within,
    life_amount,
    life_and_accident_with_peers,
    own_total,
    peer_total,
    policies,
    totals_with_peers,
)
from underwriting.application import Application, Unknown
from underwriting.load import load_rulebook
from underwriting.looks import Looks


def application(**facts: Any) -> Application:
    base = {key: value for key, value in NEW_BUSINESS.items() if key not in ("own_total", "peer_total")}
    return Application(overlay(base, facts), load_rulebook().parameters, None)


LIFE = {"line": "life", "amount": 1000000, "annual_premium": 30000}


def policy(insurer: str = "own", line: str = "life", amount: int = 500000, **more: Any) -> dict[str, Any]:
    return {"insurer": insurer, "line": line, "amount": amount, "annual_premium": 10000, **more}


def test_a_total_that_is_given_wins() -> None:
    assert own_total(application(own_total={"life": 7}, products=[LIFE]), "life") == 7


def test_a_map_that_is_given_is_complete() -> None:
    assert own_total(application(own_total={"life": 7}, products=[LIFE], inforce=[policy()]), "accident") == 0


def test_otherwise_this_application_and_what_is_in_force_add_up() -> None:
    found = application(products=[LIFE], inforce=[policy(), policy("peer"), policy(status="lapsed")])
    assert (own_total(found, "life"), peer_total(found, "life")) == (1500000, 500000)
    assert totals_with_peers(found, ["life", "accident"]) == 2000000


def test_foreign_sums_are_added_in_new_taiwan_dollars() -> None:
    found = application(
        products=[{**LIFE, "amount": 1000, "currency": "USD"}], inforce=[policy(currency="AUD", amount=10)]
    )
    assert own_total(found, "life") == 33220


def test_without_policies_in_force_nothing_is_known() -> None:
    facts = overlay(NEW_BUSINESS, {"products": [LIFE]})
    del facts["inforce"], facts["own_total"]
    with pytest.raises(Unknown, match="inforce"):
        own_total(Application(facts, load_rulebook().parameters, None), "life")


def test_what_others_pay_is_left_out_of_the_income_test() -> None:
    excluded = [policy(single_premium=True), policy(employer_paid=True), policy("peer", renewal_unchanged=True)]
    found = application(products=[LIFE], inforce=[*excluded, policy("peer", "accident", 200000), policy(line="travel")])
    assert life_and_accident_with_peers(found) == 1200000


def test_single_premiums_count_a_tenth_and_paid_up_policies_nothing() -> None:
    inforce = [policy(single_premium_paid=500000), policy(status="paid_up_reduced"), policy(), policy("peer")]
    assert annualised_premium(application(products=[LIFE], inforce=inforce)) == 30000 + 50000 + 10000


@pytest.mark.parametrize(("issued", "counted"), [("2022-07-15", 800000), ("2022-07-14", 0)])
def test_examined_sums_of_more_than_two_years_are_left_out(issued: str, counted: int) -> None:
    found = application(inforce=[policy(exam_amount=800000, issue_date=issued)])
    assert exam_amount(found, "traditional") == counted


def test_kinds_are_examined_apart_and_weighed_by_their_factor() -> None:
    invested = {"line": "investment_life", "amount": 1000000, "is_investment": True, "exam_factor": 1.5}
    found = application(products=[{**LIFE, "exam_amount": 300000}, invested])
    assert (exam_amount(found, "traditional"), exam_amount(found, "investment")) == (300000, 1500000)
    assert life_amount(found, "investment") == 1000000


@pytest.mark.parametrize(("lapsed_on", "counts"), [("2022-07-15", True), ("2022-07-14", False)])
def test_a_policy_that_can_be_revived_counts(lapsed_on: str, counts: bool) -> None:
    found = application(inforce=[policy(status="lapsed", lapsed_on=lapsed_on)])
    assert lapsed_within(found, policies(found)[0], 2) is counts


def test_a_derived_value_is_worked_out_once_and_brings_its_looks_along() -> None:
    found = application(products=[LIFE], inforce=[policy()])
    traces = []
    for _ in range(2):
        found.read = {}
        own_total(found, "life")
        traces.append(dict(Looks(found.read)))
    assert traces[0] == traces[1]
    assert traces[0]["products.0.amount"] == 1000000
    assert traces[0]["derived:own_total(life)"] == 1500000


def test_an_unknown_stays_unknown_with_its_path() -> None:
    found = application(products=[{"line": "life"}])
    for _ in range(2):
        with pytest.raises(Unknown, match=r"products\.0\.amount"):
            own_total(found, "life")
