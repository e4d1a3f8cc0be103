import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { Panel } from "../shared/staff.tsx";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { Button, Chip, Failure, IconButton, useAction } from "../shared/ui.tsx";
import { FindingCard } from "./findings.tsx";
import { changesOf, statable, valueOf } from "./logic.ts";
import type { Assessment, RuleFinding, WhatIf } from "./types.ts";
import { computedName, factName, outcomeName, valueName } from "./words.ts";

function Group({ title, findings, testid }: { title: string; findings: RuleFinding[]; testid: string }): JSX.Element | null {
  if (!findings.length) return null;
  return (
    <section class="subject" data-testid={testid}>
      <h3>{title}<span class="soft">{findings.length}</span></h3>
      <ul>{findings.map((finding, index) => <FindingCard key={`${finding.rule}-${index}`} finding={finding} />)}</ul>
    </section>
  );
}

function Result({ answer }: { answer: WhatIf }): JSX.Element {
  const changed = changesOf(answer.changed);
  const same = !answer.opened.length && !answer.closed.length && !changed.length;
  return (
    <div class="stack tight" data-testid="whatif-result">
      <p class="row"><Chip>{outcomeName(answer.before.outcome)}</Chip>→<Chip tone="info">{outcomeName(answer.after.outcome)}</Chip></p>
      {same && <p class="soft">{t("u.whatif.same")}</p>}
      <Group title={t("u.whatif.opened")} findings={answer.opened} testid="whatif-opened" />
      <Group title={t("u.whatif.closed")} findings={answer.closed} testid="whatif-closed" />
      {changed.length > 0 && (
        <section class="subject" data-testid="whatif-changed">
          <h3>{t("u.whatif.changed")}</h3>
          <dl class="looks">{changed.map(([name, was, now]) => <div key={name}><dt>{computedName(name)}</dt><dd>{valueName(was)} → {valueName(now)}</dd></div>)}</dl>
        </section>
      )}
    </div>
  );
}

/** What if a fact were otherwise: asked of the server, kept nowhere. */
export function WhatIfPanel({ assessment, view }: { assessment: Assessment; view: CaseView }): JSX.Element {
  const [stated, setStated] = useState<Record<string, string>>({});
  const [path, setPath] = useState("");
  const [typed, setTyped] = useState("");
  const [answer, setAnswer] = useState<WhatIf | null>(null);
  const action = useAction();
  const facts = statable(assessment);
  const now = facts.get(path);
  const ask = (set: Record<string, string>): void => {
    setStated(set);
    if (!Object.keys(set).length) return setAnswer(null);
    const values = Object.fromEntries(Object.entries(set).map(([each, text]) => [each, valueOf(text)]));
    action.run(async () => setAnswer(await post<WhatIf>(`/cases/${view.case_id}/assessment/what-if`, { set: values })));
  };
  const send = (event: Event): void => {
    event.preventDefault();
    ask({ ...stated, [path.trim()]: typed });
    setPath("");
    setTyped("");
  };
  const without = (gone: string): void => ask(Object.fromEntries(Object.entries(stated).filter(([each]) => each !== gone)));
  return (
    <Panel title={t("u.whatif")} testid="whatif" class="whatif" action={<Chip tone="plain" testid="whatif-unsaved">{t("u.whatif.unsaved")}</Chip>}>
      <p class="soft small-text">{t("u.whatif.text")}</p>
      <form class="stack tight" onSubmit={send}>
        <label class="field">
          <span>{t("u.whatif.fact")}</span>
          <input list="statable-facts" required autocomplete="off" data-testid="whatif-path" value={path} onInput={(event) => setPath(event.currentTarget.value)} />
          <datalist id="statable-facts">{[...facts.keys()].map((each) => <option key={each} value={each}>{factName(each)}</option>)}</datalist>
        </label>
        {path && <p class="soft small-text">{factName(path)}{now !== undefined && <>　{t("u.whatif.now")} {valueName(now)}</>}</p>}
        <label class="field">
          <span>{t("u.whatif.value")}</span>
          <span class="value-row">
            <input required autocomplete="off" data-testid="whatif-value" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
            <Button testid="whatif-yes" look="quiet" small onClick={() => setTyped("是")}>{t("u.yes")}</Button>
            <Button testid="whatif-no" look="quiet" small onClick={() => setTyped("否")}>{t("u.no")}</Button>
          </span>
        </label>
        <Button testid="whatif-ask" submit look="secondary" busy={action.busy} disabled={!path.trim() || !typed.trim()}>{t("u.whatif.ask")}</Button>
      </form>
      <Failure text={action.error} testid="whatif-error" />
      {Object.entries(stated).map(([each, text]) => (
        <p key={each} class="stated" data-testid="whatif-stated"><span class="grow">{factName(each)} = {valueName(valueOf(text))}</span><IconButton testid="whatif-remove" icon="close" label={t("u.remove")} onClick={() => without(each)} /></p>
      ))}
      {answer && <Result answer={answer} />}
    </Panel>
  );
}
