import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { CaseTabs, Casework } from "../casework/page.tsx";
import { explain, get } from "../shared/api.ts";
import { clock, moment } from "../shared/format.ts";
import { CaseFacts } from "../shared/facts.tsx";
import { StaffFindings } from "../shared/findings.tsx";
import { go, route } from "../shared/router.ts";
import { principal } from "../shared/session.ts";
import { t } from "../shared/text.ts";
import type { CaseView, RecordingView } from "../shared/types.ts";
import { Chip, Failure, IconButton, Loading, Select } from "../shared/ui.tsx";
import { useCase } from "../shared/usecase.ts";
import { kindName, stateName } from "../shared/words.ts";
import { Checklist } from "./checklist.tsx";
import { Decision } from "./decision.tsx";
import type { Engine } from "./engine.ts";
import { Papers } from "./papers.tsx";
import { Player } from "./player.tsx";
import { Proof } from "./proof.tsx";

const filmMs = 2500;

function useRecording(view: CaseView | null, chosen: string | null, shown: boolean): { recording: RecordingView | null; error: string | null } {
  const [recording, setRecording] = useState<RecordingView | null>(null);
  const [error, setError] = useState<string | null>(null);
  const id = view?.case_id;
  const wanted = view ? shown && view.meeting.status !== "open" : false;
  const again = recording ? 0 : view?.version; // what is not sealed yet comes with a later version
  const path = `/cases/${id}/recording${chosen ? `?recording=${encodeURIComponent(chosen)}` : ""}`;
  useEffect(() => {
    if (!id || !wanted) return;
    setError(null);
    get<RecordingView>(path).then(setRecording).catch((failure: unknown) => setError(explain(failure)));
  }, [path, wanted, again]);
  const unfinished = recording?.composition.status === "none" || recording?.composition.status === "making";
  useEffect(() => {
    if (!unfinished) return undefined;
    const look = (): void =>
      void get<RecordingView>(path)
        .then(({ composition }) => setRecording((old) => old && { ...old, composition }))
        .catch(() => undefined); // asked again in a moment
    const timer = setInterval(look, filmMs);
    return () => clearInterval(timer);
  }, [path, unfinished]);
  return { recording, error };
}

/** The meetings that were recorded, where there were several: all are to be seen before the decision. */
function Recordings({ recording, onChoose }: { recording: RecordingView; onChoose: (id: string) => void }): JSX.Element | null {
  const all = recording.recordings;
  if (all.length < 2) return null;
  const options = all.map((each, index) => ({ value: each.recording_id, text: `${index + 1}．${moment(each.started_at)}　${clock(each.seconds)}　${each.serial}` }));
  return <Select label={t("r.recordings", { count: all.length })} testid="recording-select" value={recording.recording_id} onValue={onChoose} options={options} />;
}

type View = "recording" | "assessment";

/** The recording for the reviewer, the assessment for the underwriter; the other is one tab away. */
function tabsOf(kind: string | undefined): View[] {
  return kind === "underwriter" ? ["assessment", "recording"] : ["recording", "assessment"];
}

/** One case before the reviewer or underwriter: the recording, its proof, the papers; the assessment; the decision. */
export function Desk({ id }: { id: string }): JSX.Element {
  const { view, error } = useCase(id);
  const [chosen, setChosen] = useState<string | null>(null);
  const tabs = tabsOf(principal.value?.kind);
  const tab = tabs.find((each) => each === route.value[2]) ?? tabs[0];
  const away = tab !== "recording";
  const { recording, error: missing } = useRecording(view, chosen, !away);
  const [engine, setEngine] = useState<Engine | null>(null);
  if (!view) return <main class="staff-page">{error ? <Failure text={error} /> : <Loading />}</main>;
  return (
    <main class="workspace review" data-testid="review-desk" data-state={view.state}>
      <header class="case-head">
        <IconButton testid="back" icon="back" label={t("back")} onClick={() => go()} />
        <CaseFacts view={view} compact />
        <span class="case-chips"><Chip>{kindName(view.kind)}</Chip><Chip tone="info" testid="case-state">{stateName(view.state)}</Chip></span>
      </header>
      <CaseTabs id={id} tabs={tabs.map((name) => ({ name, label: t(`u.tab.${name}`) }))} chosen={tab ?? ""} />
      {away && <Casework view={view} />}
      <div class="column middle" hidden={away}>
        {missing && <Failure text={missing} testid="recording-error" />}
        {!recording && !missing && (view.meeting.status === "open" ? <p class="soft">{t("r.still_open")}</p> : <Loading />)}
        {recording && <Recordings recording={recording} onChoose={setChosen} />}
        {recording && <Player key={recording.recording_id} view={view} recording={recording} onEngine={setEngine} />}
        <Papers view={view} />
      </div>
      <div class="column right" hidden={away}>
        {(principal.value?.kind === "reviewer" || view.review) && <Decision view={view} />}
        <Checklist view={view} recording={recording} engine={engine} />
        {recording && <Proof view={view} recording={recording} />}
        <StaffFindings view={view} />
      </div>
    </main>
  );
}
