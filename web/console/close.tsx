import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { remove } from "../shared/api.ts";
import { leave } from "../shared/call.ts";
import { carry } from "../shared/cases.ts";
import { Icon } from "../shared/icons.tsx";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { Button, Dialog, Failure, useAction } from "../shared/ui.tsx";

const groups: Record<string, string[]> = {
  consents: ["consent_recording", "consent_video_signing", "consent_face"],
  card: ["registration_card"],
  identity: ["state_name", "identity_front", "identity_back"],
  documents: ["documents"],
  submitted: ["submit"],
  confirmations: ["confirm_application", "confirm_others"],
};

/** The close check: what a complete meeting has, and whether this one has it. */
export function closeCheck(view: CaseView): { name: string; ok: boolean }[] {
  const checks = Object.entries(groups).map(([name, ids]) => ({ name, ok: view.script.filter((step) => ids.includes(step.id)).every((step) => step.status === "done") }));
  const recording = view.meeting.recording;
  return [...checks, { name: "recording", ok: (recording?.writing ?? false) && !recording?.stalled }];
}

/** Ends the meeting; one that is not complete ends only with a reason (S72). */
export function CloseDialog({ view, why = "", onClose }: { view: CaseView; why?: string; onClose: () => void }): JSX.Element {
  const [reason, setReason] = useState(why);
  const action = useAction();
  const checks = closeCheck(view);
  const complete = view.actions.includes("end_meeting_done");
  const end = (): void =>
    action.run(async () => {
      await carry(remove<CaseView>(`/cases/${view.case_id}/meeting`, complete && !reason.trim() ? {} : { reason: reason.trim() }));
      await leave();
      onClose();
    });
  return (
    <Dialog title={t("k.close.title")} testid="close-dialog" onClose={onClose}>
      <div class="stack">
        <ul class="close-check" data-testid="close-check" data-complete={complete}>
          {checks.map((check) => (
            <li key={check.name} class={check.ok ? "yes" : "no"} data-testid={`check-${check.name}`} data-ok={check.ok}>
              <Icon name={check.ok ? "check" : "alert"} size={20} />{t(`k.check.${check.name}`)}
            </li>
          ))}
        </ul>
        <p class="soft">{t(complete ? "k.close.complete" : "k.close.incomplete")}</p>
        {!complete && (
          <label class="field">
            <span>{t("k.close.reason")}</span>
            <textarea rows={2} maxLength={300} data-testid="close-reason" value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
          </label>
        )}
        <Failure text={action.error} />
        <div class="row end">
          <Button testid="close-cancel" look="quiet" onClick={onClose}>{t("k.close.stay")}</Button>
          <Button testid="close-confirm" look={complete ? "primary" : "danger"} busy={action.busy} disabled={!complete && !reason.trim()} onClick={end}>{t(complete ? "k.close.end" : "k.close.abort")}</Button>
        </div>
      </div>
    </Dialog>
  );
}
