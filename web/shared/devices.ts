import { signal } from "@preact/signals";
import type { Permission } from "./types.ts";

export type Outcome = { camera: Permission; microphone: Permission };

/** Our own camera and microphone while a call is prepared or on. */
export const local = signal<MediaStream | null>(null);

const camera: MediaTrackConstraints = {
  facingMode: "user",
  width: { ideal: 640 },
  height: { ideal: 480 },
  frameRate: { ideal: 20, max: 30 },
};
const microphone: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

function outcomeOf(error: unknown): Permission {
  const name = error instanceof DOMException ? error.name : "";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "absent" : "denied";
}

async function one(constraints: MediaStreamConstraints): Promise<MediaStream | Permission> {
  if (!navigator.mediaDevices) return "absent";
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    return outcomeOf(error);
  }
}

/** Asks for both; if that fails, for each alone, so that the outcome of each is known (S39). */
export async function acquire(): Promise<Outcome> {
  release();
  const both = await one({ video: camera, audio: microphone });
  if (typeof both !== "string") {
    local.value = both;
    return { camera: "granted", microphone: "granted" };
  }
  const video = await one({ video: camera });
  const audio = await one({ audio: microphone });
  const tracks = [video, audio].flatMap((result) => (typeof result === "string" ? [] : result.getTracks()));
  local.value = tracks.length ? new MediaStream(tracks) : null;
  return {
    camera: typeof video === "string" ? video : "granted",
    microphone: typeof audio === "string" ? audio : "granted",
  };
}

/** A fresh track of one kind after the device was taken away (a phone call on iOS ends our tracks). */
export async function reacquire(kind: "video" | "audio"): Promise<MediaStreamTrack | null> {
  const got = await one(kind === "video" ? { video: camera } : { audio: microphone });
  if (typeof got === "string") return null;
  const fresh = got.getTracks()[0] ?? null;
  const before = local.peek()?.getTracks() ?? [];
  for (const track of before) if (track.kind === kind) track.stop();
  if (fresh) local.value = new MediaStream([...before.filter((track) => track.kind !== kind), fresh]);
  return fresh;
}

export function release(): void {
  for (const track of local.peek()?.getTracks() ?? []) track.stop();
  local.value = null;
}
