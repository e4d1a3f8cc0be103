/** What the server says about the underwriting of a case (cases/assessment.py, docs/underwriting.md). Days are ISO dates in Taipei. */
export type Read = Record<string, unknown>;

export type RuleFinding = {
  rule: string;
  cite: string;
  kind: string;
  status: "open" | "satisfied";
  strength: "required" | "discretionary" | "info";
  text: string;
  quote: string;
  subject: string;
  who: string;
  before: string;
  due?: string;
  doc?: string;
  missing?: string;
  items?: string[];
  cap?: number;
  total?: number;
  excess?: number;
  satisfied_by?: string[];
  read?: Read;
};

export type ToDo = {
  who: string;
  text: string;
  due: string | null;
  before: string;
  subject: string;
  kind: string;
  rule: string;
  cite: string;
  doc: string | null;
  missing: string | null;
  query_id: string | null;
  item_id: string | null;
};

/** One decision: rules that forbid it, rules that it waits for, and the documents that it brings with it. */
export type Option = { outcome: string; forbidden_by: string[]; needs: string[]; documents: string[] };
export type Recorded = { moment: string; at: string; edition: string; as_of: string | null; outcome: string; sha256: string | null };

export type Assessment = {
  version: number;
  rulebook: string;
  as_of: string | null;
  outcome: string;
  advice: string;
  needs_decision: boolean;
  values: Record<string, unknown>;
  subjects: { subject: string; findings: RuleFinding[] }[];
  to_do: ToDo[];
  options: Option[];
  recorded: Recorded[];
  out_of_scope: string[];
};

export type WhatIf = {
  before: { outcome: string };
  after: { outcome: string };
  opened: RuleFinding[];
  closed: RuleFinding[];
  changed: Record<string, [unknown, unknown]>;
};
