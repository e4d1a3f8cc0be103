import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../shared/text.ts";
import { Button, Failure, IconButton } from "../shared/ui.tsx";
import { InkModel, outline, toPad, type Ink, type Place } from "./ink.ts";

const defaultPressure = 0.5;

/** True while the screen is upright and narrow: then the pad is turned, for no page may turn an iPhone (S60). */
function useTurned(): boolean {
  const upright = (): boolean => innerHeight > innerWidth && innerWidth < 700;
  const [turned, setTurned] = useState(upright);
  useEffect(() => {
    const look = (): void => setTurned(upright());
    addEventListener("resize", look);
    return () => removeEventListener("resize", look);
  }, []);
  return turned;
}

export function Strokes({ ink }: { ink: Ink | null }): JSX.Element | null {
  if (!ink) return null;
  return (
    <svg class="strokes" viewBox={`0 0 ${ink.width} ${ink.height}`} preserveAspectRatio="xMidYMid meet" aria-hidden="true">
      {ink.strokes.map((stroke, index) => <path key={index} d={outline(stroke)} />)}
    </svg>
  );
}

type SheetProps = { model: InkModel; turned: boolean; onChange: () => void };

function placeOf(element: HTMLElement, turned: boolean): Place {
  const { left, top, right } = element.getBoundingClientRect();
  return { left, top, right, width: element.clientWidth, height: element.clientHeight, turned };
}

/** The blank area: pointer events become strokes, coalesced ones too, with pressure where the device tells it. */
function Sheet({ model, turned, onChange }: SheetProps): JSX.Element {
  const ref = useRef<HTMLDivElement>(null);
  const pointer = useRef<number | null>(null);
  const note = (event: PointerEvent, first: boolean): void => {
    if (!ref.current) return;
    const place = placeOf(ref.current, turned);
    const pressure = event.pointerType === "pen" && event.pressure ? event.pressure : defaultPressure;
    const [x, y] = toPad(place, event.clientX, event.clientY);
    if (first) model.begin(place, x, y, event.timeStamp, pressure);
    else model.add(place, x, y, event.timeStamp, pressure);
  };
  const down = (event: PointerEvent): void => {
    if (pointer.current !== null || (event.pointerType === "mouse" && event.button !== 0)) return;
    pointer.current = event.pointerId;
    ref.current?.setPointerCapture(event.pointerId);
    note(event, true);
    onChange();
  };
  const move = (event: PointerEvent): void => {
    if (event.pointerId !== pointer.current) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) note(each, false);
    onChange();
  };
  const up = (event: PointerEvent): void => {
    if (event.pointerId === pointer.current) pointer.current = null;
  };
  return (
    <div ref={ref} class="sheet" data-testid="pad-sheet" data-keepout onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up}>
      {model.empty && <span class="sheet-hint">{t("c.pad.hint")}</span>}
      <span class="sheet-line" />
      <Strokes ink={model.value} />
    </div>
  );
}

type Props = { name: string; busy: boolean; error: string | null; paused: string | null; onDone: (ink: Ink) => void; onDiscard: (level: "pad" | "confirm") => void; onClose: () => void };

/** The landscape pad: write, trash, 完成, then confirm or sign again (S60..S63). While signing is paused the ink stays. */
export function Pad({ name, busy, error, paused, onDone, onDiscard, onClose }: Props): JSX.Element {
  const turned = useTurned();
  const [model] = useState(() => new InkModel());
  const [, setStrokes] = useState(0);
  const [confirming, setConfirming] = useState(false);
  useLayoutEffect(() => {
    document.documentElement.classList.add("padding");
    return () => document.documentElement.classList.remove("padding");
  }, []);
  const clear = (level: "pad" | "confirm"): void => {
    onDiscard(level);
    model.clear();
    setConfirming(false);
    setStrokes(0);
  };
  return (
    <div class={`pad${turned ? " turned" : ""}`} data-testid="pad" data-turned={turned}>
      <header class="pad-top">
        <span class="pip-gap" />
        <div class="pad-bar" data-keepout>
          <IconButton testid="pad-close" icon="close" label={t("close")} onClick={onClose} />
          <strong class="grow">{t(confirming ? "c.pad.confirm_title" : "c.pad.title", { name })}</strong>
          {!confirming && <Button testid="pad-done" disabled={model.empty} onClick={() => setConfirming(true)}>{t("c.pad.done")}</Button>}
        </div>
      </header>
      {confirming ? <div class="sheet confirm" data-testid="pad-preview"><Strokes ink={model.value} /></div> : <Sheet model={model} turned={turned} onChange={() => setStrokes((count) => count + 1)} />}
      <footer class="pad-foot" data-keepout>
        {paused ? <p class="grow small-text pad-paused" role="status" data-testid="pad-paused">{paused}</p> : <p class="grow small-text">{t(confirming ? "c.pad.confirm_hint" : "c.pad.advice")}</p>}
        <Failure text={error} testid="pad-error" />
        {confirming ? (
          <>
            <Button testid="pad-redo" look="secondary" disabled={busy} onClick={() => clear("confirm")}>{t("c.pad.redo")}</Button>
            <Button testid="pad-confirm" busy={busy} disabled={paused !== null} onClick={() => model.value && onDone(model.value)}>{t("c.pad.confirm")}</Button>
          </>
        ) : (
          <IconButton testid="pad-trash" icon="trash" label={t("c.pad.trash")} disabled={model.empty} onClick={() => clear("pad")} />
        )}
      </footer>
    </div>
  );
}
