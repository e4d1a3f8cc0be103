import { signal } from "@preact/signals";
import { io, type Socket } from "socket.io-client";
import { Problem } from "./api.ts";
import type { PageAt, Participant, RecorderTruth, Showing, Source } from "./types.ts";

export type ServerEvents = {
  "case.version": { case_id: string; version: number };
  "room.offer": { id: string; sdp: string; tracks: { mid: string; participant_id: string; person_id: string; source: Source }[] };
  "room.roster": { participants: Participant[] };
  "room.recorder": RecorderTruth;
  "room.showing": Showing;
  "room.closed": { room_id?: string; reason: string };
  "page.at": PageAt & { person_id: string };
};

const answerTimeoutMs = 10_000;
const protocolVersion = 1;
const helloMs = 4000;

/** True while the server has answered our hello. */
export const online = signal(false);

const socket: Socket = io({ transports: ["websocket"], autoConnect: false, reconnectionDelay: 300, reconnectionDelayMax: 3000, timeout: 5000 });
const greeted = new Set<() => void>();

type Answer<T> = T & { error?: { code: string; message: string } };

/** One request with its acknowledgement. Throws Problem with the server's code, or `network` when no answer came in 10 s. */
export async function request<T>(event: string, body: object, timeoutMs = answerTimeoutMs): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = (await socket.timeout(timeoutMs).emitWithAck(event, body)) as Answer<T>;
  } catch {
    throw new Problem(0, "network");
  }
  if (answer.error) throw new Problem(400, answer.error.code, { detail: answer.error.message });
  return answer;
}

export function on<E extends keyof ServerEvents>(event: E, handler: (body: ServerEvents[E]) => void): () => void {
  const listener = handler as (body: unknown) => void;
  socket.on(event as string, listener);
  return () => socket.off(event as string, listener);
}

/** Runs after every successful hello, so also after each reconnection; at once if we are online. */
export function onGreeted(handler: () => void): () => void {
  greeted.add(handler);
  if (online.peek()) handler();
  return () => greeted.delete(handler);
}

async function greet(): Promise<void> {
  const greeting = socket.id;
  try {
    await request("hello", { client: __CLIENT_VERSION__, versions: [protocolVersion] }, helloMs);
  } catch {
    if (socket.id !== greeting) return; // renewed meanwhile: the new connection greets by itself
    socket.disconnect();
    setTimeout(() => socket.connect(), 2000);
    return;
  }
  if (socket.id !== greeting) return;
  online.value = true;
  for (const handler of greeted) handler();
}

socket.on("connect", () => void greet());
socket.on("disconnect", (reason) => {
  online.value = false;
  if (reason === "io server disconnect") setTimeout(() => socket.connect(), 2000);
});

export function openSocket(): void {
  if (!socket.active) socket.connect();
}

/** A new connection at once, where the old one may hang on a network that is gone. */
export function renewSocket(): void {
  socket.disconnect().connect();
}

export function closeSocket(): void {
  socket.disconnect();
}
