"""The stream: every line is answered, bad ones with their place."""

from __future__ import annotations

import json

from tests.underwriting.applications import NEW_BUSINESS
from underwriting.jsonl import assess_line, assess_lines
from underwriting.load import load_rulebook


def test_bad_lines_get_an_error_with_the_place_and_the_rest_go_on() -> None:
    good = json.dumps({"id": "a", "facts": NEW_BUSINESS}, ensure_ascii=False)
    lines = [good, "", "{not json", '{"id": "b"}', '{"id": "c", "facts": {}, "as_of": "soon"}', good.encode()]
    rows = [json.loads(text) for text in assess_lines(lines, load_rulebook())]
    assert [row.get("outcome") or (row["line"], row["id"], row["error"]["code"]) for row in rows] == [
        "CLEAN",
        (3, None, "not_json"),
        (4, "b", "facts_missing"),
        (5, "c", "as_of_invalid"),
        "CLEAN",
    ]


def test_a_line_may_say_its_own_as_of() -> None:
    row = assess_line(json.dumps({"id": 1, "facts": NEW_BUSINESS, "as_of": "2025-02-03"}), load_rulebook())
    assert (row["id"], row["rulebook"], row["as_of"]) == (1, "113-07", "2025-02-03")


def test_bytes_that_are_no_text_are_an_error_line() -> None:
    assert assess_line(b"\xff\xfe{", load_rulebook(), 7)["error"]["code"] == "not_json"
