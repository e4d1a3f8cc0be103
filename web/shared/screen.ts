import { computed } from "@preact/signals";
import { post } from "./api.ts";
import { caseId, participants, phase, present, shared } from "./call.ts";
import { carry, views } from "./cases.ts";
import { streams } from "./links.ts";
import type { CaseView, Participant } from "./types.ts";

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

/** What is told of it: it is shown, the person said no, or the device cannot. */
async function begin(): Promise<"capture" | "unsupported" | ""> {
  let screen: MediaStream;
  try {
    screen = await navigator.mediaDevices.getDisplayMedia(wanted);
  } catch (error) {
    return (error as DOMException).name === "NotAllowedError" ? "" : "unsupported"; // whoever is asked for his screen may say no
  }
  const [track] = screen.getVideoTracks();
  if (!track || phase.peek() !== "live") {
    for (const each of screen.getTracks()) each.stop();
    return "";
  }
  track.contentHint = "detail";
  track.onended = () => void end(); // the browser's own bar
  try {
    await present(screen);
  } catch (error) {
    await end();
    throw error;
  }
  return "capture";
}

async function end(): Promise<void> {
  await present(null).catch(() => undefined); // a call that is being joined anew begins without it
  const view = views.peek()[caseId.peek() ?? ""];
  if (view?.me && view.meeting.screens[view.me]) await tell(view.case_id, false);
}

const tell = (id: string, answer: boolean, how = ""): Promise<unknown> =>
  carry(post<CaseView>(`/cases/${id}/meeting/answers`, { step: "screen_share", answer, how }));

/** The customer's answer to who asks for his screen (S47): itself where a page can take it, else the pages he is on. */
export async function allow(id: string, yes: boolean): Promise<void> {
  const how = !yes ? "" : !canShare ? "pages" : shared.peek() ? "capture" : await begin();
  await tell(id, how === "pages" || how === "capture", how);
}

/** He shows it no more. */
export const hide = (): Promise<void> => end();

/** Shares the screen, or ends it. Throws Problem when the server refuses. */
export const share = (): Promise<unknown> => (shared.peek() ? end() : begin());
