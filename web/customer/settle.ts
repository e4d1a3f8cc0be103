export type Box = { x: number; y: number; width: number; height: number };

const step = 12;
const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

export function overlap(a: Box, b: Box): number {
  const wide = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const high = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return wide > 0 && high > 0 ? wide * high : 0;
}

/** The place nearest to the wanted one that lies in the view and off every kept-free area; the least bad one where there is none (S55). */
export function settle(wanted: Box, view: { width: number; height: number }, keepouts: Box[], margin = 8): { x: number; y: number } {
  const right = Math.max(margin, view.width - wanted.width - margin);
  const bottom = Math.max(margin, view.height - wanted.height - margin);
  const start = { x: clamp(wanted.x, margin, right), y: clamp(wanted.y, margin, bottom) };
  const covered = (x: number, y: number): number => keepouts.reduce((sum, box) => sum + overlap({ ...wanted, x, y }, box), 0);
  let best = { ...start, covered: covered(start.x, start.y), far: 0 };
  if (best.covered === 0) return start;
  for (const y of places(margin, bottom)) {
    for (const x of places(margin, right)) {
      const far = (x - start.x) ** 2 + (y - start.y) ** 2;
      const area = covered(x, y);
      if (area < best.covered || (area === best.covered && far < best.far)) best = { x, y, covered: area, far };
    }
  }
  return { x: best.x, y: best.y };
}

function places(from: number, to: number): number[] {
  const count = Math.max(0, Math.floor((to - from) / step));
  return [...Array.from({ length: count + 1 }, (_, index) => from + index * step), to];
}
