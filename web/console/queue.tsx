import type { JSX } from "preact";
import { cards } from "../shared/cases.ts";
import { CaseList, Filters, type Filter } from "../shared/queue.tsx";
import { go, route } from "../shared/router.ts";
import { t } from "../shared/text.ts";
import { Button } from "../shared/ui.tsx";

const filters = (): Filter[] => [
  { name: "all", label: t("k.filter.all"), keep: () => true },
  { name: "photos", label: t("k.filter.photos"), keep: (card) => card.state === "open" },
  { name: "in_review", label: t("k.filter.in_review"), keep: (card) => card.state === "in_review" },
  { name: "ready", label: t("k.filter.ready"), keep: (card) => card.state === "ready" && !card.room_open },
  { name: "in_call", label: t("k.filter.in_call"), keep: (card) => card.room_open },
  { name: "second", label: t("k.filter.second"), keep: (card) => card.signed_count > 0 && card.signed_count < card.total_count },
  { name: "submitted", label: t("k.filter.submitted"), keep: (card) => ["submitted", "under_review", "pending"].includes(card.state) },
  { name: "asked", label: t("k.filter.asked"), keep: (card) => Boolean(card.query_due) },
  { name: "closed", label: t("k.filter.closed"), keep: (card) => ["accepted", "declined", "withdrawn", "cancelled"].includes(card.state) },
];

export function Queue(): JSX.Element {
  const chosen = route.value[0] === "queue" ? route.value[1] ?? "all" : "all";
  const all = filters();
  const filter = all.find((each) => each.name === chosen) ?? (all[0] as Filter);
  return (
    <main class="staff-page" data-testid="queue-page">
      <div class="row between">
        <h1>{t("k.queue.title")}</h1>
        <Button testid="new-case" icon="file" onClick={() => go("new")}>{t("k.queue.new")}</Button>
      </div>
      <Filters filters={all} chosen={filter.name} all={cards.value ?? []} />
      <CaseList cards={cards.value} keep={filter.keep} />
    </main>
  );
}
