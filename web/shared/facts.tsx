import type { JSX } from "preact";
import { day } from "./format.ts";
import { Icon } from "./icons.tsx";
import { t, tBoth } from "./text.ts";
import type { CaseView, Finding } from "./types.ts";
import { nameOf, policyholder } from "./words.ts";

/** The facts by which a person knows his case (S13, S40). */
export function CaseFacts({ view, compact }: { view: CaseView; compact?: boolean }): JSX.Element {
  const fact = (label: string, value: string, testid: string): JSX.Element => <div><dt>{label}</dt><dd data-testid={testid}>{value}</dd></div>;
  return (
    <section class={compact ? "case-facts compact" : "case-facts"} data-testid="case-facts">
      <h2>{tBoth(view.item.label)}</h2>
      <p class="case-amount">{view.item.amount_label}</p>
      <dl class="facts">
        {fact(t("fact.policyholder"), policyholder(view)?.name ?? "", "fact-policyholder")}
        {fact(t("fact.case_no"), view.case_no, "fact-case-no")}
        {fact(t("fact.agent"), view.agent.name, "fact-agent")}
        {fact(t("fact.application_date"), day(view.application_date), "fact-application-date")}
      </dl>
    </section>
  );
}

/** One finding of the rule core with the manual's words behind it. */
export function FindingRow({ finding, view }: { finding: Finding; view: CaseView }): JSX.Element {
  const who = nameOf(view, finding.subject);
  const open = finding.status === "open";
  return (
    <li class={`finding ${finding.status}`} data-testid={`finding-${finding.rule}`} data-status={finding.status} data-subject={finding.subject ?? ""}>
      <Icon name={open ? "alert" : "check"} size={20} />
      <details>
        <summary data-testid={`finding-open-${finding.rule}`}>
          <span>{finding.text}</span>
          {who && <small>{who}</small>}
        </summary>
        <blockquote>{finding.quote}<cite>{finding.cite}</cite></blockquote>
      </details>
    </li>
  );
}
