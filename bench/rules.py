"""The rule core on whole applications with traces: how many a second on one core, the slowest of a hundred, the start.

Applications are invented, no two alike, and full (persons, products, policies in force, finances, evidence). Time is
processor time of this process, the median of several rounds. `cold_start_ms` is a new process that imports the rule
core, loads the rulebook and assesses one application, less an empty process. The peer is zen-engine with those tables
of the manual that a decision graph can say, on the same applications with ages and totals ready-made; `answers_agree`
counts the applications on which it says the same as the rule core; `subset_applications_per_second` is the rule core
with only those rules.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from tempfile import TemporaryDirectory
from typing import Any

from bench import _zen
from bench._applications import applications
from bench._table import show
from underwriting.application import Application
from underwriting.evaluate import evaluate
from underwriting.load import load_rulebook

ROUNDS = {True: 3, False: 9}
COUNT = {True: 100, False: 300}
STARTS = {True: 3, False: 9}
START = """
import sys
from underwriting.load import load_rulebook
from underwriting.evaluate import evaluate
import json
evaluate(json.load(sys.stdin), load_rulebook())
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--alone", action="store_true", help="without zen-engine")


def run(arguments: argparse.Namespace) -> dict:
    rulebook, sent = load_rulebook(), applications(COUNT[arguments.quick])
    rounds = ROUNDS[arguments.quick]
    rate, slowest = measure(lambda facts: evaluate(facts, rulebook), sent, rounds)
    found = [evaluate(facts, rulebook) for facts in sent]
    result: dict[str, Any] = {
        "applications_per_second_per_core": round(rate),
        "p99_ms": round(slowest, 2),
        "cold_start_ms": round(cold_start(sent[0], STARTS[arguments.quick])),
        "rules": len(rulebook.rules),
        "findings_median": statistics.median(len(assessment.findings) for assessment in found),
        "looks_median": statistics.median(sum(len(f.read) for f in assessment.findings) for assessment in found),
    }
    if not arguments.alone:
        result |= against_zen(rulebook, sent, rounds)
    show([{"figure": name, "value": value} for name, value in result.items()])
    return result


def measure(work: Callable[[Any], Any], sent: Sequence[Any], rounds: int) -> tuple[float, float]:
    """Applications a second (median of the rounds) and the 99th percentile in ms, in processor time."""
    for one in sent:
        work(one)
    rates, each = [], []
    for _ in range(rounds):
        began = time.process_time()
        for one in sent:
            start = time.process_time()
            work(one)
            each.append(time.process_time() - start)
        rates.append(len(sent) / (time.process_time() - began))
    return statistics.median(rates), statistics.quantiles(each, n=100)[98] * 1000


def cold_start(facts: dict[str, Any], starts: int) -> float:
    """Milliseconds of wall time beyond those of an empty process; the least of several, with modules compiled as an
    installation has them."""
    text = json.dumps(facts)
    with TemporaryDirectory() as compiled:
        env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        env["PYTHONPYCACHEPREFIX"] = compiled
        _process(START, text, env)
        return min(_process(START, text, env) for _ in range(starts)) - min(
            _process("", text, env) for _ in range(starts)
        )


def _process(code: str, text: str, env: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], input=text, text=True, check=True, capture_output=True, env=env)
    return (time.perf_counter() - began) * 1000


def against_zen(rulebook: Any, sent: Sequence[dict[str, Any]], rounds: int) -> dict[str, Any]:
    try:
        graph = _zen.decision(rulebook)
    except ImportError:
        return {"peer": "zen-engine is not installed"}
    some = replace(rulebook, rules=tuple(rule for rule in rulebook.rules if _zen.subset(rule.id)))
    contexts = [_zen.context_of(Application(facts, rulebook.parameters, None)) for facts in sent]
    agree = sum(
        _zen.said(evaluate(facts, some)) == _zen.heard(graph(context))
        for facts, context in zip(sent, contexts, strict=True)
    )
    return {
        "peer_applications_per_second": round(measure(graph, contexts, rounds)[0]),
        "subset_applications_per_second": round(measure(lambda facts: evaluate(facts, some), sent, rounds)[0]),
        "subset_rules": len(some.rules),
        "answers_agree": f"{agree} of {len(sent)}",
    }
