"""`cvx underwrite`: the rule core on the command line. JSON in, JSON out (FACTS.md)."""

import json
import sys
from pathlib import Path

from underwriting.jsonl import assess_line, assess_lines
from underwriting.load import load_rulebook


def run_underwrite(file: Path | None, *, jsonl: bool) -> int:
    """Exit status 1 when any line could not be assessed; such a line gets an error line, the rest go on."""
    rulebook = load_rulebook()
    source = open(file, encoding="utf-8") if file else sys.stdin  # noqa: SIM115 -- standard input must stay open
    failed = False
    for answer in assess_lines(source, rulebook) if jsonl else [_pretty(assess_line(source.read(), rulebook))]:
        failed |= "error" in json.loads(answer)
        print(answer, flush=jsonl)
    return int(failed)


def _pretty(answer: dict) -> str:
    return json.dumps(answer, ensure_ascii=False, indent=2)
