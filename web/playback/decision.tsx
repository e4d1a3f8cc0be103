import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { moment } from "../shared/format.ts";
import { Panel } from "../shared/staff.tsx";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { Button, Chip, Failure, Select, useAction } from "../shared/ui.tsx";

const outcomes = ["passed", "correct", "redo", "failed"] as const;
const reasons = ["consent_unclear", "identity_unclear", "face_not_visible", "signing_not_seen", "prompting_suspected", "sound_poor", "recording_gap", "document_wrong"];
const callbacks = ["reached", "unreachable", "denied"];

function Review({ view }: { view: CaseView }): JSX.Element {
  const [outcome, setOutcome] = useState<string>("");
  const [chosen, setChosen] = useState<string[]>([]);
  const [note, setNote] = useState("");
  const action = useAction();
  const lacking = outcome !== "passed" && !chosen.length;
  const send = (event: Event): void => {
    event.preventDefault();
    action.run(() => carry(post<CaseView>(`/cases/${view.case_id}/review`, { outcome, reasons: outcome === "passed" ? [] : chosen, note: note.trim() })));
  };
  return (
    <form class="stack" onSubmit={send}>
      <div class="outcomes" role="radiogroup" aria-label={t("r.decision")}>
        {outcomes.map((each) => <button key={each} type="button" role="radio" class={each} aria-checked={outcome === each} data-testid={`outcome-${each}`} onClick={() => setOutcome(each)}>{t(`r.outcome.${each}`)}</button>)}
      </div>
      {outcome && outcome !== "passed" && (
        <fieldset class="checks column-checks">
          <legend>{t("r.reasons")}</legend>
          {reasons.map((code) => (
            <label key={code}>
              <input type="checkbox" data-testid={`reason-${code}`} checked={chosen.includes(code)} onChange={(event) => setChosen(event.currentTarget.checked ? [...chosen, code] : chosen.filter((each) => each !== code))} />
              {t(`r.reason.${code}`)}
            </label>
          ))}
        </fieldset>
      )}
      <label class="field">
        <span>{t("r.note")}</span>
        <textarea rows={2} maxLength={1000} data-testid="review-note" value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      <Failure text={action.error} testid="review-error" />
      <Button testid="review-submit" submit wide busy={action.busy} disabled={!outcome || lacking}>{t("r.submit")}</Button>
    </form>
  );
}

function Callback({ view }: { view: CaseView }): JSX.Element {
  const [outcome, setOutcome] = useState("reached");
  const action = useAction();
  const send = (): void => action.run(() => carry(post<CaseView>(`/cases/${view.case_id}/callback`, { outcome })));
  return (
    <div class="stack tight" data-testid="callback">
      <Select label={t("r.callback")} testid="callback-outcome" value={outcome} onValue={setOutcome} options={callbacks.map((each) => ({ value: each, text: t(`r.callback.${each}`) }))} />
      <Failure text={action.error} />
      <Button testid="callback-submit" look="secondary" small busy={action.busy} onClick={send}>{t("r.callback.submit")}</Button>
    </div>
  );
}

export function Decision({ view }: { view: CaseView }): JSX.Element {
  const open = view.actions.includes("review");
  return (
    <Panel title={t("r.decision")} testid="decision">
      {view.review && <p class="row" data-testid="review-outcome" data-outcome={view.review.outcome}><Chip tone={view.review.outcome === "passed" ? "good" : "bad"}>{t(`r.outcome.${view.review.outcome}`)}</Chip><span class="soft">{moment(view.review.at)}</span></p>}
      {open && <Review view={view} />}
      {!open && !view.review && <p class="soft">{t("r.not_yet")}</p>}
      {view.actions.includes("callback") && <Callback view={view} />}
    </Panel>
  );
}
