import { caseId, phase } from "../shared/call.ts";
import { route } from "../shared/router.ts";
import { request } from "../shared/socket.ts";
import type { PageAt } from "../shared/types.ts";

/** Tells the agent which page we look at (S56); only during a call. Another case is only "elsewhere". */
export function report(page: string, place: Partial<PageAt> = {}): void {
  const room = caseId.peek();
  if (phase.peek() !== "live" || !room) return;
  const elsewhere = place.case_id !== undefined && place.case_id !== room;
  request("page.at", elsewhere ? { case_id: room, page: "elsewhere" } : { ...place, case_id: room, page }).catch(() => undefined); // the next page change tells anew
}

export function reportRoute(): void {
  const [first, id, kind, which] = route.value;
  if (first !== "case" || !id) return report(first ?? "home");
  if (kind === "doc") return undefined; // the reader reports each page
  if (kind === "photos" && which) return report("photos", { case_id: id });
  return report("case", { case_id: id });
}
