import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { post } from "../shared/api.ts";
import { caseId } from "../shared/call.ts";
import { carry, views } from "../shared/cases.ts";
import { Icon } from "../shared/icons.tsx";
import { allow } from "../shared/screen.ts";
import { shownBy } from "../shared/showing.ts";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { Button, Failure, useAction } from "../shared/ui.tsx";
import { currentStep, promptText } from "../shared/words.ts";

const neededS = 5;
const seenCard = signal<string | null>(null);

function Sheet({ testid, step, inRoom, children }: { testid: string; step?: string; inRoom: boolean; children: ComponentChildren }): JSX.Element {
  return <aside class={`prompt${inRoom ? " in-room" : ""}`} aria-live="assertive" data-testid={testid} data-step={step} data-keepout>{children}</aside>;
}

/** What the agent asks of this person now: spoken, and confirmed by a button (S48..S51, S71). */
function Question({ view, step, inRoom }: { view: CaseView; step: string; inRoom: boolean }): JSX.Element {
  const action = useAction();
  const screen = step === "screen_share";
  const kind = screen ? "screen" : step.startsWith("consent") ? "consent" : step.startsWith("confirm") ? "confirm" : "statement";
  const answer = (yes: boolean): void => action.run(() => screen ? allow(view.case_id, yes) : carry(post<CaseView>(`/cases/${view.case_id}/meeting/answers`, { step, answer: yes })));
  return (
    <Sheet testid="prompt" step={step} inRoom={inRoom}>
      <p class="prompt-ask">{promptText(step)}</p>
      {!screen && <p class="prompt-aloud"><Icon name="mic" size={18} />{t("c.prompt.aloud")}</p>}
      <Failure text={action.error} />
      <div class="foot-row">
        {kind === "statement" ? <span /> : <Button testid="prompt-no" look="secondary" disabled={action.busy} onClick={() => answer(false)}>{t(`c.prompt.${kind}.no`)}</Button>}
        <Button testid="prompt-yes" busy={action.busy} onClick={() => answer(true)}>{t(`c.prompt.${kind}.yes`)}</Button>
      </div>
    </Sheet>
  );
}

function AgentCard({ view, inRoom }: { view: CaseView; inRoom: boolean }): JSX.Element {
  return (
    <Sheet testid="registration-card" inRoom={inRoom}>
      <p class="prompt-ask">{t("c.prompt.card")}</p>
      <dl class="facts">
        <div><dt>{t("c.prompt.card_name")}</dt><dd>{view.host?.name ?? view.agent.name}</dd></div>
        <div><dt>{t("c.prompt.card_no")}</dt><dd class="mono">{view.agent.registration_no}</dd></div>
      </dl>
      <Button testid="registration-card-ok" wide onClick={() => { seenCard.value = view.meeting.room_id; }}>{t("c.photos.understood")}</Button>
    </Sheet>
  );
}

/** How long the server has seen the card, once the agent times it. */
function Timer({ person, side }: { person: string | null; side: string }): JSX.Element {
  const now = shownBy(person, side);
  if (!now) return <p class="prompt-aloud"><Icon name="camera" size={18} />{t("c.prompt.identity_hint")}</p>;
  const seconds = Math.min(side === "back" ? now.back_s : now.front_s, neededS);
  return (
    <div class="show-timer" data-testid="show-timer" data-seen={now.seen}>
      <progress max={neededS} value={seconds} aria-label={t("c.prompt.timer")} />
      <p>{now.seen === side ? t("c.prompt.timer_seen", { seconds: seconds.toFixed(1) }) : t(now.seen === "nothing" ? "c.prompt.timer_none" : "c.prompt.timer_other")}</p>
    </div>
  );
}

const side = (step: string): string => (step.includes("back") ? "back" : "front");

/** Cards over any page during the call: the question, the agent's registration card, or what to show. */
export function Prompts({ inRoom }: { inRoom: boolean }): JSX.Element | null {
  const view = caseId.value ? views.value[caseId.value] : undefined;
  if (!view || view.meeting.status !== "open") return null;
  const { prompt, registration_card: card, room_id: room } = view.meeting;
  if (prompt && prompt.person_id === view.me) return <Question key={prompt.step + prompt.asked_at} view={view} step={prompt.step} inRoom={inRoom} />;
  const step = currentStep(view);
  if (card && seenCard.value !== room && !view.submission) return <AgentCard view={view} inRoom={inRoom} />;
  if (step?.id.startsWith("identity") && step.person_id === view.me) {
    return (
      <Sheet testid="show-identity" step={step.id} inRoom={inRoom}>
        <p class="prompt-ask">{t(`c.prompt.identity_${side(step.id)}`)}</p>
        <Timer person={view.me} side={side(step.id)} />
      </Sheet>
    );
  }
  return null;
}
