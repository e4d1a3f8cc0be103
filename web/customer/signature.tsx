import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { post, Problem } from "../shared/api.ts";
import { accept } from "../shared/cases.ts";
import { t } from "../shared/text.ts";
import type { CaseDocument, CaseView, Field } from "../shared/types.ts";
import { Button, Dialog, toast, useAction } from "../shared/ui.tsx";
import { nameOf, warningName } from "../shared/words.ts";
import type { Ink } from "./ink.ts";
import { locked } from "./locked.ts";
import { Pad } from "./pad.tsx";
import { unlocked } from "./patient.ts";

type Props = { view: CaseView; document: CaseDocument; field: Field; onClose: () => void };
type Challenge = { challenge: string; expires_at: string };

const retryable = new Set(["challenge_invalid", "challenge_expired", "challenge_used"]);
const warningsOf = (error: unknown): string[] | null =>
  error instanceof Problem && error.code === "ink_warnings" && Array.isArray(error.body.warnings) ? error.body.warnings.map(String) : null;

/** One signature: a challenge of the server when the pad opens, the ink bound to it when it is confirmed. */
export function Signature({ view, document, field, onClose }: Props): JSX.Element {
  const base = `/cases/${view.case_id}/documents/${document.id}`;
  const place = { field: field.name, revision: document.revision };
  const challenge = useRef<Promise<Challenge> | null>(null);
  const [warned, setWarned] = useState<{ ink: Ink; codes: string[] } | null>(null);
  const action = useAction();
  const ask = (): Promise<Challenge> => {
    challenge.current = unlocked(() => post<Challenge>(`${base}/challenges`, place));
    challenge.current.catch(() => undefined); // told when the signature is sent
    return challenge.current;
  };
  useEffect(() => void ask(), []);

  const send = async (ink: Ink, override: boolean, again: boolean): Promise<void> => {
    const { challenge: token } = await (challenge.current ?? ask());
    const body = { ...place, challenge: token, ink, ...(override ? { override_reason: "customer_confirms" } : {}) };
    try {
      const answer = await unlocked(() => post<{ view: CaseView }>(`${base}/signatures`, body));
      accept(answer.view);
    } catch (error) {
      if (again && error instanceof Problem && retryable.has(error.code)) {
        await ask();
        return send(ink, override, false);
      }
      throw error;
    }
    toast(t("c.sign.done"));
    return onClose();
  };
  const submit = (ink: Ink, override: boolean): void =>
    action.run(async () => {
      if (!challenge.current || (await challenge.current.catch(() => null)) === null) await ask();
      try {
        await send(ink, override, true);
      } catch (error) {
        const codes = warningsOf(error);
        if (!codes) throw error;
        setWarned({ ink, codes });
      }
    });
  const discard = (level: "pad" | "confirm"): void => {
    setWarned(null);
    post(`${base}/discards`, { ...place, level }).catch(() => undefined); // only a log of attempts (S63)
  };
  return (
    <>
      <Pad name={nameOf(view, view.me)} busy={action.busy} error={action.error} paused={locked(view)} onDone={(ink) => submit(ink, false)} onDiscard={discard} onClose={onClose} />
      {warned && <Warned codes={warned.codes} busy={action.busy} onKeep={() => { setWarned(null); submit(warned.ink, true); }} onBack={() => setWarned(null)} />}
    </>
  );
}

function Warned({ codes, busy, onKeep, onBack }: { codes: string[]; busy: boolean; onKeep: () => void; onBack: () => void }): JSX.Element {
  return (
    <Dialog title={t("c.sign.warned")} testid="ink-warning" onClose={onBack}>
      <div class="stack">
        <ul class="bullets">{codes.map((code) => <li key={code}>{warningName(code)}</li>)}</ul>
        <div class="row end">
          <Button testid="ink-warning-back" look="secondary" onClick={onBack}>{t("c.pad.redo")}</Button>
          <Button testid="ink-warning-keep" busy={busy} onClick={onKeep}>{t("c.sign.keep")}</Button>
        </div>
      </div>
    </Dialog>
  );
}
