import type { JSX } from "preact";
import { clock, time } from "../shared/format.ts";
import { t, tAny } from "../shared/text.ts";
import type { CaseView, Gap, Mark, RecordingView } from "../shared/types.ts";
import { markName, nameOf, warningName } from "../shared/words.ts";
import type { Engine } from "./engine.ts";
import { laneOf, lanes, type Lane } from "./lanes.ts";

const percent = (part: number, whole: number): string => `${whole > 0 ? Math.min(100, Math.max(0, (100 * part) / whole)) : 0}%`;

type Props = { engine: Engine; recording: RecordingView; view: CaseView };

function seekBy(event: MouseEvent, engine: Engine, seconds: number): void {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  engine.seek(((event.clientX - box.left) / box.width) * seconds);
}

type Detail = { warnings?: unknown; side?: string; seconds?: number; match?: string | null; override_reason?: string | null };

/** What a reviewer should look at twice. */
function warningsOf(mark: Mark): string[] {
  const detail = (mark.detail ?? {}) as Detail;
  const odd = [detail.match === "differs" && t("staff.shown.match.differs"), detail.override_reason && t("staff.shown.vouched", { reason: detail.override_reason })];
  return [...(Array.isArray(detail.warnings) ? detail.warnings.map((code) => warningName(String(code))) : []), ...odd.filter((words) => typeof words === "string")];
}

/** A mark's name, and of a shown side which and for how long. */
function nameOfMark(mark: Mark): string {
  const { side, seconds } = (mark.detail ?? {}) as Detail;
  return side && seconds !== undefined ? `${markName(mark.type)} ${t("r.mark.identity", { side: t(`side.${side}`), seconds: seconds.toFixed(1) })}` : markName(mark.type);
}

function MarkButton({ mark, engine, recording, view }: Props & { mark: Mark }): JSX.Element {
  const who = nameOf(view, mark.person_id);
  const warnings = warningsOf(mark).join("、");
  const label = `${clock(mark.at_s)} ${nameOfMark(mark)} ${who}${warnings && `（${warnings}）`}`;
  const jump = (event: MouseEvent): void => {
    event.stopPropagation();
    engine.seek(mark.at_s);
  };
  return <button type="button" class={`event ${mark.type}${warnings ? " warned" : ""}`} style={{ left: percent(mark.at_s, recording.seconds) }} title={label} aria-label={label} data-testid={`mark-${mark.type}`} data-at={mark.at_s} onClick={jump} />;
}

function MarkLane({ lane, ...props }: Props & { lane: Lane }): JSX.Element | null {
  const marks = props.recording.marks.filter((mark) => laneOf(mark) === lane);
  if (!marks.length) return null;
  return (
    <div class={`lane ${lane}`} data-testid={`lane-${lane}`}>
      <span class="lane-name">{t(`r.lane.${lane}`)}</span>
      <div class="lane-track" onClick={(event) => seekBy(event, props.engine, props.recording.seconds)}>
        {marks.map((mark, index) => <MarkButton key={index} mark={mark} {...props} />)}
      </div>
    </div>
  );
}

const gapWords = (gap: Gap): string => `${tAny([`r.gap.${gap.reason}`], t("r.gap"))} ${clock(gap.from_s)}–${clock(gap.to_s)}（${(gap.to_s - gap.from_s).toFixed(1)} s）`;

/** One lane a track: its segments as bars, what is missing as hatched gaps that are never closed up. */
function TrackLanes({ engine, recording }: Props): JSX.Element {
  return (
    <>
      {recording.tracks.map((track) => (
        <div key={track.track_id} class="lane track" data-testid={`lane-${track.track_id}`}>
          <span class="lane-name">{track.name}　{t(track.track_id.endsWith("-screen") ? "r.kind.screen" : `r.kind.${track.kind}`)}</span>
          <div class="lane-track" onClick={(event) => seekBy(event, engine, recording.seconds)}>
            {track.segments.map((segment) => <span key={segment.n} class="bar" style={{ left: percent(segment.start_s, recording.seconds), width: percent(segment.duration_s, recording.seconds) }} />)}
            {recording.gaps.filter((gap) => gap.track_id === track.track_id).map((gap, index) => (
              <span key={index} class={gap.reason === "muted" ? "gap muted" : "gap"} title={gapWords(gap)} data-testid={`gap-${gap.reason}`} style={{ left: percent(gap.from_s, recording.seconds), width: percent(gap.to_s - gap.from_s, recording.seconds) }} />
            ))}
          </div>
        </div>
      ))}
    </>
  );
}

function Seen({ engine, recording }: Props): JSX.Element {
  return (
    <div class="lane seen" data-testid="lane-viewed">
      <span class="lane-name">{t("r.lane.viewed")}</span>
      <div class="lane-track">
        {engine.viewed.value.map(([from, to]) => <span key={from} class="bar" style={{ left: percent(from, recording.seconds), width: percent(to - from, recording.seconds) }} />)}
      </div>
    </div>
  );
}

export function Timeline(props: Props): JSX.Element {
  const { engine, recording } = props;
  const at = engine.position.value;
  const wall = new Date(Date.parse(recording.started_at) + at * 1000).toISOString();
  return (
    <section class="timeline" data-testid="timeline">
      <div class="timeline-scale">
        <strong class="mono" data-testid="position" data-seconds={at}>{clock(at)} / {clock(recording.seconds)}</strong>
        <span class="soft mono">{time(wall)}</span>
      </div>
      <input class="scrub" type="range" min={0} max={recording.seconds} step={0.1} value={at} aria-label={t("r.position")} data-testid="scrub" onInput={(event) => engine.seek(Number(event.currentTarget.value))} />
      <div class="lanes">
        {lanes.map((lane) => <MarkLane key={lane} lane={lane} {...props} />)}
        <TrackLanes {...props} />
        <Seen {...props} />
        <span class="playhead-frame"><span class="playhead" style={{ left: percent(at, recording.seconds) }} /></span>
      </div>
    </section>
  );
}
