import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { Button, Failure, IconButton, Select, useAction } from "../shared/ui.tsx";
import { askable, type Asked } from "./logic.ts";
import type { Assessment } from "./types.ts";
import { factName, findingText } from "./words.ts";

const empty: Asked = { text: "", to: "agent" };

function Row({ asked, onChange, onRemove, n }: { asked: Asked; onChange: (next: Asked) => void; onRemove: () => void; n: number }): JSX.Element {
  return (
    <div class="ask-row" data-testid={`ask-${n}`}>
      <label class="field">
        <span>{asked.path ? t("u.ask.fact", { fact: factName(asked.path) }) : asked.title ? t("u.ask.document", { title: asked.title }) : t("u.ask.text")}</span>
        <textarea rows={2} maxLength={300} required data-testid={`ask-text-${n}`} value={asked.text} onInput={(event) => onChange({ ...asked, text: event.currentTarget.value })} />
      </label>
      <Select label={t("u.ask.to")} testid={`ask-to-${n}`} value={asked.to} onValue={(to) => onChange({ ...asked, to: to as Asked["to"] })} options={[{ value: "agent", text: t("finding.who.agent") }, { value: "customer", text: t("finding.who.customer") }]} />
      <IconButton testid={`ask-remove-${n}`} icon="trash" label={t("u.remove")} onClick={onRemove} />
    </div>
  );
}

/** A new 照會: what the rules lack, picked from a list, or a question in one's own words. */
export function Ask({ view, assessment, onDone }: { view: CaseView; assessment: Assessment | null; onDone: () => void }): JSX.Element {
  const [items, setItems] = useState<Asked[]>([]);
  const [note, setNote] = useState("");
  const action = useAction();
  const offers = assessment ? askable(assessment) : [];
  const left = offers.filter((offer) => !items.some((item) => item.path === offer.path && item.title === offer.title && (item.path || item.title)));
  const pick = (index: string): void => {
    const offer = left[Number(index)];
    if (index !== "" && offer) setItems([...items, { ...offer, text: offer.path ? t("u.supply", { fact: factName(offer.path) }) : offer.text }]);
  };
  const put = (n: number, next: Asked): void => setItems(items.map((item, index) => (index === n ? next : item)));
  const send = (event: Event): void => {
    event.preventDefault();
    const asked = items.map((item) => ({ ...item, text: item.text.trim() }));
    action.run(async () => {
      await carry(post<CaseView>(`/cases/${view.case_id}/queries`, { items: asked, note: note.trim() }));
      onDone();
    });
  };
  return (
    <form class="stack tight query-card" onSubmit={send} data-testid="ask">
      <Select label={t("u.ask.pick")} testid="ask-pick" value="" onValue={pick} placeholder={t("u.ask.choose", { count: left.length })} options={left.map((offer, index) => ({ value: String(index), text: offer.path ? factName(offer.path) : findingText(offer) }))} />
      {items.map((item, n) => <Row key={n} n={n} asked={item} onChange={(next) => put(n, next)} onRemove={() => setItems(items.filter((_, index) => index !== n))} />)}
      <Button testid="ask-add" look="quiet" small onClick={() => setItems([...items, empty])}>{t("u.ask.own")}</Button>
      <label class="field">
        <span>{t("u.ask.note")}</span>
        <textarea rows={2} maxLength={500} data-testid="ask-note" value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      <p class="soft small-text">{t("u.ask.clock")}</p>
      <Failure text={action.error} testid="ask-error" />
      <div class="row end">
        <Button testid="ask-cancel" look="quiet" onClick={onDone}>{t("cancel")}</Button>
        <Button testid="ask-send" submit busy={action.busy} disabled={!items.length || items.some((item) => !item.text.trim())}>{t("u.query.issue")}</Button>
      </div>
    </form>
  );
}
