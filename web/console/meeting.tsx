import type { JSX } from "preact";
import { post } from "../shared/api.ts";
import { caseId, endReason, inCall, join, participants, phase, recorder, toggle, muted } from "../shared/call.ts";
import { carry } from "../shared/cases.ts";
import { acquire } from "../shared/devices.ts";
import { clock } from "../shared/format.ts";
import { PagePicture } from "../shared/page.tsx";
import { Panel } from "../shared/staff.tsx";
import { t } from "../shared/text.ts";
import { Tile } from "../shared/tile.tsx";
import type { CaseView, RecorderTruth } from "../shared/types.ts";
import { Button, Chip, Failure, IconButton, useAction } from "../shared/ui.tsx";
import { nameOf, reasonName } from "../shared/words.ts";
import { latest, places, placeText } from "./cobrowse.ts";

/** What the recorder really does: writing, for how long, how old the last frame is, how many gaps (S15, F34). */
function RecorderBar({ truth, view }: { truth: RecorderTruth | null; view: CaseView }): JSX.Element {
  const writing = truth?.writing ?? false;
  const fact = (name: string, value: string): JSX.Element => <span><small>{t(`k.rec.${name}`)}</small><strong class="mono">{value}</strong></span>;
  return (
    <div class={`recorder${writing ? " on" : " off"}`} data-testid="recorder" data-writing={writing}>
      <span class="rec-state"><span class="rec-dot" />{t(writing ? "call.recording" : "call.not_recording")}</span>
      {fact("seconds", clock(truth?.seconds ?? 0))}
      {fact("age", truth?.age_ms == null ? "–" : `${Math.round(truth.age_ms)} ms`)}
      {fact("gaps", String(truth?.gaps ?? 0))}
      {fact("serial", view.meeting.recording?.serial ?? "–")}
      <Chip tone={view.meeting.signing.unlocked ? "good" : "warn"} testid="signing-state">
        {view.meeting.signing.unlocked ? t("k.rec.unlocked") : `${t("k.rec.locked")}${view.meeting.signing.reasons[0] ? `：${reasonName(view.meeting.signing.reasons[0])}` : ""}`}
      </Chip>
    </div>
  );
}

function Buttons(): JSX.Element {
  const flip = (source: "camera" | "microphone"): void => void toggle(source).catch(() => undefined); // the roster shows what the server sees
  const one = (source: "camera" | "microphone"): JSX.Element => {
    const off = muted.value[source];
    const icon = source === "camera" ? (off ? "videoOff" : "video") : off ? "micOff" : "mic";
    return <IconButton testid={`toggle-${source}`} icon={icon} class={off ? "off" : ""} label={t(`call.${source}.${off ? "off" : "on"}`)} pressed={!off} onClick={() => flip(source)} />;
  };
  return <span class="row tight-row">{one("microphone")}{one("camera")}</span>;
}

/** The page that the customer who moved last is looking at. */
function CoBrowse({ view }: { view: CaseView }): JSX.Element | null {
  const person = latest.value;
  const place = person ? places.value[person] : undefined;
  if (!person || !place) return null;
  const document = view.documents.find((each) => each.id === place.document_id);
  return (
    <aside class="cobrowse" data-testid="cobrowse" data-page={place.page} data-document={place.document_id} data-page-no={place.page_no}>
      <p><small class="soft">{t("k.cobrowse")}</small><strong>{nameOf(view, person)}</strong></p>
      <p class="small-text">{placeText(view, person)}</p>
      {document && document.status !== "preparing" && <PagePicture caseId={view.case_id} document={document} page={Math.min(place.page_no ?? 1, document.pages)} width={800} />}
    </aside>
  );
}

function Call({ view }: { view: CaseView }): JSX.Element {
  const everybody = participants.value;
  return (
    <div class="call" data-testid="call" data-phase={phase.value}>
      <div class={`tiles n${Math.min(everybody.length, 6)}`}>
        {everybody.map((who) => <Tile key={who.participant_id} who={who} />)}
      </div>
      <CoBrowse view={view} />
    </div>
  );
}

export function MeetingPanel({ view }: { view: CaseView }): JSX.Element {
  const action = useAction();
  const here = inCall.value && caseId.value === view.case_id;
  const enter = async (): Promise<void> => {
    await acquire();
    await join(view.case_id);
  };
  const open = (): void =>
    action.run(async () => {
      await carry(post<CaseView>(`/cases/${view.case_id}/meeting`));
      await enter();
    });
  const status = view.meeting.status;
  const ended = status === "ended" || (status === "none" && view.submission);
  return (
    <Panel title={t("k.meeting.title")} testid="meeting-panel" action={here ? <Buttons /> : undefined}>
      {(here || status === "open") && <RecorderBar truth={here ? recorder.value ?? view.meeting.recording : view.meeting.recording} view={view} />}
      {phase.value === "reconnecting" && here && <Failure text={t("call.reconnecting")} testid="reconnecting" />}
      {here && <Call view={view} />}
      {!here && ended && <p class="soft" data-testid="meeting-ended">{t(view.state === "submitted" ? "k.meeting.sealing" : "k.meeting.ended")}</p>}
      {!here && phase.value === "ended" && endReason.value === "lost" && <Failure text={t("k.meeting.lost")} />}
      <Failure text={action.error} testid="meeting-error" />
      {!here && status === "open" && <Button testid="join-meeting" icon="video" busy={action.busy || phase.value === "joining"} onClick={() => action.run(enter)}>{t("k.meeting.join")}</Button>}
      {!here && status !== "open" && view.actions.includes("open_meeting") && <Button testid="open-meeting" icon="video" busy={action.busy} disabled={inCall.value} onClick={open}>{t("k.meeting.open")}</Button>}
      {!here && status === "none" && !view.actions.includes("open_meeting") && !view.submission && <p class="soft">{t("k.meeting.not_yet")}</p>}
    </Panel>
  );
}
