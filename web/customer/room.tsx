import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { caseId, hostSeen, leave, participants, phase, recorder, shared } from "../shared/call.ts";
import { views } from "../shared/cases.ts";
import { clock } from "../shared/format.ts";
import { Restore } from "../shared/lost.tsx";
import { Icon } from "../shared/icons.tsx";
import { go } from "../shared/router.ts";
import { canShare, share, shownScreen } from "../shared/screen.ts";
import { t } from "../shared/text.ts";
import { host, me, others, ScreenTile, Tile } from "../shared/tile.tsx";
import type { Participant } from "../shared/types.ts";
import { Button, Dialog, IconButton, toast } from "../shared/ui.tsx";
import { SourceButton } from "./preview.tsx";

/** null: as many see each other decides; else what the customer chose (S44). */
const chosen = signal<"pair" | "group" | null>(null);
const layout = (): "pair" | "group" => chosen.value ?? (participants.value.length > 2 ? "group" : "pair");

export function RecordingLight(): JSX.Element {
  const truth = recorder.value;
  if (phase.value === "reconnecting") return <span class="rec warn" data-testid="recording" data-writing="false">{t("call.reconnecting")}</span>;
  const writing = truth?.writing ?? false;
  const broken = truth?.stalled ?? false;
  return (
    <span class={`rec${writing ? " on" : broken ? " broken" : ""}`} data-testid="recording" data-writing={writing}>
      <span class="rec-dot" />
      {writing ? `${t("call.recording")} ${clock(truth?.seconds ?? 0)}` : t(broken ? "call.recording_broken" : "call.not_recording")}
    </span>
  );
}

/** Before the host has come, or after he was lost: what the customer waits for. */
function Missing(): JSX.Element {
  return <div class="tile big waiting" data-testid="waiting-host"><p><Icon name="video" size={36} /><span>{t(hostSeen.value ? "c.room.waiting_again" : "c.room.waiting")}</span></p></div>;
}

/** Two in one picture: the host above, oneself below. */
function Pair({ first, self }: { first: Participant | undefined; self: Participant | undefined }): JSX.Element {
  return (
    <div class="pair" data-testid="layout-pair">
      {first ? <Tile who={first} big /> : <Missing />}
      {self && <Tile who={self} big />}
    </div>
  );
}

/** Somebody shares a screen: it is large, the faces beside it in their order. */
function Sharing({ first, self, rest }: { first: Participant | undefined; self: Participant | undefined; rest: Participant[] }): JSX.Element {
  return (
    <div class="sharing" data-testid="layout-screen">
      <ScreenTile />
      <div class="strip" data-testid="strip" tabIndex={0}>
        {[first, self, ...rest].map((who) => who && <Tile key={who.participant_id} who={who} />)}
      </div>
    </div>
  );
}

function ShareButton(): JSX.Element | null {
  if (!canShare) return null;
  const on = shared.value !== null;
  const flip = (): void => void share().catch(() => toast(t("call.screen.failed")));
  return <IconButton testid="share-screen" icon="screen" class={on ? "round sharing-on" : "round on"} label={t(on ? "call.screen.stop" : "call.screen.share")} pressed={on} onClick={flip} />;
}

/** Three and more: the host largest and fixed above; below oneself first, then the others as they came (S45). */
function Group({ first, self, rest }: { first: Participant | undefined; self: Participant | undefined; rest: Participant[] }): JSX.Element {
  return (
    <div class="group" data-testid="layout-group">
      {first ? <Tile who={first} big /> : <Missing />}
      <div class="strip" data-testid="strip" tabIndex={0}>
        {self && <Tile who={self} />}
        {rest.map((who) => <Tile key={who.participant_id} who={who} />)}
      </div>
    </div>
  );
}

function Leave({ onClose }: { onClose: () => void }): JSX.Element {
  const done = (): void => {
    void leave();
    go("home");
  };
  return (
    <Dialog title={t("c.leave.title")} testid="leave-dialog" onClose={onClose}>
      <div class="stack">
        <p>{t("c.leave.text")}</p>
        <div class="row end">
          <Button testid="leave-cancel" look="quiet" onClick={onClose}>{t("cancel")}</Button>
          <Button testid="leave-confirm" look="danger" onClick={done}>{t("c.leave.confirm")}</Button>
        </div>
      </div>
    </Dialog>
  );
}

/** The call on the whole screen. */
export function Room(): JSX.Element {
  const [leaving, setLeaving] = useState(false);
  const shape = layout();
  const [first, self, rest] = [host(), me(), others()];
  const view = caseId.value ? views.value[caseId.value] : undefined;
  const shrink = (): void => (caseId.value ? go("case", caseId.value) : go("home"));
  return (
    <div class="room" data-testid="room-page" data-phase={phase.value}>
      <header class="room-top">
        <RecordingLight />
        <span class="room-case mono">{view?.case_no}</span>
        <IconButton testid="shrink" icon="shrink" label={t("c.room.shrink")} onClick={shrink} />
        <IconButton testid="layout" icon={shape === "pair" ? "layout" : "pair"} label={t(shape === "pair" ? "c.room.to_group" : "c.room.to_pair")} onClick={() => { chosen.value = shape === "pair" ? "group" : "pair"; }} />
      </header>
      {shownScreen.value ? <Sharing first={first} self={self} rest={rest} /> : shape === "pair" ? <Pair first={first ?? rest[0]} self={self} /> : <Group first={first} self={self} rest={rest} />}
      <Restore />
      <footer class="room-foot">
        <SourceButton source="microphone" />
        <SourceButton source="camera" />
        <ShareButton />
        <IconButton testid="leave" icon="leave" class="round hang" label={t("c.leave.confirm")} onClick={() => setLeaving(true)} />
      </footer>
      {leaving && <Leave onClose={() => setLeaving(false)} />}
    </div>
  );
}
