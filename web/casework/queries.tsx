import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { moment } from "../shared/format.ts";
import { Panel } from "../shared/staff.tsx";
import { t } from "../shared/text.ts";
import type { CaseView, Query, QueryItem } from "../shared/types.ts";
import { Button, Chip, ReasonDialog, type Tone } from "../shared/ui.tsx";
import { Answer } from "./answer.tsx";
import { Ask } from "./ask.tsx";
import { Due } from "./todo.tsx";
import type { Assessment } from "./types.ts";
import { factName, valueName, whoName } from "./words.ts";

const tones: Record<string, Tone> = { query: "info", reminder: "warn", cancel_notice: "bad", answered: "good", withdrawn: "plain", lapsed: "bad" };
const stages = ["query", "reminder", "cancel_notice"] as const;

/** The clock of a query: 照會, 催辦, 取消通知; each with its day once it came. */
function Clock({ query }: { query: Query }): JSX.Element {
  const came = { query: query.issued_at, reminder: query.reminded_at, cancel_notice: query.noticed_at };
  return (
    <ol class="query-clock" data-testid="query-clock">
      {stages.map((stage) => (
        <li key={stage} class={came[stage] ? (query.stage === stage ? "now" : "past") : "ahead"}>
          <strong>{t(`u.stage.${stage}`)}</strong>
          <small>{came[stage] ? moment(came[stage]) : t("u.stage.ahead")}</small>
        </li>
      ))}
    </ol>
  );
}

function Item({ item, waiting }: { item: QueryItem; waiting: boolean }): JSX.Element {
  const said = [item.value !== null && item.value !== undefined ? valueName(item.value, item.path ?? "") : "", item.attachment_id ? t("u.query.attached") : "", item.answered && item.document_id && !item.attachment_id ? t("u.query.item_form_signed") : "", item.statement].filter(Boolean).join("；");
  return (
    <li class="todo-item" data-testid={`query-item-${item.id}`} data-answered={item.answered}>
      <span>{item.text}</span>
      <small>
        {(item.answered || waiting) && <Chip tone={item.answered ? "good" : "warn"}>{t(item.answered ? "u.query.item_answered" : "u.query.item_open")}</Chip>}
        <span>{whoName(item.to)}</span>
        {item.title && <span>{item.title}</span>}
        {item.path && <span>{factName(item.path)}</span>}
      </small>
      {said && <p class="answer-said">{said}</p>}
    </li>
  );
}

function QueryCard({ query, view }: { query: Query; view: CaseView }): JSX.Element {
  const [withdrawing, setWithdrawing] = useState(false);
  const [answering, setAnswering] = useState(false);
  const path = `/cases/${view.case_id}/queries/${query.id}`;
  const withdraw = async (reason: string): Promise<void> => {
    await carry(post<CaseView>(`${path}/withdrawal`, { reason }));
    setWithdrawing(false);
  };
  const answerable = query.open && view.actions.includes("answer_query") && query.items.some((item) => !item.answered);
  return (
    <section class="query-card" data-testid={`query-${query.id}`} data-stage={query.stage}>
      <p class="row between"><Chip tone={tones[query.stage] ?? "plain"}>{t(`query.stage.${query.stage}`)}</Chip>{query.open ? <Due due={query.due} /> : query.answered_at && <small class="soft">{moment(query.answered_at)}</small>}</p>
      {query.open && <Clock query={query} />}
      <ul class="todo-list">{query.items.map((item) => <Item key={item.id} item={item} waiting={query.open} />)}</ul>
      {query.note && <p class="soft small-text">{query.note}</p>}
      {answerable && !answering && <Button testid="query-answer" onClick={() => setAnswering(true)}>{t("u.query.answer")}</Button>}
      {answerable && answering && <Answer query={query} view={view} onDone={() => setAnswering(false)} />}
      {query.open && view.actions.includes("withdraw_query") && <div class="row end"><Button testid="query-withdraw-open" look="danger" small onClick={() => setWithdrawing(true)}>{t("u.query.withdraw")}</Button></div>}
      {withdrawing && <ReasonDialog title={t("u.query.withdraw")} label={t("u.query.withdraw_reason")} confirm={t("u.query.withdraw")} testid="query-withdraw" onClose={() => setWithdrawing(false)} onReason={withdraw}><p class="soft">{t("u.query.withdraw_text")}</p></ReasonDialog>}
    </section>
  );
}

/** 照會: what the underwriter has asked, whether it was answered, and until when. */
export function QueriesPanel({ view, assessment }: { view: CaseView; assessment: Assessment | null }): JSX.Element | null {
  const [asking, setAsking] = useState(false);
  const queries = view.queries ?? [];
  const may = view.actions.includes("query");
  if (!queries.length && !may) return null;
  return (
    <Panel title={t("u.query")} testid="queries-panel" action={may && !asking && <Button testid="query-open" look="secondary" small onClick={() => setAsking(true)}>{t("u.query.issue")}</Button>}>
      {may && asking && <Ask view={view} assessment={assessment} onDone={() => setAsking(false)} />}
      {!queries.length && !asking && <p class="soft">{t("u.query.none")}</p>}
      {[...queries].reverse().map((query) => <QueryCard key={query.id} query={query} view={view} />)}
    </Panel>
  );
}
