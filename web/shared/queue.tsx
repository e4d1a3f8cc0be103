import type { JSX } from "preact";
import { day, moment } from "./format.ts";
import { Icon } from "./icons.tsx";
import { go } from "./router.ts";
import { t, tBoth } from "./text.ts";
import type { CaseCard } from "./types.ts";
import { Chip, Empty, Loading, type Tone } from "./ui.tsx";
import { kindName, stateName } from "./words.ts";

const tones: Record<string, Tone> = { open: "warn", in_review: "info", ready: "info", submitted: "plain", under_review: "warn", pending: "bad", accepted: "good", declined: "bad", withdrawn: "plain", cancelled: "plain" };

export type Filter = { name: string; label: string; keep: (card: CaseCard) => boolean };

export function Filters({ filters, chosen, all }: { filters: Filter[]; chosen: string; all: CaseCard[] }): JSX.Element {
  return (
    <div class="filters" role="tablist">
      {filters.map((filter) => (
        <button key={filter.name} type="button" role="tab" aria-selected={chosen === filter.name} data-testid={`filter-${filter.name}`} onClick={() => go("queue", filter.name)}>
          {filter.label}<span>{all.filter(filter.keep).length}</span>
        </button>
      ))}
    </div>
  );
}

function Row({ card }: { card: CaseCard }): JSX.Element {
  return (
    <button type="button" class="queue-row" data-testid={`case-${card.case_id}`} data-case-no={card.case_no} data-state={card.state} onClick={() => go("case", card.case_id)}>
      <span class="queue-no mono">{card.case_no}</span>
      <span class="queue-item"><strong>{tBoth(card.item.label)}</strong><small>{kindName(card.kind)}　{card.item.amount_label}</small></span>
      <span class="queue-person">{card.policyholder}<small>{card.agent}</small></span>
      <span class="queue-date">{day(card.application_date)}<small>{moment(card.updated_at)}</small></span>
      <span class="queue-progress">{t("queue.signed", { done: card.signed_count, total: card.total_count })}<small>{t("queue.findings", { count: card.open_findings })}</small></span>
      <span class="queue-state">
        {card.room_open && <Chip tone="bad"><Icon name="video" size={16} />{t("queue.in_call")}</Chip>}
        {card.query_due && <Chip tone="warn"><Icon name="clock" size={16} />{t("queue.query", { due: card.query_due })}</Chip>}
        <Chip tone={tones[card.state] ?? "plain"}>{stateName(card.state)}</Chip>
      </span>
    </button>
  );
}

export function CaseList({ cards, keep }: { cards: CaseCard[] | null; keep: (card: CaseCard) => boolean }): JSX.Element {
  if (!cards) return <Loading />;
  const shown = cards.filter(keep);
  if (!shown.length) return <Empty icon="file" text={t("queue.empty")} />;
  return <div class="queue" data-testid="queue">{shown.map((card) => <Row key={card.case_id} card={card} />)}</div>;
}
