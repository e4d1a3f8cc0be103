import type { JSX } from "preact";
import { heal, hurry, inCall, leave, lostAt, phase, troubled } from "./call.ts";
import { longMs } from "./lifeline.ts";
import { online } from "./socket.ts";
import { t } from "./text.ts";
import { Button, useNow } from "./ui.tsx";

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

/** A tap gives the camera or microphone back where the system wants one (after a phone call on iOS). */
export function Restore(): JSX.Element | null {
  const sources = (["camera", "microphone"] as const).filter((source) => troubled.value[source]);
  if (!inCall.value || !sources.length) return null;
  return (
    <span class="restore">
      {sources.map((source) => <Button key={source} testid={`restore-${source}`} small icon={source === "camera" ? "video" : "mic"} onClick={() => void heal(source)}>{t(`call.restore.${source}`)}</Button>)}
    </span>
  );
}
