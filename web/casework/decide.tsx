import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { moment } from "../shared/format.ts";
import { Panel } from "../shared/staff.tsx";
import { t } from "../shared/text.ts";
import type { CaseDecision, CaseView } from "../shared/types.ts";
import { Button, Chip, Failure, useAction, type Tone } from "../shared/ui.tsx";
import { findingsOf } from "./logic.ts";
import { Due } from "./todo.tsx";
import type { Assessment, Option, RuleFinding } from "./types.ts";
import { decisionName, findingText } from "./words.ts";

type Aside = { section: string; reason: string };
const accepting = ["standard", "borderline", "substandard", "exclusion", "limited"];
export const toneOfDecision = (outcome: string): Tone => (outcome === "standard" ? "good" : accepting.includes(outcome) ? "warn" : "bad");

/** What was decided, for everybody on the staff. */
export function Decided({ decision }: { decision: CaseDecision }): JSX.Element {
  return (
    <div class="stack tight" data-testid="decided" data-outcome={decision.outcome}>
      <p class="row"><Chip tone={toneOfDecision(decision.outcome)}>{decisionName(decision.outcome)}</Chip><span class="soft">{moment(decision.at)}</span></p>
      {decision.reasons.length > 0 && <ul class="reasons">{decision.reasons.map((reason) => <li key={reason}>{reason}</li>)}</ul>}
      {decision.note && <p class="soft">{decision.note}</p>}
      {decision.overrides.map((override) => <p key={override.rule} class="small-text">{t("u.decide.set_aside", { rule: override.rule, section: override.section })}：{override.reason}</p>)}
      {decision.letter_at ? <p class="small-text">{t("u.letter_sent")} {moment(decision.letter_at)}</p> : decision.letter_due && <p class="row small-text">{t("u.letter_due")}<Due due={decision.letter_due} /></p>}
    </div>
  );
}

type RuleProps = { rule: string; found: RuleFinding | undefined; aside: Aside | undefined; onAside: (next: Aside | null) => void };

/** A rule that forbids a decision or holds it up, and the way to set it aside by the manual's own section. */
function Obstacle({ rule, found, aside, onAside }: RuleProps): JSX.Element {
  return (
    <li class="todo-item" data-testid={`obstacle-${rule}`}>
      <span>{found ? findingText(found) : rule}</span>
      <small><span>{found?.cite} {rule}</span></small>
      <label class="check"><input type="checkbox" data-testid={`aside-${rule}`} checked={aside !== undefined} onChange={(event) => onAside(event.currentTarget.checked ? { section: "", reason: "" } : null)} />{t("u.decide.aside")}</label>
      {aside && (
        <div class="aside-fields">
          <label class="field"><span>{t("u.decide.section")}</span><input required placeholder="UW-08.1.10" data-testid={`aside-section-${rule}`} value={aside.section} onInput={(event) => onAside({ ...aside, section: event.currentTarget.value })} /></label>
          <label class="field"><span>{t("u.decide.aside_reason")}</span><input required maxLength={300} data-testid={`aside-reason-${rule}`} value={aside.reason} onInput={(event) => onAside({ ...aside, reason: event.currentTarget.value })} /></label>
        </div>
      )}
    </li>
  );
}

function Choice({ option, chosen, onChoose }: { option: Option; chosen: boolean; onChoose: () => void }): JSX.Element {
  const forbidden = option.forbidden_by.length > 0;
  const hint = forbidden ? t("u.decide.forbidden") : option.needs.length ? t("u.decide.waits", { count: option.needs.length }) : "";
  return (
    <button type="button" role="radio" class={toneOfDecision(option.outcome)} aria-checked={chosen} data-testid={`decide-${option.outcome}`} data-forbidden={forbidden} onClick={onChoose}>
      {decisionName(option.outcome)}{hint && <small>{hint}</small>}
    </button>
  );
}

function Form({ view, assessment }: { view: CaseView; assessment: Assessment }): JSX.Element {
  const [outcome, setOutcome] = useState("");
  const [reasons, setReasons] = useState("");
  const [note, setNote] = useState("");
  const [asides, setAsides] = useState<Record<string, Aside>>({});
  const [waiting, setWaiting] = useState(false);
  const action = useAction();
  const option = assessment.options.find((each) => each.outcome === outcome);
  const found = new Map(findingsOf(assessment).filter((finding) => finding.status === "open").map((finding) => [finding.rule, finding]));
  const lines = reasons.split("\n").map((line) => line.trim()).filter(Boolean);
  const blocked = option?.forbidden_by.filter((rule) => !asides[rule]) ?? [];
  const put = (rule: string, next: Aside | null): void => {
    const { [rule]: _gone, ...rest } = asides;
    setAsides(next ? { ...rest, [rule]: next } : rest);
  };
  const relevant = Object.entries(asides).filter(([rule]) => option?.forbidden_by.includes(rule) || option?.needs.includes(rule));
  const unready = !option || blocked.length > 0 || (outcome !== "standard" && !lines.length) || relevant.some(([, aside]) => !aside.reason.trim() || !aside.section.trim());
  const send = (event: Event): void => {
    event.preventDefault();
    const overrides = relevant.map(([rule, aside]) => ({ rule, section: aside.section.trim(), reason: aside.reason.trim() }));
    action.run(async () => {
      await carry(post<CaseView>(`/cases/${view.case_id}/decision`, { outcome, reasons: lines, note: note.trim(), overrides }));
      setOutcome("");
      setAsides({});
    });
  };
  const row = (rule: string): JSX.Element => <Obstacle key={rule} rule={rule} found={found.get(rule)} aside={asides[rule]} onAside={(next) => put(rule, next)} />;
  return (
    <form class="stack tight" onSubmit={send} data-testid="decide">
      <div class="choices" role="radiogroup" aria-label={t("u.decision")}>{assessment.options.map((each) => <Choice key={each.outcome} option={each} chosen={each.outcome === outcome} onChoose={() => setOutcome(each.outcome)} />)}</div>
      {option && option.forbidden_by.length > 0 && <div data-testid="decide-forbidden"><p class="bad-text">{t("u.decide.forbidden_text")}</p><ul class="todo-list">{option.forbidden_by.map(row)}</ul></div>}
      {option && option.documents.length > 0 && <div data-testid="decide-documents"><p>{t("u.decide.documents")}</p><ul class="reasons">{option.documents.map((each) => <li key={each}>{each}</li>)}</ul></div>}
      {option && option.needs.length > 0 && (
        <div data-testid="decide-needs">
          <p class="warn-text">{t("u.decide.waits_text", { count: option.needs.length })} <button type="button" class="link" data-testid="decide-needs-open" onClick={() => setWaiting(!waiting)}>{t(waiting ? "u.todo_less" : "u.decide.show")}</button></p>
          {waiting && <ul class="todo-list">{option.needs.map(row)}</ul>}
        </div>
      )}
      {option && outcome !== "standard" && <label class="field"><span>{t("u.decide.reasons")}</span><textarea rows={3} maxLength={2000} required data-testid="decide-reasons" value={reasons} onInput={(event) => setReasons(event.currentTarget.value)} /></label>}
      {option && <label class="field"><span>{t("u.decide.note")}</span><textarea rows={2} maxLength={500} data-testid="decide-note" value={note} onInput={(event) => setNote(event.currentTarget.value)} /></label>}
      {option && !accepting.includes(outcome) && <p class="bad-text">{t("u.decide.ends")}</p>}
      <Failure text={action.error} testid="decide-error" />
      <Button testid="decide-submit" submit wide busy={action.busy} disabled={unready}>{option ? t("u.decide.submit", { outcome: decisionName(outcome) }) : t("u.decide.choose")}</Button>
    </form>
  );
}

/** 核保決定: the underwriter decides as the rules allow; others see what was decided. */
export function DecisionPanel({ view, assessment }: { view: CaseView; assessment: Assessment }): JSX.Element | null {
  const decision = view.decision ?? null;
  const may = view.actions.includes("decide") && assessment.options.length > 0;
  if (!decision && !assessment.needs_decision) return null;
  return (
    <Panel title={t("u.decision")} testid="decision-panel">
      {decision ? <Decided decision={decision} /> : !may && <p class="soft">{t("u.decision.none")}</p>}
      {may && (decision ? <details><summary class="link">{t("u.decide.again")}</summary><Form view={view} assessment={assessment} /></details> : <Form view={view} assessment={assessment} />)}
    </Panel>
  );
}
