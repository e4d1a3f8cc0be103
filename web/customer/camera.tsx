import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../shared/icons.tsx";
import { t } from "../shared/text.ts";
import type { FrameAnswer, Point, Side } from "../shared/types.ts";
import { Button, Failure, IconButton } from "../shared/ui.tsx";
import { hintName } from "../shared/words.ts";
import { autoCapture, ripe, setAutoCapture } from "./auto.ts";
import { Detector, jpeg } from "./detector.ts";
import { permissionHelp } from "./permissions.tsx";
import { useRearCamera, type CameraState } from "./rearcamera.ts";
import { Result } from "./result.tsx";
import type { Shot, Use } from "./upload.ts";

export type Begun = { taken: Taken; shot: Shot };
export type Taken = { image: Blob; url: string; width: number; height: number; quad: Point[] | null };

const maxSide = 2560;

async function shoot(video: HTMLVideoElement, answer: FrameAnswer | null): Promise<Taken | null> {
  const scale = Math.min(1, maxSide / Math.max(video.videoWidth, video.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  const image = await jpeg(canvas, 0.92);
  return image && { image, url: URL.createObjectURL(image), width: canvas.width, height: canvas.height, quad: answer?.corners ?? null };
}

export async function fromFile(file: Blob): Promise<Taken> {
  const size = await createImageBitmap(file).catch(() => null);
  const taken = { image: file, url: URL.createObjectURL(file), width: size?.width ?? 0, height: size?.height ?? 0, quad: null };
  size?.close();
  return taken;
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

function advice(detecting: boolean, auto: boolean, answer: FrameAnswer | null): string {
  if (!detecting) return t("c.camera.manual");
  if (answer?.hint === "steady" && auto) return t("c.camera.auto_steady");
  return hintName(answer?.hint ?? "search");
}

/** Why there is no picture, how to mend it, and the other way to a photo (S18). */
function NoCamera({ state, again }: { state: CameraState; again: () => void }): JSX.Element {
  return (
    <div class="camera-none" data-testid="camera-none" data-state={state}>
      <Failure text={t(`c.camera.${state}`)} testid="camera-why" />
      {state === "denied" && <p data-testid="camera-help">{t("c.camera.ask")}</p>}
      {state === "blocked" && <p data-testid="camera-help">{permissionHelp("camera")}</p>}
      <Button testid="camera-again" wide onClick={again}>{t("c.permission.again")}</Button>
      <p class="small-text">{t("c.camera.or_file")}</p>
    </div>
  );
}

/** `begun`: a photo whose upload is taken up again. `onState`: what came of asking for the camera (S18). */
type Props = { side: Side; begun: Begun | null; onState: (state: CameraState) => void; onUse: Use; onDrop: () => void; onClose: () => void };

/** Full-screen camera for documents: detection can be on or off; the server detects again on what is sent. */
export function Camera({ side, begun, onState, onUse, onDrop, onClose }: Props): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const taking = useRef(false);
  const since = useRef(0);
  const [detecting, setDetecting] = useState(true);
  const [auto, setAuto] = useState(autoCapture);
  const [answer, setAnswer] = useState<FrameAnswer | null>(null);
  const [ready, setReady] = useState(false); // there is a first picture: before it, one would be taken of nothing
  const [taken, setTaken] = useState(begun?.taken ?? null);
  const { state, lamp, again } = useRearCamera(video, taken === null);
  const live = state === "live";
  useEffect(() => onState(state), [state]);
  useEffect(() => {
    setAnswer(null);
    if (!detecting || !live || taken || !video.current) return undefined;
    since.current = performance.now();
    const detector = new Detector(video.current, setAnswer);
    return () => detector.stop();
  }, [detecting, live, taken]);
  useEffect(() => () => { if (taken) URL.revokeObjectURL(taken.url); }, [taken]);
  const shutter = async (): Promise<void> => {
    if (taking.current || !video.current?.videoWidth) return; // a double tap takes one photo
    taking.current = true;
    try {
      setTaken(await shoot(video.current, detecting ? answer : null));
    } finally {
      taking.current = false;
    }
  };
  useEffect(() => {
    if (auto && detecting && !taken && ripe(answer, performance.now() - since.current)) void shutter();
  }, [answer]);
  const choose = (): void => {
    setAutoCapture(!auto);
    setAuto(!auto);
  };
  const retake = (): void => {
    onDrop();
    setReady(false);
    setTaken(null);
  };
  if (taken) return <Result taken={taken} side={side} detection={detecting} begun={taken === begun?.taken ? begun.shot : null} onUse={onUse} onAgain={retake} />;
  return (
    <div class="camera" data-testid="camera" data-live={live}>
      <video ref={video} autoplay playsInline muted onLoadedData={() => setReady(true)} />
      {detecting && live && <Quad answer={answer} video={video.current} />}
      <div class="camera-top">
        <IconButton testid="camera-close" icon="close" label={t("close")} onClick={onClose} />
        <span class="camera-side">{t(`side.${side}`)}</span>
        {lamp ? <IconButton testid="torch" icon="torch" label={t("c.camera.torch")} pressed={lamp.on} onClick={lamp.flip} /> : <span class="top-gap" />}
      </div>
      {(live || state === "opening") && <p class="camera-hint" role="status" data-testid="camera-hint" data-hint={detecting ? answer?.hint : "manual"}>{advice(detecting, auto, answer)}</p>}
      {!live && state !== "opening" && <NoCamera state={state} again={again} />}
      <div class="camera-bottom">
        {live && (
          <div class="camera-switches">
            <Switch testid="detection" on={detecting} text={t(detecting ? "c.camera.detect_on" : "c.camera.detect_off")} onFlip={() => setDetecting(!detecting)} />
            {detecting && <Switch testid="auto-capture" on={auto} text={t(auto ? "c.camera.auto_on" : "c.camera.auto_off")} onFlip={choose} />}
          </div>
        )}
        <FileButton onFile={(file) => void fromFile(file).then(setTaken)} />
        <button type="button" class="shutter" data-testid="shutter" aria-label={t("c.camera.shutter")} disabled={!live || !ready} onClick={() => void shutter()} />
        <span />
      </div>
    </div>
  );
}

function Switch({ testid, on, text, onFlip }: { testid: string; on: boolean; text: string; onFlip: () => void }): JSX.Element {
  return <button type="button" class="detect" data-testid={testid} aria-pressed={on} onClick={onFlip}>{text}</button>;
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
      <input type="file" accept="image/*,.heic,.heif" data-testid="photo-file" onChange={(event) => change(event.currentTarget)} />
    </label>
  );
}
