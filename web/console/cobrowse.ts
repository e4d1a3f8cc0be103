import { signal } from "@preact/signals";
import { on } from "../shared/socket.ts";
import { t, tBoth } from "../shared/text.ts";
import type { CaseView, PageAt } from "../shared/types.ts";

type Place = PageAt & { person_id: string };
/** Where each person is in the pages, by person id (S56). */
export const places = signal<Record<string, Place>>({});
/** Who moved last. */
export const latest = signal<string | null>(null);

on("page.at", (place) => {
  places.value = { ...places.peek(), [place.person_id]: place };
  latest.value = place.person_id;
});

/** In the call, but looking at another case (S56). */
export function isElsewhere(view: CaseView, personId: string): boolean {
  const place = places.value[personId];
  return place !== undefined && (place.case_id !== view.case_id || place.page === "elsewhere");
}

export function placeText(view: CaseView, personId: string): string {
  const place = places.value[personId];
  if (!place) return "";
  if (isElsewhere(view, personId)) return t("k.place.other_case");
  const document = view.documents.find((each) => each.id === place.document_id);
  const signing = place.page === "sign" ? t("k.place.signing") : "";
  if (document) return t("k.place.document", { title: tBoth(document.title), page: place.page_no ?? 1 }) + signing;
  return t(`k.place.${["home", "services", "case", "photos", "room", "more"].includes(place.page) ? place.page : "elsewhere"}`);
}
