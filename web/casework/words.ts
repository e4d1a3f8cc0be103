import { has, t, tAny } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { told, UNKNOWN } from "./logic.ts";

export const outcomeName = (outcome: string): string => t(`assessment.outcome.${outcome}`);
export const decisionName = (outcome: string): string => t(`decision.${outcome}`);
export const whoName = (who: string): string => tAny([`finding.who.${who}`], who);
export const subjectName = (subject: string): string => tAny([`finding.subject.${subject}`, `u.subject.${subject}`], subject);

/** Who bears the role that a finding is about. */
export function bearer(view: CaseView, subject: string): string {
  return view.people.filter((person) => person.roles.includes(subject)).map((person) => person.name).join("、");
}

/** "insured.occupation_class" -> 被保險人・職業類別; a part without a name stands as it is. */
export function factName(path: string): string {
  const parts = path.replace(/^row\./, "").split(".").filter((part) => !/^\d+$/.test(part));
  const first = parts[0] ?? path;
  const rest = parts.slice(1).join(".");
  const head = has(`finding.subject.${first}`) || has(`u.subject.${first}`) ? subjectName(first) : tAny([`u.fact.${first}`], first);
  return rest ? `${head}・${tAny([`u.fact.${rest}`, `u.fact.${parts.at(-1)}`], rest)}` : head;
}

const lacking = /^請補充資料：([a-z0-9_.]+)$/;

/** The core names a lacking fact by its path; a person reads its name. */
export function findingText(finding: { text: string }): string {
  const path = lacking.exec(finding.text)?.[1];
  return path ? t("u.supply", { fact: factName(path) }) : finding.text;
}

/** A computed value of the assessment by its name in docs/underwriting.md; "caps.accident" is an entry of one. */
export function computedName(name: string): string {
  const [head = name, ...rest] = name.split(".");
  const named = tAny([`u.value.${head}`, `u.fact.${head}`], head);
  return rest.length ? `${named}・${tAny(rest.map((part) => `u.line.${part}`), rest.join("."))}` : named;
}

/** "employed" -> 受僱: a word of the facts by where it stands, else by itself. */
export function wordOf(path: string, value: unknown): string {
  const last = path.split(".").at(-1) ?? path;
  return tAny([`u.word.${last}.${value}`, `u.word.${value}`, `u.line.${value}`], told(value));
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const entryName = (entry: Record<string, unknown>): string => Object.entries(entry).map(([key, each]) => `${factName(`row.${key}`)} ${valueName(each, key)}`).join("、");

/** A value in words; `path` says of which fact. */
export function valueName(value: unknown, path = ""): string {
  if (value === UNKNOWN) return t("u.unknown");
  if (typeof value === "boolean") return t(value ? "u.yes" : "u.no");
  if (typeof value === "string") return wordOf(path, value);
  if (isRecord(value)) return entryName(value) || told(null);
  if (Array.isArray(value)) return value.map((each) => valueName(each, path)).join(value.some(isRecord) ? "；" : "、") || t("u.rows.none");
  return told(value);
}
