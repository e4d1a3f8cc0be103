/** How a call lives: a table of phases, and when a lost one is tried again. Pure. */
export type Phase = "idle" | "joining" | "live" | "reconnecting" | "ended";
export type Happening = "enter" | "connected" | "refused" | "lost" | "closed";

const table: Record<Phase, Partial<Record<Happening, Phase>>> = {
  idle: { enter: "joining" },
  joining: { connected: "live", refused: "idle", closed: "ended" },
  live: { lost: "reconnecting", closed: "ended" },
  reconnecting: { connected: "live", closed: "ended" },
  ended: { enter: "joining" },
};

/** The phase after a happening; null where it changes nothing. */
export const next = (phase: Phase, happening: Happening): Phase | null => table[phase][happening] ?? null;

/** Why our place in the room may be gone although the meeting goes on: then we come again with a fresh ticket. */
const ofTheRoom = new Set(["worker_lost", "lease_lost", "drained"]);
const ofOurs = new Set(["silent", "failed", "network"]);
/** Then everybody lost his place, not we alone. */
export const losesAll = (reason: string): boolean => ofTheRoom.has(reason);
export const comesBack = (reason: string): boolean => losesAll(reason) || ofOurs.has(reason);

/** Refusals that no further try would change, and what they mean for the call. */
const endings: Record<string, string> = {
  meeting_not_open: "ended",
  recording_sealed: "ended",
  case_not_found: "ended",
  not_allowed: "ended",
  wrong_role: "ended",
  phone_not_verified: "lost",
  unauthenticated: "lost",
  upgrade_required: "lost",
  room_full: "lost",
};
export const endingOf = (code: string): string | null => endings[code] ?? null;

/** As long as a call may take to find its path; then the page says that there is none (S41). */
export const connectMs = 10_000;
/** Whether connections in these states carry a call; null: not yet. */
export const carries = (states: string[]): boolean | null =>
  states.some((state) => state === "failed" || state === "closed") ? false : states.every((state) => state === "connected") || null;

/** Whether connections in these states can be kept while we only come again to our place: all are well, and some are. */
export const stay = (states: string[]): boolean => states.length > 0 && carries(states) === true;

const pauses = [200, 300, 500, 800, 1200, 2000];
/** For half a minute in short steps, then every five seconds for as long as the person waits. */
export const pauseMs = (tries: number, sinceMs: number): number => (sinceMs > 30_000 ? 5000 : (pauses[tries] ?? 2000));
/** From here on the page says that it takes long, and offers to leave. */
export const longMs = 10_000;
/** A call that nobody got back into for so long is over. */
export const hopelessMs = 600_000;
