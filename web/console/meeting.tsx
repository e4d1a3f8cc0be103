import type { JSX } from "preact";
import { post } from "../shared/api.ts";
import { caseId, endReason, inCall, join, muted, participants, phase, recorder, shared, toggle } from "../shared/call.ts";
import { returning } from "../shared/comeback.ts";
import { carry } from "../shared/cases.ts";
import { acquire } from "../shared/devices.ts";
import { clock } from "../shared/format.ts";
import { Icon } from "../shared/icons.tsx";
import { Lost, Restore } from "../shared/lost.tsx";
import { PagePicture } from "../shared/page.tsx";
import { canShare, share, shownScreen } from "../shared/screen.ts";
import { Panel } from "../shared/staff.tsx";
import { t } from "../shared/text.ts";
import { me, ScreenTile, Tile } from "../shared/tile.tsx";
import type { CaseView, RecorderTruth } from "../shared/types.ts";
import { Button, Chip, Failure, IconButton, toast, useAction } from "../shared/ui.tsx";
import { nameOf, reasonName } from "../shared/words.ts";
import { latest, places, placeText } from "./cobrowse.ts";

const recorderTexts = { on: "call.recording", broken: "call.recording_broken", off: "call.not_recording", unknown: "call.recording_unknown" };

/** What the recorder really does: writing, for how long, how old the last frame is, how many gaps (S15, F34). */
function RecorderBar({ truth, view }: { truth: RecorderTruth | null; view: CaseView }): JSX.Element {
  const state = phase.value === "reconnecting" ? "unknown" : truth?.stalled ? "broken" : truth?.writing ? "on" : "off";
  const silent = participants.value.filter((who) => who.sources.camera?.on && !who.sources.camera.muted && !who.sources.camera.receiving).map((who) => who.name);
  const fact = (name: string, value: string): JSX.Element => <span><small>{t(`k.rec.${name}`)}</small><strong class="mono">{value}</strong></span>;
  return (
    <div class={`recorder ${state}`} data-testid="recorder" data-writing={state === "on"} data-state={state}>
      <span class="rec-state"><span class="rec-dot" />{t(recorderTexts[state])}</span>
      {fact("seconds", clock(truth?.seconds ?? 0))}
      {fact("age", truth?.age_ms == null ? "–" : t("k.rec.ago", { seconds: (truth.age_ms / 1000).toFixed(1) }))}
      {fact("gaps", String(truth?.gaps ?? 0))}
      {fact("serial", view.meeting.recording?.serial ?? "–")}
      {state === "broken" && <p class="recorder-why" role="alert" data-testid="recorder-why"><Icon name="alert" size={18} />{t("k.rec.broken_why")}{silent.length > 0 && t("k.rec.broken_who", { names: silent.join("、") })}</p>}
    </div>
  );
}

/** Whether signing is open, and what it still waits for (S15). */
function SigningState({ view }: { view: CaseView }): JSX.Element {
  const { reasons: [first] } = view.meeting.signing;
  const broken = phase.value === "reconnecting" || (recorder.value?.stalled ?? false);
  const unlocked = view.meeting.signing.unlocked && !broken;
  if (broken) return <Chip tone="bad" testid="signing-state">{t("k.rec.paused")}</Chip>;
  const locked = first ? `${t("k.rec.locked")}：${reasonName(first)}` : t("k.rec.locked");
  return <Chip tone={unlocked ? "good" : "warn"} testid="signing-state">{unlocked ? t("k.rec.unlocked") : locked}</Chip>;
}

function ShareButton(): JSX.Element | null {
  if (!canShare) return null;
  const on = shared.value !== null;
  const flip = (): void => void share().catch(() => toast(t("call.screen.failed")));
  return <IconButton testid="share-screen" icon="screen" class={on ? "sharing-on" : ""} label={t(on ? "call.screen.stop" : "call.screen.share")} pressed={on} onClick={flip} />;
}

function Buttons(): JSX.Element {
  const flip = (source: "camera" | "microphone"): void => void toggle(source).catch(() => undefined); // the roster shows what the server sees
  const one = (source: "camera" | "microphone"): JSX.Element => {
    const off = muted.value[source];
    const icon = source === "camera" ? (off ? "videoOff" : "video") : off ? "micOff" : "mic";
    return <IconButton testid={`toggle-${source}`} icon={icon} class={off ? "off" : ""} label={t(`call.${source}.${off ? "off" : "on"}`)} pressed={!off} onClick={() => flip(source)} />;
  };
  return <span class="row tight-row">{one("microphone")}{one("camera")}<ShareButton /></span>;
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

/** 請客戶分享畫面: one button for each customer in the call who does not show his screen yet (S47). */
function AskScreens({ view }: { view: CaseView }): JSX.Element {
  const action = useAction();
  const ask = (person_id: string): void => action.run(() => carry(post<CaseView>(`/cases/${view.case_id}/meeting/prompts`, { step: "screen_share", person_id })));
  const asked = view.meeting.prompt?.step === "screen_share" ? view.meeting.prompt.person_id : null;
  return (
    <>
      {view.people.filter((person) => view.meeting.present.includes(person.id) && !view.meeting.screens[person.id]).map((person) => (
        <Button key={person.id} testid={`ask-screen-${person.id}`} small look="secondary" icon="screen" busy={action.busy} disabled={asked === person.id} onClick={() => ask(person.id)}>
          {t(asked === person.id ? "k.screen.asked" : "k.screen.ask", { name: nameOf(view, person.id) })}
        </Button>
      ))}
      <Failure text={action.error} />
    </>
  );
}

function Call({ view }: { view: CaseView }): JSX.Element {
  const rest = participants.value.filter((who) => !who.me);
  const self = me();
  const sharing = shownScreen.value !== null;
  return (
    <div class="call" data-testid="call" data-phase={phase.value}>
      <Lost />
      <div class={sharing ? "call-main sharing" : "call-main"}>
        <ScreenTile />
        <div class={`tiles n${rest.length}`}>
          {rest.map((who) => <Tile key={who.participant_id} who={who} />)}
          {!rest.length && <p class="tile tile-wait">{t("k.meeting.nobody")}</p>}
        </div>
      </div>
      <div class="call-side">
        {self && <Tile who={self} />}
        <Restore />
        <AskScreens view={view} />
        <CoBrowse view={view} />
      </div>
    </div>
  );
}

export function MeetingPanel({ view }: { view: CaseView }): JSX.Element {
  const action = useAction();
  const here = inCall.value && caseId.value === view.case_id;
  const enter = (): void =>
    action.run(async () => {
      await carry(post<CaseView>(`/cases/${view.case_id}/meeting`)); // also where it is open: then the server sees to its room
      await acquire();
      await join(view.case_id);
    });
  const status = view.meeting.status;
  const ended = status === "ended" || (status === "none" && view.submission);
  return (
    <Panel title={t("k.meeting.title")} testid="meeting-panel" class="meeting-panel" action={here && <span class="row call-head"><SigningState view={view} /><Buttons /></span>}>
      {(here || status === "open") && <RecorderBar truth={here ? recorder.value ?? view.meeting.recording : view.meeting.recording} view={view} />}
      {here && <Call view={view} />}
      {!here && ended && <p class="soft" data-testid="meeting-ended">{t(view.state === "submitted" ? "k.meeting.sealing" : "k.meeting.ended")}</p>}
      {!here && phase.value === "ended" && endReason.value === "lost" && <Failure text={t("k.meeting.lost")} />}
      <Failure text={action.error} testid="meeting-error" />
      {!here && status === "open" && <Button testid="join-meeting" icon="video" busy={action.busy || returning.value || phase.value === "joining"} onClick={enter}>{t("k.meeting.join")}</Button>}
      {!here && status !== "open" && view.actions.includes("open_meeting") && <Button testid="open-meeting" icon="video" busy={action.busy} disabled={inCall.value} onClick={enter}>{t("k.meeting.open")}</Button>}
      {!here && status === "none" && !view.actions.includes("open_meeting") && !view.submission && <p class="soft">{t("k.meeting.not_yet")}</p>}
    </Panel>
  );
}
