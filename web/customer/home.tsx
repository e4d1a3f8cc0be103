import type { JSX } from "preact";
import { caseId, inCall } from "../shared/call.ts";
import { cards } from "../shared/cases.ts";
import { Icon } from "../shared/icons.tsx";
import { go } from "../shared/router.ts";
import { principal } from "../shared/session.ts";
import { t, tBoth } from "../shared/text.ts";
import type { CaseCard } from "../shared/types.ts";
import { Button } from "../shared/ui.tsx";
import { Shell } from "./app.tsx";

/** That the company asks something: shown until it is answered. */
export function Asked({ card }: { card: CaseCard }): JSX.Element {
  return (
    <button type="button" class="task asked" data-testid={`asked-${card.case_id}`} onClick={() => go("case", card.case_id, "query")}>
      <span class="service-icon"><Icon name="alert" /></span>
      <span class="grow"><strong>{t("c.query.title")}</strong><small>{tBoth(card.item.label)}・{t("c.query.by", { due: card.query_due ?? "" })}</small></span>
      <Icon name="next" />
    </button>
  );
}

/** The invitation to an open room (S30); it goes when the room closes. */
export function Invitation({ card }: { card: CaseCard }): JSX.Element {
  const here = inCall.value && caseId.value === card.case_id;
  return (
    <section class="invitation" data-testid={`invitation-${card.case_id}`}>
      <div class="invitation-head">
        <span class="pulse"><Icon name="video" /></span>
        <div>
          <h2>{t(here ? "c.invite.in_call" : "c.invite.title")}</h2>
          <p>{t("c.invite.from", { agent: card.agent })}</p>
        </div>
      </div>
      <p class="invitation-case">{tBoth(card.item.label)}<span class="mono">{card.case_no}</span></p>
      <Button testid={`join-${card.case_id}`} wide icon="video" onClick={() => (here ? go("room") : go("case", card.case_id, "join"))}>
        {t(here ? "c.invite.back" : "c.invite.join")}
      </Button>
    </section>
  );
}

function Ready(): JSX.Element {
  const points = ["light", "id", "device"] as const;
  const icons = { light: "info", id: "camera", device: "mic" } as const;
  return (
    <section class="card stack tight">
      <h2>{t("c.ready.title")}</h2>
      <ul class="points">
        {points.map((point) => (
          <li key={point}><Icon name={icons[point]} size={20} /><span>{t(`c.ready.${point}`)}</span></li>
        ))}
      </ul>
      <p class="soft small-text">{t("c.ready.not_accepted")}</p>
    </section>
  );
}

export function Home(): JSX.Element {
  const all = cards.value ?? [];
  const invited = all.filter((card) => card.invited && card.room_open);
  const unsigned = all.filter((card) => !card.signed).length;
  return (
    <Shell title="CVX" nav="home" testid="home-page">
      <p class="greeting">{t("c.home.hello", { name: principal.value?.name ?? "" })}</p>
      {invited.map((card) => <Invitation key={card.case_id} card={card} />)}
      {all.filter((card) => card.query_due).map((card) => <Asked key={card.case_id} card={card} />)}
      <section class="stack tight">
        <h2>{t("c.home.in_progress")}</h2>
        <button type="button" class="service" data-testid="home-services" onClick={() => go("services", "unsigned")}>
          <span class="service-icon"><Icon name="file" /></span>
          <span class="grow">
            <strong>{t("c.home.services")}</strong>
            <small>{cards.value ? t("c.home.count", { unsigned, signed: all.length - unsigned }) : t("loading")}</small>
          </span>
          {unsigned > 0 && <span class="count" data-testid="home-count">{unsigned}</span>}
          <Icon name="next" />
        </button>
      </section>
      <Ready />
    </Shell>
  );
}
