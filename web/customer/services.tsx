import type { JSX } from "preact";
import { cards } from "../shared/cases.ts";
import { day } from "../shared/format.ts";
import { Icon } from "../shared/icons.tsx";
import { go } from "../shared/router.ts";
import { t, tBoth } from "../shared/text.ts";
import type { CaseCard } from "../shared/types.ts";
import { Chip, Empty, Loading } from "../shared/ui.tsx";
import { stateName } from "../shared/words.ts";
import { Shell } from "./app.tsx";
import { Invitation } from "./home.tsx";

function Card({ card }: { card: CaseCard }): JSX.Element {
  const fact = (label: string, value: string): JSX.Element => <div><dt>{label}</dt><dd>{value}</dd></div>;
  return (
    <button type="button" class="case-card" data-testid={`case-${card.case_id}`} onClick={() => go("case", card.case_id)}>
      <span class="case-card-head">
        <strong>{tBoth(card.item.label)}</strong>
        <Icon name="next" />
      </span>
      <span class="case-amount">{card.item.amount_label}</span>
      <dl class="facts">
        {fact(t("fact.policyholder"), card.policyholder)}
        {fact(t("fact.case_no"), card.case_no)}
        {fact(t("fact.agent"), card.agent)}
        {fact(t("fact.application_date"), day(card.application_date))}
      </dl>
      <span class="row between">
        {card.query_due ? <Chip tone="warn">{t("c.query.by", { due: card.query_due })}</Chip> : <Chip tone={card.signed ? "good" : "info"}>{stateName(card.state)}</Chip>}
        <small class="soft">{t("c.services.signed_of", { done: card.signed_count, total: card.total_count })}</small>
      </span>
    </button>
  );
}

/** 未簽名 and 已簽名, from the viewer's own signature state (S12). */
export function Services({ signed }: { signed: boolean }): JSX.Element {
  const all = cards.value;
  const shown = all?.filter((card) => card.signed === signed) ?? [];
  const count = (state: boolean): number => all?.filter((card) => card.signed === state).length ?? 0;
  const tab = (state: boolean, name: string): JSX.Element => (
    <button type="button" role="tab" aria-selected={signed === state} data-testid={`tab-${name}`} onClick={() => go("services", name)}>
      {t(`c.services.${name}`)}({count(state)})
    </button>
  );
  return (
    <Shell title={t("c.home.services")} nav="services" testid="services-page">
      <div class="segments" role="tablist">
        {tab(false, "unsigned")}
        {tab(true, "signed")}
      </div>
      {shown.filter((card) => card.invited && card.room_open).map((card) => <Invitation key={card.case_id} card={card} />)}
      {!all && <Loading />}
      {all && !shown.length && <Empty icon="file" text={t(signed ? "c.services.none_signed" : "c.services.none_unsigned")} />}
      {shown.map((card) => <Card key={card.case_id} card={card} />)}
    </Shell>
  );
}
