"""`cvx underwrite`: the rule core on the command line. JSON in, JSON out (FACTS.md)."""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from underwriting.errors import FactsError
from underwriting.evaluate import evaluate
from underwriting.jsonl import assess_line, assess_lines
from underwriting.load import load_rulebook
from underwriting.whatif import changes, with_fact


def run_underwrite(file: Path | None, *, jsonl: bool, what_if: Sequence[str] = ()) -> int:
    """Exit status 1 when any line could not be assessed; such a line gets an error line, the rest go on. 2 when there
    is nothing to read.

    `what_if` (PATH=VALUE) prints what would change, for one application."""
    try:
        with open(file, encoding="utf-8") if file else nullcontext(sys.stdin) as source:
            return _what_if(source.read(), what_if) if what_if else _assess(source, jsonl=jsonl)
    except BrokenPipeError:  # whoever read the answers has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"cvx: {error.filename}: {error.strerror}", file=sys.stderr)
    except UnicodeDecodeError:
        print(f"cvx: {file or 'standard input'}: not UTF-8", file=sys.stderr)
    return 2


def _assess(source: TextIO, *, jsonl: bool) -> int:
    rulebook = load_rulebook()
    failed = False
    for answer in assess_lines(source, rulebook) if jsonl else [_pretty(assess_line(source.read(), rulebook))]:
        failed |= "error" in json.loads(answer)
        print(answer, flush=jsonl)
    return int(failed)


def _what_if(text: str, stated: Sequence[str]) -> int:
    rulebook = load_rulebook()
    try:
        row = json.loads(text)
        facts = after = row["facts"]
        as_of = date.fromisoformat(row["as_of"]) if row.get("as_of") else None
        for path, value in (_split(words) for words in stated):
            after = with_fact(after, path, value)
        print(_pretty(changes(evaluate(facts, rulebook, as_of), evaluate(after, rulebook, as_of))))
    except (FactsError, ValueError, KeyError, TypeError) as error:
        print(f"cvx: {error}", file=sys.stderr)
        return 1
    return 0


def _split(words: str) -> tuple[str, Any]:
    """PATH=VALUE; the value is JSON, or else the text itself."""
    path, sign, text = words.partition("=")
    if not (path and sign):
        raise ValueError(f"{words}: PATH=VALUE expected")
    try:
        return path, json.loads(text)
    except ValueError:
        return path, text


def _pretty(answer: dict) -> str:
    return json.dumps(answer, ensure_ascii=False, indent=2)
