import { computed } from "@preact/signals";
import { participants, phase, present, shared } from "./call.ts";
import { streams } from "./links.ts";
import type { Participant } from "./types.ts";

/** Phones cannot share their screen from a page (S47): there the button is not shown. */
export const canShare = typeof navigator.mediaDevices?.getDisplayMedia === "function" && matchMedia("(pointer: fine)").matches;

const wanted: DisplayMediaStreamOptions = { video: { width: { max: 1920 }, height: { max: 1200 }, frameRate: { ideal: 8, max: 12 } }, audio: false };

export type Shown = { who: Participant; stream: MediaStream };

/** The screen that is shown now: the one of whoever comes first in the room. */
export const shownScreen = computed<Shown | null>(() => {
  for (const who of participants.value) {
    const stream = who.me ? shared.value : streams.value[who.participant_id]?.screen;
    if (stream && (who.me || who.sources.screen?.on)) return { who, stream };
  }
  return null;
});

async function begin(): Promise<void> {
  let screen: MediaStream;
  try {
    screen = await navigator.mediaDevices.getDisplayMedia(wanted);
  } catch {
    return; // whoever is asked for his screen may say no
  }
  const [track] = screen.getVideoTracks();
  if (!track || phase.peek() !== "live") return screen.getTracks().forEach((each) => each.stop());
  track.contentHint = "detail";
  track.onended = () => void end(); // the browser's own bar
  try {
    await present(screen);
  } catch (error) {
    await end();
    throw error;
  }
}

const end = (): Promise<void> => present(null).catch(() => undefined); // a call that is being joined anew begins without it

/** Shares the screen, or ends it. Throws Problem when the server refuses. */
export const share = (): Promise<void> => (shared.peek() ? end() : begin());
