import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { post, Problem } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { showing, shownBy } from "../shared/showing.ts";
import { t } from "../shared/text.ts";
import type { CaseView, Showing } from "../shared/types.ts";
import { Button, Chip, Failure, ReasonDialog, type Tone, useAction, useNow } from "../shared/ui.tsx";

const neededS = 5;
/** Before this the agent's word cannot stand for the measure: frames must have come for as long, too. */
const vouchMs = 5500;
const tones: Record<Showing["seen"], Tone> = { front: "good", back: "good", card: "warn", nothing: "plain" };

type Held = { id: string; since: number; watch: boolean };

/** What the server sees now: the right side, the other one, a card that is like neither photo, or none. */
function Seen({ now, side }: { now: Showing | null; side: string }): JSX.Element {
  const seen = now?.seen ?? "waiting";
  const wrong = (seen === "front" || seen === "back") && seen !== side;
  const tone = now ? (wrong ? "warn" : tones[now.seen]) : "plain";
  return <Chip tone={tone} testid="hold-seen">{t(wrong ? "k.hold.other_side" : `k.hold.seen.${seen}`)}</Chip>;
}

/** Times one side of the ID by what the server sees of it; ends by itself once it is enough (S53). Where it cannot be
 *  measured, the agent vouches for it with a reason. */
export function Hold({ view, personId, side }: { view: CaseView; personId: string; side: "front" | "back" }): JSX.Element {
  const [held, setHeld] = useState<Held | null>(null);
  const [vouching, setVouching] = useState(false);
  const [busy, setBusy] = useState(false); // the server looks at as many cards as it can
  const action = useAction();
  const now = useNow(200);
  const releasing = useRef(false);
  const seen = held ? shownBy(personId, side) : null;
  const base = `/cases/${view.case_id}/meeting/identity`;
  const start = (watch = true): void =>
    action.run(async () => {
      showing.value = null;
      setBusy(false);
      const asked = post<{ hold_id: string }>(`${base}/hold`, { person_id: personId, side, ...(!watch && { watch }) });
      const { hold_id } = await asked.catch((problem: unknown) => {
        setBusy(problem instanceof Problem && problem.code === "looks_busy");
        throw problem;
      });
      releasing.current = false;
      setHeld({ id: hold_id, since: Date.now(), watch });
    });
  const release = async (reason?: string): Promise<void> => {
    if (!held || releasing.current) return;
    releasing.current = true;
    try {
      await carry(post<CaseView>(`${base}/release`, { hold_id: held.id, ...(reason && { override_reason: reason }) }));
    } finally {
      setHeld(null);
      setVouching(false);
    }
  };
  const stop = (): void => action.run(() => release());
  const done = seen?.done === true;
  useEffect(() => {
    if (done) stop();
  }, [done]);
  const passed = held ? now - held.since : 0;
  const seconds = seen ? (side === "front" ? seen.front_s : seen.back_s) : 0;
  return (
    <>
      <p class="script-words">{t(`k.hold.${side}`)}</p>
      {held ? (
        <div class="hold" data-testid="hold" data-ms={Math.round(seconds * 1000)}>
          {held.watch ? (
            <>
              <div class="row between">
                <Seen now={seen} side={side} />
                <strong class="mono">{Math.min(seconds, neededS).toFixed(1)} / {neededS.toFixed(1)} s</strong>
              </div>
              <progress max={neededS} value={Math.min(seconds, neededS)} aria-label={t(`k.hold.${side}`)} />
            </>
          ) : <p class="soft">{t("k.hold.unwatched_text")}</p>}
          <div class="row">
            <Button testid="hold-release" look="secondary" small busy={action.busy} onClick={stop}>{t("k.hold.stop")}</Button>
            <Button testid="hold-override" look="quiet" small disabled={passed < vouchMs} onClick={() => setVouching(true)}>{t("k.hold.override")}</Button>
          </div>
        </div>
      ) : (
        <div class="row">
          <Button testid={`hold-${side}-${personId}`} small icon="clock" busy={action.busy} onClick={() => start()}>{t(busy ? "k.hold.retry" : "k.hold.start")}</Button>
          {busy && <Button testid="hold-unwatched" look="quiet" small busy={action.busy} onClick={() => start(false)}>{t("k.hold.unwatched")}</Button>}
        </div>
      )}
      {held && vouching && (
        <ReasonDialog title={t("k.hold.override")} label={t("k.hold.override_reason")} testid="hold-vouch" confirm={t("k.hold.override")} look="primary" onClose={() => setVouching(false)} onReason={(reason) => release(reason)} />
      )}
      <Failure text={action.error} testid="hold-error" />
    </>
  );
}
