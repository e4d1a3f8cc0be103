import { accept } from "../shared/cases.ts";
import { api } from "../shared/api.ts";
import type { Attachment, CaseView } from "../shared/types.ts";

export const attachmentUrl = (view: CaseView, attachment: Attachment): string => `/api/cases/${view.case_id}/attachments/${attachment.id}`;

const keys = new WeakMap<File, string>();

/** One key a chosen file: sent again after a lost answer, it is the same attachment. */
function keyOf(file: File): string {
  const key = keys.get(file) ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  keys.set(file, key);
  return key;
}

/** Uploads a document from outside the envelope; the id that it got. */
export async function attach(view: CaseView, title: string, signedBy: string[], file: File): Promise<string> {
  const query = new URLSearchParams({ title, ...(signedBy.length ? { signed_by: signedBy.join(",") } : {}) });
  const answer = await api<{ attachment_id: string; view: CaseView }>(`/cases/${view.case_id}/attachments?${query}`, { method: "POST", raw: file, headers: { "Idempotency-Key": keyOf(file) } });
  accept(answer.view);
  return answer.attachment_id;
}
