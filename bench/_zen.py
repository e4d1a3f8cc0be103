"""The tables of the manual that a decision graph can say, made for zen-engine out of the same rulebook.

A graph holds what is a table of conditions over given numbers: least first premium, exam-free limits by grade and age,
multiples of income, limits of dangerous occupations, thresholds of the summary's accumulated sums. It has no unknown
facts, no evidence, no trace of what was read, and gets ages and totals ready-made, which the rule core works out."""

import json
from collections.abc import Callable
from typing import Any

from underwriting.accumulation import own_totals, totals_with_peers
from underwriting.ages import attained_age, insurance_age
from underwriting.application import Application
from underwriting.model import Assessment, Rulebook
from underwriting.rules.c02_premium import bound
from underwriting.rules.ca2_amounts import SUMS

RULES = ("UW-02.2.2.1", "UW-10.1.2.1", "UW-09.3.1.1", "UW-A1.0")
Answer = dict[str, Any]


def subset(rule_id: str) -> bool:
    return rule_id in RULES or rule_id.startswith("UW-A2.1.")


def decision(rulebook: Rulebook) -> Callable[[Answer], Answer]:
    """A compiled graph; raises ImportError where zen-engine is not installed."""
    import zen  # noqa: PLC0415 -- a peer that need not be there

    graph = zen.ZenEngine().create_decision(json.dumps(_graph(_tables(rulebook))))
    return lambda context: graph.evaluate(context)["result"]


def context_of(application: Application) -> Answer:
    """What the graph needs, ready-made."""
    (insured,) = application.people(("insured",))
    sums = {f"own_{name}": own_totals(application, lines) for name, lines in SUMS.items()}
    with_peers = {f"all_{name}": totals_with_peers(application, lines) for name, lines in SUMS.items()}
    return {
        "bound": bound(application),
        "currency": application.stated("application.currency"),
        "monthly": application.stated("application.mode") == "monthly",
        "age": insurance_age(application, insured),
        "years": attained_age(application, insured),
        "grade": application.stated("agents.0.grade"),
        "code": application.stated("insured.occupation_code"),
        **sums,
        **with_peers,
    }


def said(assessment: Assessment) -> Answer:
    """The rule core's answers in the graph's words."""
    values = assessment.values
    limits = next((f.value for f in assessment.findings if f.rule == "UW-A1.0"), {})
    rows = {f.rule for f in assessment.findings if f.rule.startswith("UW-A2.1.") and f.doc == "財務狀況告知書"}
    return {
        "least": values.get("min_first_premium"),
        "traditional": values["exam_free_limit"]["traditional"],
        "investment": values["exam_free_limit"]["investment"],
        "life": limits.get("life"),
        "accident": limits.get("accident"),
        "papers": sorted(rows),
    }


def heard(result: Answer) -> Answer:
    papers = sorted({row["paper"] for row in result.get("papers") or []})
    names = ("least", "traditional", "investment", "life", "accident")
    return {**{name: result.get(name) for name in names}, "papers": papers}


def _tables(rulebook: Rulebook) -> list[dict[str, Any]]:
    row = {name: parameter.rows[-1][1] for name, parameter in rulebook.parameters.items()}
    return [_premiums(row), _exams(row), _multiples(row), _occupations(row), _papers(row)]


def _premiums(row: Answer) -> dict[str, Any]:
    least, months = row["least_first_premium"], row["months_paid_first"]
    rules = [
        (("true", f'"{currency}"', str(monthly).lower()), (str(amount * (months if monthly else 1)),))
        for currency, amount in least.items()
        for monthly in (True, False)
    ]
    return _table("premiums", ("bound", "currency", "monthly"), ("least",), rules)


def _exams(row: Answer) -> dict[str, Any]:
    table = row["exam_free_limits"]
    rules = [
        ((f'"{grade}"', f"<= {until}"), (str(table[grade]["traditional"][n]), str(table[grade]["investment"][n])))
        for grade in row["agent_grades"]
        for n, until in enumerate(table["until"])
    ]
    return _table("exams", ("grade", "age"), ("traditional", "investment"), rules)


def _multiples(row: Answer) -> dict[str, Any]:
    rules = [((f"<= {until}",), (str(times),)) for until, times in row["income_multiples"]["rows"]]
    return _table("multiples", ("age",), ("multiple",), rules)


def _occupations(row: Answer) -> dict[str, Any]:
    limits = row["occupation_limits"]
    columns = ("life", "accident", "hospital_daily", "surgery")
    rules = [
        ((f'"{code}"',), tuple("null" if limits[section][c] is None else str(limits[section][c]) for c in columns))
        for code, section in row["occupation_rows"].items()
    ]
    return _table("occupations", ("code",), columns, rules)


def _papers(row: Answer) -> dict[str, Any]:
    """Every row that holds, not the first one only; rows that need a reinsurer are left to the rule core."""
    names = tuple(f"{whose}_{name}" for name in SUMS for whose in ("own", "all"))
    rules = []
    for section, limit in row["a2_sums"].items():
        if not limit.get("facultative"):
            column = f"{'all' if limit['peers'] else 'own'}_{limit['sum']}"
            test = f">= {limit['at_least']}" if "at_least" in limit else f"> {limit['over']}"
            young = f"{'<' if limit['under_15'] else '>='} {row['child_age']}"
            rules.append(((young, *(test if name == column else "" for name in names)), (f'"{section}"',)))
    return _table("papers", ("years", *names), ("paper",), rules, collect="papers")


def _table(
    name: str, inputs: tuple[str, ...], outputs: tuple[str, ...], rules: list[tuple[Any, Any]], collect: str = ""
) -> dict[str, Any]:
    ins = [{"id": f"i{n}", "name": field, "field": field} for n, field in enumerate(inputs)]
    outs = [{"id": f"o{n}", "name": field, "field": field} for n, field in enumerate(outputs)]
    rows = [
        {"_id": f"{name}{n}", **{f"i{k}": v for k, v in enumerate(test)}, **{f"o{k}": v for k, v in enumerate(answer)}}
        for n, (test, answer) in enumerate(rules)
    ]
    content = {"hitPolicy": "collect" if collect else "first", "inputs": ins, "outputs": outs, "rules": rows}
    if collect:
        content["outputPath"] = collect
    return {"id": name, "name": name, "type": "decisionTableNode", "content": content}


def _graph(tables: list[dict[str, Any]]) -> dict[str, Any]:
    ends = [{"id": "in", "name": "in", "type": "inputNode"}, {"id": "out", "name": "out", "type": "outputNode"}]
    edges = []
    for table in tables:
        edges.append({"id": f"in-{table['id']}", "sourceId": "in", "targetId": table["id"], "type": "edge"})
        edges.append({"id": f"{table['id']}-out", "sourceId": table["id"], "targetId": "out", "type": "edge"})
    return {"nodes": [*ends, *tables], "edges": edges}
