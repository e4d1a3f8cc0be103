import { effect, signal } from "@preact/signals";
import { heal, inCall, lose, muted, participants, phase } from "./call.ts";
import { downlink, sections, uplink } from "./links.ts";
import { linkOf, type Link, type Sample } from "./quality.ts";
import { renewSocket } from "./socket.ts";
import { FrameWatch, hurried, usual, type Count } from "./watch.ts";

/** Once a second while in a call: do pictures arrive, does our camera give any, and how good are the connections? */
const everyMs = 1000;
const hurriedMs = 6000;
const restMs = [10_000, 20_000, 40_000, 60_000];
const spanSamples = 5;
type Stats = Record<string, unknown> & { type: string };

/** How good each participant's connection is, by participant id: ours is the way up, the others' the way down. */
export const links = signal<Record<string, Link>>({});

const incoming = new FrameWatch();
const captured = new FrameWatch();
const samples = new Map<string, Sample[]>();
let changedAt = -Infinity;
let blindAt = -Infinity;
let blindTimes = 0;

async function reports(pc: RTCPeerConnection | null | undefined): Promise<Stats[]> {
  return pc && pc.connectionState !== "closed" ? [...((await pc.getStats()) as unknown as Map<string, Stats>).values()] : [];
}

const number = (value: unknown): number => (typeof value === "number" ? value : 0);

function rttOf(stats: Stats[]): number | null {
  const pair = stats.find((each) => each.type === "candidate-pair" && each.nominated === true && each.currentRoundTripTime !== undefined);
  return pair ? number(pair.currentRoundTripTime) : null;
}

/** The frames of each camera that should be coming: the server gets it, and its owner wants it seen. */
function arriving(stats: Stats[]): Count[] {
  return sections().flatMap(({ mid, participant_id, source }): Count[] => {
    if (source !== "camera") return [];
    const frames = stats.find((each) => each.type === "inbound-rtp" && each.mid === mid);
    const who = participants.peek().find((each) => each.participant_id === participant_id);
    const camera = who?.sources.camera;
    const expected = Boolean(who?.connected && camera?.on && camera.receiving && !camera.muted);
    return [{ key: participant_id, frames: number(frames?.framesReceived), expected }];
  });
}

function watchArrivals(now: number, stats: Stats[]): void {
  const patience = now - changedAt < hurriedMs ? hurried : usual;
  if (!incoming.look(now, arriving(stats), patience).length) return;
  if (now - blindAt < (restMs[blindTimes] ?? 60_000)) return;
  blindAt = now;
  blindTimes += 1;
  incoming.clear();
  lose(true);
}

function watchCapture(now: number, stats: Stats[]): void {
  const source = stats.find((each) => each.type === "media-source" && each.kind === "video" && each.trackIdentifier === uplink()?.senders.camera?.track?.id);
  const expected = source?.frames !== undefined && !muted.peek().camera && !document.hidden;
  const dead = captured.look(now, [{ key: "camera", frames: number(source?.frames), expected }], { oneMs: 3000, allMs: 3000 });
  if (!dead.length) return;
  captured.clear();
  void heal("camera");
}

function judged(key: string, sample: Sample): Link | null {
  const known = [...(samples.get(key) ?? []), sample].slice(-spanSamples);
  samples.set(key, known);
  const [first] = known;
  return first && first !== sample ? linkOf(first, sample) : null;
}

function sampleOf(at: number, sent: Stats, heard: Stats | undefined, rtt: number | null): Sample {
  const up = sent.type === "outbound-rtp";
  return { at, bytes: number(up ? sent.bytesSent : sent.bytesReceived), packets: number(up ? sent.packetsSent : sent.packetsReceived), lost: number((up ? heard : sent)?.packetsLost), rtt };
}

function judge(now: number, above: Stats[], below: Stats[]): void {
  const found: Record<string, Link> = {};
  const note = (id: string | undefined, sample: Sample): void => {
    const link = id && judged(id, sample);
    if (link) found[id] = link;
  };
  const sent = above.find((each) => each.type === "outbound-rtp" && each.kind === "video");
  const heard = above.find((each) => each.type === "remote-inbound-rtp" && each.localId === sent?.id);
  if (sent) note(participants.peek().find((who) => who.me)?.participant_id, sampleOf(now, sent, heard, rttOf(above)));
  for (const { mid, participant_id, source } of sections()) {
    const stream = below.find((each) => each.type === "inbound-rtp" && each.mid === mid);
    if (source === "camera" && stream) note(participant_id, sampleOf(now, stream, undefined, rttOf(below)));
  }
  links.value = found;
}

async function beat(): Promise<void> {
  if (phase.peek() !== "live") return;
  const [above, below] = [await reports(uplink()?.pc), await reports(downlink())];
  const now = performance.now();
  watchArrivals(now, below);
  watchCapture(now, above);
  judge(now, above, below);
}

function changed(): void {
  if (!inCall.peek()) return;
  changedAt = performance.now();
  if (phase.peek() === "reconnecting") renewSocket();
}

effect(() => {
  if (!inCall.value) return undefined;
  blindTimes = 0;
  samples.clear();
  const timer = setInterval(() => void beat().catch(() => undefined), everyMs); // a connection that closes meanwhile has no numbers
  return () => clearInterval(timer);
});
addEventListener("online", changed);
/** Wi-Fi to mobile data and back, where the browser tells; its estimates of speed change all the time. */
const network = (navigator as { connection?: EventTarget & { type?: string } }).connection;
let kind = network?.type;
network?.addEventListener("change", () => {
  if (network.type === kind) return;
  kind = network.type;
  changed();
});
