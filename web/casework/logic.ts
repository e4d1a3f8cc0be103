import type { Assessment, RuleFinding, ToDo } from "./types.ts";

export type Show = "open" | "satisfied" | "all";

export const findingsOf = (assessment: Assessment): RuleFinding[] => assessment.subjects.flatMap((group) => group.findings);

const kept = (show: Show) => (finding: RuleFinding): boolean => show === "all" || finding.status === show;
/** What somebody has to do comes first, then what an underwriter has to weigh, then what is only said. */
const weight = (finding: RuleFinding): number => (finding.status === "open" ? 0 : 4) + (finding.strength === "required" ? 0 : finding.kind === "REVIEW" ? 1 : 2);

export function countOf(assessment: Assessment, show: Show): number {
  return findingsOf(assessment).filter(kept(show)).length;
}

/** What rules say of the one and of the list stands under one heading. */
const oneOf: Record<string, string> = { agents: "agent", products: "product" };

/** The findings to show, by subject; a subject without any is left out. The people come first, as on the application. */
export function shownBy(assessment: Assessment, show: Show): { subject: string; findings: RuleFinding[] }[] {
  const together = new Map<string, RuleFinding[]>();
  for (const finding of findingsOf(assessment).filter(kept(show))) {
    const subject = oneOf[finding.subject] ?? finding.subject;
    together.set(subject, [...(together.get(subject) ?? []), finding]);
  }
  const groups = [...together].map(([subject, findings]) => ({ subject, findings: findings.sort((a, b) => weight(a) - weight(b)) }));
  return groups.sort((a, b) => place(a.subject) - place(b.subject));
}

const order = ["policyholder", "insured", "legal_representative", "guardian", "assistant", "payer", "beneficiaries", "product", "application", "case", "recording", "photos", "agent"];
function place(subject: string): number {
  const found = order.indexOf(subject);
  return found < 0 ? order.length : found;
}

/** Days from today to the due day, both ISO dates: 0 is today, less is late. */
export function daysLeft(due: string, today: string): number {
  return Math.round((Date.parse(due) - Date.parse(today)) / 86_400_000);
}

/** Today in Taipei as an ISO date. */
export const today = (now: number = Date.now()): string => new Date(now + 8 * 3_600_000).toISOString().slice(0, 10);

/** Sorted by due date, those without one last; the rest as the server ordered it. */
export function dueFirst(todos: ToDo[]): ToDo[] {
  return [...todos].sort((a, b) => (a.due ?? "9999").localeCompare(b.due ?? "9999"));
}

const machinery = /^(parameter|derived):/;
export const UNKNOWN = "(unknown)";

/** Facts, tables and worked-out values that a rule looked at, each by its name. */
export function lookedAt(finding: RuleFinding): { facts: [string, unknown][]; tables: [string, unknown][]; derived: [string, unknown][] } {
  const looks = Object.entries(finding.read ?? {});
  const of = (prefix: string): [string, unknown][] => looks.filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]);
  return { facts: looks.filter(([name]) => !machinery.test(name)), tables: of("parameter:"), derived: of("derived:") };
}

/** Every fact that a what-if may state otherwise: what is lacking first, then what the rules have read. Value as read. */
export function statable(assessment: Assessment): Map<string, unknown> {
  const found = findingsOf(assessment);
  const lacking = found.flatMap((finding) => (finding.missing && finding.status === "open" ? [finding.missing] : []));
  const facts = new Map<string, unknown>(lacking.map((path) => [path, UNKNOWN]));
  for (const finding of found) {
    for (const [path, value] of lookedAt(finding).facts) if (!facts.has(path)) facts.set(path, value);
  }
  return facts;
}

/** What a person typed as a fact: yes and no, numbers, JSON, null; anything else is text. */
export function valueOf(typed: string): unknown {
  const text = typed.trim();
  if (text === "是") return true;
  if (text === "否") return false;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

type Changed = [name: string, was: unknown, now: unknown];
const isTable = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Values that differ, one a line; of a table only the entries that differ. */
export function changesOf(changed: Record<string, [unknown, unknown]>): Changed[] {
  return Object.entries(changed).flatMap(([name, [was, now]]): Changed[] => {
    if (!isTable(now) && !isTable(was)) return [[name, was, now]];
    const [old, next] = [isTable(was) ? was : {}, isTable(now) ? now : {}];
    const keys = [...new Set([...Object.keys(old), ...Object.keys(next)])].filter((key) => JSON.stringify(old[key]) !== JSON.stringify(next[key]));
    return keys.map((key): Changed => [`${name}.${key}`, old[key], next[key]]);
  });
}

/** A value as a line of text. */
export function told(value: unknown): string {
  if (value === null || value === undefined) return "—";
  if (typeof value === "number") return value.toLocaleString("en");
  if (Array.isArray(value) && value.every((each) => typeof each !== "object")) return value.length ? value.map(told).join("、") : "—";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Facts that only evidence, the clock or a decision makes: nobody is asked to state them. */
const evidence = /^(calls|clock|consents|docs|identity|otp|photos|recordings|registration_cards|signatures)(\.|$)|^application\.(decision|status)$/;

export type Asked = { text: string; to: "agent" | "customer"; title?: string; path?: string };

/** What a query can ask for: facts that the rules lack, and documents that are to be handed in; each once. */
export function askable(assessment: Assessment): Asked[] {
  const offers = findingsOf(assessment)
    .filter((finding) => finding.status === "open" && finding.strength === "required")
    .flatMap((finding): Asked[] => {
      const to = finding.who === "customer" ? "customer" : "agent";
      if (finding.missing) return evidence.test(finding.missing) ? [] : [{ text: finding.text, to, path: finding.missing }];
      return finding.doc && finding.kind === "DOC" ? [{ text: finding.text, to, title: finding.doc }] : [];
    });
  const seen = new Set<string>();
  return offers.filter((offer) => {
    const key = offer.path ?? `title ${offer.title}`;
    return !seen.has(key) && seen.add(key);
  });
}
