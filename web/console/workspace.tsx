import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { toneOfDecision } from "../casework/decide.tsx";
import { CaseTabs, Casework } from "../casework/page.tsx";
import { decisionName } from "../casework/words.ts";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { CaseFacts } from "../shared/facts.tsx";
import { go, route } from "../shared/router.ts";
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

/** That the underwriter asks something, or what he decided: the way to the other tab. */
function Underwriting({ view }: { view: CaseView }): JSX.Element | null {
  const asked = view.queries?.find((query) => query.open);
  if (!asked && !view.decision) return null;
  return (
    <button type="button" class="news" data-testid="underwriting-news" onClick={() => go("case", view.case_id, "assessment")}>
      {asked && <Chip tone="warn">{t("queue.query", { due: asked.due })}</Chip>}
      {view.decision && <Chip tone={toneOfDecision(view.decision.outcome)}>{t("u.decided", { outcome: decisionName(view.decision.outcome) })}</Chip>}
    </button>
  );
}

function Head({ view }: { view: CaseView }): JSX.Element {
  return (
    <header class="case-head" data-testid="case-head">
      <IconButton testid="back" icon="back" label={t("back")} onClick={() => go()} />
      <CaseFacts view={view} compact />
      <span class="case-chips"><Chip>{kindName(view.kind)}</Chip><Chip tone="info" testid="case-state">{stateName(view.state)}</Chip><Underwriting view={view} />{view.actions.includes("withdraw") && <Withdraw view={view} />}</span>
    </header>
  );
}

/** One case: who and what is missing, the meeting and the papers, and the guided script beside them. */
export function Workspace({ id }: { id: string }): JSX.Element {
  const { view, error } = useCase(id);
  if (!view) return <main class="staff-page">{error ? <Failure text={error} /> : <Loading />}</main>;
  const tab = route.value[2] === "assessment" ? "assessment" : "case";
  const away = tab !== "case"; // the call and the script stay alive behind the other tab
  const tabs = [{ name: "case", label: t("u.tab.case") }, { name: "assessment", label: t("u.tab.assessment") }];
  return (
    <main class={`workspace console${view.meeting.status === "open" ? " meeting" : ""}`} data-testid="workspace" data-state={view.state} data-version={view.version}>
      <Head view={view} />
      <CaseTabs id={id} tabs={tabs} chosen={tab} />
      {away && <Casework view={view} />}
      <div class="column left" hidden={away}>
        <People view={view} />
        <StaffFindings view={view} />
        <History view={view} />
      </div>
      <div class="column middle" hidden={away}>
        <MeetingPanel view={view} />
        <ReportPanel view={view} />
        <PhotosPanel view={view} />
        <DocumentsPanel view={view} />
      </div>
      <div class="column right" hidden={away}>
        <ScriptPanel view={view} />
      </div>
    </main>
  );
}
