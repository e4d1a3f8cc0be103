import type { JSX } from "preact";
import { caseId, heal, hurry, inCall, leave, lostAt, participants, phase, recorder, troubled } from "./call.ts";
import { views } from "./cases.ts";
import { longMs } from "./lifeline.ts";
import { hide } from "./screen.ts";
import { online } from "./socket.ts";
import { t } from "./text.ts";
import { Button, useNow } from "./ui.tsx";
import { nameOf } from "./words.ts";

/** Over the call while it is lost: what happens, for how long already, and after a while a way out (S55). */
export function Lost({ onLeft }: { onLeft?: () => void }): JSX.Element | null {
  const now = useNow(500);
  const since = lostAt.value;
  if (phase.value !== "reconnecting" || since === null) return null;
  const long = now - since > longMs;
  const out = (): void => {
    void leave();
    onLeft?.();
  };
  return (
    <div class="lost" role="status" data-testid="reconnecting" data-keepout>
      <span class="spinner dark" />
      <p class="grow">
        <strong>{t("call.reconnecting")} <span class="mono">{t("call.seconds", { seconds: Math.max(0, Math.round((now - since) / 1000)) })}</span></strong>
        <small>{t(online.value ? "call.lost.server" : "call.lost.network")}</small>
      </p>
      {long && (
        <span class="row">
          <Button testid="reconnect-now" small look="secondary" onClick={hurry}>{t("call.lost.again")}</Button>
          <Button testid="reconnect-leave" small look="danger" onClick={out}>{t("call.lost.leave")}</Button>
        </span>
      )}
    </div>
  );
}

/** What must not be missed during a call: a camera that is off while all is recorded (S43), whose screen is shown (S47).
 * A tap gives the camera or microphone back where the system wants one (after a phone call on iOS). */
export function Restore(): JSX.Element | null {
  const sources = (["camera", "microphone"] as const).filter((source) => troubled.value[source]);
  const view = views.value[caseId.value ?? ""];
  const unseen = recorder.value?.writing ? participants.value.filter((who) => who.sources.camera?.muted).map((who) => who.name) : [];
  const screens = Object.keys(view?.meeting.screens ?? {});
  if (!inCall.value || !(sources.length || unseen.length || screens.length)) return null;
  return (
    <span class="restore">
      {unseen.length > 0 && <span class="restore-note" role="alert" data-testid="camera-muted">{t("call.unseen", { names: unseen.join("、") })}</span>}
      {view && screens.map((id) => (
        <span key={id} class="restore-note" data-testid="screen-shown" data-person={id}>
          {t("call.screen.shown", { name: nameOf(view, id) })}
          {id === view.me && <Button testid="screen-end" small look="danger" onClick={() => void hide().catch(() => undefined)}>{t("call.screen.stop")}</Button>}
        </span>
      ))}
      {sources.map((source) => <Button key={source} testid={`restore-${source}`} small icon={source === "camera" ? "video" : "mic"} onClick={() => void heal(source)}>{t(`call.restore.${source}`)}</Button>)}
    </span>
  );
}
