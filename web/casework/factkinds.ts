/** How a fact is asked of a person: each kind has an input of its own, so that nobody types what only a program reads. */
export type Column = { key: string; kind: "choice" | "number" | "date" | "text"; words?: string[] };
export type FactKind =
  | { kind: "yesno" | "number" | "date" | "text" }
  | { kind: "choice"; words: string[] }
  | { kind: "rows"; columns: Column[] };

const lines = ["life", "term_life", "investment_life", "annuity", "accident", "accident_medical", "hospital_daily", "surgery", "reimb_hospital", "ci", "catastrophic", "cancer_lump", "cancer_daily", "ltc", "disability_lump", "disability_monthly"];
const choices: Record<string, string[]> = {
  status: ["employed", "student", "homemaker", "retired", "unemployed"],
  premium_source: ["salary", "savings", "bank_loan", "policy_loan", "surrender", "partial_withdrawal"],
  payment_method: ["bank_transfer", "card", "remittance"],
  renewal_method: ["bank_transfer", "card", "remittance"],
  guardianship: ["none", "guardianship", "assistance"],
  grade: ["elite", "good", "normal", "alert"],
  mode: ["annual", "semiannual", "quarterly", "monthly", "single"],
  currency: ["TWD", "USD", "AUD", "EUR", "CNY", "JPY"],
  occupation_class: ["1", "2", "3", "4", "5", "6"],
};
const rows: Record<string, Column[]> = {
  inforce: [
    { key: "insurer", kind: "choice", words: ["own", "peer"] },
    { key: "line", kind: "choice", words: lines },
    { key: "amount", kind: "number" },
    { key: "issue_date", kind: "date" },
  ],
  events: [
    { key: "type", kind: "choice", words: ["policy_loan", "surrender", "lapse", "premium_loan", "partial_withdrawal"] },
    { key: "date", kind: "date" },
    { key: "amount", kind: "number" },
  ],
  beneficiaries: [
    { key: "benefit", kind: "choice", words: ["death", "survival", "medical"] },
    { key: "type", kind: "choice", words: ["legal_heirs", "spouse", "children", "parents"] },
  ],
};
const yesNo = new Set(["capacity_of_expression", "disability_certificate", "illiterate", "nhi_enrolled", "premium_received", "in_hospital_now", "catastrophic_card", "hepatitis_b_carrier", "adverse_news", "us_taxpayer", "first_application", "insurable_interest", "severe_illness", "is_agent"]);

/** What kind of answer the fact at this path takes; a fact that is not known here is a line of text. */
export function kindOf(path: string): FactKind {
  const last = path.split(".").at(-1) ?? path;
  const columns = rows[last];
  if (columns) return { kind: "rows", columns };
  const words = choices[last];
  if (words) return { kind: "choice", words };
  if (yesNo.has(last)) return { kind: "yesno" };
  if (/(^|_)(date|since)$/.test(last)) return { kind: "date" };
  if (/income|premium|amount|salary|assets|worth|count|years|total/.test(last)) return { kind: "number" };
  return { kind: "text" };
}

/** "1" -> 1 where the words of a choice are numbers. */
export const chosen = (word: string): unknown => (/^\d+$/.test(word) ? Number(word) : word);

/** A typed amount: "1,200,000" and "120萬" are both 1200000; undefined when it is none. */
export function amountOf(typed: string): number | undefined {
  const text = typed.normalize("NFKC").replaceAll(",", "").trim();
  const parts = /^(\d+(?:\.\d+)?)(萬)?元?$/.exec(text);
  return parts ? Math.round(Number(parts[1]) * (parts[2] ? 10_000 : 1)) : undefined;
}

export type Row = Record<string, unknown>;
/** A row counts once every choice of it is made and every number in it is given. */
export const complete = (row: Row, columns: Column[]): boolean => columns.every(({ key, kind }) => kind === "date" || kind === "text" || row[key] !== undefined);
