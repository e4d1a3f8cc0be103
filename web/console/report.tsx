import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { Panel } from "../shared/staff.tsx";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { Button, Failure, useAction } from "../shared/ui.tsx";

/** 業務人員招攬報告書, asked for once the case is submitted (U2). */
export function ReportPanel({ view }: { view: CaseView }): JSX.Element | null {
  const [statement, setStatement] = useState("");
  const action = useAction();
  if (!view.actions.includes("agent_report")) return null;
  const send = (event: Event): void => {
    event.preventDefault();
    action.run(() => carry(post<CaseView>(`/cases/${view.case_id}/agent-report`, { statement: statement.trim() })));
  };
  return (
    <Panel title={t("k.report.title")} testid="report-panel">
      <form class="stack" onSubmit={send}>
        <p class="soft">{t("k.report.text")}</p>
        <label class="field">
          <span>{t("k.report.statement")}</span>
          <textarea rows={4} maxLength={2000} required data-testid="report-statement" value={statement} onInput={(event) => setStatement(event.currentTarget.value)} />
        </label>
        <Failure text={action.error} />
        <div class="row end"><Button testid="report-submit" submit busy={action.busy} disabled={!statement.trim()}>{t("k.report.submit")}</Button></div>
      </form>
    </Panel>
  );
}
