import type { Point } from "../shared/types.ts";

/** Where four handles begin when nothing was found: the shape of a card in the middle of the picture. */
export function middle(width: number, height: number, ratio = 1.586): Point[] {
  const across = Math.min(0.8, (0.8 * height * ratio) / width);
  const down = (across * width) / ratio / height;
  const [left, top] = [(1 - across) / 2, (1 - down) / 2];
  return [[left, top], [left + across, top], [left + across, top + down], [left, top + down]];
}

/** Whether the corners run round a figure without a dent, of at least a fiftieth of the picture. */
export function convex(quad: Point[]): boolean {
  const turns = quad.map((at, index) => {
    const [bx, by] = quad[(index + 1) % 4] as Point;
    const [cx, cy] = quad[(index + 2) % 4] as Point;
    return (bx - at[0]) * (cy - by) - (by - at[1]) * (cx - bx);
  });
  const area = quad.reduce((sum, [x, y], index) => {
    const [nx, ny] = quad[(index + 1) % 4] as Point;
    return sum + (x * ny - nx * y) / 2;
  }, 0);
  return turns.every((turn) => turn > 0) && area >= 0.02;
}

/** The quad with one corner moved, within the picture; the old one where the move would dent it. */
export function moved(quad: Point[], corner: number, [x, y]: Point): Point[] {
  const within = (value: number): number => Math.min(1, Math.max(0, value));
  const next = quad.map((point, index) => (index === corner ? ([within(x), within(y)] as Point) : point));
  return convex(next) ? next : quad;
}
