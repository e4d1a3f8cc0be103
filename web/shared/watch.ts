/** Looks at numbers that must grow: frames received, frames captured. Pure; flags of tracks lie, counts do not (S42). */
export type Count = { key: string; frames: number; expected: boolean };
export type Patience = { oneMs: number; allMs: number };

export const usual: Patience = { oneMs: 5000, allMs: 3000 };
/** Just after the network changed. */
export const hurried: Patience = { oneMs: 1500, allMs: 1500 };
const asleepMs = 4000;

export class FrameWatch {
  private since = new Map<string, { frames: number; at: number }>();
  private looked = 0;

  /** Called about once a second: the keys that were expected to grow and did not for too long. A page that slept
   * meanwhile (a phone's screen was off) begins anew. */
  look(now: number, counts: Count[], patience: Patience): string[] {
    if (now - this.looked > asleepMs) this.since.clear();
    this.looked = now;
    const kept = new Map<string, { frames: number; at: number }>();
    for (const { key, frames, expected } of counts) {
      if (!expected) continue;
      const before = this.since.get(key);
      kept.set(key, before?.frames === frames ? before : { frames, at: now });
    }
    this.since = kept;
    const still = [...kept].map(([key, { at }]) => ({ key, ms: now - at }));
    const all = still.length > 0 && still.every(({ ms }) => ms >= patience.allMs);
    return still.filter(({ ms }) => all || ms >= patience.oneMs).map(({ key }) => key);
  }

  clear(): void {
    this.since.clear();
  }
}
