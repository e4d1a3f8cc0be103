import { accept } from "../shared/cases.ts";
import { api } from "../shared/api.ts";
import type { Attachment, CaseView } from "../shared/types.ts";

export const attachmentUrl = (view: CaseView, attachment: Attachment): string => `/api/cases/${view.case_id}/attachments/${attachment.id}`;

/** Uploads a document from outside the envelope; the id that it got. The same file twice is sent under the same key. */
export async function attach(view: CaseView, title: string, signedBy: string[], file: File): Promise<string> {
  const query = new URLSearchParams({ title, ...(signedBy.length ? { signed_by: signedBy.join(",") } : {}) });
  const key = crypto.randomUUID();
  const answer = await api<{ attachment_id: string; view: CaseView }>(`/cases/${view.case_id}/attachments?${query}`, { method: "POST", raw: file, headers: { "Idempotency-Key": key } });
  accept(answer.view);
  return answer.attachment_id;
}
