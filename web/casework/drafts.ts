import type { CaseView, Query, QueryItem } from "../shared/types.ts";
import { attach } from "./attachments.ts";

/** An answer while it is being written. `value` is undefined until it can be read. */
export type Draft = { statement: string; value: unknown; file: File | null; signers: string[] };
export const blank: Draft = { statement: "", value: undefined, file: null, signers: [] };
export type Drafts = Record<string, Draft>;

export const draftOf = (drafts: Drafts, item: QueryItem): Draft => drafts[item.id] ?? blank;
export const given = (item: QueryItem, draft: Draft): boolean => (item.title ? draft.file !== null : item.path ? draft.value !== undefined : draft.statement.trim() !== "");
export const unanswered = (query: Query): QueryItem[] => query.items.filter((item) => !item.answered);
export const readyOf = (query: Query, drafts: Drafts): QueryItem[] => unanswered(query).filter((item) => given(item, draftOf(drafts, item)));

async function answerOf(view: CaseView, item: QueryItem, draft: Draft): Promise<Record<string, unknown>> {
  const attachment = item.title && draft.file ? { attachment_id: await attach(view, item.title, draft.signers, draft.file) } : {};
  return { item: item.id, statement: draft.statement.trim(), ...(item.path ? { value: draft.value } : {}), ...attachment };
}

/** What is sent: files first, one after the other, each once however often it is tried. */
export async function answersOf(view: CaseView, query: Query, drafts: Drafts): Promise<Record<string, unknown>[]> {
  const answers: Record<string, unknown>[] = [];
  for (const item of readyOf(query, drafts)) answers.push(await answerOf(view, item, draftOf(drafts, item)));
  return answers;
}
