import { computed, signal } from "@preact/signals";
import { Problem, post } from "./api.ts";
import { local, reacquire, release } from "./devices.ts";
import { answer, continues, publish, received, type Published } from "./peer.ts";
import { on, onGreeted, request, type ServerEvents } from "./socket.ts";
import type { Participant, RecorderTruth, Source } from "./types.ts";

/** The call outlives every page component: peer connections live in this module. */
export type Phase = "idle" | "joining" | "live" | "reconnecting" | "ended";
type Streams = Record<string, Partial<Record<Source, MediaStream>>>;
type Joined = { participant_id: string; room_id: string; roster?: Participant[] | { participants: Participant[] }; ice_servers: RTCIceServer[] };

export const phase = signal<Phase>("idle");
export const caseId = signal<string | null>(null);
export const participants = signal<Participant[]>([]);
export const streams = signal<Streams>({});
export const recorder = signal<RecorderTruth | null>(null);
export const muted = signal<{ camera: boolean; microphone: boolean }>({ camera: false, microphone: false });
export const endReason = signal<string | null>(null);
export const inCall = computed(() => phase.value === "live" || phase.value === "reconnecting");

/** Answers to an offer that a newer one has replaced: the newer one is already in our queue. */
const overtaken = new Set(["stale_offer", "superseded"]);
const maxTries = 8;
const lostMs = 5000;
const cutOff = "cvx.call";
let up: Published | null = null;
let down: RTCPeerConnection | null = null;
let ice: RTCIceServer[] = [];
let generation = 0;
let offers: Promise<void> = Promise.resolve();
let joined: Promise<unknown> = Promise.resolve();

const config = (): RTCConfiguration => ({ iceServers: ice, bundlePolicy: "max-bundle" });

function closePeers(): void {
  up?.pc.close();
  down?.close();
  up = down = null;
  streams.value = {};
}

function localTracks(): Partial<Record<Source, MediaStreamTrack>> {
  const [camera] = local.peek()?.getVideoTracks() ?? [];
  const [microphone] = local.peek()?.getAudioTracks() ?? [];
  return { ...(camera && { camera }), ...(microphone && { microphone }) };
}

function seat(roster: Joined["roster"]): void {
  if (roster) participants.value = [...(Array.isArray(roster) ? roster : roster.participants)].sort((a, b) => a.order - b.order);
}

/** A lost path is given 5 s to heal by itself, then we join anew. */
function guard(pc: RTCPeerConnection): void {
  let timer = 0;
  const born = generation;
  pc.addEventListener("connectionstatechange", () => {
    clearTimeout(timer);
    if (generation !== born || pc.connectionState === "connected") return;
    if (pc.connectionState === "failed") void rejoin();
    if (pc.connectionState === "disconnected") timer = window.setTimeout(() => generation === born && void rejoin(), lostMs);
  });
}

async function enter(id: string): Promise<void> {
  const { ticket } = await post<{ ticket: string }>(`/cases/${id}/meeting/ticket`);
  const room = await request<Joined>("room.join", { ticket });
  ice = room.ice_servers;
  seat(room.roster);
}

async function publishAll(): Promise<void> {
  const tracks = localTracks();
  if (!Object.keys(tracks).length) return;
  for (const [source, track] of Object.entries(tracks) as ["camera" | "microphone", MediaStreamTrack][]) watchTrack(source, track);
  const exchange = async (sdp: string, sources: Record<string, Source>): Promise<string> =>
    (await request<{ sdp: string }>("room.publish", { sdp, sources })).sdp;
  up = await publish(config(), tracks, exchange);
  guard(up.pc);
  for (const source of ["camera", "microphone"] as const) if (muted.peek()[source]) await tellMuted(source, true);
}

async function connect(id: string): Promise<void> {
  closePeers();
  generation += 1;
  const entered = enter(id);
  joined = entered.catch(() => undefined);
  await entered;
  await publishAll();
}

/** Refusals that no further try would change; all else is tried again (a worker that restarts, a ticket that was used). */
const finals = new Set(["phone_not_verified", "meeting_not_open", "case_not_found", "not_allowed", "wrong_role", "unauthenticated", "upgrade_required", "room_ended", "room_full", "ticket_invalid"]);
const final = (error: unknown): boolean => error instanceof Problem && finals.has(error.code);

/** Joins the room of a case with the local tracks. Throws Problem when the gates refuse. */
export async function join(id: string): Promise<void> {
  caseId.value = id;
  endReason.value = null;
  phase.value = "joining";
  try {
    await connect(id);
    phase.value = "live";
    sessionStorage.setItem(cutOff, id);
  } catch (error) {
    closePeers();
    phase.value = "idle";
    throw error;
  }
}

/** Joins again with a fresh ticket after the socket or the media path was lost. */
async function rejoin(): Promise<void> {
  const id = caseId.peek();
  if (!id || phase.peek() !== "live") return;
  phase.value = "reconnecting";
  for (let tries = 0; tries < maxTries && phase.peek() === "reconnecting"; tries += 1) {
    try {
      await connect(id);
      phase.value = "live";
      return;
    } catch (error) {
      if (final(error)) break;
      await new Promise((resolve) => setTimeout(resolve, 400 * 2 ** Math.min(tries, 4)));
    }
  }
  if (phase.peek() === "reconnecting") finish("lost");
}

/** The case in whose call this page was when it was reloaded. */
export const interrupted = (): string | null => sessionStorage.getItem(cutOff);
export const forget = (): void => sessionStorage.removeItem(cutOff);

function finish(reason: string): void {
  forget();
  closePeers();
  release();
  generation += 1;
  phase.value = "ended";
  endReason.value = reason;
  participants.value = [];
  recorder.value = null;
}

export async function leave(): Promise<void> {
  const tell = request("room.leave", {}, 3000).catch(() => undefined); // the server notices our absence anyway
  finish("left");
  await tell;
}

async function tellMuted(source: "camera" | "microphone", state: boolean): Promise<void> {
  await request("room.mute", { source, muted: state });
}

export async function toggle(source: "camera" | "microphone"): Promise<void> {
  const state = !muted.peek()[source];
  muted.value = { ...muted.peek(), [source]: state };
  const track = localTracks()[source];
  if (track) track.enabled = !state;
  if (phase.peek() === "live") await tellMuted(source, state);
}

function watchTrack(source: "camera" | "microphone", track: MediaStreamTrack): void {
  track.enabled = !muted.peek()[source];
  track.onended = () => void heal(source);
}

async function heal(source: "camera" | "microphone"): Promise<void> {
  if (!inCall.peek()) return;
  const fresh = await reacquire(source === "camera" ? "video" : "audio");
  if (!fresh) return;
  watchTrack(source, fresh);
  await up?.senders[source]?.replaceTrack(fresh);
}

async function take(offer: ServerEvents["room.offer"]): Promise<void> {
  await joined;
  if (down && !continues(down, offer.sdp)) {
    down.close();
    down = null;
  }
  if (!down) {
    down = new RTCPeerConnection(config());
    guard(down);
  }
  const pc = down;
  const sdp = await answer(pc, offer.sdp);
  await request("room.answer", { id: offer.id, sdp });
  if (pc === down) arrange(pc, offer.tracks);
}

function arrange(pc: RTCPeerConnection, tracks: ServerEvents["room.offer"]["tracks"]): void {
  const byMid = received(pc);
  const next: Streams = {};
  for (const { mid, participant_id, source } of tracks) {
    const track = byMid.get(mid);
    if (!track) continue;
    const old = streams.peek()[participant_id]?.[source];
    const stream = old?.getTracks()[0] === track ? old : new MediaStream([track]);
    next[participant_id] = { ...next[participant_id], [source]: stream };
  }
  streams.value = next;
}

on("room.offer", (offer) => {
  const born = generation;
  const taken = offers.then(() => (born === generation ? take(offer) : undefined));
  offers = taken.catch((error: unknown) => {
    if (!(error instanceof Problem && overtaken.has(error.code))) void rejoin();
  });
});
on("room.roster", (body) => seat(body.participants));
on("room.recorder", (body) => {
  recorder.value = body;
});
on("room.closed", (body) => {
  if (phase.peek() !== "idle" && phase.peek() !== "ended") finish(body.reason);
});
onGreeted(() => void rejoin());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const [source, track] of Object.entries(localTracks()) as ["camera" | "microphone", MediaStreamTrack][]) {
    if (track.readyState === "ended") void heal(source);
  }
});
