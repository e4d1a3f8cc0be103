import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../shared/text.ts";
import type { RecordingView } from "../shared/types.ts";
import type { Engine } from "./engine.ts";

export type Look = "tracks" | "film";

/** Every track in its own picture, or the one film of the meeting. */
export function Looks({ look, onLook }: { look: Look; onLook: (look: Look) => void }): JSX.Element {
  return (
    <div class="segments" role="tablist" aria-label={t("r.look")}>
      {(["tracks", "film"] as const).map((each) => (
        <button key={each} type="button" role="tab" aria-selected={look === each} data-testid={`look-${each}`} onClick={() => onLook(each)}>{t(`r.look.${each}`)}</button>
      ))}
    </div>
  );
}

/** The film on the recording's clock, or how far it is. */
export function Film({ caseId, recording, engine, mark }: { caseId: string; recording: RecordingView; engine: Engine; mark: string }): JSX.Element {
  const { status, progress, seconds } = recording.composition;
  return (
    <div class="film" data-testid="film" data-status={status} data-progress={progress}>
      {status === "ready" && <FilmVideo url={`/api/cases/${caseId}/recording/composition?recording=${recording.recording_id}`} seconds={seconds ?? recording.seconds} engine={engine} />}
      {status === "ready" && <p class="watermark" aria-hidden="true">{mark}</p>}
      {status === "making" && <p><span>{t("r.film.making", { percent: Math.floor(progress * 100) })}</span><progress max={1} value={progress} /></p>}
      {(status === "none" || status === "failed") && <p>{t(`r.film.${status}`)}</p>}
    </div>
  );
}

function FilmVideo({ url, seconds, engine }: { url: string; seconds: number; engine: Engine }): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const whole = { n: 0, url, start_s: 0, duration_s: seconds, frames: 0, sha256: "" };
    engine.attach("film", video.current, whole);
    return () => engine.attach("film", null, whole);
  }, [engine, url, seconds]);
  return <video ref={video} src={url} preload="auto" playsInline data-testid="media-film" />;
}
