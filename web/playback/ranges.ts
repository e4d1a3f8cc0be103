export type Range = [from: number, to: number];

/** Ranges in order, those that touch joined. */
export function merge(ranges: Range[]): Range[] {
  const joined: Range[] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last && from <= last[1] + 0.05) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

export const covered = (ranges: Range[]): number => merge(ranges).reduce((sum, [from, to]) => sum + to - from, 0);

/** What was really played, collected between reports. A jump starts a new range. */
export class Watched {
  private ranges: Range[] = [];
  private last: number | null = null;

  /** Called often while playing with the position; `null` when paused. */
  note(at: number | null, rate = 1): void {
    if (at !== null && this.last !== null && at > this.last && at - this.last < Math.max(1, rate)) this.ranges.push([this.last, at]);
    this.last = at;
    if (this.ranges.length > 50) this.ranges = merge(this.ranges);
  }

  /** What is to be reported now; forgets it. */
  take(): Range[] {
    const ranges = merge(this.ranges).map(([from, to]) => [Math.round(from * 100) / 100, Math.round(to * 100) / 100] as Range);
    this.ranges = [];
    return ranges.filter(([from, to]) => to > from);
  }

  giveBack(ranges: Range[]): void {
    this.ranges.push(...ranges);
  }
}
