"""A rule in slow motion: which row of which table it read, and which day's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.underwriting.applications import NEW_BUSINESS, overlay
from underwriting.load import load_rulebook
from underwriting.model import Parameter, Parameters
from underwriting.shapes import by_path
from underwriting.trace import table_row, trace

CLASS_5 = overlay(
    NEW_BUSINESS,
    {"insured": {"occupation_class": 5}, "own_total": {"accident": 1}, "products": [{"line": "accident", "amount": 1}]},
)


def test_a_trace_names_the_row_of_the_table_that_was_read() -> None:
    (run,) = trace(CLASS_5, load_rulebook(), "UW-08.1.10").runs
    assert run.read["parameter:class_caps.accident.5"] == 5000000
    assert "parameter:class_caps" not in run.read


def test_the_rows_are_those_of_the_application_s_own_day() -> None:
    book = load_rulebook()
    adult = Parameter("adult_age", "UW-01.2.3.1", ((date(2024, 7, 1), 18), (date(2024, 7, 15), 17)))
    book = replace(book, parameters={**book.parameters, "adult_age": adult})
    found = trace(CLASS_5, book, "UW-01.2.3.1")
    assert found.day == date(2024, 7, 15)
    assert table_row(book, "adult_age", found.day) == ("UW-01.2.3.1", date(2024, 7, 15))
    assert trace(CLASS_5, book, "UW-01.2.3.1", date(2024, 7, 14)).day == date(2024, 7, 14)


def test_a_rule_that_nothing_sets_off_is_out_of_scope() -> None:
    assert trace(NEW_BUSINESS, load_rulebook(), "UW-A1.1").in_scope is False
    fireman = overlay(NEW_BUSINESS, {"insured": {"occupation_code": "18010061"}})
    assert trace(fireman, load_rulebook(), "UW-A1.1").in_scope is True


def test_what_is_in_force_changes_on_the_day_of_a_row() -> None:
    rows = ((date(2024, 7, 1), 1), (date(2025, 1, 1), 2))
    parameters = Parameters({"p": Parameter("p", "UW-01.4", rows)})
    days = (date(2020, 1, 1), date(2024, 12, 31), date(2025, 1, 1), date(2024, 12, 31))
    assert [parameters.in_force(day)["p"] for day in days] == [1, 1, 2, 1]


def test_facts_lie_under_their_paths_and_a_name_with_a_point_leads_nowhere() -> None:
    found = by_path({"insured": {"age": 3}, "products": [{"line": "life"}, None], "insured.age": 99, "a": {"b.c": 1}})
    assert found["insured.age"] == 3
    assert found["products.0.line"] == "life"
    assert found["products.1"] is None
    assert sorted(found) == ["a", "insured", "insured.age", "products", "products.0", "products.0.line", "products.1"]
