import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { answersOf, draftOf, readyOf, unanswered, type Draft, type Drafts } from "../casework/drafts.ts";
import { FactInput } from "../casework/factinput.tsx";
import { LetterList } from "../casework/letters.tsx";
import { daysLeft, today } from "../casework/logic.ts";
import { valueName } from "../casework/words.ts";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { Icon } from "../shared/icons.tsx";
import { go } from "../shared/router.ts";
import { t } from "../shared/text.ts";
import type { CaseView, Query, QueryItem } from "../shared/types.ts";
import { Button, Chip, Empty, Failure, Loading, toast, useAction, useNow } from "../shared/ui.tsx";
import { useCase } from "../shared/usecase.ts";
import { Shell } from "./app.tsx";

const minute = 60_000;
const openOf = (view: CaseView): Query | undefined => view.queries?.find((query) => query.open);

/** Until when, in the words of a person: how many days are left, and the day. */
export function Until({ due }: { due: string }): JSX.Element {
  const left = daysLeft(due, today(useNow(minute)));
  const text = left < 0 ? t("u.late", { days: -left }) : left === 0 ? t("u.due_today") : t("u.days_left", { days: left });
  return <span class="row nowrap"><Chip tone={left <= 3 ? "bad" : "warn"} testid="query-due">{text}</Chip><span class="mono">{due}</span></span>;
}

/** That something is asked of this customer, on the page of his case. */
export function QueryNotice({ view }: { view: CaseView }): JSX.Element | null {
  const query = openOf(view);
  if (!query) return null;
  const left = unanswered(query).length;
  const inCall = left > 0 && unanswered(query).every((item) => item.document_id);
  return (
    <button type="button" class="task asked" data-testid="query-notice" data-left={left} onClick={() => go("case", view.case_id, "query")}>
      <span class="service-icon"><Icon name="alert" /></span>
      <span class="grow">
        <strong>{t(left ? "c.query.title" : "c.query.thanks")}</strong>
        <small>{inCall ? t("c.query.in_call_left", { count: left }) : left ? t("c.query.left", { count: left }) : t("c.query.waiting")}</small>
        {left > 0 && <Until due={query.due} />}
      </span>
      <Icon name="next" />
    </button>
  );
}

/** What the company has sent. */
export function Letters({ view }: { view: CaseView }): JSX.Element | null {
  if (!view.letters?.length) return null;
  return <section class="stack tight" data-testid="letters"><h2>{t("u.letters")}</h2><LetterList view={view} /></section>;
}

/** A form that is signed in a call: it can be read here before. */
function InCall({ view, item }: { view: CaseView; item: QueryItem }): JSX.Element {
  const form = view.documents.find((document) => document.id === item.document_id);
  return (
    <>
      <p class="soft small-text">{t("c.query.in_call")}</p>
      {form && <Button testid={`query-form-${item.id}`} look="secondary" icon="file" disabled={form.status === "preparing"} onClick={() => go("case", view.case_id, "doc", form.id)}>{t("c.query.read_form")}</Button>}
    </>
  );
}

function Paper({ view, item, draft, onDraft }: { view: CaseView; item: QueryItem; draft: Draft; onDraft: (next: Draft) => void }): JSX.Element {
  const mine = view.people.find((person) => person.id === view.me)?.roles ?? [];
  const size = draft.file ? `${Math.max(1, Math.round(draft.file.size / 1024)).toLocaleString("en")} KB` : "";
  return (
    <>
      <label class="file-pick">
        <input type="file" accept="image/jpeg,image/png,application/pdf" data-testid={`query-file-${item.id}`} onChange={(event) => onDraft({ ...draft, file: event.currentTarget.files?.[0] ?? null })} />
        <Icon name="upload" /><span>{draft.file ? t("c.query.file_again") : t("c.query.file")}</span>
      </label>
      {draft.file && <p class="small-text" data-testid={`query-picked-${item.id}`}><Icon name="check" size={18} /> {draft.file.name}　{size}</p>}
      {draft.file && <label class="check"><input type="checkbox" data-testid={`query-signed-${item.id}`} checked={draft.signers.length > 0} onChange={(event) => onDraft({ ...draft, signers: event.currentTarget.checked ? mine : [] })} />{t("c.query.signed")}</label>}
    </>
  );
}

function Ask({ view, item, draft, onDraft }: { view: CaseView; item: QueryItem; draft: Draft; onDraft: (next: Draft) => void }): JSX.Element {
  const free = !item.title && !item.path;
  return (
    <section class="card stack tight" data-testid={`query-item-${item.id}`} data-answered={item.answered}>
      <h2>{item.text}</h2>
      {item.title && item.title !== item.text && <p class="soft">{item.title}</p>}
      {item.document_id ? <InCall view={view} item={item} /> : item.title && <Paper view={view} item={item} draft={draft} onDraft={onDraft} />}
      {item.path && <div class="field"><FactInput path={item.path} value={draft.value} testid={`query-value-${item.id}`} onValue={(value) => onDraft({ ...draft, value })} /></div>}
      {free && <label class="field"><span>{t("u.answer.statement")}</span><textarea rows={3} maxLength={500} data-testid={`query-statement-${item.id}`} value={draft.statement} onInput={(event) => onDraft({ ...draft, statement: event.currentTarget.value })} /></label>}
    </section>
  );
}

function Said({ view, item }: { view: CaseView; item: QueryItem }): JSX.Element {
  const paper = view.attachments?.find((attachment) => attachment.id === item.attachment_id);
  const value = item.value === null || item.value === undefined ? "" : valueName(item.value, item.path ?? "");
  const said = [value, paper ? t("c.query.attached") : "", item.document_id ? t("c.query.form_signed") : "", item.statement].filter(Boolean).join("；");
  return (
    <section class="card stack tight said" data-testid={`query-item-${item.id}`} data-answered={item.answered}>
      <p class="row between"><strong>{item.text}</strong><Chip tone="good">{t("u.query.item_answered")}</Chip></p>
      {said && <p>{said}</p>}
      {paper?.accepted === false && <p class="bad-text">{t("c.query.refused", { reason: paper.reason })}</p>}
    </section>
  );
}

function Form({ view, query }: { view: CaseView; query: Query }): JSX.Element {
  const [drafts, setDrafts] = useState<Drafts>({});
  const [sure, setSure] = useState(false);
  const action = useAction();
  const ready = readyOf(query, drafts);
  const here = unanswered(query).filter((item) => !item.document_id);
  const send = (): void =>
    action.run(async () => {
      const answers = await answersOf(view, query, drafts);
      await carry(post<CaseView>(`/cases/${view.case_id}/queries/${query.id}/answer`, { answers, confirmed: true }));
      setDrafts({});
      setSure(false);
      toast(t("c.query.sent"));
    });
  const footer = (
    <div class="stack tight">
      <Failure text={action.error} testid="query-error" />
      <label class="check"><input type="checkbox" data-testid="query-confirm" checked={sure} disabled={!ready.length} onChange={(event) => setSure(event.currentTarget.checked)} />{t("c.query.confirm")}</label>
      <Button testid="query-send" wide busy={action.busy} disabled={!ready.length || !sure} onClick={send}>{t("c.query.send", { ready: ready.length, all: here.length })}</Button>
    </div>
  );
  return (
    <Shell title={t("c.query.page")} back={() => go("case", view.case_id)} testid="query-page" footer={here.length ? footer : undefined}>
      <div class="card stack tight"><p>{t("c.query.text")}</p><p class="row between"><span class="mono soft">{view.case_no}</span><Until due={query.due} /></p></div>
      {query.items.map((item) => (item.answered ? <Said key={item.id} view={view} item={item} /> : <Ask key={item.id} view={view} item={item} draft={draftOf(drafts, item)} onDraft={(next) => setDrafts({ ...drafts, [item.id]: next })} />))}
    </Shell>
  );
}

/** 照會 as the customer answers it: text, a fact, a document; what has to be signed is signed in a call. */
export function QueryPage({ id }: { id: string }): JSX.Element {
  const { view, error } = useCase(id);
  const back = (): void => go("case", id);
  if (!view) return <Shell title={t("c.query.page")} back={back} testid="query-page">{error ? <Failure text={error} /> : <Loading />}</Shell>;
  const open = openOf(view);
  if (open) return <Form view={view} query={open} />;
  return <Shell title={t("c.query.page")} back={back} testid="query-page"><Empty icon="check" text={t("c.query.none")} /></Shell>;
}
