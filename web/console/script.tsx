import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { Icon } from "../shared/icons.tsx";
import { Panel } from "../shared/staff.tsx";
import { type CardSide, ShownCard } from "../shared/shown.tsx";
import { t } from "../shared/text.ts";
import type { CaseView, ScriptStep } from "../shared/types.ts";
import { Button, Chip, Failure, useAction } from "../shared/ui.tsx";
import { nameOf, personOf, promptText, stepName } from "../shared/words.ts";
import { CloseDialog } from "./close.tsx";
import { Hold } from "./hold.tsx";

/** Pixels of the step before the current one that stay in sight. */
const aboveCurrent = 44;

const spoken = (id: string): boolean => id.startsWith("consent_") || id.startsWith("confirm_") || id === "state_name";

const sideOf = (id: string): CardSide => (id.endsWith("back") ? "back" : "front");

/** Somebody has given all three consents: then the registration card may be shown. */
function consented(script: ScriptStep[]): boolean {
  const consents = script.filter((step) => step.id.startsWith("consent_"));
  return consents.some(({ person_id }) => consents.every((step) => step.person_id !== person_id || step.status === "done"));
}

/** A step can be taken once all earlier ones of the same person, and of the meeting, are done. */
export function ready(script: ScriptStep[], step: ScriptStep): boolean {
  if (step.status === "done") return false;
  if (step.person_id === null) return step.id === "registration_card" && consented(script);
  const earlier = script.slice(0, script.indexOf(step));
  return earlier.every((each) => each.status === "done" || (each.person_id !== step.person_id && each.person_id !== null));
}

/** The person said no to this consent, and has not said yes since. */
export function refused(view: CaseView, step: ScriptStep): boolean {
  const consents: Record<string, boolean | null> = personOf(view, step.person_id)?.consents ?? {};
  return step.id.startsWith("consent_") && consents[step.id.slice("consent_".length)] === false;
}

/** No consent, no recording: the agent asks once more or ends the meeting, with the reason filled in (S48-S50). */
function Refused({ view, step }: { view: CaseView; step: ScriptStep }): JSX.Element {
  const [closing, setClosing] = useState(false);
  const why = `${t("k.script.refused")}：${stepName(step.id)}`;
  return (
    <div class="refused" data-testid={`refused-${step.id}-${step.person_id}`}>
      <p><Icon name="alert" size={18} />{t("k.script.refused")}</p>
      <Button testid={`refused-end-${step.id}-${step.person_id}`} look="danger" small onClick={() => setClosing(true)}>{t("k.close.open")}</Button>
      {closing && <CloseDialog view={view} why={why} onClose={() => setClosing(false)} />}
    </div>
  );
}

function Ask({ view, step }: { view: CaseView; step: ScriptStep }): JSX.Element {
  const action = useAction();
  const asked = view.meeting.prompt?.step === step.id && view.meeting.prompt.person_id === step.person_id;
  const ask = (): void => action.run(() => carry(post<CaseView>(`/cases/${view.case_id}/meeting/prompts`, { step: step.id, person_id: step.person_id })));
  const declined = refused(view, step) && !asked;
  return (
    <>
      <p class="script-words">「{promptText(step.id)}」</p>
      {declined && <Refused view={view} step={step} />}
      <div class="row">
        <Button testid={`ask-${step.id}-${step.person_id}`} small look={asked ? "secondary" : "primary"} busy={action.busy} onClick={ask}>{t(asked || declined ? "k.script.ask_again" : "k.script.ask")}</Button>
        {asked && <Chip tone="info" testid="waiting-answer">{t("k.script.waiting")}</Chip>}
      </div>
      <Failure text={action.error} />
    </>
  );
}

function ShowCard({ view }: { view: CaseView }): JSX.Element {
  const action = useAction();
  const show = (): void => action.run(() => carry(post<CaseView>(`/cases/${view.case_id}/meeting/registration-card`)));
  return (
    <>
      <p class="script-words">{t("k.script.card")} <span class="mono">{view.agent.registration_no}</span></p>
      <Button testid="show-card" small busy={action.busy} onClick={show}>{t("k.script.show_card")}</Button>
      <Failure text={action.error} />
    </>
  );
}

function Work({ view, step }: { view: CaseView; step: ScriptStep }): JSX.Element | null {
  if (spoken(step.id)) return <Ask view={view} step={step} />;
  if (step.id === "registration_card") return <ShowCard view={view} />;
  if (step.id.startsWith("identity_") && step.person_id) return <Hold key={`${step.id}-${step.person_id}`} view={view} personId={step.person_id} side={sideOf(step.id)} />;
  if (step.id === "documents") return <p class="script-words">{t("k.script.documents")}</p>;
  if (step.id === "submit") return <p class="script-words">{t("k.script.submit")}</p>;
  return null;
}

function Row({ view, step }: { view: CaseView; step: ScriptStep }): JSX.Element {
  const open = view.meeting.status === "open" && (step.status === "current" || ready(view.script, step)) && step.id !== "end";
  const who = personOf(view, step.person_id);
  return (
    <li class={`script-step ${step.status}${open ? " open" : ""}`} data-testid={`step-${step.id}-${step.person_id ?? "all"}`} data-status={step.status}>
      <span class="script-mark">{step.status === "done" ? <Icon name="check" size={16} /> : ""}</span>
      <div class="grow">
        <p class="script-name"><span>{stepName(step.id)}</span>{step.person_id && <small>{nameOf(view, step.person_id)}</small>}</p>
        {open && <Work view={view} step={step} />}
        {step.id.startsWith("identity_") && who && <ShownCard view={view} person={who} side={sideOf(step.id)} />}
      </div>
    </li>
  );
}

/** What to say and do, in order; the next thing has its button. */
export function ScriptPanel({ view }: { view: CaseView }): JSX.Element {
  const [closing, setClosing] = useState(false);
  const list = useRef<HTMLOListElement>(null);
  const current = view.script.findIndex((step) => step.status === "current");
  useEffect(() => {
    const row = list.current?.children[current];
    if (row instanceof HTMLElement) list.current?.scrollTo({ top: row.offsetTop - aboveCurrent });
  }, [current]);
  const done = view.script.filter((step) => step.status === "done").length;
  return (
    <Panel title={t("k.script.title")} testid="script" class={view.script.length ? "script-panel" : "script-panel blank"} action={view.script.length > 0 && <Chip>{done} / {view.script.length}</Chip>}>
      {!view.script.length && <p class="soft">{t("k.script.none")}</p>}
      <ol class="script" ref={list} tabIndex={0}>{view.script.map((step) => <Row key={`${step.id}-${step.person_id}`} view={view} step={step} />)}</ol>
      {view.meeting.status === "open" && <Button testid="end-meeting" look="danger" wide icon="leave" onClick={() => setClosing(true)}>{t("k.close.open")}</Button>}
      {closing && <CloseDialog view={view} onClose={() => setClosing(false)} />}
    </Panel>
  );
}
