import type { Source } from "./types.ts";

const gatherMs = 1500;
const videoBitrate = 900_000;
const audioBitrate = 40_000;

/** Waits until all candidates are in the description, at most 1.5 s: there is no trickle. */
export function gathered(pc: RTCPeerConnection): Promise<void> {
  if (pc.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, gatherMs);
    pc.addEventListener("icegatheringstatechange", () => {
      if (pc.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    });
  });
}

async function limit(sender: RTCRtpSender): Promise<void> {
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings ?? []) {
    encoding.maxBitrate = sender.track?.kind === "video" ? videoBitrate : audioBitrate;
  }
  if (parameters.encodings?.length) await sender.setParameters(parameters);
}

export type Published = { pc: RTCPeerConnection; senders: Partial<Record<Source, RTCRtpSender>> };

/** Sends the tracks up: we offer, the server answers through `exchange`. */
export async function publish(
  config: RTCConfiguration,
  tracks: Partial<Record<Source, MediaStreamTrack>>,
  exchange: (sdp: string, sources: Record<string, Source>) => Promise<string>,
): Promise<Published> {
  const pc = new RTCPeerConnection(config);
  const senders: Published["senders"] = {};
  for (const [source, track] of Object.entries(tracks) as [Source, MediaStreamTrack][]) {
    senders[source] = pc.addTransceiver(track, { direction: "sendonly" }).sender;
  }
  await pc.setLocalDescription();
  await gathered(pc);
  const sources = sourcesByMid(pc, senders);
  const sdp = await exchange(pc.localDescription?.sdp ?? "", sources);
  await pc.setRemoteDescription({ type: "answer", sdp });
  await Promise.all(Object.values(senders).map(limit));
  return { pc, senders };
}

function sourcesByMid(pc: RTCPeerConnection, senders: Published["senders"]): Record<string, Source> {
  const table: Record<string, Source> = {};
  for (const transceiver of pc.getTransceivers()) {
    const entry = (Object.entries(senders) as [Source, RTCRtpSender][]).find(([, sender]) => sender === transceiver.sender);
    if (entry && transceiver.mid !== null) table[transceiver.mid] = entry[0];
  }
  return table;
}

/** Our answer to an offer of the server, complete with candidates. */
export async function answer(pc: RTCPeerConnection, sdp: string): Promise<string> {
  await pc.setRemoteDescription({ type: "offer", sdp });
  await pc.setLocalDescription();
  await gathered(pc);
  return pc.localDescription?.sdp ?? "";
}

/** The received tracks of a connection by their mid. */
export function received(pc: RTCPeerConnection): Map<string, MediaStreamTrack> {
  const found = new Map<string, MediaStreamTrack>();
  for (const transceiver of pc.getTransceivers()) {
    const live = transceiver.currentDirection === "recvonly" || transceiver.currentDirection === "sendrecv";
    if (transceiver.mid !== null && live) found.set(transceiver.mid, transceiver.receiver.track);
  }
  return found;
}

const ufrag = (sdp: string | undefined): string | undefined => /^a=ice-ufrag:(\S+)/m.exec(sdp ?? "")?.[1];

/** Whether an offer continues this connection; another user fragment means that the server began a new one. */
export const continues = (pc: RTCPeerConnection, sdp: string): boolean =>
  pc.remoteDescription === null || ufrag(pc.remoteDescription.sdp) === ufrag(sdp);
