import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../shared/icons.tsx";
import { t } from "../shared/text.ts";
import type { FrameAnswer, Point, Side } from "../shared/types.ts";
import { Failure, IconButton } from "../shared/ui.tsx";
import { hintName } from "../shared/words.ts";
import { Detector, jpeg } from "./detector.ts";
import { Result } from "./result.tsx";

export type Shot = { image: Blob; side: Side; detection: boolean; key: string };
export type Taken = { image: Blob; url: string; width: number; height: number; quad: Point[] | null };

const rear: MediaStreamConstraints = { video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1440 } } };
const maxSide = 2560;

/** The rear camera's picture in a video element; false when there is none to be had. */
function useRearCamera(ref: { current: HTMLVideoElement | null }, on: boolean): boolean | null {
  const [works, setWorks] = useState<boolean | null>(null);
  useEffect(() => {
    if (!on) return undefined;
    let stream: MediaStream | null = null;
    let gone = false;
    const opening = navigator.mediaDevices?.getUserMedia(rear) ?? Promise.reject(new Error("no camera"));
    opening.then((got) => {
      stream = got;
      if (gone) return stop(got);
      if (ref.current) ref.current.srcObject = got;
      return setWorks(true);
    }).catch(() => setWorks(false));
    return () => {
      gone = true;
      if (stream) stop(stream);
    };
  }, [on]);
  return works;
}

const stop = (stream: MediaStream): void => stream.getTracks().forEach((track) => track.stop());

async function shoot(video: HTMLVideoElement, answer: FrameAnswer | null): Promise<Taken | null> {
  const scale = Math.min(1, maxSide / Math.max(video.videoWidth, video.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  const image = await jpeg(canvas, 0.92);
  return image && { image, url: URL.createObjectURL(image), width: canvas.width, height: canvas.height, quad: answer?.corners ?? null };
}

async function fromFile(file: File): Promise<Taken> {
  const size = await createImageBitmap(file).catch(() => null);
  return { image: file, url: URL.createObjectURL(file), width: size?.width ?? 0, height: size?.height ?? 0, quad: null };
}

/** The blue area of S20, over a video that is shown whole: what is seen is what is sent. */
function Quad({ answer, video }: { answer: FrameAnswer | null; video: HTMLVideoElement | null }): JSX.Element | null {
  if (!answer?.corners || !video?.videoWidth) return null;
  const points = answer.corners.map(([x, y]) => `${x * video.videoWidth},${y * video.videoHeight}`).join(" ");
  return (
    <svg class={`quad${answer.steady ? " steady" : ""}`} data-testid="quad" data-score={answer.score} viewBox={`0 0 ${video.videoWidth} ${video.videoHeight}`} preserveAspectRatio="xMidYMid meet">
      <polygon points={points} vector-effect="non-scaling-stroke" />
    </svg>
  );
}

function hint(detecting: boolean, answer: FrameAnswer | null): string {
  if (!detecting) return t("c.camera.manual");
  if (!answer?.corners) return t("c.camera.search");
  if (answer.cut_off) return hintName("out_of_frame");
  const [first] = answer.hints;
  if (first) return hintName(first);
  return t(answer.steady ? "c.camera.steady" : "c.camera.found");
}

type Props = { side: Side; onUse: (shot: Shot) => Promise<void>; onClose: () => void };

/** Full-screen camera for documents: detection can be on or off; the server detects again on what is sent. */
export function Camera({ side, onUse, onClose }: Props): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const [detecting, setDetecting] = useState(true);
  const [answer, setAnswer] = useState<FrameAnswer | null>(null);
  const [taken, setTaken] = useState<Taken | null>(null);
  const works = useRearCamera(video, taken === null);
  useEffect(() => {
    setAnswer(null);
    if (!detecting || works !== true || taken || !video.current) return undefined;
    const detector = new Detector(video.current, setAnswer);
    return () => detector.stop();
  }, [detecting, works, taken]);
  useEffect(() => () => { if (taken) URL.revokeObjectURL(taken.url); }, [taken]);
  const shutter = async (): Promise<void> => {
    if (video.current?.videoWidth) setTaken(await shoot(video.current, detecting ? answer : null));
  };
  if (taken) return <Result taken={taken} side={side} detection={detecting} onUse={onUse} onAgain={() => setTaken(null)} />;
  return (
    <div class="camera" data-testid="camera" data-live={works === true}>
      <video ref={video} autoplay playsInline muted />
      {detecting && <Quad answer={answer} video={video.current} />}
      <div class="camera-top">
        <IconButton testid="camera-close" icon="close" label={t("close")} onClick={onClose} />
        <span class="camera-side">{t(`side.${side}`)}</span>
      </div>
      {works !== false && <p class="camera-hint" role="status" data-testid="camera-hint">{hint(detecting, answer)}</p>}
      {works === false && <div class="camera-none"><Failure text={t("c.camera.none")} testid="camera-none" /></div>}
      <div class="camera-bottom">
        <FileButton onFile={(file) => void fromFile(file).then(setTaken)} />
        <button type="button" class="shutter" data-testid="shutter" aria-label={t("c.camera.shutter")} disabled={works !== true} onClick={() => void shutter()} />
        <button type="button" class="detect" data-testid="detection" aria-pressed={detecting} onClick={() => setDetecting(!detecting)}>
          {t(detecting ? "c.camera.detect_on" : "c.camera.detect_off")}
        </button>
      </div>
    </div>
  );
}

function FileButton({ onFile }: { onFile: (file: File) => void }): JSX.Element {
  const change = (input: HTMLInputElement): void => {
    const [file] = input.files ?? [];
    if (file) onFile(file);
    input.value = "";
  };
  return (
    <label class="camera-file">
      <Icon name="upload" />
      <span>{t("c.camera.file")}</span>
      <input type="file" accept="image/*" data-testid="photo-file" onChange={(event) => change(event.currentTarget)} />
    </label>
  );
}

