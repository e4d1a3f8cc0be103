import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { findingText } from "../casework/words.ts";
import { FindingRow } from "./facts.tsx";
import { Panel } from "./staff.tsx";
import { t } from "./text.ts";
import type { CaseView } from "./types.ts";
import { Chip } from "./ui.tsx";

const owners = ["customer", "agent", "reviewer"] as const;

/** What the rules still ask for, by who can do it; what is satisfied is one click away. */
export function StaffFindings({ view }: { view: CaseView }): JSX.Element {
  const [all, setAll] = useState(false);
  const open = view.findings.filter((finding) => finding.status === "open");
  const shown = all ? view.findings : open;
  return (
    <Panel title={t("staff.findings")} testid="findings" action={<Chip tone={open.length ? "warn" : "good"} testid="findings-open">{t("staff.findings_open", { count: open.length })}</Chip>}>
      {owners.map((who) => {
        const mine = shown.filter((finding) => finding.who === who);
        if (!mine.length) return null;
        return (
          <div key={who} class="stack tight">
            <h3 class="soft">{t(`finding.who.${who}`)}</h3>
            <ul class="stack tight">{mine.map((finding, index) => <FindingRow key={`${finding.rule}-${index}`} finding={{ ...finding, text: findingText(finding) }} view={view} />)}</ul>
          </div>
        );
      })}
      {!shown.length && <p class="soft">{t("staff.findings_none")}</p>}
      {view.findings.length > open.length && <button type="button" class="link" data-testid="findings-all" onClick={() => setAll(!all)}>{t(all ? "staff.findings_only_open" : "staff.findings_all", { count: view.findings.length - open.length })}</button>}
    </Panel>
  );
}
