import type { JSX } from "preact";
import { cards } from "../shared/cases.ts";
import { CaseList, Filters, type Filter } from "../shared/queue.tsx";
import { route } from "../shared/router.ts";
import { t } from "../shared/text.ts";

const filters = (): Filter[] => [
  { name: "waiting", label: t("r.filter.waiting"), keep: (card) => card.state === "under_review" },
  { name: "pending", label: t("r.filter.pending"), keep: (card) => card.state === "pending" },
  { name: "decided", label: t("r.filter.decided"), keep: (card) => ["accepted", "declined"].includes(card.state) },
  { name: "all", label: t("r.filter.all"), keep: () => true },
];

export function Queue(): JSX.Element {
  const chosen = route.value[0] === "queue" ? route.value[1] ?? "waiting" : "waiting";
  const all = filters();
  const filter = all.find((each) => each.name === chosen) ?? (all[0] as Filter);
  return (
    <main class="staff-page" data-testid="queue-page">
      <h1>{t("r.queue.title")}</h1>
      <Filters filters={all} chosen={filter.name} all={cards.value ?? []} />
      <CaseList cards={cards.value} keep={filter.keep} />
    </main>
  );
}
