import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { t } from "../shared/text.ts";
import type { Point } from "../shared/types.ts";
import { Button } from "../shared/ui.tsx";
import type { Taken } from "./camera.tsx";
import { middle, moved } from "./corners.ts";

const loupe = 132;
const zoom = 3;
const step = 0.004;
const arrows: Record<string, Point> = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
const names = ["tl", "tr", "br", "bl"] as const;

type Props = { taken: Taken; quad: Point[] | null; onDone: (quad: Point[]) => void; onCancel: () => void };

/** The whole picture with four corners to drag; a loupe shows what is under the finger. */
export function Adjust({ taken, quad: start, onDone, onCancel }: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const grip = useRef<Point>([0, 0]);
  const [quad, setQuad] = useState<Point[]>(start?.length === 4 ? start : middle(taken.width, taken.height));
  const [held, setHeld] = useState<number | null>(null);
  const place = (event: PointerEvent): Point => {
    const rect = box.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    return [(event.clientX - rect.left) / rect.width, (event.clientY - rect.top) / rect.height];
  };
  const take = (event: PointerEvent, corner: number): void => {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    const [x, y] = place(event);
    const [cx, cy] = quad[corner] as Point;
    grip.current = [cx - x, cy - y]; // the corner keeps its distance from the finger
    setHeld(corner);
  };
  const drag = (event: PointerEvent): void => {
    if (held === null) return;
    const [x, y] = place(event);
    setQuad((before) => moved(before, held, [x + grip.current[0], y + grip.current[1]]));
  };
  const nudge = (event: KeyboardEvent, corner: number): void => {
    const by = arrows[event.key];
    if (!by) return;
    event.preventDefault();
    const [x, y] = quad[corner] as Point;
    setQuad(moved(quad, corner, [x + by[0], y + by[1]]));
  };
  const letGo = (): void => setHeld(null);
  return (
    <div class="camera result" data-testid="adjust">
      <div class="result-picture">
        <div class="adjust-box" ref={box} style={{ aspectRatio: `${taken.width} / ${taken.height}`, "--wide": taken.width / taken.height }}>
          <img src={taken.url} alt={t("c.result.picture")} draggable={false} />
          <svg class="adjust-quad" viewBox="0 0 1 1" preserveAspectRatio="none">
            <polygon points={quad.map((point) => point.join(",")).join(" ")} vector-effect="non-scaling-stroke" />
          </svg>
          {quad.map(([x, y], corner) => (
            <button
              key={names[corner]}
              type="button"
              class={`corner${held === corner ? " held" : ""}`}
              data-testid={`corner-${names[corner]}`}
              aria-label={t(`c.adjust.${names[corner] ?? "tl"}`)}
              style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
              onPointerDown={(event) => take(event, corner)}
              onPointerMove={drag}
              onPointerUp={letGo}
              onPointerCancel={letGo}
              onKeyDown={(event) => nudge(event, corner)}
            />
          ))}
          {held !== null && <Loupe taken={taken} at={quad[held] as Point} width={box.current?.clientWidth ?? 1} />}
        </div>
      </div>
      <p class="camera-hint">{t("c.adjust.text")}</p>
      <div class="foot-row">
        <Button testid="adjust-cancel" look="secondary" onClick={onCancel}>{t("cancel")}</Button>
        <Button testid="adjust-done" onClick={() => onDone(quad)}>{t("c.adjust.done")}</Button>
      </div>
    </div>
  );
}

/** Three times as large, on the side where the finger is not. */
function Loupe({ taken, at: [x, y], width }: { taken: Taken; at: Point; width: number }): JSX.Element {
  const height = (width * taken.height) / taken.width;
  const shift = { width: `${width * zoom}px`, height: `${height * zoom}px`, left: `${loupe / 2 - x * width * zoom}px`, top: `${loupe / 2 - y * height * zoom}px` };
  return (
    <div class={`loupe${x < 0.5 ? " right" : ""}`} data-testid="loupe" aria-hidden="true">
      <img src={taken.url} alt="" style={shift} />
    </div>
  );
}
