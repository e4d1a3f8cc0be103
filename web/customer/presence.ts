import { caseId, phase } from "../shared/call.ts";
import { route } from "../shared/router.ts";
import { request } from "../shared/socket.ts";
import type { PageAt } from "../shared/types.ts";

/** Tells the agent which page we look at (S56); only during a call. */
export function report(page: string, place: Partial<PageAt> = {}): void {
  const id = place.case_id ?? caseId.peek();
  if (phase.peek() !== "live" || !id) return;
  request("page.at", { ...place, case_id: id, page }).catch(() => undefined); // the next page change tells anew
}

export function reportRoute(): void {
  const [first, id, kind, which] = route.value;
  if (first !== "case" || !id) return report(first ?? "home");
  if (kind === "doc") return undefined; // the reader reports each page
  if (kind === "photos" && which) return report("photos", { case_id: id });
  return report("case", { case_id: id });
}
