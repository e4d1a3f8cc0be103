import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { Button, Failure, useAction, useNow } from "../shared/ui.tsx";

const neededMs = 5000;
/** The server counts the frames that it received, so we hold a little longer than the law's five seconds. */
const holdMs = 6000;

type Held = { id: string; since: number };

/** Times one side of the ID: starts on a click, ends by itself; the server decides by what it received (S53). */
export function Hold({ view, personId, side }: { view: CaseView; personId: string; side: "front" | "back" }): JSX.Element {
  const [held, setHeld] = useState<Held | null>(null);
  const action = useAction();
  const now = useNow(100);
  const releasing = useRef(false);
  const base = `/cases/${view.case_id}/meeting/identity`;
  const start = (): void =>
    action.run(async () => {
      const { hold_id } = await post<{ hold_id: string }>(`${base}/hold`, { person_id: personId, side });
      releasing.current = false;
      setHeld({ id: hold_id, since: Date.now() });
    });
  const release = (): void => {
    if (!held || releasing.current) return;
    releasing.current = true;
    action.run(async () => {
      try {
        await carry(post<CaseView>(`${base}/release`, { hold_id: held.id }));
      } finally {
        setHeld(null);
      }
    });
  };
  const passed = held ? now - held.since : 0;
  useEffect(() => {
    if (held && passed >= holdMs) release();
  }, [held, passed >= holdMs]);
  return (
    <>
      <p class="script-words">{t(`k.hold.${side}`)}</p>
      {held ? (
        <div class="hold" data-testid="hold" data-ms={passed}>
          <progress max={neededMs} value={Math.min(passed, neededMs)} />
          <strong class="mono">{Math.min(passed / 1000, holdMs / 1000).toFixed(1)} s</strong>
          <Button testid="hold-release" look="secondary" small busy={action.busy} onClick={release}>{t("k.hold.stop")}</Button>
        </div>
      ) : (
        <Button testid={`hold-${side}-${personId}`} small icon="clock" busy={action.busy} onClick={start}>{t("k.hold.start")}</Button>
      )}
      <Failure text={action.error} testid="hold-error" />
    </>
  );
}
