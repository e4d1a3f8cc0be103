import { signal, type Signal } from "@preact/signals";
import { post } from "../shared/api.ts";
import type { RecordingView, Segment } from "../shared/types.ts";
import { correction, MasterClock } from "./clock.ts";
import { merge, Watched, type Range } from "./ranges.ts";

const tickMs = 50;
const reportMs = 5000;
const enoughData = 2; // HAVE_CURRENT_DATA
const patienceMs = 4000;

type Element = { media: HTMLMediaElement; segment: Segment };

/** Keeps every element of every track on the master clock; holds the clock while one has no data yet. */
export class Engine {
  readonly position: Signal<number> = signal(0);
  readonly playing: Signal<boolean> = signal(false);
  readonly buffering: Signal<boolean> = signal(false);
  readonly rate: Signal<number> = signal(1);
  readonly viewed: Signal<Range[]>;
  private readonly clock: MasterClock;
  private readonly elements = new Map<string, Element>();
  private readonly watched = new Watched();
  private readonly timers: number[];
  private readonly path: string;
  private waitingSince = 0;

  constructor(caseId: string, recording: RecordingView) {
    this.path = `/cases/${caseId}/recording/views`;
    this.clock = new MasterClock(recording.seconds);
    this.viewed = signal(merge(recording.viewed));
    this.timers = [window.setInterval(() => this.tick(), tickMs), window.setInterval(() => void this.report(), reportMs)];
  }

  attach(key: string, media: HTMLMediaElement | null, segment: Segment): void {
    this.elements.get(key)?.media.pause();
    this.elements.delete(key);
    if (!media) return;
    const element = { media, segment };
    this.elements.set(key, element);
    this.place(element, true);
  }

  toggle(): void {
    if (this.playing.peek()) this.stop();
    else {
      this.clock.play();
      this.playing.value = true;
      this.tick();
    }
  }

  seek(at: number): void {
    this.watched.note(null);
    this.clock.seek(at);
    this.position.value = this.clock.position;
    for (const element of this.elements.values()) this.place(element, true);
  }

  setRate(rate: number): void {
    this.clock.setRate(rate);
    this.rate.value = rate;
  }

  dispose(): void {
    this.timers.forEach(clearInterval);
    for (const { media } of this.elements.values()) media.pause();
    void this.report();
  }

  private stop(): void {
    this.clock.pause();
    this.playing.value = false;
    this.buffering.value = false;
    this.watched.note(null);
    for (const { media } of this.elements.values()) media.pause();
    void this.report();
  }

  private tick(): void {
    if (!this.playing.peek()) return;
    if (!this.elements.size) return this.stop(); // nothing is shown, so nothing is seen
    this.hold(this.starved());
    const at = this.clock.position;
    this.position.value = at;
    if (!this.buffering.peek()) this.watched.note(at, this.clock.rate);
    for (const element of this.elements.values()) this.place(element, false);
    if (this.clock.ended) this.stop();
  }

  private active({ segment }: Element): boolean {
    const at = this.clock.position;
    return at >= segment.start_s && at < segment.start_s + segment.duration_s;
  }

  private starved(): boolean {
    return [...this.elements.values()].some((element) => this.active(element) && !element.media.error && (element.media.readyState < enoughData || element.media.seeking));
  }

  /** Stops the clock while a track lacks data, for at most 4 s at a time: a track that never comes must not stop the rest. */
  private hold(wait: boolean): void {
    if (!wait) this.waitingSince = 0;
    else if (!this.waitingSince) this.waitingSince = performance.now();
    const hold = wait && performance.now() - this.waitingSince < patienceMs;
    if (hold && this.clock.playing) this.clock.pause();
    if (!hold && !this.clock.playing) this.clock.play();
    this.buffering.value = hold;
  }

  private place(element: Element, jump: boolean): void {
    const { media, segment } = element;
    const wanted = this.clock.position - segment.start_s;
    if (!this.active(element)) {
      if (!media.paused) media.pause();
      return;
    }
    if (jump || (media.paused && Math.abs(media.currentTime - wanted) > 0.05)) media.currentTime = wanted;
    if (!this.playing.peek() || this.buffering.peek()) {
      if (!media.paused && this.buffering.peek()) media.pause();
      return;
    }
    if (media.paused) void media.play().catch(() => undefined); // told by the browser's own media error
    const step = correction(wanted, media.currentTime, this.clock.rate);
    if ("seek" in step) {
      if (!media.seeking) media.currentTime = step.seek;
    } else if (Math.abs(media.playbackRate - step.rate) > 0.005) media.playbackRate = step.rate;
  }

  private async report(): Promise<void> {
    const ranges = this.watched.take();
    if (!ranges.length) return;
    this.viewed.value = merge([...this.viewed.peek(), ...ranges]);
    try {
      await post(this.path, { ranges });
    } catch {
      this.watched.giveBack(ranges); // sent again with the next report
    }
  }
}
