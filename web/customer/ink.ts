/** A point of a stroke: pad pixels from the top left, milliseconds from the first point of the ink, pressure 0..1. */
export type InkPoint = [x: number, y: number, tMs: number, pressure: number];
/** The shape that the server takes (esign/strokes.py). */
export type Ink = { width: number; height: number; strokes: InkPoint[][] };
/** How the pad lies on the screen: its client rectangle, and whether it is turned by 90° clockwise. */
export type Place = { left: number; top: number; right: number; width: number; height: number; turned: boolean };
/** How the ink's own coordinates lie in the pad: scaled evenly and centred. */
export type Fit = { scale: number; dx: number; dy: number };

const round = (value: number): number => Math.round(value * 10) / 10;
const between = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Where a pointer is in the pad's own upright coordinates. A box turned clockwise has its top on the screen's right. */
export function toPad(place: Place, clientX: number, clientY: number): [number, number] {
  return place.turned ? [clientY - place.top, place.right - clientX] : [clientX - place.left, clientY - place.top];
}

export function fit(ink: { width: number; height: number }, width: number, height: number): Fit {
  const scale = Math.min(width / ink.width, height / ink.height);
  return { scale, dx: (width - ink.width * scale) / 2, dy: (height - ink.height * scale) / 2 };
}

/** The strokes, in the coordinates of the pad as it was at the first touch: a turned or resized screen changes nothing. */
export class InkModel {
  private ink: Ink | null = null;
  private began = 0;

  get empty(): boolean {
    return !this.ink?.strokes.length;
  }

  get value(): Ink | null {
    return this.ink;
  }

  clear(): void {
    this.ink = null;
  }

  /** Starts a stroke at a point of a pad of this size; `at` in milliseconds of any clock that does not go backwards. */
  begin(pad: { width: number; height: number }, x: number, y: number, at: number, pressure: number): void {
    if (!this.ink) {
      this.ink = { width: round(pad.width), height: round(pad.height), strokes: [] };
      this.began = at;
    }
    this.ink.strokes.push([]);
    this.add(pad, x, y, at, pressure);
  }

  add(pad: { width: number; height: number }, x: number, y: number, at: number, pressure: number): void {
    const stroke = this.ink?.strokes.at(-1);
    if (!this.ink || !stroke) return;
    const { scale, dx, dy } = fit(this.ink, pad.width, pad.height);
    const px = between(round((x - dx) / scale), 0, this.ink.width);
    const py = between(round((y - dy) / scale), 0, this.ink.height);
    const last = stroke.at(-1);
    if (last && last[0] === px && last[1] === py) return;
    stroke.push([px, py, this.time(at), Math.round(between(pressure, 0, 1) * 1000) / 1000]);
  }

  private time(at: number): number {
    const latest = this.ink?.strokes.findLast((stroke) => stroke.length)?.at(-1)?.[2] ?? 0;
    return Math.max(latest, Math.round(at - this.began));
  }
}

/** SVG path data of a stroke: quadratic curves through the midpoints. */
export function outline(stroke: InkPoint[]): string {
  const [first] = stroke;
  if (!first) return "";
  if (stroke.length === 1) return `M${first[0]} ${first[1]}l0.01 0`;
  let data = `M${first[0]} ${first[1]}`;
  for (let i = 1; i < stroke.length - 1; i += 1) {
    const [x, y] = stroke[i] as InkPoint;
    const [nx, ny] = stroke[i + 1] as InkPoint;
    data += `Q${x} ${y} ${round((x + nx) / 2)} ${round((y + ny) / 2)}`;
  }
  const last = stroke.at(-1) as InkPoint;
  return `${data}L${last[0]} ${last[1]}`;
}
