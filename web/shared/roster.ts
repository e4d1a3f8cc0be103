import type { Participant } from "./types.ts";

/** Who sits where (pure). Whoever was cut off, and whose place the server gave up meanwhile, keeps it on the page: he is
 * waited for. Whoever leaves by his own will is gone at once. */
export function seated(before: Participant[], roster: Participant[]): Participant[] {
  const here = new Set(roster.map((who) => who.participant_id));
  const awaited = before.filter((who) => !who.me && !who.connected && published(who) && !here.has(who.participant_id));
  return [...roster, ...awaited.map(silent)].sort((a, b) => a.order - b.order);
}

export const published = (who: Participant): boolean => Boolean(who.sources.camera?.on || who.sources.microphone?.on);

function silent(who: Participant): Participant {
  const sources = Object.fromEntries(Object.entries(who.sources).map(([source, state]) => [source, { ...state, receiving: false }]));
  return { ...who, sources };
}
