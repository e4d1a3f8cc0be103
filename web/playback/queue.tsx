import type { JSX } from "preact";
import { cards } from "../shared/cases.ts";
import { CaseList, Filters, type Filter } from "../shared/queue.tsx";
import { route } from "../shared/router.ts";
import { principal } from "../shared/session.ts";
import { t } from "../shared/text.ts";

const filters = (): Filter[] => [
  { name: "waiting", label: t("r.filter.waiting"), keep: (card) => card.state === "under_review" },
  { name: "pending", label: t("r.filter.pending"), keep: (card) => card.state === "pending" },
  { name: "decided", label: t("r.filter.decided"), keep: (card) => ["accepted", "declined"].includes(card.state) },
  { name: "all", label: t("r.filter.all"), keep: () => true },
];

const working = ["submitted", "under_review", "pending"];

/** The underwriter's list: what waits for his decision, what waits for an answer, what is decided. */
const underwriting = (): Filter[] => [
  { name: "waiting", label: t("u.filter.waiting"), keep: (card) => working.includes(card.state) && !card.query_due && !card.decision },
  { name: "asked", label: t("u.filter.asked"), keep: (card) => working.includes(card.state) && Boolean(card.query_due) },
  { name: "decided", label: t("u.filter.decided"), keep: (card) => Boolean(card.decision) || ["accepted", "declined", "cancelled"].includes(card.state) },
  { name: "all", label: t("r.filter.all"), keep: () => true },
];

export function Queue(): JSX.Element {
  const chosen = route.value[0] === "queue" ? route.value[1] ?? "waiting" : "waiting";
  const underwriter = principal.value?.kind === "underwriter";
  const all = underwriter ? underwriting() : filters();
  const filter = all.find((each) => each.name === chosen) ?? (all[0] as Filter);
  return (
    <main class="staff-page" data-testid="queue-page">
      <h1>{t(underwriter ? "u.queue.title" : "r.queue.title")}</h1>
      <Filters filters={all} chosen={filter.name} all={cards.value ?? []} />
      <CaseList cards={cards.value} keep={filter.keep} />
    </main>
  );
}
