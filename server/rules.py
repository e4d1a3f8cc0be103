"""`cvx rules`: list, show ID, trace FILE ID, coverage, diff EDITION EDITION."""

import dataclasses
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from underwriting.coverage import coverage, difference
from underwriting.errors import RulebookError
from underwriting.load import load_rulebook
from underwriting.model import Finding, Rule, Rulebook, Value
from underwriting.trace import Run, table_row, trace

Answer = tuple[dict[str, Any], list[str]]  # the same for a machine and, line by line, for a person


def run_rules(words: list[str], *, as_json: bool) -> int:
    """Exit status 2 for words that are no command, 1 for what is not there."""
    command, arguments = COMMANDS.get(words[0]), words[1:]
    if command is None or len(arguments) != command[0]:
        print("cvx rules: list | show ID | trace FILE ID | coverage | diff EDITION EDITION", file=sys.stderr)
        return 2
    try:
        answer, lines = command[1](*arguments)
    except (RulebookError, OSError, ValueError) as error:
        print(f"cvx: {error}", file=sys.stderr)
        return 1
    print(json.dumps(answer, ensure_ascii=False) if as_json else "\n".join(lines))
    return 0


def _list() -> Answer:
    rulebook = load_rulebook()
    rules = [{"rule": rule.id, "cite": rulebook.sections[rule.id].cite, "does": _does(rule)} for rule in rulebook.rules]
    return {"edition": rulebook.edition, "rules": rules}, [f"{r['rule']}\t{r['cite']}\t{r['does']}" for r in rules]


def _show(rule_id: str) -> Answer:
    rulebook = load_rulebook()
    section = rulebook.sections.get(rule_id)
    if section is None:
        raise RulebookError(f"there is no section {rule_id}")
    rule = next((rule for rule in rulebook.rules if rule.id == rule_id), None)
    tables = [_table(p.name, p.rows) for p in rulebook.parameters.values() if p.section == rule_id]
    answer = {
        "rule": rule_id,
        "cite": section.cite,
        "quote": section.quote,
        "does": _does(rule) if rule else None,
        "reason": section.reason or None,
        "each": rule.each if rule else None,
        "before": rule.before if rule else None,
        "parameters": tables,
    }
    lines = [f"{rule_id}  {section.cite}", section.quote, _does(rule) if rule else f"no rule: {section.reason}"]
    return answer, lines + [json.dumps(table, ensure_ascii=False) for table in tables]


def _trace(file: str, rule_id: str) -> Answer:
    """FILE holds facts, or {"facts", "as_of"} as `cvx underwrite` takes them."""
    row = json.loads(Path(file).read_text(encoding="utf-8"))
    facts = row.get("facts", row) if isinstance(row, dict) else row
    if not isinstance(facts, dict):
        raise ValueError("facts must be an object")
    as_of = date.fromisoformat(row["as_of"]) if row.get("as_of") else None
    rulebook = load_rulebook()
    found = trace(facts, rulebook, rule_id, as_of)
    runs = [_run(run, rulebook, found.day or rulebook.first_day) for run in found.runs]
    lines = [f"{rule_id}  {rulebook.sections[rule_id].cite}  {'in scope' if found.in_scope else 'out of scope'}"]
    for run in runs:
        lines += [f"  {run['subject']}", *(f"    read {name} = {value}" for name, value in run["read"].items())]
        lines += [f"    row  {t['parameter']} ({t['section']}) since {t['since']}" for t in run["tables"]]
        lines += [f"    says {json.dumps(said, ensure_ascii=False)}" for said in run["answers"]]
        lines += [f"    stops: {run['stopped']} is not stated"] if run["stopped"] else []
    return {"rule": rule_id, "in_scope": found.in_scope, "runs": runs}, lines


def _run(run: Run, rulebook: Rulebook, day: date) -> dict[str, Any]:
    read = [name.removeprefix("parameter:").partition(".")[0] for name in run.read if name.startswith("parameter:")]
    names = list(dict.fromkeys(read))
    rows = [(name, *table_row(rulebook, name, day)) for name in names]
    said = Finding("", "", read=run.read).as_dict().get("read", {})
    answers = [_said(answer) for answer in run.answers]
    return {
        "subject": run.subject,
        "read": said,
        "tables": [{"parameter": n, "section": section, "since": since.isoformat()} for n, section, since in rows],
        "answers": answers,
        "stopped": run.stopped,
    }


def _said(answer: Finding | Value) -> dict[str, Any]:
    """A finding before `evaluate` has cited it, or a value."""
    if isinstance(answer, Value):
        return dataclasses.asdict(answer)
    return {name: value for name, value in answer.as_dict().items() if value != ""}


def _coverage() -> Answer:
    rulebook = load_rulebook()
    found, counts = coverage(rulebook), coverage(rulebook).counts()
    lines = [f"{key}: {count}" for key, count in counts.items()]
    lines += [f"{id_}  no rule: {rulebook.sections[id_].reason}" for id_ in found.reasoned]
    return dict(counts), lines + [f"{id_}  MISSING" for id_ in found.missing]


def _diff(old: str, new: str) -> Answer:
    found = dataclasses.asdict(difference(load_rulebook(old), load_rulebook(new)))
    return found, [f"{what}: {', '.join(ids) or '-'}" for what, ids in found.items()]


def _does(rule: Rule) -> str:
    """The first line of what the rule's function says of itself."""
    said = rule.check.__doc__ or getattr(getattr(rule.check, "func", None), "__doc__", None) or ""
    return said.strip().split("\n")[0]


def _table(name: str, rows: tuple[tuple[date, Any], ...]) -> dict[str, Any]:
    return {"parameter": name, "rows": [{"as_of": day.isoformat(), "value": _plain(value)} for day, value in rows]}


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


COMMANDS: dict[str, tuple[int, Callable[..., Answer]]] = {
    "list": (0, _list),
    "show": (1, _show),
    "trace": (2, _trace),
    "coverage": (0, _coverage),
    "diff": (2, _diff),
}
