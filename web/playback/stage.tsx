import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../shared/icons.tsx";
import { t, tAny } from "../shared/text.ts";
import type { Gap, Segment, Track } from "../shared/types.ts";
import { roleName } from "../shared/words.ts";
import { gapAt, segmentAt } from "./clock.ts";
import type { Engine } from "./engine.ts";

type MediaProps = { engine: Engine; track: Track; segment: Segment; shown: boolean; silent: boolean };

function Media({ engine, track, segment, shown, silent }: MediaProps): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const audio = useRef<HTMLAudioElement>(null);
  const key = `${track.track_id}/${segment.n}`;
  useEffect(() => {
    engine.attach(key, video.current ?? audio.current, segment);
    return () => engine.attach(key, null, segment);
  }, [engine, key]);
  if (track.kind === "audio") return <audio ref={audio} src={segment.url} preload="auto" muted={silent} data-testid={`media-${key}`} />;
  const turn = segment.rotation ? `r${segment.rotation}` : "";
  return <video ref={video} src={segment.url} class={turn} preload="auto" muted playsInline hidden={!shown} data-testid={`media-${key}`} />;
}

/** A screen has its participant's name and is shown whole and large. */
const isScreen = (track: Track): boolean => track.track_id.endsWith("-screen");

/** Why there is no picture now; what was missing is never shown as a black or a still one. */
function Plate({ track, gap }: { track: Track; gap: Gap | undefined }): JSX.Element {
  const why = gap ? tAny([`r.gap.${gap.reason}`], t("r.gap")) : t("r.no_picture");
  return <div class="tile-dark" data-testid={`plate-${track.track_id}`} data-reason={gap?.reason ?? ""}><p><span>{[...track.name][0]}</span><small>{why}</small></p></div>;
}

type PictureProps = { engine: Engine; track: Track; gaps: Gap[]; mark: string };

function Picture({ engine, track, gaps, mark }: PictureProps): JSX.Element {
  const at = engine.position.value;
  const gap = gapAt(gaps, track.track_id, at);
  const now = gap ? undefined : segmentAt(track.segments, at);
  return (
    <figure class={isScreen(track) ? "tile screen" : "tile"} data-testid={`track-${track.track_id}`} data-showing={now?.n ?? ""}>
      {track.segments.map((segment) => <Media key={segment.n} engine={engine} track={track} segment={segment} shown={segment === now} silent />)}
      {!now && <Plate track={track} gap={gap} />}
      <p class="watermark" aria-hidden="true">{mark}</p>
      <figcaption><span>{track.name}</span><small>{isScreen(track) ? t("r.screen") : roleName(track.role)}</small></figcaption>
    </figure>
  );
}

type Props = { engine: Engine; tracks: Track[]; gaps: Gap[]; silenced: ReadonlySet<string>; onSilence: (trackId: string) => void; mark: string };

/** All pictures side by side, and one switch for each voice. */
export function Stage({ engine, tracks, gaps, silenced, onSilence, mark }: Props): JSX.Element {
  const screens = tracks.filter((track) => track.kind === "video" && isScreen(track));
  const pictures = tracks.filter((track) => track.kind === "video" && !isScreen(track));
  const sharing = screens.some((track) => segmentAt(track.segments, engine.position.value));
  const voices = tracks.filter((track) => track.kind === "audio");
  return (
    <div class={sharing ? "stage sharing" : "stage"}>
      <div class="screens" hidden={!sharing}>{screens.map((track) => <Picture key={track.track_id} engine={engine} track={track} gaps={gaps} mark={mark} />)}</div>
      <div class={`tiles n${Math.min(6, pictures.length)}`}>
        {pictures.map((track) => <Picture key={track.track_id} engine={engine} track={track} gaps={gaps} mark={mark} />)}
      </div>
      <div class="voices">
        {voices.map((track) => {
          const off = silenced.has(track.track_id);
          return (
            <button key={track.track_id} type="button" class="voice" data-testid={`voice-${track.track_id}`} aria-pressed={!off} onClick={() => onSilence(track.track_id)}>
              <Icon name={off ? "silent" : "sound"} size={18} />{track.name}
              {track.segments.map((segment) => <Media key={segment.n} engine={engine} track={track} segment={segment} shown={false} silent={off} />)}
            </button>
          );
        })}
      </div>
    </div>
  );
}
