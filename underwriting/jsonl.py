"""`cvx underwrite --jsonl`: one application a line in, one assessment a line out; bad lines do not stop the rest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from underwriting.evaluate import evaluate
from underwriting.model import Rulebook


def assess_line(line: str | bytes, rulebook: Rulebook, number: int = 1) -> dict[str, Any]:
    """The answer to one line, or {"line", "id", "error": {"code", "message"}} saying what is wrong with it."""
    try:
        row = json.loads(line)
    except ValueError as error:
        return _error(number, None, "not_json", str(error))
    if not isinstance(row, dict) or not isinstance(row.get("facts"), dict):
        line_id = row.get("id") if isinstance(row, dict) else None
        return _error(number, line_id, "facts_missing", "facts: object expected")
    try:
        as_of = date.fromisoformat(row["as_of"]) if row.get("as_of") is not None else None
    except (TypeError, ValueError):
        return _error(number, row.get("id"), "as_of_invalid", "as_of: ISO date expected")
    return {"id": row.get("id"), **evaluate(row["facts"], rulebook, as_of).as_dict()}


def assess_lines(lines: Iterable[str | bytes], rulebook: Rulebook) -> Iterator[str]:
    """Streams: one JSON text an input line (blank lines are skipped), in order."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield json.dumps(assess_line(line, rulebook, number), ensure_ascii=False)


def _error(number: int, line_id: Any, code: str, message: str) -> dict[str, Any]:
    return {"id": line_id, "line": number, "error": {"code": code, "message": message}}
