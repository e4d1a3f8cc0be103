import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { showing, shownBy } from "../shared/showing.ts";
import { t } from "../shared/text.ts";
import type { CaseView, Showing } from "../shared/types.ts";
import { Button, Chip, Failure, ReasonDialog, type Tone, useAction, useNow } from "../shared/ui.tsx";

const neededS = 5;
/** Before this the agent's word cannot stand for the measure: frames must have come for as long, too. */
const vouchMs = 5500;
const tones: Record<Showing["seen"], Tone> = { front: "good", back: "good", card: "warn", nothing: "plain" };

type Held = { id: string; since: number };

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
  const action = useAction();
  const now = useNow(200);
  const releasing = useRef(false);
  const seen = held ? shownBy(personId, side) : null;
  const base = `/cases/${view.case_id}/meeting/identity`;
  const start = (): void =>
    action.run(async () => {
      showing.value = null;
      const { hold_id } = await post<{ hold_id: string }>(`${base}/hold`, { person_id: personId, side });
      releasing.current = false;
      setHeld({ id: hold_id, since: Date.now() });
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
          <div class="row between">
            <Seen now={seen} side={side} />
            <strong class="mono">{Math.min(seconds, neededS).toFixed(1)} / {neededS.toFixed(1)} s</strong>
          </div>
          <progress max={neededS} value={Math.min(seconds, neededS)} aria-label={t(`k.hold.${side}`)} />
          <div class="row">
            <Button testid="hold-release" look="secondary" small busy={action.busy} onClick={stop}>{t("k.hold.stop")}</Button>
            <Button testid="hold-override" look="quiet" small disabled={passed < vouchMs} onClick={() => setVouching(true)}>{t("k.hold.override")}</Button>
          </div>
        </div>
      ) : (
        <Button testid={`hold-${side}-${personId}`} small icon="clock" busy={action.busy} onClick={start}>{t("k.hold.start")}</Button>
      )}
      {held && vouching && (
        <ReasonDialog title={t("k.hold.override")} label={t("k.hold.override_reason")} testid="hold-vouch" confirm={t("k.hold.override")} look="primary" onClose={() => setVouching(false)} onReason={(reason) => release(reason)} />
      )}
      <Failure text={action.error} testid="hold-error" />
    </>
  );
}
