import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { muted, toggle } from "../shared/call.ts";
import { local } from "../shared/devices.ts";
import { CaseFacts } from "../shared/facts.tsx";
import { t } from "../shared/text.ts";
import { Video } from "../shared/tile.tsx";
import type { CaseView } from "../shared/types.ts";
import { IconButton } from "../shared/ui.tsx";

const everyMs = 100;

/** How loud the microphone is, 0..1. */
export function useLevel(stream: MediaStream | null): number {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    if (!stream?.getAudioTracks().length) return undefined;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    const samples = new Uint8Array(analyser.fftSize);
    context.createMediaStreamSource(stream).connect(analyser);
    const timer = setInterval(() => {
      analyser.getByteTimeDomainData(samples);
      const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample - 128)), 0);
      setLevel(Math.min(1, peak / 64));
    }, everyMs);
    return () => {
      clearInterval(timer);
      void context.close();
    };
  }, [stream]);
  return level;
}

export function SourceButton({ source }: { source: "camera" | "microphone" }): JSX.Element {
  const off = muted.value[source];
  const icons = source === "camera" ? (["video", "videoOff"] as const) : (["mic", "micOff"] as const);
  const flip = (): void => void toggle(source).catch(() => undefined); // the roster shows what the server sees
  return <IconButton testid={`toggle-${source}`} icon={icons[off ? 1 : 0]} class={off ? "round off" : "round on"} label={t(`call.${source}.${off ? "off" : "on"}`)} pressed={!off} onClick={flip} />;
}

/** Oneself, the microphone's level, and the facts by which to know the case (S40). */
export function Preview({ view, children }: { view: CaseView; children: ComponentChildren }): JSX.Element {
  const level = useLevel(local.value);
  return (
    <section class="stack" data-testid="preview-page">
      <div class="preview">
        <Video stream={local.value} mirrored testid="preview-video" />
        <div class="preview-buttons"><SourceButton source="microphone" /><SourceButton source="camera" /></div>
      </div>
      <div class="level" role="meter" aria-label={t("c.preview.level")} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(level * 100)} data-testid="mic-level">
        <span style={{ transform: `scaleX(${level})` }} />
      </div>
      <p class="soft small-text">{t("c.preview.check")}</p>
      <div class="card"><CaseFacts view={view} /></div>
      {children}
    </section>
  );
}
