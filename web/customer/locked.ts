import { caseId, phase, recorder } from "../shared/call.ts";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { reasonName } from "../shared/words.ts";

/** Why signing is locked now, in words; null where it is open. What only interrupts it says so (S15, F34). */
export function locked(view: CaseView): string | null {
  const here = caseId.value === view.case_id;
  if (here && phase.value === "reconnecting") return t("c.sign.paused_call");
  if (here && recorder.value?.stalled) return t("c.sign.paused");
  const { unlocked, reasons } = view.meeting.signing;
  if (unlocked) return null;
  if (view.meeting.status !== "open" || !reasons.length) return t("c.doc.locked");
  if (reasons[0] === "recorder_not_writing" && (recorder.value?.seconds ?? 0) > 0) return t("c.sign.paused");
  return reasons.map(reasonName).join("、");
}
