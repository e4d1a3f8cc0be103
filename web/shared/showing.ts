import { signal } from "@preact/signals";
import { on } from "./socket.ts";
import type { Showing } from "./types.ts";

/** What the server sees of a card that is being shown in the call (S53). */
export const showing = signal<Showing | null>(null);
on("room.showing", (body) => { showing.value = body; });

/** Of this person and side, while it is being timed. */
export function shownBy(personId: string | null, side: string): Showing | null {
  const now = showing.value;
  return now && now.person_id === personId && now.side === side ? now : null;
}
