import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { t } from "../shared/text.ts";
import type { CaseView, Query, QueryItem } from "../shared/types.ts";
import { Button, Failure, useAction } from "../shared/ui.tsx";
import { attach } from "./attachments.ts";
import { Signers } from "./signers.tsx";
import { valueOf } from "./logic.ts";
import { factName } from "./words.ts";

type Draft = { statement: string; value: string; file: File | null; signers: string[] };
const blank: Draft = { statement: "", value: "", file: null, signers: [] };

const given = (item: QueryItem, draft: Draft): boolean => (item.title ? draft.file !== null : item.path ? draft.value.trim() !== "" : draft.statement.trim() !== "");

function Field({ item, draft, view, onDraft }: { item: QueryItem; draft: Draft; view: CaseView; onDraft: (next: Draft) => void }): JSX.Element {
  return (
    <fieldset class="answer" data-testid={`answer-${item.id}`}>
      <legend>{item.text}</legend>
      {item.title && <label class="field"><span>{item.title}（PDF、JPEG、PNG）</span><input type="file" accept="application/pdf,image/jpeg,image/png" data-testid={`answer-file-${item.id}`} onChange={(event) => onDraft({ ...draft, file: event.currentTarget.files?.[0] ?? null })} /></label>}
      {item.title && <Signers view={view} chosen={draft.signers} onChosen={(signers) => onDraft({ ...draft, signers })} />}
      {item.path && <label class="field"><span>{t("u.answer.value", { fact: factName(item.path) })}</span><input autocomplete="off" data-testid={`answer-value-${item.id}`} value={draft.value} onInput={(event) => onDraft({ ...draft, value: event.currentTarget.value })} /></label>}
      <label class="field"><span>{t(item.title || item.path ? "u.answer.note" : "u.answer.statement")}</span><textarea rows={2} maxLength={500} data-testid={`answer-statement-${item.id}`} value={draft.statement} onInput={(event) => onDraft({ ...draft, statement: event.currentTarget.value })} /></label>
    </fieldset>
  );
}

/** Answers some or all items of a query; what is left empty can be answered later. */
export function Answer({ query, view, onDone }: { query: Query; view: CaseView; onDone: () => void }): JSX.Element {
  const [drafts, setDrafts] = useState<Record<string, Draft>>({});
  const action = useAction();
  const open = query.items.filter((item) => !item.answered);
  const draftOf = (item: QueryItem): Draft => drafts[item.id] ?? blank;
  const ready = open.filter((item) => given(item, draftOf(item)));
  const answerOf = async (item: QueryItem): Promise<Record<string, unknown>> => {
    const draft = draftOf(item);
    const attachment = item.title && draft.file ? { attachment_id: await attach(view, item.title, draft.signers, draft.file) } : {};
    return { item: item.id, statement: draft.statement.trim(), ...(item.path ? { value: valueOf(draft.value) } : {}), ...attachment };
  };
  const send = (event: Event): void => {
    event.preventDefault();
    action.run(async () => {
      const answers: Record<string, unknown>[] = [];
      for (const item of ready) answers.push(await answerOf(item));
      await carry(post<CaseView>(`/cases/${view.case_id}/queries/${query.id}/answer`, { answers }));
      onDone();
    });
  };
  return (
    <form class="stack tight" onSubmit={send} data-testid="answer">
      {open.map((item) => <Field key={item.id} item={item} draft={draftOf(item)} view={view} onDraft={(next) => setDrafts({ ...drafts, [item.id]: next })} />)}
      <Failure text={action.error} testid="answer-error" />
      <div class="row end">
        <Button testid="answer-cancel" look="quiet" onClick={onDone}>{t("cancel")}</Button>
        <Button testid="answer-send" submit busy={action.busy} disabled={!ready.length}>{t("u.answer.send", { count: ready.length })}</Button>
      </div>
    </form>
  );
}
