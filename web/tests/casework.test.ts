import { strict as assert } from "node:assert";
import { test } from "node:test";
import { askable, changesOf, countOf, daysLeft, dueFirst, lookedAt, shownBy, statable, today, told, UNKNOWN, valueOf } from "../casework/logic.ts";
import type { Assessment, RuleFinding, ToDo } from "../casework/types.ts";

const finding = (rule: string, more: Partial<RuleFinding> = {}): RuleFinding => ({
  rule, cite: rule, kind: "DOC", status: "open", strength: "required", text: rule, quote: "", subject: "insured", who: "agent", before: "decision", ...more,
});

function assessment(...findings: RuleFinding[]): Assessment {
  const names = [...new Set(findings.map((each) => each.subject))];
  const subjects = names.map((subject) => ({ subject, findings: findings.filter((each) => each.subject === subject) }));
  return { version: 1, rulebook: "113-07", as_of: null, outcome: "OPEN", advice: "query", needs_decision: true, values: {}, subjects, to_do: [], options: [], recorded: [], out_of_scope: [] };
}

const rules = (shown: { subject: string; findings: RuleFinding[] }[]): [string, string[]][] => shown.map((group) => [group.subject, group.findings.map((each) => each.rule)]);

test("findings stand by subject, people first, what is to be done before what is only said", () => {
  const one = assessment(finding("a", { subject: "recording" }), finding("b", { kind: "REVIEW", strength: "info" }), finding("c"), finding("d", { status: "satisfied" }));
  assert.deepEqual(rules(shownBy(one, "open")), [["insured", ["c", "b"]], ["recording", ["a"]]]);
  assert.deepEqual(rules(shownBy(one, "satisfied")), [["insured", ["d"]]]);
  assert.deepEqual(rules(shownBy(one, "all")), [["insured", ["c", "b", "d"]], ["recording", ["a"]]]);
  assert.deepEqual([countOf(one, "open"), countOf(one, "satisfied"), countOf(one, "all")], [3, 1, 4]);
});

test("the agent and the list of agents stand under one heading", () => {
  const one = assessment(finding("a", { subject: "agent" }), finding("b", { subject: "case" }), finding("c", { subject: "agents" }));
  assert.deepEqual(rules(shownBy(one, "open")), [["case", ["b"]], ["agent", ["a", "c"]]]);
});

test("days are counted as days of Taipei", () => {
  assert.equal(today(Date.parse("2026-11-21T16:00:00Z")), "2026-11-22");
  assert.equal(today(Date.parse("2026-11-21T15:59:59Z")), "2026-11-21");
  assert.deepEqual([daysLeft("2026-12-06", "2026-11-22"), daysLeft("2026-11-22", "2026-11-22"), daysLeft("2026-11-20", "2026-11-22")], [14, 0, -2]);
});

test("what is due first comes first, what has no day comes last in its own order", () => {
  const todo = (text: string, due: string | null): ToDo => ({ who: "agent", text, due, before: "decision", subject: "case", kind: "DOC", rule: text, cite: "", doc: null, missing: null, query_id: null, item_id: null });
  const sorted = dueFirst([todo("a", null), todo("b", "2026-12-06"), todo("c", null), todo("d", "2026-11-30")]);
  assert.deepEqual(sorted.map((each) => each.text), ["d", "b", "a", "c"]);
});

test("what a rule looked at is told apart: facts, tables, what was worked out", () => {
  const looks = lookedAt(finding("a", { read: { "insured.age": UNKNOWN, "parameter:child_age": 15, "derived:insurance_age(insured)": 44 } }));
  assert.deepEqual(looks, { facts: [["insured.age", UNKNOWN]], tables: [["child_age", 15]], derived: [["insurance_age(insured)", 44]] });
});

test("a what-if may state what is lacking first, then what was read; each once", () => {
  const facts = statable(assessment(finding("a", { read: { "application.channel": "agency", "insured.status": UNKNOWN, "parameter:x": 1 } }), finding("b", { kind: "PENDING", missing: "insured.status" })));
  assert.deepEqual([...facts], [["insured.status", UNKNOWN], ["application.channel", "agency"]]);
});

test("a query asks for facts and documents, never for what only evidence makes", () => {
  const offers = askable(assessment(
    finding("a", { kind: "PENDING", missing: "insured.status" }),
    finding("b", { kind: "PENDING", missing: "insured.status" }),
    finding("c", { doc: "要保書", who: "customer" }),
    finding("d", { kind: "PENDING", missing: "calls.0.person" }),
    finding("e", { kind: "PENDING", missing: "application.decision" }),
    finding("f", { doc: "聲明書", status: "satisfied" }),
  ));
  assert.deepEqual(offers, [{ text: "a", to: "agent", path: "insured.status" }, { text: "c", to: "customer", title: "要保書" }]);
});

test("what is typed is read as yes, no, a number, JSON, else as text", () => {
  assert.deepEqual(["是", "否", "true", " 4 ", "1.5", "null", "[1, 2]", "2026-01-31", "A123456789", "正常"].map(valueOf), [true, false, true, 4, 1.5, null, [1, 2], "2026-01-31", "A123456789", "正常"]);
});

test("of a table only the entries that differ are told", () => {
  const changed = changesOf({ occupation_class: [null, 4], caps: [{ life: 1, accident: 2 }, { life: 1, accident: 3, ci: 5 }] });
  assert.deepEqual(changed, [["occupation_class", null, 4], ["caps.accident", 2, 3], ["caps.ci", undefined, 5]]);
});

test("values are lines of text", () => {
  assert.deepEqual([told(null), told([]), told([1000000, "a"]), told({ a: 1 }), told("x")], ["—", "—", "1,000,000、a", '{"a":1}', "x"]);
});
