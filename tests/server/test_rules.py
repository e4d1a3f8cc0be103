"""`cvx rules` and `cvx underwrite --set`: what a person at the terminal sees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from server.rules import run_rules
from server.underwrite import run_underwrite
from tests.underwriting.applications import NEW_BUSINESS, overlay


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert run_rules(list(words), as_json=True) == 0
    return json.loads(capsys.readouterr().out)


def test_every_section_of_the_manual_is_a_rule_or_says_why_not(capsys: pytest.CaptureFixture[str]) -> None:
    counts = printed(capsys, "coverage")
    assert (counts["sections"], counts["missing"]) == (552, 0)
    assert counts["encoded"] + counts["reasoned"] == 552


def test_a_section_is_shown_with_its_words_and_its_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed(capsys, "show", "UW-02.3.4.6")
    assert shown["cite"] == "貳、三、(四)【註1】"
    assert shown["quote"].startswith("一照：意指核印/扣款失敗的第一次照會通知")
    assert shown["parameters"] == [
        {"parameter": "first_query_days", "rows": [{"as_of": "2024-07-01", "value": [14, 7]}]}
    ]


def test_a_section_without_a_rule_gives_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed(capsys, "show", "UW-02.2.1")
    assert (shown["does"], shown["reason"][:10]) == (None, "how to pay")


def test_the_list_is_in_the_manual_s_order(capsys: pytest.CaptureFixture[str]) -> None:
    rules = [rule["rule"] for rule in printed(capsys, "list")["rules"]]
    assert rules.index("UW-01.1.9") < rules.index("UW-01.1.10") < rules.index("UW-07.2") < rules.index("UW-A1.0")


def test_a_trace_says_what_was_read_and_which_row(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    facts = overlay(NEW_BUSINESS, {"insured": {"occupation_code": "18010061"}, "own_total": {"accident": 5500000}})
    (tmp_path / "facts.json").write_text(json.dumps({"facts": facts}), encoding="utf-8")
    traced = printed(capsys, "trace", str(tmp_path / "facts.json"), "UW-A1.1")
    (run,) = traced["runs"]
    assert run["read"]["insured.occupation_code"] == "18010061"
    assert run["read"]["parameter:occupation_rows.18010061"] == "UW-A1.1"
    assert {"parameter": "occupation_limits", "section": "UW-A1.0", "since": "2024-07-01"} in run["tables"]
    assert [answer["excess"] for answer in run["answers"]] == [500000]


def test_an_edition_does_not_differ_from_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(map(tuple, printed(capsys, "diff", "113-07", "113-07").values())) == {()}


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["sing"], 2),
        (["show"], 2),
        (["show", "UW-99"], 1),
        (["diff", "113-07", "112-01"], 1),
        (["trace", "/no", "UW-01.4"], 1),
    ],
)
def test_what_is_not_there_is_said(capsys: pytest.CaptureFixture[str], words: list[str], status: int) -> None:
    assert run_rules(words, as_json=False) == status
    assert capsys.readouterr().err.startswith("cvx")


def test_what_if_shows_only_what_changes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text(json.dumps({"facts": NEW_BUSINESS}), encoding="utf-8")
    assert run_underwrite(tmp_path / "facts.json", jsonl=False, what_if=["insured.in_hospital_now=true"]) == 0
    changed = json.loads(capsys.readouterr().out)
    assert changed["outcome"] == ["CLEAN", "REJECT"]
    assert [(f["rule"], f["kind"]) for f in changed["come"]] == [("UW-01.1.11", "REJECT")]
    assert changed["gone"] == []


@pytest.mark.parametrize("words", ["insured", "agents.7.grade=elite", "premium_source.bank=1"])
def test_a_what_if_that_cannot_be_is_an_error(capsys: pytest.CaptureFixture[str], tmp_path: Path, words: str) -> None:
    (tmp_path / "facts.json").write_text(json.dumps({"facts": NEW_BUSINESS}), encoding="utf-8")
    assert run_underwrite(tmp_path / "facts.json", jsonl=False, what_if=[words]) == 1
    assert capsys.readouterr().err.startswith("cvx: ")
