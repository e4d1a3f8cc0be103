import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { acquire, type Outcome } from "../shared/devices.ts";
import { Icon } from "../shared/icons.tsx";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { Button, Failure, useAction } from "../shared/ui.tsx";

/** How a refused permission is given back, by the system that keeps it: for the call, or for the camera alone. */
export function permissionHelp(what: "help" | "camera" = "help"): string {
  const agent = navigator.userAgent;
  if (/\bLine\/|FBA[NV]|Instagram/.test(agent)) return t("c.permission.inapp");
  if (/CriOS/.test(agent)) return t("c.permission.ios_chrome");
  const tablet = agent.includes("Macintosh") && navigator.maxTouchPoints > 1; // an iPad says that it is a Mac
  if (tablet || /iPhone|iPad/.test(agent)) return t(`c.permission.${what}.ios`);
  if (/Android/.test(agent)) return t(`c.permission.${what}.android`);
  return t(`c.permission.${what}.desktop`);
}

function Recovery({ outcome }: { outcome: Outcome }): JSX.Element {
  const state = (kind: "camera" | "microphone"): JSX.Element => (
    <li class={outcome[kind] === "granted" ? "good-text" : "bad-text"} data-testid={`permission-${kind}`} data-outcome={outcome[kind]}>
      <Icon name={kind === "camera" ? "video" : "mic"} size={20} />
      {t(`c.permission.${kind}.${outcome[kind]}`)}
    </li>
  );
  return (
    <div class="card stack tight" role="alert" data-testid="permission-help">
      <ul class="points">{state("camera")}{state("microphone")}</ul>
      <p>{permissionHelp()}</p>
    </div>
  );
}

/** Asks for camera and microphone and reports what came of it; recoverable without a reload (S39). */
export function Permissions({ view, onReady }: { view: CaseView; onReady: () => void }): JSX.Element {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const action = useAction();
  const ask = (): void =>
    action.run(async () => {
      const result = await acquire();
      setOutcome(result);
      await carry(post<CaseView>(`/cases/${view.case_id}/meeting/permissions`, result));
      if (result.camera === "granted" && result.microphone === "granted") onReady();
    });
  const some = outcome && (outcome.camera === "granted" || outcome.microphone === "granted");
  return (
    <section class="stack" data-testid="permissions-page">
      <span class="big-icon"><Icon name="video" size={44} /><Icon name="mic" size={44} /></span>
      <h2>{t("c.permission.title")}</h2>
      <p>{t("c.permission.text")}</p>
      {outcome && <Recovery outcome={outcome} />}
      <Failure text={action.error} />
      <Button testid="permission-ask" wide busy={action.busy} onClick={ask}>{t(outcome ? "c.permission.again" : "c.permission.allow")}</Button>
      {some && <Button testid="permission-anyway" look="secondary" wide onClick={onReady}>{t("c.permission.anyway")}</Button>}
    </section>
  );
}
