import { computed, signal } from "@preact/signals";
import { api, Problem } from "./api.ts";
import { local, reacquire, release } from "./devices.ts";
import { comesBack, endingOf, hopelessMs, losesAll, next, pauseMs, stay, type Happening, type Phase } from "./lifeline.ts";
import { alive, catchUp, change, deafen, drop, established, prepare, send, states, take, type Tracks, uplink } from "./links.ts";
import { seated } from "./roster.ts";
import { on, online, onGreeted, renewSocket, request } from "./socket.ts";
import type { Participant, RecorderTruth } from "./types.ts";

/** The call outlives every page component: it lives in this module, its connections in links.ts. */
type Own = "camera" | "microphone";
type Joined = { participant_id: string; room_id: string; roster: Participant[]; ice_servers: RTCIceServer[]; resumed?: boolean };

export const phase = signal<Phase>("idle");
export const caseId = signal<string | null>(null);
export const participants = signal<Participant[]>([]);
export const recorder = signal<RecorderTruth | null>(null);
export const muted = signal<Record<Own, boolean>>({ camera: false, microphone: false });
/** Devices that were taken away and could not be had back: a tap is needed (iOS after a phone call). */
export const troubled = signal<Record<Own, boolean>>({ camera: false, microphone: false });
/** Our shared screen, while we share it. */
export const shared = signal<MediaStream | null>(null);
/** The host was in this call: if he is not now, he was lost. */
export const hostSeen = signal(false);
export const endReason = signal<string | null>(null);
/** When the call was lost, in ms; null while it is well. */
export const lostAt = signal<number | null>(null);
export const inCall = computed(() => phase.value === "live" || phase.value === "reconnecting");

/** Answers to an offer that a newer one has replaced: the newer one is already in our queue. */
const overtaken = new Set(["stale_offer", "superseded"]);
const cutOff = "cvx.call";
const ticketMs = 6000;
const interruptedMs = 1500;
const own = ["camera", "microphone"] as const;
let generation = 0;
let lostAgain = false;
/** Our name for the connections that we have, of which the server has the other ends; null: they are to be made anew. */
let connections: string | null = null;
let wake: () => void = () => undefined;
let offers: Promise<void> = Promise.resolve();
let joined: Promise<unknown> = Promise.resolve();

function step(happening: Happening): boolean {
  const to = next(phase.peek(), happening);
  if (to) phase.value = to;
  return to !== null;
}

function localTracks(): Tracks {
  const [camera] = local.peek()?.getVideoTracks() ?? [];
  const [microphone] = local.peek()?.getAudioTracks() ?? [];
  const [screen] = shared.peek()?.getVideoTracks() ?? [];
  return { ...(camera && { camera }), ...(microphone && { microphone }), ...(screen && { screen }) };
}

function seat(roster: Participant[]): void {
  participants.value = seated(participants.peek(), roster);
  if (roster.some((who) => who.role === "host")) hostSeen.value = true;
}

/** Whoever reloaded the page with his camera off comes back with it off. */
function recallMuted(roster: Participant[]): void {
  const said = roster.find((who) => who.me)?.sources;
  if (phase.peek() !== "joining" || !said) return;
  const now = muted.peek();
  muted.value = { camera: now.camera || Boolean(said.camera?.muted), microphone: now.microphone || Boolean(said.microphone?.muted) };
}

/** Takes our place. Answers whether the server kept the connections that we have. */
async function enter(id: string): Promise<boolean> {
  const living = connections !== null && stay(states()) ? alive() : Promise.resolve(false);
  const { ticket } = await api<{ ticket: string }>(`/cases/${id}/meeting/ticket`, { method: "POST", body: {}, patienceMs: ticketMs });
  const resume = (await living) && connections !== null && stay(states());
  const name = resume ? connections : crypto.randomUUID();
  const room = await request<Joined>("room.join", { ticket, connections: name, resume });
  connections = name;
  prepare(room.ice_servers, () => lose(true));
  recallMuted(room.roster);
  seat(room.roster);
  return room.resumed ?? false;
}

async function publishAll(resumed: boolean): Promise<void> {
  for (const source of own) watchTrack(source);
  await (resumed ? catchUp(localTracks()) : send(localTracks()));
  for (const source of own) await tellMuted(source, muted.peek()[source]);
}

const receives = (): boolean =>
  participants.peek().some((who) => !who.me && who.connected && own.some((source) => who.sources[source]?.receiving));

async function connect(id: string): Promise<void> {
  generation += 1;
  lostAgain = false;
  const entered = enter(id).then((resumed) => {
    if (!resumed) drop(true); // until then the last pictures stand
    return resumed;
  });
  joined = entered.catch(() => undefined);
  await publishAll(await entered);
  if (await established(receives)) return;
  connections = null;
  throw new Problem(0, "no_path");
}

/** Joins the room of a case with the local tracks. Throws Problem when the gates refuse. */
export async function join(id: string): Promise<void> {
  caseId.value = id;
  endReason.value = null;
  hostSeen.value = false;
  step("enter");
  try {
    await connect(id);
    step("connected");
    sessionStorage.setItem(cutOff, id);
  } catch (error) {
    drop();
    step("refused");
    throw error;
  }
}

const nap = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    wake = resolve;
    setTimeout(resolve, ms);
  });

/** The media of the call are lost: joins again with a fresh ticket and new connections. `path`: the network under us may be another
 * one, on which the old socket would hang. */
export function lose(path: boolean): void {
  lostAgain = true;
  connections = null;
  if (!step("lost")) return;
  deafen();
  lostAt.value = Date.now();
  recorder.value = null;
  if (path) renewSocket();
  void comeAgain();
}

/** The server is heard no more. Pictures and sounds go on by their own ways, and so does what is recorded of us: we only
 * come again to our place. */
function unheard(): void {
  if (!step("lost")) return;
  lostAt.value = Date.now();
  recorder.value = null;
  void comeAgain();
}

async function comeAgain(): Promise<void> {
  const begun = performance.now();
  for (let tries = 0; phase.peek() === "reconnecting"; tries += 1) {
    const ending = online.peek() ? await attempt() : null;
    if (ending) return finish(ending);
    if (phase.peek() === "live") return;
    const since = performance.now() - begun;
    if (since > hopelessMs) return finish("lost");
    await nap(pauseMs(tries, since));
  }
}

/** One try; answers how the call ends where no further try would help. */
async function attempt(): Promise<string | null> {
  const id = caseId.peek();
  if (!id) return "lost";
  try {
    await connect(id);
  } catch (error) {
    return error instanceof Problem ? endingOf(error.code) : null;
  }
  if (!lostAgain && step("connected")) lostAt.value = null;
  return null;
}

/** Tries again now, not after the pause. */
export const hurry = (): void => wake();

/** The case in whose call this page was when it was reloaded. */
export const interrupted = (): string | null => sessionStorage.getItem(cutOff);
export const forget = (): void => sessionStorage.removeItem(cutOff);

function finish(reason: string): void {
  if (!step("closed")) return;
  forget();
  drop();
  release();
  for (const track of shared.peek()?.getTracks() ?? []) track.stop();
  generation += 1;
  connections = null;
  endReason.value = reason;
  shared.value = lostAt.value = recorder.value = null;
  participants.value = [];
  troubled.value = { camera: false, microphone: false };
  wake();
}

export async function leave(): Promise<void> {
  const tell = request("room.leave", {}, 3000).catch(() => undefined); // the server notices our absence anyway
  finish("left");
  await tell;
}

async function tellMuted(source: Own, state: boolean): Promise<void> {
  await request("room.mute", { source, muted: state });
}

export async function toggle(source: Own): Promise<void> {
  const state = !muted.peek()[source];
  muted.value = { ...muted.peek(), [source]: state };
  const track = localTracks()[source];
  if (track) track.enabled = !state;
  if (phase.peek() === "live") await tellMuted(source, state);
}

/** Begins or ends (null) the sharing of our screen. */
export async function present(screen: MediaStream | null): Promise<void> {
  const before = shared.peek();
  if (!screen && !before) return;
  shared.value = screen;
  for (const track of before?.getTracks() ?? []) track.stop();
  if (phase.peek() === "live") await change("screen", screen?.getVideoTracks()[0] ?? null);
}

/** A track that ended, or that the system muted and does not give back at once, is replaced by a fresh one. */
function watchTrack(source: Own): void {
  const track = localTracks()[source];
  if (!track) return;
  track.enabled = !muted.peek()[source];
  track.onended = () => void heal(source);
  track.onmute = () => setTimeout(() => track.muted && track.readyState === "live" && void heal(source), interruptedMs);
}

const healing = new Set<Own>();

/** Takes the device anew and sends it on the same connection. Called by a tap, it may ask the person. */
export async function heal(source: Own): Promise<void> {
  if (!inCall.peek() || healing.has(source)) return;
  healing.add(source);
  const fresh = await reacquire(source === "camera" ? "video" : "audio");
  healing.delete(source);
  troubled.value = { ...troubled.peek(), [source]: !fresh };
  if (!fresh) return;
  watchTrack(source);
  if (uplink()?.senders[source]) await uplink()?.senders[source]?.replaceTrack(fresh);
  else if (phase.peek() === "live") await change(source, fresh);
}

on("room.offer", (offer) => {
  const born = generation;
  const taken = offers.then(() => joined).then(() => (born === generation ? take(offer) : undefined));
  offers = taken.catch((error: unknown) => {
    const unsaid = error instanceof Problem && (overtaken.has(error.code) || (error.code === "network" && !online.peek())); // it comes again
    if (born === generation && !unsaid) lose(false);
  });
});
on("room.roster", (body) => seat(body.participants));
on("room.recorder", (body) => {
  recorder.value = body;
});
on("room.closed", (body) => {
  if (!comesBack(body.reason)) return finish(body.reason);
  if (losesAll(body.reason)) participants.value = participants.peek().map((who) => (who.me ? who : { ...who, connected: false }));
  lose(false);
});
onGreeted(hurry);
online.subscribe((now) => now || unheard());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const source of own) if (localTracks()[source]?.readyState === "ended" || troubled.peek()[source]) void heal(source);
});
