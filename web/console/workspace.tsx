import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { CaseFacts } from "../shared/facts.tsx";
import { go } from "../shared/router.ts";
import { StaffFindings } from "../shared/findings.tsx";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { Button, Chip, Failure, IconButton, Loading, ReasonDialog } from "../shared/ui.tsx";
import { useCase } from "../shared/usecase.ts";
import { kindName, stateName } from "../shared/words.ts";
import { DocumentsPanel } from "./documents.tsx";
import { History } from "./history.tsx";
import { MeetingPanel } from "./meeting.tsx";
import { People } from "./people.tsx";
import { PhotosPanel } from "./photos.tsx";
import { ReportPanel } from "./report.tsx";
import { ScriptPanel } from "./script.tsx";

/** 撤件: the case ends before it is submitted, with a reason. */
function Withdraw({ view }: { view: CaseView }): JSX.Element {
  const [asking, setAsking] = useState(false);
  const send = async (reason: string): Promise<void> => {
    await carry(post<CaseView>(`/cases/${view.case_id}/withdrawal`, { reason }));
    setAsking(false);
  };
  return (
    <>
      <Button testid="withdraw-open" look="danger" small onClick={() => setAsking(true)}>{t("action.withdraw")}</Button>
      {asking && <ReasonDialog title={t("k.withdraw.title")} label={t("k.withdraw.reason")} confirm={t("action.withdraw")} testid="withdraw" onClose={() => setAsking(false)} onReason={send}><p class="soft">{t("k.withdraw.text")}</p></ReasonDialog>}
    </>
  );
}

function Head({ view }: { view: CaseView }): JSX.Element {
  return (
    <header class="case-head" data-testid="case-head">
      <IconButton testid="back" icon="back" label={t("back")} onClick={() => go()} />
      <CaseFacts view={view} compact />
      <span class="case-chips"><Chip>{kindName(view.kind)}</Chip><Chip tone="info" testid="case-state">{stateName(view.state)}</Chip>{view.actions.includes("withdraw") && <Withdraw view={view} />}</span>
    </header>
  );
}

/** One case: who and what is missing, the meeting and the papers, and the guided script beside them. */
export function Workspace({ id }: { id: string }): JSX.Element {
  const { view, error } = useCase(id);
  if (!view) return <main class="staff-page">{error ? <Failure text={error} /> : <Loading />}</main>;
  return (
    <main class={`workspace console${view.meeting.status === "open" ? " meeting" : ""}`} data-testid="workspace" data-state={view.state} data-version={view.version}>
      <Head view={view} />
      <div class="column left">
        <People view={view} />
        <StaffFindings view={view} />
        <History view={view} />
      </div>
      <div class="column middle">
        <MeetingPanel view={view} />
        <ReportPanel view={view} />
        <PhotosPanel view={view} />
        <DocumentsPanel view={view} />
      </div>
      <div class="column right">
        <ScriptPanel view={view} />
      </div>
    </main>
  );
}
