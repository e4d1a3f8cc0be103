import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { t } from "../shared/text.ts";
import type { CaseView, Query, QueryItem } from "../shared/types.ts";
import { Button, Failure, useAction } from "../shared/ui.tsx";
import { answersOf, draftOf, readyOf, unanswered, type Draft, type Drafts } from "./drafts.ts";
import { FactInput } from "./factinput.tsx";
import { Signers } from "./signers.tsx";
import { factName } from "./words.ts";

function Field({ item, draft, view, onDraft }: { item: QueryItem; draft: Draft; view: CaseView; onDraft: (next: Draft) => void }): JSX.Element {
  return (
    <fieldset class="answer" data-testid={`answer-${item.id}`}>
      <legend>{item.text}</legend>
      {item.document_id && <p class="soft small-text">{t("u.query.form_in_call")}</p>}
      {item.title && <label class="field"><span>{item.title}（PDF、JPEG、PNG）</span><input type="file" accept="application/pdf,image/jpeg,image/png" data-testid={`answer-file-${item.id}`} onChange={(event) => onDraft({ ...draft, file: event.currentTarget.files?.[0] ?? null })} /></label>}
      {item.title && <Signers view={view} chosen={draft.signers} onChosen={(signers) => onDraft({ ...draft, signers })} />}
      {item.path && <div class="field"><span>{factName(item.path)}</span><FactInput path={item.path} value={draft.value} testid={`answer-value-${item.id}`} onValue={(value) => onDraft({ ...draft, value })} /></div>}
      <label class="field"><span>{t(item.title || item.path ? "u.answer.note" : "u.answer.statement")}</span><textarea rows={2} maxLength={500} data-testid={`answer-statement-${item.id}`} value={draft.statement} onInput={(event) => onDraft({ ...draft, statement: event.currentTarget.value })} /></label>
    </fieldset>
  );
}

/** Answers some or all items of a query; what is left empty can be answered later. */
export function Answer({ query, view, onDone }: { query: Query; view: CaseView; onDone: () => void }): JSX.Element {
  const [drafts, setDrafts] = useState<Drafts>({});
  const action = useAction();
  const ready = readyOf(query, drafts);
  const send = (event: Event): void => {
    event.preventDefault();
    action.run(async () => {
      const answers = await answersOf(view, query, drafts);
      await carry(post<CaseView>(`/cases/${view.case_id}/queries/${query.id}/answer`, { answers }));
      onDone();
    });
  };
  return (
    <form class="stack tight" onSubmit={send} data-testid="answer">
      {unanswered(query).map((item) => <Field key={item.id} item={item} draft={draftOf(drafts, item)} view={view} onDraft={(next) => setDrafts({ ...drafts, [item.id]: next })} />)}
      <Failure text={action.error} testid="answer-error" />
      <div class="row end">
        <Button testid="answer-cancel" look="quiet" onClick={onDone}>{t("cancel")}</Button>
        <Button testid="answer-send" submit busy={action.busy} disabled={!ready.length}>{t("u.answer.send", { count: ready.length })}</Button>
      </div>
    </form>
  );
}
