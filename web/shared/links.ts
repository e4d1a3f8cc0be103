import { signal } from "@preact/signals";
import { answer, continues, publish, received, renegotiate, type Published } from "./peer.ts";
import { carries, connectMs } from "./lifeline.ts";
import { request, type ServerEvents } from "./socket.ts";
import type { Source } from "./types.ts";

/** The two connections of a call: `up` brings our tracks, `down` those of the others. Made anew with each join. */
type Streams = Record<string, Partial<Record<Source, MediaStream>>>;
export type Tracks = Partial<Record<Source, MediaStreamTrack>>;
type Offer = ServerEvents["room.offer"];

/** What the others send, by participant. The last picture stays until there is a newer one. */
export const streams = signal<Streams>({});

const healMs = 1000;
const silentMs = 1500; // whoever lives says something each second
const lookMs = 100;
let up: Published | null = null;
let down: RTCPeerConnection | null = null;
let ice: RTCIceServer[] = [];
let offered: Offer["tracks"] = [];
let onLost: () => void = () => undefined;

export const uplink = (): Published | null => up;
export const downlink = (): RTCPeerConnection | null => down;
/** Whose track each section of the receiving connection carries. */
export const sections = (): Offer["tracks"] => offered;

const config = (): RTCConfiguration => ({ iceServers: ice, bundlePolicy: "max-bundle" });

/** A path that failed, or was cut for a second, is lost; a connection that was replaced says nothing more. */
function guard(pc: RTCPeerConnection): void {
  let timer = 0;
  const lost = (): void => {
    if (pc === down || pc === up?.pc) onLost();
  };
  pc.addEventListener("connectionstatechange", () => {
    clearTimeout(timer);
    if (pc.connectionState === "failed") lost();
    if (pc.connectionState === "disconnected") timer = window.setTimeout(lost, healMs);
  });
}

/** Ends both connections; `streams` keeps its last pictures while a call is only interrupted. */
export function drop(keepPictures = false): void {
  up?.pc.close();
  down?.close();
  up = down = null;
  offered = [];
  if (!keepPictures) streams.value = {};
}

/** For the next connections: which servers help to find a path, and who hears of a lost one. */
export function prepare(servers: RTCIceServer[], lost: () => void): void {
  ice = servers;
  onLost = lost;
}

/** From here on nobody hears what becomes of the connections that we have. */
export function deafen(): void {
  onLost = () => undefined;
}

const exchange = async (sdp: string, sources: Record<string, Source>): Promise<string> =>
  (await request<{ sdp: string }>("room.publish", { sdp, sources })).sdp;

export async function send(tracks: Tracks): Promise<void> {
  if (!Object.keys(tracks).length) return;
  up = await publish(config(), tracks, exchange);
  guard(up.pc);
}

/** Waits until both connections carry the call; false once there is no path. `receives`: somebody is to be received. */
export async function established(receives: () => boolean): Promise<boolean> {
  const until = performance.now() + connectMs;
  for (;;) {
    const states = [...(up ? [up.pc] : []), ...(down || receives() ? [down] : [])].map((pc) => pc?.connectionState ?? "new");
    const now = carries(states);
    if (now !== null) return now;
    if (performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const connections = (): RTCPeerConnection[] => [up?.pc, down].flatMap((pc) => (pc ? [pc] : []));
export const states = (): string[] => connections().map((pc) => pc.connectionState);

/** Bytes that came over each connection so far. */
const heard = (): Promise<number[]> =>
  Promise.all(
    connections().map(async (pc) => {
      let bytes = 0;
      for (const one of (await pc.getStats()).values()) if (one.type === "candidate-pair") bytes += one.bytesReceived ?? 0;
      return bytes;
    }),
  );

/** Whether something still comes over every connection: a path may be gone seconds before its connection says so. */
export async function alive(): Promise<boolean> {
  const before = await heard();
  const until = performance.now() + silentMs;
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, lookMs));
    const now = await heard();
    if (now.length === before.length && now.every((bytes, place) => bytes > (before[place] ?? 0))) return true;
  }
  return false;
}

/** Sends what we have now, where something changed while nobody could be told of it. */
export async function catchUp(tracks: Tracks): Promise<void> {
  let cutShort = up ? up.pc.signalingState !== "stable" : false;
  for (const source of ["camera", "microphone", "screen"] as const) {
    const track = tracks[source] ?? null;
    const sent = up?.senders[source]?.track ?? null;
    if (track !== sent || (cutShort && track)) {
      await change(source, track);
      cutShort = false;
    }
  }
}

/** One more track on the connection that we send on, or one less (null). */
export async function change(source: Source, track: MediaStreamTrack | null): Promise<void> {
  if (up) await renegotiate(up, source, track, exchange);
  else if (track) await send({ [source]: track });
}

/** Takes an offer of the server: the one that it began anew, or one more section of the one we have. */
export async function take(offer: Offer): Promise<void> {
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

function arrange(pc: RTCPeerConnection, tracks: Offer["tracks"]): void {
  const byMid = received(pc);
  const next: Streams = {};
  offered = tracks;
  for (const { mid, participant_id, source } of tracks) {
    const track = byMid.get(mid);
    if (!track) continue;
    const old = streams.peek()[participant_id]?.[source];
    const stream = old?.getTracks()[0] === track ? old : new MediaStream([track]);
    next[participant_id] = { ...next[participant_id], [source]: stream };
  }
  streams.value = next;
}
