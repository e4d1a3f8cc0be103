import type { Gap, Segment } from "../shared/types.ts";

/** The one time that all tracks follow: seconds from the start of the recording. */
export class MasterClock {
  private base = 0;
  private since = 0;
  private running = false;
  private speed = 1;
  private readonly length: number;
  private readonly now: () => number;

  constructor(length: number, now: () => number = () => performance.now() / 1000) {
    this.length = length;
    this.now = now;
  }

  get playing(): boolean {
    return this.running;
  }

  get rate(): number {
    return this.speed;
  }

  get position(): number {
    const moved = this.running ? (this.now() - this.since) * this.speed : 0;
    return Math.min(this.length, this.base + moved);
  }

  get ended(): boolean {
    return this.position >= this.length;
  }

  seek(position: number): void {
    this.base = Math.min(this.length, Math.max(0, position));
    this.since = this.now();
  }

  play(): void {
    if (this.running) return;
    if (this.ended) this.base = 0;
    this.since = this.now();
    this.running = true;
  }

  pause(): void {
    this.base = this.position;
    this.running = false;
  }

  setRate(rate: number): void {
    this.base = this.position;
    this.since = this.now();
    this.speed = rate;
  }
}

/** The segment of a track that plays at a time, if any: outside of segments the track has a gap. */
export const segmentAt = (segments: Segment[], at: number): Segment | undefined =>
  segments.find((segment) => at >= segment.start_s && at < segment.start_s + segment.duration_s);

/** What is missing of a track at a time, if anything: also where a segment goes on, black or with its last picture. */
export const gapAt = (gaps: Gap[], trackId: string, at: number): Gap | undefined =>
  gaps.find((gap) => gap.track_id === trackId && at >= gap.from_s && at < gap.to_s);

export type Correction = { seek: number } | { rate: number };
const seekBeyond = 0.3;
const ignoreBelow = 0.025;
const strongest = 0.12;

/** How an element that is `drift` seconds ahead of the master clock gets back: a little slower or faster, or by a jump. */
export function correction(wanted: number, actual: number, rate: number): Correction {
  const drift = actual - wanted;
  if (Math.abs(drift) > seekBeyond * Math.max(1, rate)) return { seek: wanted };
  if (Math.abs(drift) < ignoreBelow) return { rate };
  const push = Math.max(-strongest, Math.min(strongest, -drift));
  return { rate: rate * (1 + push) };
}
