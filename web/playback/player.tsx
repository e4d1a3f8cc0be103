import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { principal } from "../shared/session.ts";
import { t } from "../shared/text.ts";
import type { CaseView, RecordingView } from "../shared/types.ts";
import { Chip, IconButton } from "../shared/ui.tsx";
import { Engine } from "./engine.ts";
import { Film, Looks, type Look } from "./film.tsx";
import { neighbour } from "./lanes.ts";
import { covered } from "./ranges.ts";
import { Stage } from "./stage.tsx";
import { Timeline } from "./timeline.tsx";

const rates = [0.5, 1, 1.5, 2, 3];

function useKeys(engine: Engine): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.target instanceof HTMLElement && /INPUT|TEXTAREA|SELECT|BUTTON|SUMMARY/.test(event.target.tagName)) return;
      if (event.key === " ") engine.toggle();
      else if (event.key === "ArrowLeft") engine.seek(engine.position.peek() - 5);
      else if (event.key === "ArrowRight") engine.seek(engine.position.peek() + 5);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [engine]);
}

function Controls({ engine, recording }: { engine: Engine; recording: RecordingView }): JSX.Element {
  const step = (forward: boolean): void => {
    const mark = neighbour(recording.marks, engine.position.peek(), forward);
    if (mark) engine.seek(mark.at_s);
  };
  const seen = recording.seconds ? Math.min(100, Math.round((100 * covered(engine.viewed.value)) / recording.seconds)) : 0;
  return (
    <div class="controls">
      <IconButton testid="mark-previous" icon="back" label={t("r.mark_previous")} onClick={() => step(false)} />
      <IconButton testid="play" icon={engine.playing.value ? "pause" : "play"} class="play" label={t(engine.playing.value ? "r.pause" : "r.play")} pressed={engine.playing.value} onClick={() => engine.toggle()} />
      <IconButton testid="mark-next" icon="next" label={t("r.mark_next")} onClick={() => step(true)} />
      <span class="rates" role="radiogroup" aria-label={t("r.speed")}>
        {rates.map((rate) => <button key={rate} type="button" role="radio" aria-checked={engine.rate.value === rate} data-testid={`rate-${rate}`} onClick={() => engine.setRate(rate)}>{rate}×</button>)}
      </span>
      {engine.buffering.value && <Chip tone="info" testid="buffering">{t("r.buffering")}</Chip>}
      <span class="grow" />
      <Chip testid="viewed">{t("r.viewed", { percent: seen })}</Chip>
      <Chip tone={recording.verified ? "good" : "bad"} testid="verified">{t(recording.verified ? "r.verified" : "r.not_verified")}</Chip>
    </div>
  );
}

type Props = { view: CaseView; recording: RecordingView; onEngine: (engine: Engine) => void };

/** Every track in its own element, or the film: all on one clock, so that what is looked at may change while it plays. */
export function Player({ view, recording, onEngine }: Props): JSX.Element {
  const [engine] = useState(() => new Engine(view.case_id, recording));
  const [look, setLook] = useState<Look>("tracks");
  const [silenced, setSilenced] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    onEngine(engine);
    return () => engine.dispose();
  }, [engine]);
  useKeys(engine);
  const silence = (id: string): void => {
    const next = new Set(silenced);
    if (!next.delete(id)) next.add(id);
    setSilenced(next);
  };
  const mark = `${principal.value?.name ?? ""} ${view.case_no}`;
  return (
    <section class="panel player" data-testid="player" data-playing={engine.playing.value} data-look={look}>
      <Looks look={look} onLook={setLook} />
      {look === "tracks" && <Stage engine={engine} tracks={recording.tracks} gaps={recording.gaps} silenced={silenced} onSilence={silence} mark={mark} />}
      {look === "film" && <Film caseId={view.case_id} recording={recording} engine={engine} mark={mark} />}
      <Controls engine={engine} recording={recording} />
      <Timeline engine={engine} recording={recording} view={view} />
    </section>
  );
}
