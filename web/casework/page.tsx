import "./casework.css";
import type { JSX } from "preact";
import { moment } from "../shared/format.ts";
import { go } from "../shared/router.ts";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { Chip, Failure, Loading, type Tone } from "../shared/ui.tsx";
import { DecisionPanel } from "./decide.tsx";
import { FindingsPanel } from "./findings.tsx";
import { LettersPanel } from "./letters.tsx";
import { AttachmentsPanel } from "./papers.tsx";
import { QueriesPanel } from "./queries.tsx";
import { TodoPanel } from "./todo.tsx";
import type { Assessment } from "./types.ts";
import { useAssessment } from "./useassessment.ts";
import { WhatIfPanel } from "./whatif.tsx";
import { outcomeName } from "./words.ts";

const tones: Record<string, Tone> = { CLEAN: "good", REVIEW: "info", OPEN: "warn" };

/** What the rules come to, by which edition, and what of it was written down. */
function Outcome({ assessment, stale }: { assessment: Assessment; stale: boolean }): JSX.Element {
  return (
    <section class={`panel outcome ${tones[assessment.outcome] ?? "bad"}`} data-testid="outcome" data-outcome={assessment.outcome}>
      <div class="row between">
        <p><small class="soft">{t("u.outcome")}</small><strong>{outcomeName(assessment.outcome)}</strong></p>
        <p><small class="soft">{t("u.edition")}</small><strong class="mono" data-testid="edition">{assessment.rulebook}</strong></p>
        <p><small class="soft">{t("u.as_of")}</small><strong class="mono">{assessment.as_of ?? "—"}</strong></p>
        {assessment.needs_decision && <p><small class="soft">{t("u.advice")}</small><strong>{t(`advice.${assessment.advice}`)}</strong></p>}
        {stale && <Chip>{t("u.stale")}</Chip>}
      </div>
      {assessment.recorded.length > 0 && (
        <details data-testid="recorded">
          <summary class="link">{t("u.recorded", { count: assessment.recorded.length })}</summary>
          <ul class="reasons">{assessment.recorded.map((each) => <li key={`${each.moment}-${each.at}`}>{t(`u.moment.${each.moment}`)}　{moment(each.at)}　{outcomeName(each.outcome)}　{each.edition}{each.sha256 && <small class="mono">　{each.sha256.slice(0, 12)}</small>}</li>)}</ul>
        </details>
      )}
      <p class="soft small-text">{t("u.out_of_scope", { count: assessment.out_of_scope.length })}</p>
    </section>
  );
}

/** 核保檢核 of a case: what the rules found, who has to do what, what if; queries and the decision by one's rights. */
export function Casework({ view, shown = true }: { view: CaseView; shown?: boolean }): JSX.Element {
  const { assessment, error } = useAssessment(view, shown);
  if (!assessment) return <div class="casework" data-testid="assessment">{error ? <Failure text={error} /> : <Loading />}</div>;
  return (
    <div class="casework" data-testid="assessment" data-version={assessment.version}>
      <div class="casework-main">
        <Outcome assessment={assessment} stale={assessment.version < view.version} />
        {error && <Failure text={error} />}
        <FindingsPanel assessment={assessment} view={view} />
      </div>
      <div class="casework-side">
        <DecisionPanel view={view} assessment={assessment} />
        <QueriesPanel view={view} assessment={assessment} />
        <AttachmentsPanel view={view} />
        <LettersPanel view={view} />
        <TodoPanel assessment={assessment} />
        <WhatIfPanel assessment={assessment} view={view} />
      </div>
    </div>
  );
}

export type Tab = { name: string; label: string };

/** The tabs of a case; the address keeps which one is open. The first has no name in it. */
export function CaseTabs({ id, tabs, chosen }: { id: string; tabs: Tab[]; chosen: string }): JSX.Element {
  return (
    <div class="segments case-tabs" role="tablist">
      {tabs.map((tab, n) => <button key={tab.name} type="button" role="tab" aria-selected={chosen === tab.name} data-testid={`case-tab-${tab.name}`} onClick={() => (n ? go("case", id, tab.name) : go("case", id))}>{tab.label}</button>)}
    </div>
  );
}
